"""A made-up Bluesky on loopback, in a process of its own: a steady stream of events of every kind, and who is who.

``python -m tests.bench.sky RATE TERMS`` prints its two ports, then once a second how many events and how many matching posts
it has sent, until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import time
from collections import deque
from itertools import count

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.standins.http import Exchange, HttpStandIn

PEOPLE = 20_000
MATCHING = 0.05
"""Share of all events that are posts with a tracked term."""
KINDS = {
    "post": 0.23,
    "like": 0.60,
    "repost": 0.08,
    "follow": 0.06,
    "delete": 0.02,
    "identity": 0.007,
    "account": 0.003,
}
"""Share of each kind; measured on 10 June 2026: 69 posts, 200 likes and 25 follows a second."""
WORDS = (
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "is",
    "it",
    "you",
    "that",
    "was",
    "for",
    "with",
    "this",
    "have",
    "not",
    "what",
)


def terms(n: int) -> list[str]:
    """Made-up words to listen for: every third a hashtag, every tenth a phrase."""
    draw = random.Random(7)
    words = ["".join(draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(4)) for _ in range(n)]
    return [
        f"#{word}" if k % 3 == 0 else f"{word} {words[k - 1]}" if k % 10 == 1 else word for k, word in enumerate(words)
    ]


class Sky:
    """Frames of the first envelope, drawn with a seed; ``sent`` and ``matching`` count them."""

    def __init__(self, wanted: list[str]) -> None:
        self.sent = self.matching = 0
        self._terms, self._draw, self._rkeys = wanted, random.Random(11), count(1)
        self._tracked: deque[str] = deque(["at://did:plc:nobody/app.bsky.feed.post/0"], 2000)
        self._others: deque[str] = deque(["at://did:plc:nobody/app.bsky.feed.post/1"], 2000)

    def frame(self) -> str:
        """The next event."""
        kind = self._draw.choices(list(KINDS), list(KINDS.values()))[0]
        did = f"did:plc:{self._draw.randrange(PEOPLE):024d}"
        event = {"did": did, "time_us": time.time_ns() // 1000, "kind": "commit"}
        self.sent += 1
        if kind == "identity":
            event |= {"kind": kind, "identity": {"did": did, "handle": f"{did[-6:]}.example", "seq": 1}}
        elif kind == "account":
            event |= {"kind": kind, "account": {"active": True, "did": did, "seq": 1}}
        else:
            event["commit"] = self._commit(kind, did)
        return json.dumps(event, separators=(",", ":"))

    def _commit(self, kind: str, did: str) -> dict[str, object]:
        rkey = f"3l{next(self._rkeys):011d}"
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        change: dict[str, object] = {"rev": rkey, "operation": "create", "rkey": rkey, "cid": "bafyrei" + "x" * 52}
        tracked = self._draw.random() < MATCHING / KINDS["post"]
        known = self._tracked if self._draw.random() < MATCHING else self._others
        subject = {"cid": "bafyrei" + "y" * 52, "uri": self._draw.choice(known)}
        if kind == "post":
            words = self._draw.choices(WORDS, k=self._draw.randrange(4, 40))
            if tracked:
                words.insert(self._draw.randrange(len(words)), self._draw.choice(self._terms))
                self.matching += 1
            (self._tracked if tracked else self._others).append(f"at://{did}/app.bsky.feed.post/{rkey}")
            record: dict[str, object] = {"text": " ".join(words), "createdAt": now, "langs": ["en"]}
            if self._draw.random() < 0.4:
                record["reply"] = {"parent": subject, "root": subject}
            return {**change, "collection": "app.bsky.feed.post", "record": record}
        if kind == "delete":
            return {**change, "operation": kind, "collection": "app.bsky.feed.like", "cid": None}
        collection = "app.bsky.graph.follow" if kind == "follow" else f"app.bsky.feed.{kind}"
        return {**change, "collection": collection, "record": {"createdAt": now, "subject": subject}}


async def main(rate: float, wanted: list[str]) -> None:
    """Serve until ended."""
    sky = Sky(wanted)

    async def stream(socket: ServerConnection) -> None:
        began, first = time.monotonic(), sky.sent
        with contextlib.suppress(ConnectionClosed):
            while True:
                due = first + int((time.monotonic() - began) * rate)
                while sky.sent < due:
                    await socket.send(sky.frame())
                await asyncio.sleep(0.005)

    async def who(exchange: Exchange) -> None:
        found = [
            {"did": did, "handle": f"{did[-6:]}.example", "displayName": "Somebody", "followersCount": 7}
            for did in exchange.query.get("actors", [])
        ]
        await exchange.answer(200, {"profiles": found})

    service = HttpStandIn(who)
    async with serve(stream, "127.0.0.1", 0) as server, service:
        print(next(iter(server.sockets)).getsockname()[1], service.port, flush=True)
        while True:
            await asyncio.sleep(1)
            service.seen.clear()
            print(sky.sent, sky.matching, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(float(sys.argv[1]), terms(int(sys.argv[2]))))
