"""A polite GET of a document that may not have changed: conditional, bounded in size and time, careful where it is sent to."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import ipaddress
import re
import socket
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Final
from urllib.parse import urljoin

import httpx2
import msgspec

SIZE_LIMIT: Final = 10 * 1024 * 1024
REDIRECTS: Final = 5
LONGEST_WAIT_S: Final = 86_400.0

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_PERMANENT: Final = (301, 308)
_MOVED: Final = (301, 302, 303, 307, 308)

Resolve = Callable[[str], Awaitable[list[str]]]
"""The addresses of a host by its name. Raises ``OSError``."""


class Fetched(msgspec.Struct, frozen=True):
    """An answer. ``body`` is unpacked, and None where nothing changed; ``url`` is where to ask from now on.

    ``wait_s`` is how long the server asks not to be asked again, 0 when it does not say.
    """

    body: bytes | None
    url: str
    content_type: str = ""
    etag: str = ""
    modified: str = ""
    wait_s: float = 0.0


class Unfetched(Exception):
    """There is no document; the message says why. ``gone`` says that there will be none, ``wait_s`` as in ``Fetched``."""

    def __init__(self, sentence: str, *, gone: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(sentence)
        self.gone, self.wait_s = gone, wait_s


def user_agent(contact: str) -> str:
    """How we introduce ourselves to servers: with a version, and whom to write to where that is configured."""
    return f"Agora/{version('agora-wall')}" + (
        f" (+{contact})" if contact.isascii() and contact.isprintable() and contact else ""
    )


async def resolved(host: str) -> list[str]:
    """The addresses of ``host``, as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def fetch(
    client: httpx2.AsyncClient,
    url: str,
    *,
    etag: str = "",
    modified: str = "",
    now_s: Callable[[], float] = time.time,
    trusted: str = "",
    resolve: Resolve = resolved,
) -> Fetched:
    """The document at ``url``, unless it is still the one with ``etag`` and ``modified``. Raises ``Unfetched``.

    Redirects are followed, ``REDIRECTS`` at most, and to a private or local address only when ``trusted``, the address that
    a person wrote (default: ``url``), is one itself. Permanent ones change where to ask from now on.
    """
    asked = kept = url
    trusted = trusted or url
    for _ in range(REDIRECTS + 1):
        headers = {"accept-encoding": "gzip", "accept": "application/feed+json, application/xml;q=0.9, */*;q=0.8"}
        if etag:
            headers["if-none-match"] = etag
        if modified:
            headers["if-modified-since"] = modified
        try:
            if asked != trusted:
                await _check(asked, trusted, resolve)
            async with client.stream("GET", asked, headers=headers, follow_redirects=False) as answer:
                if answer.status_code not in _MOVED or "location" not in answer.headers:
                    return await _taken(answer, kept, now_s)
                target = urljoin(asked, answer.headers["location"])
                if answer.status_code in _PERMANENT and kept == asked:
                    kept = target
                asked = target
        except httpx2.HTTPError as fault:
            raise Unfetched(_told(fault)) from fault
        except (httpx2.InvalidURL, ValueError) as fault:
            raise Unfetched(f"it is or redirects to no address of the web: {fault}") from fault
    raise Unfetched(f"it redirects more than {REDIRECTS} times")


async def _taken(answer: httpx2.Response, kept: str, now_s: Callable[[], float]) -> Fetched:
    status, wait_s = answer.status_code, _wait(answer.headers, now_s())
    head = (
        answer.headers.get("content-type", ""),
        answer.headers.get("etag", ""),
        answer.headers.get("last-modified", ""),
    )
    if status == 304:
        return Fetched(None, kept, *head, wait_s)
    if status == 410:
        raise Unfetched("it is gone for good (410)", gone=True)
    if status != 200:
        raise Unfetched(f"it answers {status} {httpx2.codes.get_reason_phrase(status)}".rstrip(), wait_s=wait_s)
    return Fetched(await _body(answer), kept, *head, wait_s)


async def _body(answer: httpx2.Response) -> bytes:
    """The body, unpacked by what it is and not by what the server says of it."""
    body, unpack = bytearray(), None
    async for piece in answer.aiter_raw():
        if not body and unpack is None and piece.startswith(b"\x1f\x8b"):
            unpack = zlib.decompressobj(wbits=31)
        if unpack is None:
            body += piece
        else:
            try:
                body += unpack.decompress(piece, SIZE_LIMIT + 1 - len(body))
            except zlib.error as fault:
                raise Unfetched(f"its gzip is broken: {fault}") from fault
        if len(body) > SIZE_LIMIT:
            raise Unfetched(f"it is larger than {SIZE_LIMIT >> 20} MB")
    if unpack is not None and not unpack.eof:
        raise Unfetched("its gzip ends in the middle")
    return bytes(body)


def _wait(headers: Mapping[str, str], now_s: float) -> float:
    """Seconds that the server asks to be left alone, by ``Retry-After`` or else by ``Cache-Control``."""
    after = headers.get("retry-after", "").strip()
    wait_s = 0.0
    if after.isascii() and after.isdigit():
        wait_s = float(after[:12])
    elif after:
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            wait_s = email.utils.parsedate_to_datetime(after).timestamp() - now_s
    elif age := _MAX_AGE.search(headers.get("cache-control", "")):
        wait_s = float(age[1])
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)


async def _check(url: str, trusted: str, resolve: Resolve) -> None:
    # By the eyes of the client that will ask there: parsers differ over where a host begins.
    target = httpx2.URL(url)
    if target.scheme not in ("http", "https") or not target.host:
        raise Unfetched(f"it redirects to {url[:100]!r}, which is no address of the web")
    try:
        if not await _is_public(target.host, resolve) and await _is_public(httpx2.URL(trusted).host, resolve):
            raise Unfetched(f"it redirects to {target.host}, which is not on the public network")
    except (OSError, UnicodeError) as fault:
        raise Unfetched(f"{target.host}, to which it redirects, is not found: {fault}") from fault


async def _is_public(host: str, resolve: Resolve) -> bool:
    """Whether all addresses of ``host`` are such as anybody can reach."""
    for address in await resolve(host):
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
        if not ip.is_global or ip.is_multicast:
            return False
    return True


def _told(fault: Exception) -> str:
    if isinstance(fault, httpx2.TimeoutException):
        return "it does not answer in time"
    return f"it cannot be reached: {fault or type(fault).__name__}"
