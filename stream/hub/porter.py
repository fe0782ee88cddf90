"""The porter: who stands at the door, by cookie or token, and whether the request comes from a page of ours.

Reads headers only; it knows no framework. Host names are checked, so that a foreign page cannot reach a hub on loopback by
a name that it points there (DNS rebinding); origins are checked as Go's ``CrossOriginProtection`` does.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from stream.config.doors import HubConfig
from stream.config.pace import Pace, address_key
from stream.hub.auth import Keeper, Role, Scope, Secrets
from stream.hub.limits import Guesses
from stream.hub.sessions import LIFE_MS, Session, Sessions

WALL_PROTOCOL = "agora.wall"
TOKEN_PROTOCOL = "agora.token."
"""A wall that can set no header offers the subprotocols ``agora.wall`` and ``agora.token.<token>``; never a query."""


STRANGERS = (20.0, 400)
"""Requests a second, and at once, from an address of whom nobody has signed in: a page and its parts for a few tablets."""
KNOWN = (50.0, 400)
"""The same for a session, or for a token at an address."""
QUEUE = 20
"""PINs of strangers that wait to be hashed; more are asked to come again."""


class Wait(Exception):
    """Too many wrong PINs: try again in ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class WrongPin(Exception):
    """The PIN opens nothing."""


class Entry(msgspec.Struct, frozen=True):
    """A session that was just opened or woken; ``cookie`` is empty where the browser has it already."""

    session: Session
    cookie: str


class Porter:
    """Sessions, tokens and tries of one hub. ``tls`` makes the cookie Secure, and ``https`` the only origin."""

    def __init__(
        self,
        folder: Path,
        config: HubConfig,
        *,
        wall_clock: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tls = bool(config.certificate)
        self.folder = folder
        self._keeper = Keeper(folder)
        self.sessions = Sessions(folder / "sessions.json", wall_clock, lambda role: self._keeper.current().seal(role))
        self._guesses = Guesses(clock)
        self._names = _own_names(config)
        self._cookie = f"{'__Host-' if self.tls else ''}agora-{config.port}"
        self._strangers, self._known = Pace(clock, *STRANGERS), Pace(clock, *KNOWN)
        self._hashing = {"address": asyncio.Semaphore(1), "session": asyncio.Semaphore(1)}
        """Strangers' PINs queue behind strangers' alone."""
        self._trying: set[str] = set()

    @property
    def secrets(self) -> Secrets:
        """The secrets as they are now."""
        return self._keeper.current()

    # Who is it

    def session(self, headers: Mapping[str, str]) -> Session | None:
        """The living session of the request's cookie."""
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return None
        return self.sessions.find(morsel.value) if morsel else None

    def scope(self, headers: Mapping[str, str]) -> Scope | None:
        """The scope of the request's token: ``Authorization: Bearer …``, or a websocket's subprotocol."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            offered = (part.strip() for part in headers.get("sec-websocket-protocol", "").split(","))
            token = next((part.removeprefix(TOKEN_PROTOCOL) for part in offered if part.startswith(TOKEN_PROTOCOL)), "")
        return self._keeper.current().scope_of(token.strip()) if token else None

    def knows_host(self, headers: Mapping[str, str]) -> bool:
        """Whether the request was sent to a name of this hub, or to a bare address."""
        name = urlsplit("//" + headers.get("host", "")).hostname or ""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name.lower().rstrip(".") in self._names
        return True

    def same_origin(self, headers: Mapping[str, str]) -> bool:
        """Whether a page of this hub sent the request, or something that is no browser (which no foreign page can steer)."""
        fetch_site = headers.get("sec-fetch-site")
        if fetch_site is not None and fetch_site not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        return origin is None or self.is_own_origin(headers)

    def is_own_origin(self, headers: Mapping[str, str]) -> bool:
        """Whether the request names its origin, and that is this hub."""
        return headers.get("origin", "") == f"{'https' if self.tls else 'http'}://{headers.get('host', '')}"

    def wait_s(self, session: Session | None, scope: Scope | None, address: str) -> float:
        """Count a request: seconds that whoever sends it must wait, 0 when it may pass. A session waits for nobody else."""
        if session is not None:
            return self._known.wait_s("session " + session.key)
        if scope is not None:
            return self._known.wait_s(f"{scope} {address_key(address)}")
        return self._strangers.wait_s(address_key(address))

    # Coming in and going out

    async def enter(self, pin: str, desk: str, address: str) -> Entry:
        """Open a session. Raises ``WrongPin``, and ``Wait`` after too many of them from this address."""
        role = await self._role_of(pin, "address " + address_key(address))
        cookie, session = self.sessions.open(role, desk)
        return Entry(session, cookie)

    async def wake(self, session: Session, pin: str) -> Entry:
        """Wake an idle session with a PIN of its own role. Wrong PINs of others do not count here, whatever their address."""
        await self._role_of(pin, "session " + session.key, session.role)
        self.sessions.wake(session)
        return Entry(session, "")

    def set_cookie(self, cookie: str) -> str:
        """The ``Set-Cookie`` header for a new session, or one that takes it away where ``cookie`` is empty."""
        age = LIFE_MS // 1000 if cookie else 0
        secure = "; Secure" if self.tls else ""
        return f"{self._cookie}={cookie}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"

    async def _role_of(self, pin: str, key: str, wanted: Role | None = None) -> Role:
        if wait := self._guesses.wait_s(key):
            raise Wait(wait)
        if key in self._trying or (wanted is None and len(self._trying) >= QUEUE):
            raise Wait(1.0)  # one try at a time, or many at once would all pass before the first has failed
        self._trying.add(key)
        try:
            async with self._hashing[key.partition(" ")[0]]:
                role = await asyncio.to_thread(self._keeper.current().role_of, pin)
        finally:
            self._trying.discard(key)
        if role is None or wanted not in (None, role):
            self._guesses.failed(key)
            raise WrongPin
        self._guesses.succeeded(key)
        return role


def _own_names(config: HubConfig) -> frozenset[str]:
    machine = socket.gethostname().lower()
    names = {"localhost", machine, machine.partition(".")[0], machine.partition(".")[0] + ".local"}
    for given in (config.host, urlsplit(config.url).hostname or ""):
        names.add(given.lower())
    return frozenset(names - {""})
