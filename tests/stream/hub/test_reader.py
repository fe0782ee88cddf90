"""Following the log: order, and what happens while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from stream.config import LogConfig
from stream.hub import reader
from stream.hub.metrics import Metrics
from stream.hub.reader import Follower
from stream.log import CONTROL, MENTIONS, RETRACTIONS, Entry, LogDamaged, LogUnavailable, Record, open_log, persist
from tests.stream.hub.test_hub import until


class Listener:
    """Notes what a follower says, in order."""

    def __init__(self, url: str, since: int | None = None, resume: dict | None = None) -> None:
        self.heard: list[str] = []
        self.metrics = Metrics()

        async def resumed(_) -> dict:
            return resume or {}

        async def began() -> None:
            self.heard.append("began")

        self.follower = Follower(
            LogConfig(url=url),
            self.metrics,
            first=self.take,
            mentions=self.take,
            began=began,
            resume=resumed,
            since=since,
        )

    async def take(self, records: Sequence[Record]) -> None:
        self.heard += [f"{r.topic} {r.key}" for r in records]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path}/log.db"


async def test_mentions_come_last(url: str) -> None:
    """Control and retractions are read to their end before the first mention; then everything is followed."""
    log = await open_log(url)
    await log.publish(MENTIONS, [Entry("m1", b"1")])
    await log.publish(RETRACTIONS, [Entry("r1", b"1")])
    await log.publish(CONTROL, [Entry("c1", b"1")])
    listener = Listener(url)
    task = asyncio.create_task(listener.follower.run())
    await until(lambda: len(listener.heard) == 4 and listener.follower.caught_up)
    assert listener.heard[2:] == ["began", "mentions m1"]
    await log.publish(CONTROL, [Entry("c2", b"1")])
    await log.publish(MENTIONS, [Entry("m2", b"1")])
    await until(lambda: len(listener.heard) == 6)
    assert set(listener.heard[4:]) == {"control c2", "mentions m2"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await log.close()


async def test_resume(url: str) -> None:
    """From a checkpoint's offsets only what came after it is read; control is read anew."""
    log = await open_log(url)
    await log.publish(MENTIONS, [Entry("m", b"1"), Entry("m", b"2")])
    await log.publish(CONTROL, [Entry("c", b"1")])
    ends = await log.end(MENTIONS)
    await log.publish(MENTIONS, [Entry("later", b"3")])
    listener = Listener(url, resume={"mentions": ends})
    task = asyncio.create_task(listener.follower.run())
    await until(lambda: len(listener.heard) == 3)
    assert listener.heard == ["control c", "began", "mentions later"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await log.close()


async def test_the_log_is_away(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be opened, or goes away, is tried again until it is there; meanwhile the fault is told."""
    monkeypatch.setattr(persist, "RETRY_S", 0.01)
    faults = iter([LogUnavailable("no log at all")] * 3)

    async def flaky(*args, **options):
        if fault := next(faults, None):
            raise fault
        return await open_log(*args, **options)

    monkeypatch.setattr(reader, "open_log", flaky)
    listener = Listener(url)
    task = asyncio.create_task(listener.follower.run())
    await until(lambda: listener.follower.fault == "no log at all")
    await until(lambda: listener.heard == ["began"] and listener.follower.caught_up)
    assert listener.follower.fault == ""
    assert listener.metrics.registry.get_sample_value("agora_log_unavailable_total") == 3
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_damaged_log(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that waiting does not mend ends the follower."""

    async def damaged(*args, **options):
        raise LogDamaged("a foreign file")

    monkeypatch.setattr(reader, "open_log", damaged)
    with pytest.raises(LogDamaged):
        await Listener(url).follower.run()


def test_how_long_a_mention_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record after an hour of silence has waited since the hub last had read all, not for an hour."""
    times = iter([100.0, 100.5, 107.0])
    monkeypatch.setattr(reader.time, "monotonic", lambda: next(times))
    follower = Listener("sqlite:nothing").follower
    follower.read_ms = 1_000
    assert follower.waits_ms(3_600_000) == 0
    follower.behind = 1
    assert follower.waits_ms(3_600_000) == 500
    follower.read_ms = 3_599_000
    assert follower.waits_ms(3_600_000) == 1000


def test_caught_up_while_posts_keep_coming() -> None:
    """A hub has caught up when it has read what was there at the look before, though more has come meanwhile."""
    follower = Listener("sqlite:nothing").follower
    follower.read_ms = 1_000
    follower.look({0: 100, 1: 50}, {0: 90, 1: 50}, 10.0)
    assert not follower.caught_up
    follower.look({0: 200, 1: 50}, {0: 99, 1: 50}, 10.1)
    assert not follower.caught_up
    follower.look({0: 300, 1: 50}, {0: 250, 1: 50}, 10.2)
    assert follower.caught_up
    assert follower.behind == 50
