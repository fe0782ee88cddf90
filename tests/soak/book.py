"""What the log says, read as it comes and kept as far back as a hub would: the truth that the parts are compared with."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path
from typing import Any, Final

import msgspec
import xxhash

from stream import mention
from stream.analysis.analyse import analyse
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.config import Config
from stream.hub import checkpoint
from stream.hub.board import Board
from stream.hub.decisions import Envelope
from stream.hub.engine import Engine
from stream.hub.memoir import memory_key
from stream.hub.metrics import Metrics
from stream.hub.stage import Stage
from stream.log import CONTROL, MEMORY, MENTIONS, RETRACTIONS, LogUnavailable, Reader, Record, open_log
from stream.mention import Mention, Retraction
from stream.wire.snapshot import Snapshot

TOPICS: Final = (CONTROL, RETRACTIONS, MEMORY, MENTIONS)
UNCOUNTED: Final = frozenset({"edit", "tally"})
CHUNK: Final = 500


class Book:
    """Reads one log. ``ids`` are those of all mentions that were ever in it, ``gone`` the targets of all retractions."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.ids: Counter[str] = Counter()
        self.gone: set[str] = set()
        self._records: dict[str, list[Record]] = {topic.name: [] for topic in TOPICS}
        self._mentions: list[Mention] = []
        self._retracted: list[Retraction] = []

    async def follow(self) -> None:
        """Read for ever, past the times when the log is away."""
        while True:
            try:
                log = await open_log(self._config.log.url)
            except LogUnavailable:
                await asyncio.sleep(0.2)
                continue
            try:
                async with await log.reader(dict.fromkeys(TOPICS)) as reader:
                    await self._read(reader)
            except LogUnavailable:
                continue
            finally:
                await log.close()

    async def _read(self, reader: Reader) -> None:
        while True:
            try:
                records = await reader.poll(0.2)
            except LogUnavailable:
                await asyncio.sleep(0.2)
                continue
            for record in records:
                self._records[record.topic].append(record)
                with contextlib.suppress(mention.Unreadable):  # of a log that was cut: the hub leaves it out, too
                    self._take(record)

    def _take(self, record: Record) -> None:
        if record.topic == RETRACTIONS.name:
            self._retracted.append(mention.decode_retraction(record.value or b""))
            self.gone.add(record.key)
        elif record.topic == MENTIONS.name and record.value is not None:
            heard = mention.decode(record.value)
            self.ids[heard.id] += 1
            self._mentions.append(heard)

    def forget(self, before_ms: int) -> None:
        """Let go of mentions that the log took before: no window reaches so far back."""
        records = self._records[MENTIONS.name]
        self._records[MENTIONS.name] = [record for record in records if record.time >= before_ms]
        self._mentions = [heard for heard in self._mentions if heard.seen >= before_ms]

    def keep(self, path: Path, t_ms: int, told: Any) -> None:
        """Write all that was read (MessagePack: ``records``), and what a hub ``told`` of it at T, to look into at leisure."""
        key = memory_key(Path(self._config.hub.checkpoint))
        records = [record for of in self._records.values() for record in of]
        path.write_bytes(msgspec.msgpack.encode({"t": t_ms, "hub": told, "memory_key": key, "records": records}))

    def counted(self, t_ms: int) -> set[str]:
        """Which posts count at T, by what a post is and nothing else."""
        width = self._config.hub.window_s * 1000
        posts = {r.target for r in self._retracted if r.scope == "post"}
        authors = {r.target for r in self._retracted if r.scope == "author"}
        # Who sends again after a restart may be given another time: of different copies the one of smaller digest counts.
        copies: dict[str, tuple[int, int]] = {}
        for m in self._mentions:
            if m.kind not in UNCOUNTED and m.id not in posts and m.author.id not in authors:
                copy = (xxhash.xxh3_64_intdigest(mention.encode(m)), m.at)
                copies[m.id] = min(copy, copies.get(m.id, copy))
        return {post_id for post_id, (_, written) in copies.items() if 0 <= t_ms - written < width}

    def unlike(self, t_ms: int) -> str:
        """In which posts the hub's checkpoint differs from the log at T, for a person to look into."""
        saved = checkpoint.read(Path(self._config.hub.checkpoint), self._config)
        if saved is None:
            return "it has no checkpoint"
        state = State.from_bytes(saved.state, self._config)
        counted, width = self.counted(t_ms), self._config.hub.window_s * 1000
        held = {row.id: row.at for row in state.rows() if 0 <= t_ms - row.at < width}
        lacking, more = sorted(counted - held.keys()), sorted(held.keys() - counted)
        told = [
            f"{post_id}{' (taken back)' if post_id in self.gone else ''}, {self.ids[post_id]} times" for post_id in more
        ]
        return f"its checkpoint lacks {lacking[:3]} and has more: {told[:3]}"

    def analysed(self, t_ms: int) -> Snapshot:
        """What ``agora analyse`` says of the log at T."""
        return analyse([*self._retracted, *self._mentions], self._config, self._config.hub.window_s * 1000, t_ms)

    def said(self, t_ms: int, rng: random.Random) -> bytes:
        """The snapshot at T of a hub that begins now and reads mentions in an order that ``rng`` makes up."""
        board = Board()
        engine = Engine(
            self._config, board=board, tablet=Board(), stage=Stage(self._config.wall.grid, board, seed=1),
            metrics=Metrics(), removed=lambda _: None, memory=Memory(memory_key(Path(self._config.hub.checkpoint))),
            timer=lambda: 0.0,
        )  # fmt: skip
        for record in self._records[CONTROL.name]:
            decided(engine, record)
        engine.apply([*self._records[RETRACTIONS.name], *self._records[MEMORY.name]], t_ms)
        engine.begin()
        mentions = list(self._records[MENTIONS.name])
        rng.shuffle(mentions)
        for start in range(0, len(mentions), CHUNK):
            engine.apply(mentions[start : start + CHUNK], t_ms)
            engine.review(t_ms)
        return engine.snapshot(t_ms, t_ms)


def decided(engine: Engine, record: Record) -> None:
    """A record of ``control`` takes effect where it concerns the analysis."""
    if record.key.partition(":")[0] in ("post", "block", "shed"):
        value = None if record.value is None else msgspec.json.decode(record.value, type=Envelope).value
        engine.decide(record.key, value)
