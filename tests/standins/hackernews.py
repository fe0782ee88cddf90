"""Hacker News' service as Firebase serves it: items by number, pushes after a redirect, and misbehaviour on command."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from tests.standins.http import Exchange, HttpStandIn

Trouble = Callable[[Exchange], Awaitable[None]]


class HackerNewsStandIn(HttpStandIn):
    """``items`` by number (bytes go out as they are); ``newest`` and ``changed`` are what is told to those who ask.

    With ``pushes`` false only questions are answered. ``troubles`` holds what goes wrong instead, by path, once each.
    """

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.items: dict[int, Any] = {}
        self.newest = 0
        self.changed: list[int] = []
        self.pushes = True
        self.troubles: dict[str, deque[Trouble]] = {}
        self.lines: dict[str, list[Exchange]] = {"maxitem": [], "updates": []}

    def trouble(self, path: str, *troubles: Trouble) -> None:
        """Let the next requests for ``path`` end so."""
        self.troubles.setdefault(path, deque()).extend(troubles)

    def story(self, number: int, title: str, **fields: Any) -> dict[str, Any]:
        """A story of the author "heron", at the number's own second after 15 June 2025."""
        return self._item(number, {"type": "story", "title": title, "score": 1, "descendants": 0, **fields})

    def comment(self, number: int, text: str, parent: int, **fields: Any) -> dict[str, Any]:
        """A comment of the author "otter"."""
        return self._item(number, {"type": "comment", "text": text, "parent": parent, "by": "otter", **fields})

    def _item(self, number: int, fields: dict[str, Any]) -> dict[str, Any]:
        self.items[number] = {"id": number, "by": "heron", "time": 1_749_999_000 + number, **fields}
        return self.items[number]  # type: ignore[no-any-return]

    async def tell_newest(self, number: int) -> None:
        """The newest item is ``number`` now, and those who listen hear it."""
        self.newest = number
        await self.say("maxitem", "put", {"path": "/", "data": number})

    async def tell_changed(self, *numbers: int) -> None:
        """These items have changed."""
        self.changed = list(numbers)
        await self.say("updates", "put", {"path": "/", "data": {"items": self.changed, "profiles": ["heron"]}})

    async def say(self, line: str, event: str, data: Any) -> None:
        """Push an event to those who listen to ``line``; bytes go out as they are."""
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        await self.push(line, b"event: " + event.encode() + b"\ndata: " + body + b"\n\n")

    async def push(self, line: str, raw: bytes) -> None:
        """Bytes on the wire of those who listen to ``line``."""
        for exchange in list(self.lines[line]):
            try:
                await exchange.chunk(raw)
            except ConnectionError:  # who was killed hears nothing more
                self.lines[line].remove(exchange)

    def drop(self) -> None:
        """Everybody's line breaks."""
        for exchanges in self.lines.values():
            for exchange in exchanges:
                exchange.hang_up()
            exchanges.clear()

    def asked(self, number: int) -> int:
        """How often the item was asked for."""
        return sum(exchange.path == f"/v0/item/{number}.json" for exchange in self.seen)

    async def _answer(self, exchange: Exchange) -> None:
        path = exchange.path
        name = path.rpartition("/")[2].removesuffix(".json")
        pushed = name in self.lines and exchange.headers.get("accept") == "text/event-stream"
        if pushed and not self.pushes:
            await exchange.answer(403, b"")
        elif troubles := self.troubles.get(path):
            await troubles.popleft()(exchange)
        elif pushed:
            await self._line(exchange, name, redirected=path.startswith("/elsewhere/"))
        elif name in self.lines:
            told = self.newest if name == "maxitem" else {"items": self.changed, "profiles": []}
            await exchange.answer(200, told)
        else:
            item = self.items.get(int(name))
            body = item if isinstance(item, bytes) else json.dumps(item).encode()
            await exchange.answer(200, body, {"content-type": "application/json"})

    async def _line(self, exchange: Exchange, name: str, *, redirected: bool) -> None:
        if not redirected:
            await exchange.answer(307, b"", {"location": f"{self.url}/elsewhere/{name}.json"})
        else:
            await exchange.begin(200, {"content-type": "text/event-stream; charset=utf-8"})
            told = self.newest if name == "maxitem" else {"items": self.changed, "profiles": []}
            await exchange.chunk(b"event: put\ndata: " + json.dumps({"path": "/", "data": told}).encode() + b"\n\n")
            self.lines[name].append(exchange)
            await asyncio.Event().wait()
