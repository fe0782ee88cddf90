"""The embedded log: one SQLite file that several processes share, off the event loop.

One thread writes and asks; it commits together whatever was published meanwhile. Each reader has a connection and a thread
of its own, so that nobody's waiting holds up another. A reader hears of this process's records at once, of another's within
``LISTEN_S``.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self, TypeVar

from stream.log import TOPICS, Entry, LogUnavailable, Offsets, Record, Topic, checked
from stream.log.erasure import Eraser
from stream.log.file import Cursor, LogFile

LISTEN_S: Final = 0.005
"""How often a waiting reader looks for the commits of other processes; one look is some microseconds."""
HOUSEKEEPING_S: Final = 60.0
GROUP: Final = 20_000
"""Entries that one transaction takes at most, where many publish at once."""

T = TypeVar("T")


def now_ms() -> int:
    """The wall clock in integer milliseconds, UTC."""
    return time.time_ns() // 1_000_000


class _Worker:
    """A connection to the file with its thread: SQLite's blocking calls, awaited."""

    def __init__(self, name: str, path: str, prefix: str, timeout_s: float) -> None:
        self.path, self.timeout_s = path, timeout_s
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"log-{name}")
        self._opening = self._pool.submit(LogFile, path, prefix, timeout_s)

    @property
    def file(self) -> LogFile:
        """The connection, for use in the thread; raises what opening it raised."""
        return self._opening.result()

    def submit(self, call: Callable[[LogFile], T]) -> Future[T]:
        """Queue ``call`` for the thread."""
        return self._pool.submit(lambda: call(self.file))

    async def run(self, call: Callable[[LogFile], T], extra_s: float = 0.0) -> T:
        """What ``call`` returns. Raises ``LogUnavailable`` when the thread has not come round to it in time."""
        return await self.wait(self.submit(call), extra_s)

    async def wait(self, future: Future[T], extra_s: float = 0.0) -> T:
        """Like ``run``, for what was queued. SQLite's own waiting comes first, this is for a disk that hangs."""
        try:
            async with asyncio.timeout(self.timeout_s + extra_s + 1.0):
                return await asyncio.wrap_future(future)
        except TimeoutError as fault:
            raise LogUnavailable(f"the log {self.path} does not answer; see its disk with dmesg") from fault

    async def close(self) -> None:
        """End the connection and its thread."""
        try:
            if self._opening.exception() is None:
                await self.run(LogFile.close)
        finally:
            self._pool.shutdown(wait=False)


class SqliteLog:
    """The log in one file; see ``stream.log.Log``. Made by ``open``."""

    def __init__(self, worker: _Worker, prefix: str, topics: Sequence[Topic], clock: Callable[[], int]) -> None:
        self._worker, self._prefix, self._clock = worker, prefix, clock
        self.topics = tuple(topics)
        self._published: deque[tuple[Topic, Sequence[Entry], Future[None]]] = deque()
        self._listeners: set[threading.Event] = set()
        self._housekeeping: asyncio.Task[None] | None = None
        self._eraser = Eraser()
        self._folded = True

    @classmethod
    async def open(
        cls,
        path: str,
        *,
        prefix: str = "",
        timeout_s: float = 10.0,
        topics: Sequence[Topic] = TOPICS,
        clock: Callable[[], int] = now_ms,
    ) -> Self:
        """The log in the file at ``path``, made with its folder when it is missing. ``clock`` gives the log's time."""
        worker = _Worker("writer", path, prefix, timeout_s)
        log = cls(worker, prefix, topics, clock)
        try:
            await worker.run(lambda file: file.ensure(topics), extra_s=timeout_s)
        except BaseException:
            await worker.close()
            raise
        log._housekeeping = asyncio.create_task(log._keep_house(), name="log housekeeping")
        return log

    async def publish(self, topic: Topic, entries: Sequence[Entry]) -> None:
        """Append ``entries``, with whatever else is waiting, in one transaction."""
        if entries:
            checked(entries)
            done: Future[None] = Future()
            self._published.append((topic, entries, done))
            self._worker.submit(self._write)
            await self._worker.wait(done)

    def _write(self, file: LogFile) -> None:
        """In the thread: commit what waits; a later call finds less to do, or nothing."""
        batch: list[tuple[Topic, Sequence[Entry], Future[None]]] = []
        size = 0
        while self._published and size < GROUP:
            topic, entries, done = self._published.popleft()
            if done.set_running_or_notify_cancel():
                batch.append((topic, entries, done))
                size += len(entries)
        if not batch:
            return
        try:
            file.append([(topic, entries) for topic, entries, _ in batch], self._clock())
        except BaseException as fault:
            for *_, done in batch:
                done.set_exception(fault)
            return
        for listener in tuple(self._listeners):
            listener.set()
        for *_, done in batch:
            done.set_result(None)

    async def reader(self, starts: Mapping[Topic, Offsets | None]) -> SqliteReader:
        """A reader with a connection of its own."""
        worker = _Worker("reader", self._worker.path, self._prefix, self._worker.timeout_s)
        try:
            cursors = await worker.run(
                lambda file: [c for topic, start in starts.items() for c in file.cursors(topic, start)]
            )
        except BaseException:
            await worker.close()
            raise
        return SqliteReader(worker, cursors, self._listeners)

    async def beginning(self, topic: Topic) -> dict[int, int]:
        """The oldest record's offset, by partition."""
        return await self._worker.run(lambda file: file.at_time(topic, None))

    async def end(self, topic: Topic) -> dict[int, int]:
        """The next record's offset, by partition."""
        return await self._worker.run(lambda file: file.ends(topic))

    async def offsets_for_time(self, topic: Topic, time_ms: int) -> dict[int, int]:
        """By partition, the first record's offset whose log time is at or after ``time_ms``; else the end."""
        return await self._worker.run(lambda file: file.at_time(topic, time_ms))

    async def commit(self, group: str, topic: Topic, offsets: Offsets) -> None:
        """Remember how far ``group`` has read."""
        places = dict(offsets)
        await self._worker.run(lambda file: file.commit(group, topic, places))

    async def committed(self, group: str, topic: Topic) -> dict[int, int]:
        """What ``commit`` last said."""
        return await self._worker.run(lambda file: file.committed(group, topic))

    async def keep_house(self) -> None:
        """Delete what retention and compaction let go, in steps between which others write."""
        for topic in self.topics:
            while await self._worker.run(lambda file, topic=topic: file.sweep(topic, self._clock())):  # type: ignore[misc]
                pass

    async def erase(self) -> None:
        """Overwrite what was taken back since the last time, in steps between which others write."""
        await self._worker.run(lambda file: self._eraser.begin(file, self._clock()))
        erased, more = 0, True
        while more:
            count, more = await self._worker.run(self._eraser.step)
            erased += count
        if erased or not self._folded:
            self._folded = await self._worker.run(LogFile.fold)

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            try:
                await self.keep_house()
                await self.erase()
            except LogUnavailable:
                continue  # whoever publishes or reads tells it; the next round tries again

    async def close(self) -> None:
        """Stop the housekeeping and end the connection; what was published stays."""
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            await asyncio.wait([self._housekeeping])
        await self._worker.close()


class SqliteReader:
    """A cursor over some topics; see ``stream.log.Reader``."""

    def __init__(self, worker: _Worker, cursors: list[Cursor], listeners: set[threading.Event]) -> None:
        self._worker, self._cursors, self._listeners = worker, cursors, listeners

    async def poll(self, timeout_s: float, max_records: int = 5000) -> list[Record]:
        """The next records; the reader moves only when they were handed over."""
        news, given_up = threading.Event(), threading.Event()
        self._listeners.add(news)
        try:
            records, self._cursors = await self._worker.run(
                lambda file: self._listen(file, timeout_s, max_records, news, given_up), extra_s=timeout_s
            )
        finally:
            given_up.set()
            self._listeners.discard(news)
        return records

    def _listen(
        self, file: LogFile, timeout_s: float, limit: int, news: threading.Event, given_up: threading.Event
    ) -> tuple[list[Record], list[Cursor]]:
        """In the thread: read, or wait until something was committed and read then."""
        deadline = time.monotonic() + timeout_s
        while True:
            seen = file.changes()
            records, cursors = file.read(self._cursors, limit)
            if records or given_up.is_set():
                return records, cursors
            while not news.wait(LISTEN_S) and file.changes() == seen:
                if given_up.is_set() or time.monotonic() >= deadline:
                    return records, cursors
            news.clear()
            if time.monotonic() >= deadline:
                return file.read(self._cursors, limit)

    def position(self, topic: Topic) -> dict[int, int]:
        """Where the next ``poll`` begins, by partition of ``topic``."""
        return {cursor.partition: cursor.next for cursor in self._cursors if cursor.topic == topic.name}

    async def close(self) -> None:
        """End the connection."""
        await self._worker.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
