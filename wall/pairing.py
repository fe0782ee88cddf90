"""Joining a hub: a wall without a token asks for one and shows a code until somebody has typed it on a tablet.

What a hub gave (token, and the authority that its certificate comes from) is kept in ``joined.json`` by the hub's address. The
first requests trust whatever certificate they meet; the code shows whether it was the hub's own (``stream.wire.pairing``).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from stream.config.authority import pinned
from stream.wire import pairing

ASK_S: Final = 1.0
OPEN_S: Final = 4.0


class Joined(msgspec.Struct, frozen=True):
    """What a hub gave: the wall's token, and the PEM of the hub's own authority, empty where it has none."""

    token: str
    authority: str = ""


class NotJoined(Exception):
    """The hub did not let the wall in now; it may ask again."""


class Book:
    """``joined.json`` in ``var``: what hubs gave, by address."""

    def __init__(self, var: Path) -> None:
        self._file = var / "joined.json"

    def find(self, url: str) -> Joined | None:
        return self._read().get(url)

    def keep(self, url: str, joined: Joined) -> None:
        """Write down what the hub at ``url`` gave; nobody else on this machine may read it."""
        self._write({**self._read(), url: joined})

    def forget(self, url: str) -> None:
        """The hub at ``url`` does not know this wall any more."""
        known = self._read()
        if known.pop(url, None) is not None:
            self._write(known)

    def _read(self) -> dict[str, Joined]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Joined])
        except (OSError, msgspec.DecodeError):
            return {}

    def _write(self, known: dict[str, Joined]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(known))
        os.replace(scratch, self._file)


async def join(
    url: str,
    name: str,
    screens: tuple[int, ...],
    show: Callable[[str], None],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Joined:
    """Ask the hub at ``url`` (``http://…`` or ``https://…``), show its code with ``show``, and wait until it was typed.

    Raises ``NotJoined`` when nobody typed it in time or the hub answers otherwise; ``show`` is called with "" at the end.
    """
    import httpx2

    secret = secrets.token_bytes(pairing.SECRET_BYTES)
    asked = {"name": name, "screens": screens, "commitment": pairing.commitment(secret)}
    try:
        async with httpx2.AsyncClient(
            base_url=url, verify=_any_certificate(), timeout=OPEN_S, trust_env=False
        ) as first:
            told = await first.post("/api/v1/pairing", json=asked)
            if told.status_code != 201:
                raise NotJoined(f"the hub answers {told.status_code}")
            request, answer, authority = (str(told.json()[key]) for key in ("id", "answer", "authority"))
        show(pairing.code(secret, bytes.fromhex(answer), authority))
        trust: ssl.SSLContext | bool = pinned(authority) if authority else True
        async with httpx2.AsyncClient(base_url=url, verify=trust, timeout=OPEN_S, trust_env=False) as hub:
            while True:
                said = await hub.put(f"/api/v1/pairing/{request}", json={"secret": secret.hex()})
                if said.status_code == 200:
                    return Joined(str(said.json()["token"]), authority)
                if said.status_code != 202:
                    raise NotJoined("nobody typed this wall's code on the tablet")
                await pause(ASK_S)
    except (httpx2.HTTPError, OSError, ValueError, KeyError, TypeError) as fault:
        raise NotJoined(f"no hub at {url}: {fault or type(fault).__name__}") from fault
    finally:
        show("")


def _any_certificate() -> ssl.SSLContext:
    """Trust in nobody's word yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
