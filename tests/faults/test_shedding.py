"""More is said than a hub can follow: it sheds, says so, catches up, reads everything again; a later life sheds the same."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

import msgspec

from stream import mention
from stream.hub.decisions import Envelope
from stream.hub.shedding import LATE_MS, SUBJECT, WHOLE
from stream.log import CONTROL, MENTIONS, RETRACTIONS, Entry, open_log
from stream.mention import Retraction
from tests.machine import machine
from tests.stream.hub.house import post

STORM, CALM = 5000, 500
"""Posts a second while the hub is slow, more than a machine three times as fast as ours could read then, and afterwards."""
STOPPED_S, RUNNING_S = 0.27, 0.03
"""A machine that is far too slow, but never so slow that nothing is decided: one that is busy may halve it again."""
GONE = 40


@contextmanager
def slow(pid: int) -> Iterator[None]:
    """The process stands until it is late, then runs only a tenth of the time."""
    end = threading.Event()

    def turns() -> None:
        stopped_s = LATE_MS / 1000
        while not end.is_set():
            os.kill(pid, signal.SIGSTOP)
            end.wait(stopped_s)
            os.kill(pid, signal.SIGCONT)
            end.wait(RUNNING_S)
            stopped_s = STOPPED_S

    thread = threading.Thread(target=turns)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


class Crowd:
    """Says ``rate`` posts a second until it is told to end; among its first posts some are deleted in the thick of it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._end = threading.Event()
        self.delete = threading.Event()
        self.said = 0
        self.rate = STORM
        self._thread = threading.Thread(target=lambda: asyncio.run(self._say()))
        self._thread.start()

    async def _say(self) -> None:
        log, numbers, due = await open_log(self._url), count(), time.monotonic()
        while not self._end.is_set():
            now = int(time.time() * 1000)
            some = [
                post(n, f"Post {n} of the crowd about #tea{n % 9}", at=now) for n in islice(numbers, self.rate // 10)
            ]
            await log.publish(MENTIONS, [Entry(m.author.id, mention.encode(m)) for m in some])
            self.said += len(some)
            if self.delete.is_set():
                self.delete.clear()
                gone = [Retraction(f"simulation:{n}", "post", now) for n in range(GONE)]
                await log.publish(RETRACTIONS, [Entry(r.target, mention.encode(r)) for r in gone])
            due = max(due + 0.1, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
        await log.close()

    def end(self) -> int:
        """How many posts were said in all."""
        self._end.set()
        self._thread.join()
        return self.said


def shares(url: str) -> list[int]:
    """The shares that stand in ``control``."""

    async def read() -> list[int]:
        log, found = await open_log(url), list[int]()
        async with await log.reader({CONTROL: None}) as reader:
            while some := await reader.poll(0.5):
                for record in (r for r in some if r.key == SUBJECT and r.value):
                    value = msgspec.json.decode(record.value or b"", type=Envelope).value
                    found = [rule["share"] for rule in value["rules"]]
        await log.close()
        return found

    return asyncio.run(read())


def test_beyond_capacity(tmp_path: Path) -> None:
    """A hub on a machine that is too slow reads a share and says so; on a faster one it catches up and reads all again."""
    with machine(tmp_path, {"AGORA_HUB_WINDOW_S": "300", "AGORA_HUB_CHECKPOINT_S": "1000"}) as agora:
        hub = agora.hub()
        url = agora.environment["AGORA_LOG_URL"]
        crowd = Crowd(url)
        try:
            with slow(hub.pid):
                crowd.delete.set()
                agora.until(lambda: shares(url), 120, hub)
            crowd.rate = CALM
            assert shares(url)[0] < WHOLE
            agora.until(lambda: shares(url)[-1] == WHOLE, 120, hub)
        finally:
            said = crowd.end()

        def all_read() -> bool:
            numbers = agora.snapshot()["numbers"]
            return bool(numbers["posts"] + numbers["shed"] == said - GONE)

        agora.until(all_read, 60, hub)
        now = int(time.time() * 1000)
        before = agora.snapshot(now)
        assert before["approximate"]
        assert before["numbers"]["shed"] > 0
        agora.kill(hub)
        agora.hub()
        agora.until(all_read, 60)
        after = agora.snapshot(now)
        assert {k: after["numbers"][k] for k in ("posts", "shed", "voices")} == {
            k: before["numbers"][k] for k in ("posts", "shed", "voices")
        }
        assert after["topics"]["nodes"] == before["topics"]["nodes"]
