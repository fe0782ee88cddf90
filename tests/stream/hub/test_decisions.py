"""Decisions: what stands, in which order, and what happens while the log is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.hub import decisions
from stream.hub.decisions import Decision, Ledger, Scribe, audited
from stream.log import AUDIT, CONTROL, DAY_MS, Log, LogUnavailable, open_log

HIDE = {"show": "hidden"}


def write(ledger: Ledger, subject: str, value: dict | None, at: int = 0) -> Decision:
    return ledger.write(subject, value, by="desk", reason="", at=at)


def control(decision: Decision) -> bytes | None:
    return decisions._stood(decision)


def read_back(ledger: Ledger, decision: Decision) -> bool:
    return ledger.settle(ledger.heard(decision.subject, control(decision)))


def test_a_decision_stands_when_it_is_read_back() -> None:
    """Nothing stands before the log has given it back."""
    ledger = Ledger()
    decision = write(ledger, "post:x:1", HIDE)
    assert ledger.value("post:x:1") is None
    assert read_back(ledger, decision)
    assert ledger.value("post:x:1") == HIDE
    assert ledger.pending() == []


def test_old_values() -> None:
    """A decision knows what it replaces, also when that is not read back yet."""
    ledger = Ledger()
    first = write(ledger, "post:x:1", HIDE)
    second = write(ledger, "post:x:1", None)
    read_back(ledger, first)
    assert (first.old, second.old) == (None, HIDE)


def test_late_echo() -> None:
    """A decision read back after a newer one was applied changes nothing."""
    ledger = Ledger()
    first, second = write(ledger, "layout", {"layout": "a"}), write(ledger, "layout", {"layout": "b"})
    ledger.settle(first)
    ledger.settle(second)
    assert not read_back(ledger, first)
    assert ledger.value("layout") == {"layout": "b"}


def test_late_echo_of_a_clear() -> None:
    """So does one that clears, which carries no id."""
    ledger = Ledger()
    read_back(ledger, write(ledger, "panic", {}))
    off, on = write(ledger, "panic", None), write(ledger, "panic", {})
    ledger.settle(off)
    ledger.settle(on)
    read_back(ledger, off)
    ledger.settle(ledger.heard("panic", None))
    assert ledger.value("panic") == {}
    read_back(ledger, on)
    assert ledger.value("panic") == {}


def test_another_life() -> None:
    """A new ledger that reads control knows what stood, and counts on."""
    first = Ledger()
    kept = [write(first, f"post:x:{i}", HIDE) for i in range(3)]
    second = Ledger()
    for decision in kept:
        read_back(second, decision)
    second.settle(second.heard("post:x:1", None))
    assert [second.value(f"post:x:{i}") for i in range(3)] == [HIDE, None, HIDE]
    assert write(second, "panic", {}).seq > kept[-1].seq


@given(st.lists(st.sampled_from([None, {"n": 1}, {"n": 2}]), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_newest_wins(values: list[dict | None], random) -> None:
    """Whatever is settled early, twice or by its echo: the newest decision stands in the end."""
    ledger = Ledger()
    written = [write(ledger, "layout", value) for value in values]
    early = [d for d in written if random.random() < 0.5]
    for decision in early:
        ledger.settle(decision)
    for decision in written:
        read_back(ledger, decision)
    assert ledger.value("layout") == values[-1]


def test_decisions_about_posts_are_cleared() -> None:
    """A decision about a post goes seven days after it; others stay."""
    ledger = Ledger()
    for subject in ("post:x:1", "block:author:x:2"):
        read_back(ledger, write(ledger, subject, {}, at=0))
    assert ledger.outlived(7 * DAY_MS) == []
    assert ledger.outlived(7 * DAY_MS + 1) == ["post:x:1"]


def test_unreadable() -> None:
    """Bytes that are no decision are refused."""
    with pytest.raises(msgspec.DecodeError):
        Ledger().heard("layout", b"{}")


class Desk:
    """A scribe with a real log, whose publishing is let run by hand."""

    def __init__(self, folder: Path, log: Log | None) -> None:
        self.ledger = Ledger()
        self.effects: list[Decision] = []
        self.scribe = Scribe(self.ledger, folder / "decisions", self.settle)
        self.log = log

    def settle(self, decision: Decision) -> None:
        if self.ledger.settle(decision):
            self.effects.append(decision)

    async def run(self, log: Log) -> None:
        """Publish, and read ``control`` back, for ever."""
        async with asyncio.TaskGroup() as group, await log.reader({CONTROL: None}) as reader:
            group.create_task(self.scribe.publish(lambda: self.log))
            while True:
                for record in await reader.poll(0.05):
                    self.scribe.heard(record.key, record.value)


@pytest.fixture
async def log(tmp_path: Path):
    opened = await open_log(f"sqlite:{tmp_path}/log.db")
    yield opened
    await opened.close()


async def test_saved(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a log a decision is in effect and saved when it returns; audit and control have it, without content."""
    monkeypatch.setattr(decisions, "SILENT_S", 30.0)
    desk = Desk(tmp_path, log)
    task = asyncio.create_task(desk.run(log))
    decision, saved = await desk.scribe.write("post:x:1", HIDE, by="Ada", reason="rude", at=5)
    assert saved
    assert desk.effects == [decision]
    assert await audited(log, 10) == [decision]
    assert (decision.by, decision.reason, decision.old, decision.new) == ("Ada", "rude", None, HIDE)
    task.cancel()


async def test_silent_log(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the log is silent a decision is applied without it, kept on disk, and saved when the log is back."""
    monkeypatch.setattr(decisions, "SILENT_S", 0.01)
    monkeypatch.setattr(decisions, "RETRY_S", 0.01)
    desk = Desk(tmp_path, None)
    task = asyncio.create_task(desk.run(log))
    decision, saved = await desk.scribe.write("panic", {}, by="Ada", reason="", at=5)
    assert not saved
    assert desk.effects == [decision]
    assert b"panic" in (tmp_path / "decisions").read_bytes()
    desk.log = log
    while (tmp_path / "decisions").read_bytes():
        await asyncio.sleep(0)
    assert desk.ledger.pending() == []
    assert await audited(log, 10) == [decision]
    assert desk.effects == [decision]
    task.cancel()


async def test_killed_before_it_was_saved(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that an earlier life could not save takes effect at the start, and is saved then."""
    monkeypatch.setattr(decisions, "SILENT_S", 0.01)
    first = Desk(tmp_path, None)
    await first.scribe.write("panic", {}, by="Ada", reason="", at=5)
    second = Desk(tmp_path, log)
    second.scribe.resume()
    assert [d.subject for d in second.effects] == ["panic"]
    task = asyncio.create_task(second.run(log))
    while (tmp_path / "decisions").read_bytes():
        await asyncio.sleep(0)
    assert [d.subject for d in await audited(log, 10)] == ["panic"]
    task.cancel()


async def test_damaged_spool(tmp_path: Path) -> None:
    """A line of the spool that cannot be read is passed over."""
    decision = Decision("a", 1, "panic", 5, "Ada", {})
    (tmp_path / "decisions").write_bytes(b"{\n" + msgspec.json.encode(decision) + b"\n")
    desk = Desk(tmp_path, None)
    desk.scribe.resume()
    assert desk.effects == [decision]


async def test_prune(tmp_path: Path, log: Log) -> None:
    """What outlived its post is cleared in control."""
    desk = Desk(tmp_path, log)
    task = asyncio.create_task(desk.run(log))
    await desk.scribe.write("post:x:1", HIDE, by="Ada", reason="", at=0)
    await desk.scribe.prune(log, 8 * DAY_MS)
    while desk.ledger.value("post:x:1") is not None:
        await asyncio.sleep(0)
    task.cancel()


async def test_audit_is_bounded(log: Log) -> None:
    """The newest decisions come first, and no more than were asked for; a foreign record does not matter."""
    from stream.log import Entry

    written = [Decision(str(i), i, "panic", i, "Ada", {}) for i in range(20)]
    await log.publish(AUDIT, [Entry("x", b"not a decision")])
    await log.publish(AUDIT, [Entry(d.subject, msgspec.json.encode(d)) for d in written])
    assert [d.seq for d in await audited(log, 5)] == [19, 18, 17, 16, 15]


async def test_publishing_fails_in_between(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that fails after taking the audit gets both again, and the decision counts once."""
    monkeypatch.setattr(decisions, "SILENT_S", 30.0)
    monkeypatch.setattr(decisions, "RETRY_S", 0.0)
    desk = Desk(tmp_path, log)
    publish, failed = log.publish, []

    async def flaky(topic, entries) -> None:
        if topic == CONTROL and not failed:
            failed.append(topic)
            raise LogUnavailable("it went away")
        await publish(topic, entries)

    monkeypatch.setattr(log, "publish", flaky)
    task = asyncio.create_task(desk.run(log))
    decision, saved = await desk.scribe.write("panic", {}, by="Ada", reason="", at=5)
    assert saved
    assert desk.effects == [decision]
    assert await audited(log, 10) == [decision]
    task.cancel()
