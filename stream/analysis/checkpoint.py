"""A state as bytes: a checkpoint that makes a restart faster and never changes its result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import cramjam
import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from stream.analysis.columns import FEATURES, Columns
from stream.analysis.held import Copied, dense, dtypes
from stream.analysis.names import NAMED_BY, Names
from stream.analysis.packed import Blocks
from stream.config import Config

VERSION: Final = 10


class Parts(msgspec.Struct, frozen=True):
    """What travels first; the names of each of ``tables``, the columns and the blocks of ``data`` are pieces after it."""

    config: int
    window_ms: int
    t: int | None
    tables: list[str]
    data: Blocks
    gone: tuple[dict[int, int], list[str], list[str], dict[int, int]]
    edits: list[tuple[int, str, int, str, bytes, int]]
    tallies: list[tuple[int, int, str, int, int]]
    memory: dict[str, bytes]
    thinned: tuple[int, dict[int, int]]
    version: int = VERSION


_decoder: Final = msgspec.msgpack.Decoder(Parts)
_names: Final = msgspec.msgpack.Decoder(list[str])
_encoder: Final = msgspec.msgpack.Encoder()


def digest(config: Config) -> int:
    """A number for everything in the configuration that rows depend on."""
    return xxhash.xxh3_64_intdigest(
        msgspec.json.encode((config.tracks, config.accounts, config.hub.rows), order="deterministic")
    )


def pack(parts: Parts, names: dict[str, list[str]], columns: Copied) -> Iterator[bytes]:
    """The pieces, made one by one, none of which holds up other threads for long; what is packed is let go of."""
    yield _encoder.encode(msgspec.structs.replace(parts, data=msgspec.structs.replace(parts.data, packed=[])))
    for table in parts.tables:
        yield _encoder.encode(names.pop(table))
    for name in FEATURES:
        for array in columns.pop(name):
            yield _packed(array)
    yield from parts.data.packed


def unpack(pieces: Iterable[bytes], config: Config) -> tuple[Parts, dict[str, list[str]], Columns]:
    """Raises ``ValueError`` when ``pieces`` are no checkpoint of this version and configuration."""
    rest = iter(pieces)
    try:
        parts = _decoder.decode(next(rest))
        if parts.version != VERSION:
            raise ValueError(f"a checkpoint of version {parts.version}; this is {VERSION}")
        if parts.config != digest(config):
            raise ValueError("a checkpoint of another configuration")
        names = {table: _names.decode(next(rest)) for table in parts.tables}
        columns = Columns(0)
        for name in FEATURES:
            arrays = [_array(next(rest), dtype) for dtype in dtypes(name)]
            setattr(columns, name, dense(name, arrays))
        columns.size = columns.key.size
        if any(len(getattr(columns, name)) != columns.size for name in FEATURES):
            raise ValueError("no checkpoint: columns of different lengths")
    except StopIteration:
        raise ValueError("no checkpoint: it ends early") from None
    except (cramjam.DecompressionError, msgspec.DecodeError) as fault:
        raise ValueError(f"no checkpoint: {fault}") from fault
    return msgspec.structs.replace(parts, data=msgspec.structs.replace(parts.data, packed=list(rest))), names, columns


def _packed(array: NDArray[Any]) -> bytes:
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    return bytes(cramjam.lz4.compress_block(flat))


def _array(packed: bytes, dtype: Any) -> NDArray[Any]:
    return np.frombuffer(bytes(cramjam.lz4.decompress_block(packed)), dtype)


def column(rows: Columns, name: str) -> bytes:
    """One feature of rows as little-endian bytes."""
    return np.ascontiguousarray(getattr(rows, name)).tobytes()


def load(columns: dict[str, bytes]) -> Columns:
    """Rows of which ``column`` gave the features. Raises ``ValueError`` when the columns are not equally long."""
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
