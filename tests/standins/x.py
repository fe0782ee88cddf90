"""X's API v2 as a test wants it: rules that are kept, streams that play a part each, a search, and all of X's bad manners."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.standins.http import Exchange, HttpStandIn

EPOCH_MS = 1_288_834_974_657
HEARTBEAT = b"\r\n"


def post_id(at: int, n: int = 0) -> str:
    """The id of the ``n``-th post written at ``at`` (milliseconds UTC)."""
    return str(((at - EPOCH_MS) << 22) + n)


def message(at: int, n: int = 0, text: str = "", **data: Any) -> dict[str, Any]:
    """The ``n``-th post written at ``at``, as the stream tells it."""
    post = {
        "id": post_id(at, n),
        "author_id": str(70 + n % 5),
        "text": text or f"harbour news {n}",
        "lang": "en",
        **data,
    }
    users = [{"id": post["author_id"], "username": f"voice{post['author_id']}", "name": "Voice"}]
    return {"data": post, "includes": {"users": users}, "matching_rules": [{"id": "1", "tag": "agora:1"}]}


def wire(*messages: dict[str, Any]) -> bytes:
    """Messages as the stream sends them."""
    return b"".join(json.dumps(message, ensure_ascii=False).encode() + b"\r\n" for message in messages)


class Stage:
    """One open stream, and what is said in it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    async def say(self, *messages: dict[str, Any]) -> None:
        """Messages, in one piece."""
        await self.exchange.chunk(wire(*messages))

    async def raw(self, data: bytes) -> None:
        """Any bytes, in one piece."""
        await self.exchange.chunk(data)

    async def end(self) -> None:
        """The end, with good manners."""
        await self.exchange.chunk(b"")

    async def hold(self) -> None:
        """Silence until the listener goes."""
        await asyncio.Event().wait()

    async def beat(self) -> None:
        """Heartbeats until the listener goes."""
        while True:
            await self.raw(HEARTBEAT)
            await asyncio.sleep(0.01)


Play = Callable[[Stage], Awaitable[None]]


class Refuse:
    """Answers a request for the stream with ``status`` instead of opening it."""

    def __init__(self, status: int, body: Any = b"", **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class XStandIn(HttpStandIn):
    """Each connection to the stream plays the next of ``plays``; after the last one streams are open and silent.

    ``invalid`` says which rules X does not take. ``rules`` are those it holds, by id; ``changes`` what it was asked to change.
    ``compliance`` are plays by path and partition; ``found`` are the pages of the search, by query.
    """

    def __init__(self, *plays: Play | Refuse, rules: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(self._handle)
        self.plays = list(plays)
        self.rules = {str(n): {"id": str(n), "value": value, "tag": tag} for n, (value, tag) in enumerate(rules, 500)}
        self.invalid: Callable[[str], bool] = lambda value: not value
        self.changes: list[dict[str, Any]] = []
        self.open = 0
        self.compliance: dict[tuple[str, str], Play] = {}
        self.found: list[dict[str, Any]] = []
        self.page = 1000
        self.answer_rules: Refuse | None = None
        self._next = 1

    @property
    def values(self) -> list[str]:
        """The rules that X holds, sorted."""
        return sorted(rule["value"] for rule in self.rules.values())

    def streams(self) -> list[Exchange]:
        """The requests for the stream, in order."""
        return [e for e in self.seen if e.path == "/2/tweets/search/stream"]

    async def _handle(self, exchange: Exchange) -> None:
        if exchange.headers.get("authorization") != "Bearer good":
            await exchange.answer(401, {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"})
        elif exchange.path == "/2/tweets/search/stream/rules":
            await self._rules(exchange)
        elif exchange.path == "/2/tweets/search/stream":
            await self._stream(exchange, self.plays.pop(0) if self.plays else Stage.hold)
        elif exchange.path == "/2/tweets/search/recent":
            await self._search(exchange)
        else:
            play = self.compliance.get((exchange.path, exchange.query["partition"][0]), Stage.hold)
            await self._stream(exchange, play)

    async def _stream(self, exchange: Exchange, play: Play | Refuse) -> None:
        if isinstance(play, Refuse):
            await exchange.answer(play.status, play.body, play.headers)
            return
        self.open += 1
        try:
            await exchange.begin(200, {"content-type": "application/json"})
            await exchange.chunk(HEARTBEAT)
            await play(Stage(exchange))
        finally:
            self.open -= 1

    async def _rules(self, exchange: Exchange) -> None:
        if self.answer_rules is not None:
            await exchange.answer(self.answer_rules.status, self.answer_rules.body, self.answer_rules.headers)
        elif exchange.method == "GET":
            start = int(exchange.query.get("pagination_token", ["0"])[0])
            rules = list(self.rules.values())
            meta = {"next_token": str(start + self.page)} if start + self.page < len(rules) else {}
            await exchange.answer(200, {"data": rules[start : start + self.page], "meta": meta})
        else:
            await self._change(exchange)

    async def _change(self, exchange: Exchange) -> None:
        change = json.loads(exchange.body)
        rehearsed = exchange.query.get("dry_run") == ["true"]
        if not rehearsed:
            self.changes.append(change)
        for id in change.get("delete", {}).get("ids", []):
            del self.rules[id]
        wrong = "https://api.x.com/2/problems/"
        errors, good = [], []
        for rule in change.get("add", []):
            if len(rule["value"]) > 1024 or self.invalid(rule["value"]):
                errors.append(
                    {"value": rule["value"], "details": ["no viable alternative"], "type": wrong + "invalid-rules"}
                )
            elif any(rule["value"] == held["value"] for held in self.rules.values()):
                errors.append({"value": rule["value"], "title": "DuplicateRule", "type": wrong + "duplicate-rules"})
            else:
                good.append(rule)
        if errors:  # as X does: one bad rule keeps the others of its request out
            await exchange.answer(400 if not good else 201, {"errors": errors, "title": "Invalid Request"})
            return
        added = []
        for rule in good if not rehearsed else []:
            added.append({"id": str(self._next), **rule})
            self.rules[str(self._next)] = added[-1]
            self._next += 1
        await exchange.answer(201, {"data": added, "meta": {"summary": {"created": len(added)}}})

    async def _search(self, exchange: Exchange) -> None:
        start = int(exchange.query.get("next_token", ["0"])[0])
        end = start + int(exchange.query["max_results"][0])
        posts = self.found[start:end]
        page = {
            "data": [found["data"] for found in posts],
            "includes": {"users": [user for found in posts for user in found["includes"]["users"]]},
            "meta": {"result_count": len(posts), **({"next_token": str(end)} if end < len(self.found) else {})},
        }
        await exchange.answer(200, page if posts else {"meta": {"result_count": 0}})
