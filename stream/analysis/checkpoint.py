"""A state as bytes: a checkpoint that makes a restart faster and never changes its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cramjam
import msgspec
import numpy as np
import xxhash

from stream.analysis.columns import FEATURES, Columns
from stream.analysis.names import NAMED_BY, Names
from stream.analysis.packed import Blocks
from stream.config import Config

VERSION: Final = 9


class Parts(msgspec.Struct, frozen=True):
    """What travels. ``data`` holds each row's mention; what was read from it travels beside, a piece a column."""

    config: int
    window_ms: int
    t: int | None
    names: dict[str, list[str]]
    data: Blocks
    gone: tuple[dict[int, int], list[str], list[str], dict[int, int]]
    edits: list[tuple[int, str, int, str, bytes, int]]
    tallies: list[tuple[int, int, str, int, int]]
    memory: dict[str, bytes]
    thinned: tuple[int, dict[int, int]]
    version: int = VERSION


_decoder: Final = msgspec.msgpack.Decoder(Parts)


_encoder: Final = msgspec.msgpack.Encoder()


def digest(config: Config) -> int:
    """A number for everything in the configuration that rows depend on."""
    return xxhash.xxh3_64_intdigest(
        msgspec.json.encode((config.tracks, config.accounts, config.hub.rows), order="deterministic")
    )


def pack(parts: Parts, columns: dict[str, bytes]) -> list[bytes]:
    """The pieces, none of which holds up other threads for long: ``parts``, then each column, compressed."""
    return [_encoder.encode(parts), *(bytes(cramjam.lz4.compress_block(columns[name])) for name in FEATURES)]


def unpack(pieces: Sequence[bytes], config: Config) -> tuple[Parts, Columns]:
    """Raises ``ValueError`` when ``pieces`` are no checkpoint of this version and configuration."""
    try:
        parts = _decoder.decode(pieces[0])
        columns = [bytes(cramjam.lz4.decompress_block(piece)) for piece in pieces[1:]]
    except (cramjam.DecompressionError, msgspec.DecodeError, IndexError) as fault:
        raise ValueError(f"no checkpoint: {fault}") from fault
    if parts.version != VERSION:
        raise ValueError(f"a checkpoint of version {parts.version}; this is {VERSION}")
    if parts.config != digest(config):
        raise ValueError("a checkpoint of another configuration")
    return parts, load(dict(zip(FEATURES, columns, strict=True)))


def dump(rows: Columns) -> dict[str, bytes]:
    """The features of rows as little-endian bytes by column."""
    return {name: column(rows, name) for name in FEATURES}


def column(rows: Columns, name: str) -> bytes:
    """One feature of rows as little-endian bytes."""
    return np.ascontiguousarray(getattr(rows, name)).tobytes()


def load(columns: dict[str, bytes]) -> Columns:
    """What ``dump`` made bytes of. Raises ``ValueError`` when the columns are not equally long."""
    rows = Columns(0)
    rows.size = len(columns["key"]) // 8
    for name in FEATURES:
        empty = getattr(rows, name)
        flat = np.frombuffer(columns[name], empty.dtype)
        setattr(rows, name, flat.reshape((rows.size, *empty.shape[1:])).copy())
    return rows


def rename(rows: Columns, theirs: Names, ours: Names) -> None:
    """Change the ids in rows from one set of tables to another, in place."""
    mine = ours.tables()
    for table, interner in theirs.tables().items():
        used = np.unique(np.concatenate([getattr(rows, name).ravel() for name in NAMED_BY[table]]))
        used = used[used >= 0]
        new = np.full(len(interner) + 1, -1, np.int32)
        new[used] = [mine[table].id(interner.names[old]) for old in used.tolist()]
        for name in NAMED_BY[table]:
            setattr(rows, name, new[getattr(rows, name)])
