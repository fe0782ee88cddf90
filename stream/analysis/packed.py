"""Many small byte strings in compressed blocks, each found by its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from struct import Struct
from typing import Final, NamedTuple

import cramjam
import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 64
"""Strings that are compressed together; what lies in one block was written at one time, and leaves at one time."""
_AT_ONCE: Final = 1 << 16
_WHOLE: Final = (1 << BLOCK) - 1
_LEVEL: Final = 1
"""Of zstd: 173 bytes a post where lz4 takes 240, for half a microsecond more; higher levels take longer and save nothing."""
_HEAD: Final = Struct("=II")
"""Two neighbours of the bounds that a block begins with,"""
_BOUNDS: Final = (BLOCK + 1) * _HEAD.size // 2
"""which take so many bytes."""


class Places(NamedTuple):
    """Where some strings lie: the block of each, and its place there."""

    where: NDArray[np.int32]
    place: NDArray[np.uint8]


class Blocks:
    """The strings of some numbers as they were when it was made, in any thread and while others come and go."""

    def __init__(self, places: Places, packed: Mapping[int, bytes], last: Sequence[bytes]) -> None:
        self.places = places
        self._packed = packed
        self._open = last

    def packed(self) -> tuple[list[int], Iterator[bytes]]:
        """The numbers of the blocks, and the blocks, made one by one; a block that holds other strings too is packed anew."""
        where, place = self.places
        numbers = np.unique(where)
        wanted = np.zeros(numbers.size, np.uint64)
        for start in range(0, where.size, _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            bits = np.uint64(1) << place[some].astype(np.uint64)
            np.bitwise_or.at(wanted, np.searchsorted(numbers, where[some]), bits)
        return numbers.tolist(), map(self._only, numbers.tolist(), wanted.tolist())

    def _only(self, number: int, wanted: int) -> bytes:
        if wanted == _WHOLE and number in self._packed:
            return self._packed[number]
        values = _values(self._packed[number]) if number in self._packed else self._open
        return _block([value if wanted >> place & 1 else b"" for place, value in enumerate(values)])


class Packed:
    """Strings by number (a slot). A block is freed when its last string is gone.

    >>> held = Packed()
    >>> held.put([3, 5], [b"three", b"five"]); held.drop([3]); held.get(5)
    b'five'
    """

    def __init__(self) -> None:
        self._where: NDArray[np.int32] = np.full(1024, -1, np.int32)
        self._place: NDArray[np.uint8] = np.zeros(1024, np.uint8)
        self._blocks: dict[int, bytes] = {}
        self._left: dict[int, int] = {}
        self._open: list[bytes] = []
        self._number = 0
        self._read: tuple[int, bytes] = (-1, b"")

    def put(self, numbers: NDArray[np.int64] | Sequence[int], values: Sequence[bytes]) -> None:
        """Keep each value under its number, which must not be in use."""
        self._make_room(numbers)
        order = len(self._open) + np.arange(len(numbers))
        self._where[numbers] = self._number + order // BLOCK
        self._place[numbers] = order % BLOCK
        start = 0
        while start < len(values):
            end = start + BLOCK - len(self._open)
            self._open += values[start:end]
            start = end
            if len(self._open) == BLOCK:
                self._close()

    def _make_room(self, numbers: NDArray[np.int64] | Sequence[int]) -> None:
        top = max(np.max(numbers, initial=-1).item() + 1, 0)
        if top > self._where.size:
            room = max(top, self._where.size + self._where.size // 4)
            more = room - self._where.size
            self._where = np.concatenate([self._where, np.full(more, -1, np.int32)])
            self._place = np.concatenate([self._place, np.zeros(more, np.uint8)])

    def _close(self) -> None:
        number, values = self._number, self._open
        left = self._left.get(number, 0) + len(values)
        self._left[number] = left
        if left > 0:
            self._blocks[number] = _block(values)
        else:
            del self._left[number]
        self._open = []
        self._number += 1

    def get(self, number: int) -> bytes:
        """The value of a number. Raises ``KeyError`` for one that is not in use."""
        block, place = int(self._where[number]) if number < self._where.size else -1, int(self._place[number])
        if block < 0:
            raise KeyError(number)
        if block == self._number:
            return self._open[place]
        if self._read[0] != block:
            self._read = (block, bytes(cramjam.zstd.decompress(self._blocks[block])))
        start, end = _HEAD.unpack_from(self._read[1], _HEAD.size // 2 * place)
        return self._read[1][start:end]

    def every(self, numbers: NDArray[np.int64]) -> Iterator[bytes]:
        """The values of ``numbers``, which are in use, in that order; a block is unpacked once for what lies together in it."""
        block, values = -1, []
        for other, place in zip(self._where[numbers].tolist(), self._place[numbers].tolist(), strict=True):
            if other != block:
                block, values = other, self._values(other)
            yield values[place]

    def _values(self, block: int) -> list[bytes]:
        return self._open if block == self._number else _values(self._blocks[block])

    def save(self, numbers: NDArray[np.int64]) -> Blocks:
        """The strings of ``numbers``, which are in use, in that order, and no others."""
        places = Places(self._where[numbers], self._place[numbers])
        return Blocks(places, dict(self._blocks), tuple(self._open))

    def settle(self, numbers: NDArray[np.int64], places: Places) -> None:
        """The strings of ``numbers`` lie so in blocks that ``restore`` brings; nothing was ``put`` yet."""
        self._make_room(numbers)
        self._where[numbers], self._place[numbers] = places
        for block, times in zip(
            *(found.tolist() for found in np.unique(places.where, return_counts=True)), strict=True
        ):
            self._left[block] = self._left.get(block, 0) + times

    def restore(self, blocks: Mapping[int, bytes]) -> None:
        """Take the blocks of which ``settle`` told. Raises ``ValueError`` when they are others."""
        if self._left.keys() != blocks.keys():
            raise ValueError("the blocks are not those of the strings")
        self._blocks = dict(blocks)
        self._number = max(blocks, default=-1) + 1

    def drop(self, numbers: NDArray[np.int64] | Sequence[int]) -> None:
        """Forget the values of numbers that are in use."""
        blocks = self._where[numbers]
        for number in np.asarray(numbers)[blocks == self._number].tolist():
            self._open[int(self._place[number])] = b""
        self._where[numbers] = -1
        for block, times in zip(*(found.tolist() for found in np.unique(blocks, return_counts=True)), strict=True):
            left = self._left[block] = self._left.get(block, 0) - times
            if left == 0 and block != self._number:
                del self._blocks[block], self._left[block]
                self._read = (-1, b"") if self._read[0] == block else self._read


def _block(values: Sequence[bytes]) -> bytes:
    """Up to ``BLOCK`` strings compressed together, after where each begins and the last one ends."""
    bounds = np.full(BLOCK + 1, _BOUNDS, np.uint32)
    bounds[1 : len(values) + 1] += np.cumsum([len(value) for value in values], dtype=np.uint32)
    bounds[len(values) + 1 :] = bounds[len(values)]
    return bytes(cramjam.zstd.compress(b"".join([bounds.tobytes(), *values]), _LEVEL))


def _values(packed: bytes) -> list[bytes]:
    data = bytes(cramjam.zstd.decompress(packed))
    bounds = np.frombuffer(data, np.uint32, BLOCK + 1).tolist()
    return [data[start:end] for start, end in pairwise(bounds)]
