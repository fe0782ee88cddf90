"""Many small byte strings in compressed blocks, each found by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cramjam
import msgspec
import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 64
"""Strings that are compressed together; what lies in one block was written at one time, and leaves at one time."""
_LEVEL: Final = 1
"""Of zstd: 173 bytes a post where lz4 takes 240, for half a microsecond more; higher levels take longer and save nothing."""


class Blocks(msgspec.Struct, frozen=True):
    """Packed strings as they travel: the block of each (int32) and its place there (uint8), in order; and the blocks."""

    where: bytes
    place: bytes
    numbers: list[int]
    packed: list[bytes]
    ends: list[bytes]


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
        self._ends: dict[int, NDArray[np.uint32]] = {}
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
            self._blocks[number], self._ends[number] = _block(values)
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
        ends = self._ends[block]
        return self._read[1][int(ends[place - 1]) if place else 0 : int(ends[place])]

    def every(self, numbers: NDArray[np.int64]) -> Iterator[bytes]:
        """The values of ``numbers``, which are in use, in that order; a block is unpacked once for what lies together in it."""
        block, values = -1, []
        for other, place in zip(self._where[numbers].tolist(), self._place[numbers].tolist(), strict=True):
            if other != block:
                block, values = other, self._values(other)
            yield values[place]

    def _values(self, block: int) -> list[bytes]:
        if block == self._number:
            return self._open
        data, ends = bytes(cramjam.zstd.decompress(self._blocks[block])), self._ends[block].tolist()
        return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def save(self, numbers: NDArray[np.int64]) -> Blocks:
        """The strings of ``numbers``, which are in use, in that order, and no others; blocks that hold others are unpacked."""
        where, place = self._where[numbers], self._place[numbers]
        used, counts = np.unique(where, return_counts=True)
        blocks = [
            (self._blocks[n], self._ends[n])
            if count == BLOCK and n != self._number
            else _block(self._only(n, set(place[where == n].tolist())))
            for n, count in zip(used.tolist(), counts.tolist(), strict=True)
        ]
        return Blocks(
            where=where.tobytes(),
            place=place.tobytes(),
            numbers=used.tolist(),
            packed=[packed for packed, _ in blocks],
            ends=[ends.tobytes() for _, ends in blocks],
        )

    def _only(self, block: int, places: set[int]) -> list[bytes]:
        """The strings of a block, those left empty that are not in ``places``."""
        return [value if place in places else b"" for place, value in enumerate(self._values(block))]

    def restore(self, numbers: NDArray[np.int64], saved: Blocks) -> None:
        """Keep what ``save`` gave, in its order, under ``numbers``; nothing is kept yet. Raises ``ValueError`` for a misfit."""
        where = np.frombuffer(saved.where, np.int32)
        self._make_room(numbers)
        self._where[numbers] = where
        self._place[numbers] = np.frombuffer(saved.place, np.uint8)
        self._blocks = dict(zip(saved.numbers, saved.packed, strict=True))
        self._ends = {n: np.frombuffer(e, np.uint32) for n, e in zip(saved.numbers, saved.ends, strict=True)}
        self._left = dict(zip(*(found.tolist() for found in np.unique(where, return_counts=True)), strict=True))
        if self._left.keys() != self._blocks.keys():
            raise ValueError("the blocks are not those of the strings")
        self._number = max(saved.numbers, default=-1) + 1

    def drop(self, numbers: NDArray[np.int64] | Sequence[int]) -> None:
        """Forget the values of numbers that are in use."""
        blocks = self._where[numbers]
        for number in np.asarray(numbers)[blocks == self._number].tolist():
            self._open[int(self._place[number])] = b""
        self._where[numbers] = -1
        for block, times in zip(*(found.tolist() for found in np.unique(blocks, return_counts=True)), strict=True):
            left = self._left[block] = self._left.get(block, 0) - times
            if left == 0 and block != self._number:
                del self._blocks[block], self._ends[block], self._left[block]
                self._read = (-1, b"") if self._read[0] == block else self._read


def _block(values: Sequence[bytes]) -> tuple[bytes, NDArray[np.uint32]]:
    """Strings compressed together, and where each ends."""
    packed = bytes(cramjam.zstd.compress(b"".join(values), _LEVEL))
    return packed, np.cumsum([len(value) for value in values], dtype=np.uint32)
