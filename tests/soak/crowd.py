"""A crowd that posts to ingest's webhook, and keeps account of what was acknowledged: 202, and what comes again after a 503."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import Any, Final

import httpx2

from ingest.signature import key_of, sign
from tests.soak.hall import SECRET, SENDER

PREFIX: Final = f"webhook:{SENDER}:"
PAUSE_S: Final = 0.15
AGAIN_S: Final = 0.3
PATIENCE_S: Final = 6.0
"""After so long a sender gives up waiting for an answer and sends the same again; shorter than the webhook's own patience."""
WORDS: Final = ("harbour", "lantern", "bridge", "workshop", "poster", "ferry", "choir", "coffee", "tram", "island")
TAGS: Final = ("Kaleido", "design", "light", "music", "water")
ACKNOWLEDGED: Final = (202, 409)
"""409: what is sent again was taken the first time."""


class Crowd:
    """``posts`` and ``gone`` are the ids that ingest has acknowledged, of posts and of what was taken back."""

    def __init__(self, port: int, seed: int) -> None:
        self._url = f"http://127.0.0.1:{port}/mentions"
        self._rng = random.Random(seed)
        self._key = key_of(SECRET)
        self._number = 0
        self.posts: set[str] = set()
        self.gone: set[str] = set()
        self.tries = 0

    async def run(self) -> None:
        """One message after another, each until it is acknowledged, for ever."""
        async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
            while True:
                posts, gone = self._message()
                body = json.dumps(posts + gone).encode()
                message = f"m{self._number}"
                while not await self._sent(client, message, body):
                    await asyncio.sleep(AGAIN_S)
                self.posts |= {PREFIX + post["id"] for post in posts}
                self.gone |= {PREFIX + each["id"] for each in gone}
                await asyncio.sleep(PAUSE_S * self._rng.uniform(0.5, 1.5))

    async def _sent(self, client: httpx2.AsyncClient, message: str, body: bytes) -> bool:
        stamp = str(int(time.time()))
        signed = {
            "webhook-id": message,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(self._key, message, stamp, body),
        }
        self.tries += 1
        try:
            answer = await client.post(self._url, content=body, headers=signed)
        except httpx2.HTTPError:
            return False
        return answer.status_code in ACKNOWLEDGED

    def _message(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        posts = []
        for _ in range(self._rng.randint(1, 3)):
            self._number += 1
            words = self._rng.sample(WORDS, 3)
            voice = f"v{self._rng.randrange(60)}"
            posts.append({
                "id": str(self._number), "author": {"id": voice, "handle": voice, "name": voice.upper()}, "lang": "en",
                "text": f"{' '.join(words)} {self._number} #{self._rng.choice(TAGS)}",
            })  # fmt: skip
        known = self._number - len(posts)
        gone = (
            [{"kind": "delete", "id": str(self._rng.randint(1, known))}] if known and self._rng.random() < 0.1 else []
        )
        return posts, gone
