"""Open addressing with linear probing: a table of slots, found by the 64-bit keys that stand in the slots.

A table is int32, as long as a power of two, -1 where it is free; at least half of it is. For compiled code.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def home(key, size):  # type: ignore[no-untyped-def]
    """Where the search for a key begins in a table of ``size``."""
    mixed = key * _MIX
    return np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(size - 1))


@njit(cache=True, nogil=True)
def enter(table, keys, slots):  # type: ignore[no-untyped-def]
    """Put slots in."""
    for slot in slots:
        j = home(keys[slot], table.size)
        while table[j] >= 0:
            j = (j + 1) & (table.size - 1)
        table[j] = slot


@njit(cache=True, nogil=True)
def find(table, keys, wanted, found):  # type: ignore[no-untyped-def]
    """The slot of each of ``wanted`` into ``found`` (int64), -1 where it is not in the table."""
    for i in range(wanted.size):
        j = home(wanted[i], table.size)
        while table[j] >= 0 and keys[table[j]] != wanted[i]:
            j = (j + 1) & (table.size - 1)
        found[i] = table[j]


@njit(cache=True, nogil=True)
def leave(table, keys, slots):  # type: ignore[no-untyped-def]
    """Take slots out; what stands behind each in its run moves up, so that no mark of the deleted is needed."""
    mask = table.size - 1
    for slot in slots:
        j = home(keys[slot], table.size)
        while table[j] != slot:
            j = (j + 1) & mask
        hole = j
        while True:
            j = (j + 1) & mask
            if table[j] < 0:
                break
            begins = home(keys[table[j]], table.size)
            if ((j - begins) & mask) >= ((j - hole) & mask):
                table[hole] = table[j]
                hole = j
        table[hole] = -1
