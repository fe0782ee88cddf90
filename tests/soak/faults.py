"""The faults that befall a hall: which there are, how a seed draws them, and how each is done and ended."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from stream import mention
from stream.log import MENTIONS, RETRACTIONS
from tests.soak import clock
from tests.soak.hall import NONE, PARTS, ROOT, Hall, Harm
from tests.soak.network import Loss, own

READERS: Final = ("ingest", "hub")
"""The parts that hold the log."""
SPOOLED_BYTES: Final = 20_000
SPOOLED_S: Final = 30.0
LOOK_S: Final = 0.1
TOLD_MS: Final = 5_000
"""What the simulated event told so short before ingest stood still may have been told to nobody yet."""
_HEADER: Final = struct.Struct("<II")


class Fault(NamedTuple):
    """What befalls what (a part, or a line), for how long, and how strongly (0 … 1)."""

    kind: str
    what: str
    lasts_s: float
    strength: float

    def __str__(self) -> str:
        return f"{self.kind} {self.what}".strip() + f" {self.lasts_s:.1f} s"


class NotHere(Exception):
    """The fault cannot be made on this machine; the message says what it needs."""


async def killed(hall: Hall, fault: Fault) -> Harm:
    """``kill -9``; the supervisor starts it again."""
    hall.signal(fault.what, signal.SIGKILL)
    await asyncio.sleep(LOOK_S)
    return NONE


async def stopped(hall: Hall, fault: Fault) -> Harm:
    """It hangs, and goes on."""
    hall.signal(fault.what, signal.SIGSTOP)
    await asyncio.sleep(fault.lasts_s)
    hall.signal(fault.what, signal.SIGCONT)
    return NONE


async def kafka_killed(hall: Hall, fault: Fault) -> Harm:
    """The broker dies as by a power cut, and is started again."""
    assert hall.broker is not None
    await asyncio.to_thread(hall.broker.kill)
    await asyncio.sleep(fault.lasts_s)
    await asyncio.to_thread(hall.broker.start)
    return NONE


async def kafka_stopped(hall: Hall, fault: Fault) -> Harm:
    """The broker hangs: connections stay, nothing is answered."""
    assert hall.broker is not None
    hall.broker.pause()
    await asyncio.sleep(fault.lasts_s)
    hall.broker.resume()
    return NONE


async def log_locked(hall: Hall, fault: Fault) -> Harm:
    """Another process holds the file."""
    lock = sqlite3.connect(hall.url.removeprefix("sqlite:"), isolation_level=None, timeout=10.0)
    lock.execute("begin immediate")
    await asyncio.sleep(fault.lasts_s)
    lock.rollback()
    lock.close()
    return NONE


async def disk_full(hall: Hall, fault: Fault) -> Harm:
    """Not a byte is left where log, spool and checkpoint are; a broker hangs meanwhile, and goes on before there is room.

    The weaker half of them is full from the first moment, the stronger when the spool holds something already.
    """
    if not hall.disk.small:
        raise NotHere("a small disk of its own needs root")
    spooled_s = hall.config.log.timeout_s + 2.0 if hall.broker is not None and fault.strength > 0.5 else 0.0
    if hall.broker is not None:
        hall.broker.pause()
    await asyncio.sleep(spooled_s)
    await asyncio.to_thread(hall.disk.fill)
    try:
        if hall.broker is not None:
            await asyncio.sleep(hall.config.log.timeout_s - spooled_s / 2 + fault.lasts_s)
            hall.broker.resume()
        await asyncio.sleep(fault.lasts_s)
    finally:
        hall.disk.clear()
    return NONE


async def checkpoint_cut(hall: Hall, fault: Fault) -> Harm:
    """The hub dies, and of its checkpoint only the first part is left."""
    hall.signal("hub", signal.SIGSTOP)
    _cut(Path(hall.config.hub.checkpoint), fault.strength)
    hall.signal("hub", signal.SIGKILL)
    await asyncio.sleep(LOOK_S)
    return NONE


async def spool_cut(hall: Hall, fault: Fault) -> Harm:
    """The log is away, ingest dies, and of its spool only the first part is left."""
    assert hall.broker is not None
    await asyncio.to_thread(hall.broker.kill)
    for _ in range(round(SPOOLED_S / LOOK_S)):
        await asyncio.sleep(LOOK_S)
        if sum(path.stat().st_size for path in hall.spool.glob("*.segment")) > SPOOLED_BYTES:
            break
    hall.signal("ingest", signal.SIGSTOP)
    await asyncio.sleep(LOOK_S)
    harm = NONE
    if segments := sorted(hall.spool.glob("*.segment")):
        whole = _spooled(segments[-1])
        _cut(segments[-1], fault.strength)
        left = _spooled(segments[-1])
        harm = Harm(whole.ids - left.ids, whole.gone - left.gone)
    hall.signal("ingest", signal.SIGKILL)
    await asyncio.to_thread(hall.broker.start)
    return harm


async def wal_cut(hall: Hall, fault: Fault) -> Harm:
    """Ingest and hub die, and of the SQLite log's WAL only the first part is left."""
    return await _log_cut(hall, fault, "-wal")


async def log_cut(hall: Hall, fault: Fault) -> Harm:
    """Ingest and hub die, and of the SQLite log only the first part is left; then what its sentence says is done."""
    return await _log_cut(hall, fault, "")


async def _log_cut(hall: Hall, fault: Fault, suffix: str) -> Harm:
    path = Path(hall.url.removeprefix("sqlite:"))
    if not suffix:
        await asyncio.to_thread(_folded, path)
    for name in READERS:
        hall.signal(name, signal.SIGSTOP)
    await asyncio.sleep(LOOK_S)
    stopped_ms = time.time_ns() // 1_000_000
    before = await asyncio.to_thread(_logged, path)
    _cut(Path(f"{path}{suffix}"), fault.strength)
    _cut(Path(f"{path}-shm"), 0.0, least=0.0)  # memory: no power cut leaves any
    for name in READERS:
        hall.signal(name, signal.SIGKILL)
    if not suffix:
        await asyncio.sleep(fault.lasts_s)
        for name in READERS:
            while hall.pid(name) is None and not hall.over:
                await asyncio.sleep(LOOK_S)
            hall.signal(name, signal.SIGSTOP)
        # Also what a log took that nobody had found to be damaged yet.
        for told in (hall.acknowledged(), hall.planned(stopped_ms - TOLD_MS, time.time_ns() // 1_000_000)):
            before = Harm(before.ids | told.ids, before.gone | told.gone)
        await asyncio.to_thread(_salvaged, path, Path(hall.config.hub.checkpoint))
        for name in READERS:
            hall.signal(name, signal.SIGKILL)
    after = await asyncio.to_thread(_logged, path)
    return Harm(before.ids - after.ids, before.gone - after.gone)


async def clock_back(hall: Hall, fault: Fault) -> Harm:
    """The clock of one part, or of all, is set back, and right again after a while."""
    names = PARTS if fault.what == "all" else (fault.what,)
    for name in names:
        clock.put(hall.clocks[name], -1 - 30 * fault.strength)
    await asyncio.sleep(fault.lasts_s)
    for name in names:
        clock.put(hall.clocks[name], 0)
    return NONE


async def network_lossy(hall: Hall, fault: Fault) -> Harm:
    """Of the packets on a line up to a third are lost."""
    if not own():
        raise NotHere("lost packets need root and a network namespace")
    loss = Loss(hall.lines[fault.what].port, 0.02 + 0.3 * fault.strength)
    loss.begin()
    await asyncio.sleep(fault.lasts_s)
    loss.end()
    return NONE


async def network_away(hall: Hall, fault: Fault) -> Harm:
    """Nothing comes through: packets vanish, or where that cannot be had, connections break."""
    line = hall.lines[fault.what]
    if own():
        loss = Loss(line.port, 1.0)
        loss.begin()
        await asyncio.sleep(fault.lasts_s)
        loss.end()
    else:
        line.cut()
        await asyncio.sleep(fault.lasts_s)
        line.mend()
    return NONE


async def network_slow(hall: Hall, fault: Fault) -> Harm:
    """What passes comes up to half a second later, now more, now less."""
    line = hall.lines[fault.what]
    line.delay, line.jitter = 0.4 * fault.strength, 0.1 * fault.strength
    await asyncio.sleep(fault.lasts_s)
    line.delay = line.jitter = 0.0
    return NONE


class Kind(NamedTuple):
    """``what`` it may befall, and on which logs it can be made."""

    make: Callable[[Hall, Fault], Awaitable[Harm]]
    what: tuple[str, ...] = ("",)
    logs: tuple[str, ...] = ("kafka", "sqlite")
    alone: bool = False
    """Whether nothing else may befall the hall at the same time."""
    often: int = 1


LINES: Final = ("walls", "log")
KINDS: Final[Mapping[str, Kind]] = {
    "kill": Kind(killed, PARTS, often=4),
    "hang": Kind(stopped, PARTS, often=3),
    "kill kafka": Kind(kafka_killed, logs=("kafka",)),
    "hang kafka": Kind(kafka_stopped, logs=("kafka",)),
    "disk full": Kind(disk_full, alone=True),
    "checkpoint cut": Kind(checkpoint_cut),
    "spool cut": Kind(spool_cut, logs=("kafka",), alone=True),
    "log locked": Kind(log_locked, logs=("sqlite",)),
    "WAL cut": Kind(wal_cut, logs=("sqlite",), alone=True),
    "log cut": Kind(log_cut, logs=("sqlite",), alone=True),
    "clock back": Kind(clock_back, ("hub", "ingest", "all")),
    "loss": Kind(network_lossy, LINES),
    "away": Kind(network_away, LINES),
    "slow": Kind(network_slow, LINES),
}
TOGETHER: Final = 0.3
"""How often two faults befall the hall at once."""


def draw(rng: random.Random, log: str, only: str = "") -> list[Fault]:
    """One fault, or two that come together, for a hall on ``log``; ``only`` names the kind that is wanted."""
    names = [name for name, kind in KINDS.items() if log in kind.logs]
    if only:
        return [_drawn(rng, only, log)]
    first = _drawn(rng, _chosen(rng, names), log)
    if KINDS[first.kind].alone or rng.random() >= TOGETHER:
        return [first]
    others = [name for name in names if not KINDS[name].alone and name.split()[-1] != first.kind.split()[-1]]
    second = _drawn(rng, _chosen(rng, others), log)
    return [first] if second.what == first.what and second.what else [first, second]


def _chosen(rng: random.Random, names: Sequence[str]) -> str:
    return rng.choices(names, [KINDS[name].often for name in names])[0]


def _drawn(rng: random.Random, name: str, log: str) -> Fault:
    what = [what for what in KINDS[name].what if log == "kafka" or what != "log"]
    return Fault(name, rng.choice(what), rng.uniform(0.5, 6.0), rng.random())


def _cut(path: Path, share: float, least: float = 0.1) -> None:
    """Leave the first part of a file, if it is there; ``share`` (0 … 1) says where in its middle it ends."""
    if not path.exists():
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(int(size * (least + 0.8 * share)))


def _spooled(segment: Path) -> Harm:
    """What the whole frames of a segment hold."""
    ids, gone = set(), set()
    with segment.open("rb") as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, _ = _HEADER.unpack(header)
            payload = file.read(length)
            if len(payload) < length:
                break
            topic, key, value = msgspec.msgpack.decode(payload, type=tuple[str, str, bytes])
            if topic == MENTIONS.name:
                ids.add(mention.decode(value).id)
            elif topic == RETRACTIONS.name:
                gone.add(key)
    return Harm(frozenset(ids), frozenset(gone))


def _logged(path: Path) -> Harm:
    """What the tables of a SQLite log hold."""
    ids, gone = set(), set()
    if not path.exists():
        return NONE
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10.0)
    for stream, topic in db.execute("SELECT id, topic FROM streams").fetchall():
        if topic == MENTIONS.name:
            for (value,) in db.execute(f"SELECT value FROM records_{stream}"):
                with contextlib.suppress(mention.Unreadable):  # a page of it was cut off
                    ids |= {mention.decode(value).id} if value else set()
        elif topic == RETRACTIONS.name:
            gone |= {key for (key,) in db.execute(f"SELECT key FROM records_{stream}")}
    db.close()
    return Harm(frozenset(ids), frozenset(gone))


def _folded(path: Path) -> None:
    """What a log that has run for long has done: most of it is in the file itself."""
    db = sqlite3.connect(path, timeout=10.0)
    db.execute("PRAGMA wal_checkpoint(RESTART)")
    db.close()


def _salvaged(path: Path, checkpoint: Path) -> None:
    """What the sentence of a damaged log says: save what can be read, or start anew. The checkpoint still counts the rest."""
    checkpoint.unlink(missing_ok=True)
    command = [sys.executable, "-m", "stream.log.salvage", str(path)]
    saved = subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    if saved:
        Path(f"{path}.saved").rename(path)
