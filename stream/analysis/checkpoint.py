"""A state as bytes: a checkpoint that makes a restart faster and never changes its result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import cramjam
import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from stream.analysis.columns import FEATURES, SHAPES, Columns
from stream.analysis.names import NAMED_BY, Names
from stream.analysis.packed import Blocks, Places
from stream.analysis.still import Still
from stream.analysis.until import Keys, Times
from stream.config import Config

VERSION: Final = 12


class Parts(msgspec.Struct, frozen=True):
    """What travels first; after it the names of each of ``tables``, the posts that are ``Gone`` and those that are hidden, the
    ``rows``, and the blocks of their mentions.
    """

    config: int
    window_ms: int
    t: int | None
    tables: list[str]
    rows: int
    authors: list[str]
    blocked: list[str]
    edits: list[tuple[int, str, int, str, bytes, int]]
    tallies: list[tuple[int, int, str, int, int]]
    memory: dict[str, bytes]
    thinned: tuple[int, dict[int, int]]
    version: int = VERSION


_decoder: Final = msgspec.msgpack.Decoder(Parts)
_names: Final = msgspec.msgpack.Decoder(list[str])
_numbers: Final = msgspec.msgpack.Decoder(list[int])
_encoder: Final = msgspec.msgpack.Encoder()


def digest(config: Config) -> int:
    """A number for everything in the configuration that rows depend on."""
    return xxhash.xxh3_64_intdigest(
        msgspec.json.encode((config.tracks, config.accounts, config.hub.rows), order="deterministic")
    )


def pack(
    parts: Parts, names: dict[str, list[str]], kept: Sequence[tuple[Keys, Times]], still: Still, blocks: Blocks
) -> Iterator[bytes]:
    """The pieces, made one by one, none of which holds up other threads for long, nor takes much memory."""
    yield _encoder.encode(parts)
    for table in parts.tables:
        yield _encoder.encode(names.pop(table))
    for keys, until in kept:
        yield _packed(keys)
        yield _packed(until)
    where, place = blocks.places
    end = 0
    for rows in still.pieces():
        start, end = end, end + rows.size
        for array in (*(getattr(rows, name) for name in FEATURES), where[start:end], place[start:end]):
            yield _packed(array)
    numbers, packed = blocks.packed()
    yield _encoder.encode(numbers)
    yield from packed


class Opened:
    """A checkpoint that is read piece by piece: what it begins with, then its rows, then their mentions."""

    def __init__(self, pieces: Iterable[bytes], config: Config) -> None:
        """Raises ``ValueError`` when ``pieces`` are no checkpoint of this version and configuration."""
        self._rest = iter(pieces)
        with _whole():
            self.parts = _decoder.decode(next(self._rest))
            if self.parts.version != VERSION:
                raise ValueError(f"a checkpoint of version {self.parts.version}; this is {VERSION}")
            if self.parts.config != digest(config):
                raise ValueError("a checkpoint of another configuration")
            self.names = {table: _names.decode(next(self._rest)) for table in self.parts.tables}
            self.posts = self._array(np.uint64), self._array(np.int64)
            self.hidden = self._array(np.uint64), self._array(np.int64)

    def rows(self) -> Iterator[tuple[Columns, Places]]:
        """The rows, some at a time, and where their mentions lie. Raises ``ValueError``."""
        left = self.parts.rows
        while left > 0:
            with _whole():
                rows = Columns(0)
                for name in FEATURES:
                    dtype, width = SHAPES[name]
                    flat = self._array(dtype)
                    setattr(rows, name, flat.reshape(-1, width) if width else flat)
                places = Places(self._array(np.int32), self._array(np.uint8))
            rows.size = places.where.size
            if not rows.size or any(len(of) != rows.size for of in (*(getattr(rows, n) for n in FEATURES), *places)):
                raise ValueError("no checkpoint: columns of different lengths")
            left -= rows.size
            yield rows, places

    def blocks(self) -> Mapping[int, bytes]:
        """The mentions, by the numbers of their blocks. Raises ``ValueError``."""
        with _whole():
            return dict(zip(_numbers.decode(next(self._rest)), self._rest, strict=True))

    def _array(self, dtype: Any) -> NDArray[Any]:
        return np.frombuffer(bytes(cramjam.lz4.decompress_block(next(self._rest))), dtype)


@contextmanager
def _whole() -> Iterator[None]:
    try:
        yield
    except StopIteration:
        raise ValueError("no checkpoint: it ends early") from None
    except (cramjam.DecompressionError, msgspec.DecodeError) as fault:
        raise ValueError(f"no checkpoint: {fault}") from fault


def _packed(array: NDArray[Any]) -> bytes:
    return bytes(cramjam.lz4.compress_block(array.reshape(-1).view(np.uint8).data))


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
