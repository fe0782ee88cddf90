"""The checkpoint: what the hub knew and how far it had read, so that a restart is quick. It never changes the result.

One file, replaced as a whole: a line that names the version, a checksum of the rest, then pieces, each after its length: what
the hub knows beside the state as MessagePack, the arrays that are in it (lz4, in pieces), then the pieces of the state.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import cramjam
import msgspec
import numpy as np
import structlog
import xxhash
from numpy.typing import NDArray

import stream
from stream.config import Config, TrackConfig
from stream.log import MENTIONS, Log
from stream.pieces import Pieces
from stream.wire.messages import Graph

MAGIC: Final = b"agora checkpoint 7\n"
_CHECKSUM: Final = 8
_LENGTH: Final = 8
_ARRAY: Final = 1
"""The extension of MessagePack that stands in the place of an array: its dtype, and of how many pieces it is."""

log = structlog.get_logger(__name__)


class Saved(msgspec.Struct, frozen=True):
    """``offsets`` are those of the next records by topic; ``mark`` is (partition, offset, time) of the newest one applied.

    ``state`` are the pieces of the state (bytes), to be read once; they travel after the rest.
    """

    made_for: str
    offsets: dict[str, dict[int, int]]
    mark: tuple[int, int, int] | None
    state: Any
    gate: dict[str, Any]
    sources: dict[str, list[int]]
    recent: list[str]
    terms: list[str]
    places: dict[Graph, dict[str, tuple[float, float]]]
    shed: dict[int, int]
    kept: dict[int, dict[int, tuple[int, int]]]
    tracks: dict[str, TrackConfig]
    """Those that the rows were read with: staff may have changed them."""
    reread: bool
    """Whether some of the rows were not yet."""


@cache
def program() -> str:
    """A hash of the code that makes and reads checkpoints: what another version of it wrote is read from the log instead."""
    root = Path(stream.__file__).parent
    code = xxhash.xxh3_64()
    for path in sorted(root.rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()


def made_for(config: Config) -> str:
    """What a checkpoint depends on: another log, clock, window, moderation or program has no use for it."""
    parts = (config.log.url, config.log.prefix, config.clock, config.hub.window_s, config.show, config.moderation)
    more = (config.accounts, config.hub.partials, program())
    return xxhash.xxh3_64_hexdigest(msgspec.json.encode((parts, more), order="deterministic"))


def write(path: Path, saved: Saved) -> int:
    """Replace the checkpoint, for good on disk; returns its size in bytes. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    checksum, size = xxhash.xxh3_64(), 0
    arrays: list[Pieces] = []

    def aside(array: Pieces) -> msgspec.msgpack.Ext:
        arrays.append(array)
        return msgspec.msgpack.Ext(_ARRAY, f"{array.dtype.str} {len(array)}".encode())

    head = msgspec.msgpack.encode(msgspec.structs.replace(saved, state=()), enc_hook=aside)
    packed = (bytes(cramjam.lz4.compress_block(piece.view(np.uint8).data)) for array in arrays for piece in array)
    with fresh.open("wb") as file:
        file.write(MAGIC + bytes(_CHECKSUM))
        for piece in chain([head], packed, saved.state):
            for part in (len(piece).to_bytes(_LENGTH, "little"), piece):
                checksum.update(part)
                size += file.write(part)
        file.seek(len(MAGIC))
        file.write(checksum.digest())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return size


def read(path: Path, config: Config) -> Saved | None:
    """The checkpoint at ``path`` if it is whole and made for ``config``; what is wrong with it is one line of the journal."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        log.warning("the checkpoint is ignored", reason=str(fault))
        return None
    start = len(MAGIC) + _CHECKSUM
    magic, checksum, body = data[: len(MAGIC)], data[len(MAGIC) : start], memoryview(data)[start:]
    reason = ""
    if magic != MAGIC:
        reason = "it is of another version, or none"
    elif xxhash.xxh3_64_digest(body) != checksum:
        reason = "it is damaged"
    else:
        try:
            pieces = _pieces(body)
            saved = msgspec.structs.replace(_decode(pieces), state=pieces)
        except (msgspec.DecodeError, cramjam.DecompressionError, ValueError) as fault:
            reason = str(fault)
        else:
            if saved.made_for == made_for(config):
                return saved
            reason = "it was made with another configuration"
    log.warning("the checkpoint is ignored", reason=reason)
    return None


def _decode(pieces: Iterator[bytes]) -> Saved:
    """The first piece, and the arrays that follow it, in the order in which they stand in it."""

    def bring(_code: int, told: memoryview) -> NDArray[Any]:
        named, number = bytes(told).decode().split()
        parts = [bytes(cramjam.lz4.decompress_block(next(pieces, b""))) for _ in range(int(number))]
        return np.frombuffer(b"".join(parts), named)

    return msgspec.msgpack.decode(next(pieces, b""), type=Saved, strict=False, ext_hook=bring)


def _pieces(body: memoryview) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = start + _LENGTH + int.from_bytes(body[start : start + _LENGTH], "little")
        yield bytes(body[start + _LENGTH : end])
        start = end


async def belongs(saved: Saved, current: Log) -> bool:
    """Whether the log is the one that ``saved`` was made from, and not a new one in its place."""
    end = await current.end(MENTIONS)
    if any(offset > end.get(p, 0) for p, offset in saved.offsets.get(MENTIONS.name, {}).items()):
        return False
    if saved.mark is None:
        return True
    partition, offset, time = saved.mark
    if (await current.beginning(MENTIONS)).get(partition, 0) > offset:
        return True
    async with await current.reader({MENTIONS: {**end, partition: offset}}) as reader:
        records = await reader.poll(2.0, 1)
    return bool(records) and (records[0].offset, records[0].time) == (offset, time)
