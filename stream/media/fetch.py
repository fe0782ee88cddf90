"""A picture from the web: bounded in size, time and redirects, and never from a private or local address.

What counts is the address that the connection really has, and it is looked at before a single byte is sent: a name that means
one address when it is checked and another when it is used (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpcore2

LARGEST: Final = 5 * 1024 * 1024
LONGEST_S: Final = 8.0
REDIRECTS: Final = 3
KINDS: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_MOVED: Final = (301, 302, 303, 307, 308)

Allowed = Callable[[str], bool]
"""Whether a connection may have this address at its other end."""


class Unpictured(Exception):
    """There is no picture to be had; the message says why."""


def public(address: str) -> bool:
    """Whether anybody on the internet can reach ``address``; one inside another (mapped, 6to4, Teredo) is what counts."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is not None:
            return public(str(inside))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class _Guarded(httpcore2.AsyncNetworkBackend):
    """Connections whose other end is ``allowed``, and no others."""

    def __init__(self, allowed: Allowed) -> None:
        self._plain = httpcore2.AnyIOBackend()
        self._allowed = allowed

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,  # noqa: ASYNC109 (the library's interface)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        stream = await self._plain.connect_tcp(host, port, timeout, local_address, socket_options)
        peer = stream.get_extra_info("server_addr")
        if not peer or not self._allowed(str(peer[0])):
            await stream.aclose()
            raise Unpictured(f"{host} is not on the public network")
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Fetcher:
    """``user_agent`` says who asks. One connection a picture, since each host is asked for very few."""

    def __init__(self, user_agent: str, allowed: Allowed = public) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            network_backend=_Guarded(allowed), max_connections=4, max_keepalive_connections=0, retries=0
        )
        self._headers: Mapping[bytes | str, bytes | str] = {
            "user-agent": user_agent,
            "accept": ", ".join(sorted(KINDS)),
            "accept-encoding": "identity",
        }

    async def fetch(self, url: str, *, longest_s: float = LONGEST_S, largest: int = LARGEST) -> bytes:
        """The picture at ``url`` as it is there, whatever it is. Raises ``Unpictured``."""
        try:
            async with asyncio.timeout(longest_s):
                for _ in range(REDIRECTS + 1):
                    found = await self._ask(url, largest)
                    if isinstance(found, bytes):
                        return found
                    url = urljoin(url, found)
        except TimeoutError:
            raise Unpictured(f"it takes more than {longest_s:g} s") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError) as fault:
            raise Unpictured(f"it cannot be reached: {fault or type(fault).__name__}") from fault
        except (ValueError, httpcore2.UnsupportedProtocol) as fault:
            raise Unpictured(f"it is no address of the web: {fault}") from fault
        raise Unpictured(f"it redirects more than {REDIRECTS} times")

    async def close(self) -> None:
        """Give the connections back."""
        await self._pool.aclose()

    async def _ask(self, url: str, largest: int) -> bytes | str:
        """The body, or where it is instead."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise Unpictured("it is no plain address of the web")
        async with self._pool.stream("GET", url.encode("ascii"), headers=self._headers) as answer:
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in _MOVED and "location" in headers:
                return headers["location"]
            _look(answer.status, headers, largest)
            body = bytearray()
            async for piece in answer.aiter_stream():
                body += piece
                if len(body) > largest:
                    raise Unpictured(f"it is larger than {largest >> 20} MB")
        return bytes(body)


def _look(status: int, headers: Mapping[str, str], largest: int) -> None:
    """Whether the answer's head speaks of a picture. Raises ``Unpictured``."""
    if status != 200:
        raise Unpictured(f"it answers {status}")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise Unpictured(f"it is {kind or 'of no kind'}, not a picture")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > largest:
        raise Unpictured(f"it is larger than {largest >> 20} MB")
