"""Workers on a real Kafka come, die, sleep and wake; what hubs say of their partials is what one says that reads by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from stream import doctor, mention
from stream.config import Config, HubConfig, LogConfig
from stream.hub import upkeep
from stream.hub.decisions import Envelope
from stream.log import CONTROL, MENTIONS, PARTIALS, RETRACTIONS, Entry, Log, Reader, open_log
from stream.log.whole import whole
from stream.mention import Mention, Retraction
from tests.kafka import Broker
from tests.machine import Machine
from tests.stream.hub.house import NOW, House, config
from tests.stream.hub.test_hub import config as hub_config
from tests.stream.hub.test_hub import evening, started

pytestmark = pytest.mark.kafka

PATIENCE_S = 90.0
PREFIX = "count."
TRACK = {"terms": ["#hall1", "better"]}
ENVIRONMENT = {
    "AGORA_LOG_PREFIX": PREFIX,
    "AGORA_HUB_WINDOW_S": "600",
    "AGORA_CLOCK_MODE": "replay",
    "AGORA_CLOCK_EVENT_START": str(NOW),
    "AGORA_CLOCK_EVENT_END": str(NOW),
    "AGORA_CLOCK_WALL_START": "1",
    "AGORA_COUNT_SESSION_S": "3",
}


class Stage:
    """The log, workers that share it, and a hub that follows what they tell."""

    def __init__(self, log: Log, partials: Reader, machine: Machine) -> None:
        self.log, self._partials, self._machine = log, partials, machine
        self.hub = house()

    def worker(self) -> subprocess.Popen[bytes]:
        return self._machine.start("count")

    def joined(self) -> int:
        """How often a worker was given partitions."""
        return (self._machine.folder / "count.log").read_text().count("taken over")

    async def say(self, *mentions: Mention) -> None:
        await self.log.publish(MENTIONS, [Entry(m.author.id, mention.encode(m)) for m in mentions])

    async def retract(self, *targets: str) -> None:
        gone = [Retraction(target, "post", NOW) for target in targets]
        await self.log.publish(RETRACTIONS, [Entry(r.target, mention.encode(r)) for r in gone])

    async def until(self, true: Callable[[], bool]) -> None:
        """Follow the partials until something is true."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self.hub.engine.apply(await self._partials.poll(0.2), NOW)

    async def told(self) -> None:
        """Follow the partials until workers have told all that was said."""
        ends = await self.log.end(MENTIONS)
        places = self.hub.engine.offsets[MENTIONS.name]
        await self.until(lambda: all(places.get(p, 0) >= end for p, end in ends.items()))

    async def agree(self) -> None:
        """A hub that reads mentions, one that reads all partials now, and the one that followed them say the same."""
        alone, late = house(), house()
        async for records in whole(self.log, [RETRACTIONS]):
            for one in (alone, late, self.hub):
                one.engine.apply(records, NOW)
        async for records in whole(self.log, [MENTIONS]):
            alone.engine.apply(records, NOW)
        async for records in whole(self.log, [PARTIALS]):
            late.engine.apply(records, NOW)
        said = alone.engine.snapshot(None, NOW)
        assert late.engine.snapshot(None, NOW) == said
        assert self.hub.engine.snapshot(None, NOW) == said
        assert len(late.engine.state) == len(alone.engine.state)


def house() -> House:
    """A hub's inside that knows what staff decided."""
    made = House(config())
    made.engine.decide("track:one", TRACK)
    made.engine.begin()
    return made


async def hubs_agree(url: str, folder: Path) -> None:
    """Whole hubs: one that reads mentions, one that takes in partials, and that one once more from its checkpoint."""
    said = []
    for partials, name in ((False, "alone"), (True, "fed"), (True, "fed")):
        hub = await started(
            hub_config(
                folder,
                log=LogConfig(url=url, prefix=PREFIX),
                hub=HubConfig(window_s=600, checkpoint=f"{folder}/{name}/checkpoint", partials=partials),
            )
        )
        async with asyncio.timeout(PATIENCE_S):
            while hub._follower.behind or hub._analyst.queued:
                await asyncio.sleep(0.01)
        said.append(await hub.snapshot(None))
        await hub.stop()
    assert (folder / "fed" / "checkpoint").exists()
    assert said[0] == said[1] == said[2]


def doctor_says(url: str) -> str:
    """What the doctor sees of the workers."""
    return doctor._workers(Config(log=LogConfig(url=url, prefix=PREFIX), hub=HubConfig(partials=True))).seen


@asynccontextmanager
async def staged(broker: Broker, folder: Path) -> AsyncIterator[Stage]:
    log = await open_log(broker.url, prefix=PREFIX, timeout_s=30)
    machine = Machine(folder, {"AGORA_LOG_URL": broker.url, **ENVIRONMENT})
    try:
        async with await log.reader({PARTIALS: None}) as partials:
            yield Stage(log, partials, machine)
    finally:
        machine.close()
        await log.close()


async def test_workers_come_die_sleep_and_wake(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker, three, three of which one is killed, and two of which one sleeps and wakes: always the same snapshot."""
    monkeypatch.setattr(upkeep, "REMEMBER_S", 3600.0)  # no hub writes what the next one would know
    said = evening(1, 5_000)
    fifth = len(said) // 5
    first, second, third, fourth, last = (said[i * fifth : (i + 1) * fifth] for i in range(5))
    async with staged(broker, tmp_path) as stage:
        decided = msgspec.json.encode(Envelope("a", 1, NOW, "ada", TRACK))
        await stage.log.publish(CONTROL, [Entry("track:one", decided)])
        await stage.retract(first[3].id)
        await stage.say(*first)
        workers = [stage.worker()]
        await stage.told()
        await stage.agree()

        workers += [stage.worker(), stage.worker()]
        async with asyncio.timeout(PATIENCE_S):
            while await asyncio.to_thread(doctor_says, broker.url) != "3 share the 12 partitions of mentions":
                await asyncio.sleep(0.1)
        await stage.say(*second)
        await stage.told()
        await stage.agree()

        await stage.say(*third)
        workers[0].kill()
        await stage.retract(second[5].id, third[7].id)
        await stage.told()
        await stage.agree()

        before = stage.joined()
        await stage.say(*fourth)
        os.kill(workers[1].pid, signal.SIGSTOP)
        await stage.until(lambda: stage.joined() > before)
        await stage.told()
        await stage.agree()
        before = stage.joined()
        os.kill(workers[1].pid, signal.SIGCONT)
        await stage.say(*last)
        await stage.until(lambda: stage.joined() >= before + 2)
        await stage.told()
        await stage.agree()
        assert all(worker.poll() is None for worker in workers[1:])
        await hubs_agree(broker.url, tmp_path)
