"""A web server of feeds that answers conditional requests as it should, and misbehaves on command."""

from __future__ import annotations

import asyncio
import gzip
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from xml.sax.saxutils import escape

from tests.standins.http import Exchange, HttpStandIn

Trouble = Callable[[Exchange], Awaitable[None]]


class FeedsStandIn(HttpStandIn):
    """``pages`` holds the document of each path; ``troubles`` what goes wrong instead, once each, in order."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.pages: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.troubles: dict[str, deque[Trouble]] = {}
        self.asked: dict[str, int] = {}
        """How often each path was asked for and answered in full."""

    def put(self, path: str, page: bytes | str, **headers: str) -> str:
        """Serve ``page`` at ``path``; returns the address. ``headers`` as keywords, ``_`` for ``-``."""
        self.pages[path] = page.encode() if isinstance(page, str) else page
        self.headers[path] = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.url + path

    def trouble(self, path: str, *troubles: Trouble) -> None:
        """Let the next requests for ``path`` end so."""
        self.troubles.setdefault(path, deque()).extend(troubles)

    def requests(self, path: str) -> list[Exchange]:
        """Who asked for ``path``, in order."""
        return [exchange for exchange in self.seen if exchange.path == path]

    async def _answer(self, exchange: Exchange) -> None:
        path = exchange.path
        if troubles := self.troubles.get(path):
            await troubles.popleft()(exchange)
        elif path not in self.pages:
            await exchange.answer(404)
        else:
            page, headers = self.pages[path], self.headers[path]
            if exchange.headers.get("if-none-match") == headers.get("etag", "none"):
                await exchange.answer(304, headers={"etag": headers["etag"]})
            elif exchange.headers.get("if-modified-since") == headers.get("last-modified", "never"):
                await exchange.answer(304)
            else:
                await exchange.answer(200, page, {"content-type": "application/xml", **headers})
        self.asked[path] = self.asked.get(path, 0) + 1


def status(code: int, headers: Mapping[str, str] | None = None) -> Trouble:
    """An answer with nothing but a status: 401, 410, 429, 503, or a redirect."""
    return lambda exchange: exchange.answer(code, headers=headers)


async def hang_up(exchange: Exchange) -> None:
    """Closed without goodbye."""
    exchange.hang_up()


async def silence(exchange: Exchange) -> None:
    """Accepted, and never answered."""
    await asyncio.Event().wait()


def half(page: str) -> Trouble:
    """The beginning of ``page``, cut in the middle of a character, and then nothing: the line broke."""

    async def answer(exchange: Exchange) -> None:
        data = page.encode()
        await exchange.begin(200, {"content-type": "application/xml", "content-length": str(len(data))})
        await exchange.raw(data[: data.index("ä".encode()) + 1])
        exchange.hang_up()

    return answer


def in_pieces(page: str) -> Trouble:
    """``page`` a byte at a time, so that every character is cut."""

    async def answer(exchange: Exchange) -> None:
        await exchange.begin(200, {"content-type": "application/xml; charset=utf-8"})
        for byte in page.encode():
            await exchange.chunk(bytes([byte]))
        await exchange.chunk(b"")

    return answer


def zipped(page: bytes, *, cut: int = 0) -> Trouble:
    """``page`` as gzip, without its last ``cut`` bytes."""
    data = gzip.compress(page)
    data = data[: len(data) - cut]
    return lambda exchange: exchange.answer(200, data, {"content-type": "application/xml", "content-encoding": "gzip"})


def rss(*items: str, title: str = "Harbour News", extra: str = "") -> str:
    """An RSS 2.0 document; its items as ``item`` writes them, the newest first."""
    head = f"<title>{title}</title><link>https://www.harbour.example/</link><language>en</language>{extra}"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def item(guid: str, title: str, at_ms: int | None = None, text: str = "") -> str:
    """One item of an RSS document."""
    date = f"<pubDate>{formatdate(at_ms / 1000, usegmt=True)}</pubDate>" if at_ms is not None else ""
    about = f"<description>{escape(text)}</description>" if text else ""
    address = f"<guid isPermaLink='false'>{guid}</guid><link>https://www.harbour.example/{guid}</link>" if guid else ""
    return f"<item>{address}<title>{escape(title)}</title>{about}{date}</item>"
