"""Exact integer counts by 64-bit key: what a statistic over pairs adds to and subtracts from."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[Any]
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)
_SMALLEST: Final = 1024
SIEVE_BITS: Final = 17
"""One more than a ``hint`` has."""


@njit(cache=True, nogil=True)
def _apply(keys, counts, shift, wanted, amount):  # type: ignore[no-untyped-def]
    mask = keys.size - 1
    fresh = 0
    for i in range(wanted.size):
        key = wanted[i]
        j = np.int64((np.uint64(key) * _MIX) >> shift)
        while keys[j] != key:
            if keys[j] == 0:
                keys[j] = key
                fresh += 1
                break
            j = (j + 1) & mask
        counts[j] += amount
    return fresh


@njit(cache=True, nogil=True)
def _move(old_keys, old_counts, keys, counts, shift):  # type: ignore[no-untyped-def]
    mask = keys.size - 1
    held = 0
    for i in range(old_keys.size):
        if old_counts[i] == 0:
            continue
        key = old_keys[i]
        j = np.int64((np.uint64(key) * _MIX) >> shift)
        while keys[j] != 0:
            j = (j + 1) & mask
        keys[j] = key
        counts[j] = old_counts[i]
        held += 1
    return held


@njit(cache=True, nogil=True)
def _look_up(keys, counts, shift, wanted, out):  # type: ignore[no-untyped-def]
    mask = keys.size - 1
    for i in range(wanted.size):
        key = wanted[i]
        j = np.int64((np.uint64(key) * _MIX) >> shift)
        while keys[j] != 0:
            if keys[j] == key:
                out[i] = counts[j]
                break
            j = (j + 1) & mask


@njit(cache=True, nogil=True)
def _mark(keys, marks):  # type: ignore[no-untyped-def]
    for i in range(keys.size):
        mixed = np.uint64(keys[i]) * _MIX >> np.uint64(64 - SIEVE_BITS)
        marks[mixed >> np.uint64(6)] |= np.uint64(1) << (mixed & np.uint64(63))


@njit(cache=True, nogil=True)
def among(key, few):  # type: ignore[no-untyped-def]
    """Whether ``key`` is one of ``few`` (``SparseCounts.few``), for compiled code: most keys are told apart by one bit."""
    marks, keys, shift = few
    mixed = np.uint64(key) * _MIX
    bit = mixed >> np.uint64(64 - SIEVE_BITS)
    if (marks[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1) == 0:
        return False
    j = np.int64(mixed >> shift)
    while keys[j] != 0:
        if keys[j] == key:
            return True
        j = (j + 1) & (keys.size - 1)
    return False


@njit(cache=True, nogil=True)
def hint(key):  # type: ignore[no-untyped-def]
    """16 bits of a key, which tell most keys from a few others (``perhaps``) where it would take long to make it."""
    return np.uint16(np.uint64(key) * _MIX >> np.uint64(48))


@njit(cache=True, nogil=True)
def perhaps(bits, few):  # type: ignore[no-untyped-def]
    """Whether a key with these ``hint`` bits may be ``among`` a few: each stands for two marks."""
    return (few[0][bits >> np.uint16(5)] >> (np.uint64(bits & np.uint16(31)) << np.uint64(1))) & np.uint64(3) != 0


@njit(cache=True, nogil=True)
def _asked(keys, counts, asked, found):  # type: ignore[no-untyped-def]
    size = 0
    for j in range(keys.size):
        if counts[j] > 0:
            number = np.int64(keys[j] >> _HALF) - 1
            if 0 <= number < asked.size and asked[number]:
                found[size] = j
                size += 1
    return size


class SparseCounts:
    """An open-addressing table of counts; a key is any number of ``dtype`` (uint64, uint32) but 0. Zeros leave as it grows.

    >>> counts = SparseCounts()
    >>> counts.add(np.array([7, 9, 7], np.uint64), 1)
    >>> counts.add(np.array([9], np.uint64), -1)
    >>> [array.tolist() for array in counts.items()]
    [[7], [2]]
    """

    def __init__(self, dtype: type[np.unsignedinteger[Any]] = np.uint64) -> None:
        self._dtype = dtype
        self._allocate(_SMALLEST)
        self._held = 0

    def _allocate(self, size: int) -> None:
        self._keys: Keys = np.zeros(size, self._dtype)
        self._counts = np.zeros(size, np.int32)
        self._shift = np.uint64(64 - (size.bit_length() - 1))

    def add(self, keys: Keys, amount: int) -> None:
        """Add ``amount`` to the count of each key, once for each time that it occurs."""
        if not keys.size:
            return
        if (self._held + keys.size) * 3 > self._keys.size * 2:
            self._grow(keys.size)
        self._held += int(_apply(self._keys, self._counts, self._shift, keys, np.int32(amount)))

    def _grow(self, more: int) -> None:
        keys, counts = self._keys, self._counts
        needed = (int(np.count_nonzero(counts)) + more) * 5 // 3
        size = max(_SMALLEST, 1 << needed.bit_length())
        self._allocate(size)
        self._held = int(_move(keys, counts, self._keys, self._counts, self._shift))

    def get(self, keys: Keys) -> NDArray[np.int32]:
        """The count of each key, 0 where it has none."""
        out = np.zeros(keys.size, np.int32)
        _look_up(self._keys, self._counts, self._shift, keys, out)
        return out

    def few(self) -> tuple[NDArray[np.uint64], Keys, np.uint64]:
        """A table of a few thousand keys, as ``among`` looks them up; what is added later is not in it."""
        marks = np.zeros(1 << (SIEVE_BITS - 6), np.uint64)
        _mark(self.entries()[0], marks)
        return marks, self._keys, self._shift

    def entries(self, least: int = 1) -> tuple[Keys, NDArray[np.int32]]:
        """Keys that are counted ``least`` times and more, in no order, and their counts."""
        at = np.flatnonzero(self._counts >= least)
        return self._keys[at], self._counts[at]

    def pairs(self, asked: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Where keys are two halves of 32 bits: those whose upper half is one more than a number that is ``asked`` for.

        Returns that number, the lower half, and the count, in no order.
        """
        at = np.empty(int(np.count_nonzero(self._counts)), np.int64)
        at = at[: _asked(self._keys, self._counts, asked, at)]
        keys = self._keys[at]
        return (keys >> _HALF).astype(np.int64) - 1, (keys & _LOW).astype(np.int64), self._counts[at]

    def items(self) -> tuple[Keys, NDArray[np.int32]]:
        """Keys whose count is not zero, in order of the keys, and their counts."""
        keys, counts = self.entries()
        order = np.argsort(keys)
        return keys[order], counts[order]
