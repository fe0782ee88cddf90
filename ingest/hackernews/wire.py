"""The wire to Hacker News: told of new and changed items by server-sent events, asking for them where that fails."""

from __future__ import annotations

import asyncio
import email.utils
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx2
import msgspec
import structlog

from ingest.backoff import BackOff
from ingest.feeds.fetch import user_agent
from ingest.formats.hackernews import SOURCE
from ingest.source import Context, SourceUnavailable
from ingest.sse import Comment, Decoder, Event, Overlong
from stream.mention import Rejected, rejected

POLL_S: Final = 15.0
"""Pause between two questions while nothing is pushed."""
SILENCE_S: Final = 90.0
"""A push without even a keep-alive, of which there are two a minute, is dead after this long."""
AT_ONCE: Final = 8
"""Items that are asked for at the same time."""
ITEM_LIMIT: Final = 1024 * 1024
REMEMBERED: Final = 5000
"""Changed items that wait to be read; of more the oldest are left out."""
LEAP: Final = 10_000_000
"""A newest item this much newer than the last is a mistake."""

logger = structlog.get_logger("ingest")


class Oversized(Exception):
    """An answer longer than ``ITEM_LIMIT``, of which ``head`` is the beginning."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"an answer of more than {ITEM_LIMIT} bytes")
        self.head = head


class Refused(Exception):
    """The service refuses to tell of one item."""


class _Unpushed(Exception):
    """Nothing is pushed; the message says why."""


class Wire:
    """``newest`` is the highest number, ``changed`` holds the numbers that the service says have changed, oldest first.

    ``news`` is set with each of them, and with each sign of life. ``letters`` are for the dead letters.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._url = context.config.hackernews.url.rstrip("/")
        self._pauses = BackOff(5.0, 300.0, draw=context.draw)
        self._places = asyncio.Semaphore(AT_ONCE)
        self.newest = 0
        self.changed: dict[int, None] = {}
        self.letters: list[Rejected] = []
        self.news = asyncio.Event()
        self.pushed = {"maxitem": False, "updates": False}

    async def __aenter__(self) -> Self:
        self._client = httpx2.AsyncClient(
            headers={"user-agent": user_agent(self._context.config.privacy.contact)},
            timeout=httpx2.Timeout(30.0, read=SILENCE_S),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=AT_ONCE),
            trust_env=False,
        )
        self.news.clear()
        self._tasks = [
            asyncio.create_task(self._follow(name, take), name=f"hackernews {name}")
            for name, take in (("maxitem", self._take_newest), ("updates", self._take_changed))
        ]
        for task in self._tasks:
            task.add_done_callback(lambda _: self.news.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def check(self) -> None:
        """Raise what made listening fail, if anything did."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def items(self, numbers: Sequence[int]) -> list[bytes | Refused | Oversized]:
        """The items with these numbers, as the service tells them. Raises ``SourceUnavailable`` when it does not."""
        asked = [asyncio.create_task(self._item(number)) for number in numbers]
        try:
            return await asyncio.gather(*asked)
        finally:
            for task in asked:
                task.cancel()

    async def _item(self, number: int) -> bytes | Refused | Oversized:
        async with self._places:
            try:
                return await self._get(f"item/{number}")
            except (Refused, Oversized) as fault:
                return fault

    async def _get(self, name: str) -> bytes:
        try:
            async with asyncio.timeout(60.0):
                address = f"{self._url}/v0/{name}.json"
                async with self._client.stream("GET", address, follow_redirects=True) as answer:
                    if answer.status_code == 429 or answer.status_code >= 500:
                        raise self._unavailable(f"it answers {answer.status_code}", _after(answer, self._context.now()))
                    if answer.status_code != 200:
                        raise Refused(f"it answers {answer.status_code}")
                    body = bytearray()
                    async for piece in answer.aiter_bytes():
                        body += piece
                        if len(body) > ITEM_LIMIT:
                            raise Oversized(bytes(body))
        except (httpx2.HTTPError, TimeoutError) as fault:
            raise self._unavailable(f"it cannot be reached: {fault or type(fault).__name__}") from fault
        self._pauses.reset()
        return bytes(body)

    def _unavailable(self, why: str, after_s: float = 0.0) -> SourceUnavailable:
        return SourceUnavailable(f"Hacker News cannot be heard: {why}", pause_s=max(self._pauses.next(), after_s))

    async def _follow(self, name: str, take: Callable[[Any, bytes], None]) -> None:
        """Hear ``name`` for ever: pushed while that goes, asked for meanwhile."""
        pauses = BackOff(60.0, 900.0, draw=self._context.draw)
        while True:
            try:
                await self._push(name, take, pauses.reset)
            except (_Unpushed, httpx2.HTTPError) as fault:
                logger.info("hacker news does not push", what=name, reason=str(fault) or type(fault).__name__)
            self.pushed[name] = False
            again = self._context.monotonic() + pauses.next()
            while self._context.monotonic() < again:
                await self._ask(name, take)
                await self._context.pause(POLL_S)

    async def _ask(self, name: str, take: Callable[[Any, bytes], None]) -> None:
        try:
            raw = await self._get(name)
        except Oversized as fault:
            self._reject(str(fault), fault.head)
        except Refused as fault:
            raise self._unavailable(str(fault)) from fault
        else:
            if (told := self._decoded(raw)) is not None:
                take(told, raw)
        self.news.set()

    async def _push(self, name: str, take: Callable[[Any, bytes], None], well: Callable[[], None]) -> None:
        """Hear what is pushed until it ends. Raises ``_Unpushed``, or what the connection fails with."""
        headers = {"accept": "text/event-stream"}
        address = f"{self._url}/v0/{name}.json"
        async with self._client.stream("GET", address, headers=headers, follow_redirects=True) as answer:
            kind = answer.headers.get("content-type", "")
            if answer.status_code != 200 or not kind.startswith("text/event-stream"):
                raise _Unpushed(f"it answers {answer.status_code} {kind}")
            decoder = Decoder()
            async for piece in answer.aiter_bytes():
                for said in decoder.feed(piece):
                    if await self._heard(said, name, take):
                        well()
                        self.pushed[name] = True
                    self.news.set()
        raise _Unpushed("it closed the connection")

    async def _heard(self, said: Event | Comment | Overlong, name: str, take: Callable[[Any, bytes], None]) -> bool:
        """Take what was pushed; whether it was a word of ``name``."""
        if isinstance(said, Overlong):
            self._reject(f"an event of {said.size} bytes", said.head)
        elif isinstance(said, Event):
            if said.type in ("cancel", "auth_revoked"):
                raise _Unpushed(f"it says {said.type}")
            if said.type in ("put", "patch"):
                told = self._decoded(said.data)
                if said.type == "put" and isinstance(told, dict) and told.get("path") == "/":
                    take(told.get("data"), said.data)
                else:
                    await self._ask(name, take)  # a part of it has changed, or nobody knows what
                return True
        return False

    def _decoded(self, raw: bytes) -> Any:
        """What the JSON in ``raw`` says; None where it is none, which is a dead letter."""
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            self._reject(str(fault), raw)
            return None

    def _take_newest(self, told: Any, raw: bytes) -> None:
        if type(told) is not int or told < 0 or (self.newest and told > self.newest + LEAP):
            self._reject("the newest item is no number that it can have", raw)
        else:
            self.newest = max(self.newest, told)

    def _take_changed(self, told: Any, raw: bytes) -> None:
        items = told.get("items") if isinstance(told, dict) else None
        if not isinstance(items, list):
            self._reject("what has changed is no list of items", raw)
            return
        self.changed.update(dict.fromkeys(number for number in items if type(number) is int and number > 0))
        while len(self.changed) > REMEMBERED:
            del self.changed[next(iter(self.changed))]

    def _reject(self, reason: str, raw: bytes) -> None:
        if len(self.letters) < REMEMBERED:
            self.letters.append(rejected(SOURCE, reason, self._context.now(), raw))


def _after(answer: httpx2.Response, now_ms: int) -> float:
    """Seconds that the service asks to be left alone, a day at most."""
    after = answer.headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return min(float(after[:9]), 86_400.0)
    try:
        return min(max(0.0, email.utils.parsedate_to_datetime(after).timestamp() - now_ms / 1000), 86_400.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
