"""Who of the people of a state had spoken before, as its rows and memory know it; asked of many people at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.held import Held
from stream.analysis.intern import Interner
from stream.analysis.memory import Memory

_ASK = 2
"""Not looked up yet; 1 is known, 0 is not."""


class Known:
    """Answers by id of a person, until the day, memory or the ids change; the hash of a name is made once."""

    def __init__(self, people: Interner) -> None:
        self._people = people
        self._hashes = np.zeros(0, np.uint64)
        self._answers = np.zeros(0, np.uint8)
        self._valid: tuple[object, ...] = ()
        self._made: tuple[object, ...] = ()

    def of(self, people: NDArray[np.intp], memory: Memory, today: int) -> NDArray[np.bool_]:
        """Of each person whether they spoke in ``memory.KNOWN_DAYS`` days before ``today``."""
        self._follow(memory)
        if self._valid != (memory, memory.voiced, today):
            self._answers[:] = _ASK
            self._valid = (memory, memory.voiced, today)
        new = people[self._answers[people] == _ASK]
        if new.size:
            self._answers[new] = memory.known(self._hashed(new, memory), today)
        known: NDArray[np.bool_] = self._answers[people] == 1
        return known

    def spoke(self, columns: Held, memory: Memory) -> dict[int, NDArray[np.uint64]]:
        """By day what stands in ``memory`` for each author of a row."""
        self._follow(memory)
        slots = np.flatnonzero(columns.held)
        days, authors = columns.at[slots] // DAY_MS, columns.author[slots]
        return {day: self._hashed(np.unique(authors[days == day]), memory) for day in np.unique(days).tolist()}

    def acquainted(
        self, author_ids: Sequence[str], before_ms: int, wrote: NDArray[np.bool_], memory: Memory
    ) -> list[bool]:
        """Of each author whether it ``wrote`` (a mark for each person, the last is nobody), or did as ``memory`` knows."""
        people = np.array([self._people.find(author) for author in author_ids], np.int32)
        hashes = np.array([memory.hash(author) for author in author_ids], np.uint64)
        known = memory.known(hashes, day_of(before_ms))
        return [bool(here or then) for here, then in zip(wrote[people], known, strict=True)]

    def _hashed(self, people: NDArray[np.intp], memory: Memory) -> NDArray[np.uint64]:
        names = self._people.names
        unread = people[self._hashes[people] == 0]
        self._hashes[unread] = [memory.hash(names[person]) for person in unread.tolist()]
        return self._hashes[people]

    def _follow(self, memory: Memory) -> None:
        """Forget what another memory or other ids made of it; make room for new people."""
        if self._made != (memory, self._people.swept):
            self._hashes[:] = 0
            self._made, self._valid = (memory, self._people.swept), ()
        missing = len(self._people) - self._answers.size
        if missing > 0:
            room = missing + self._answers.size // 4
            self._answers = np.concatenate([self._answers, np.full(room, _ASK, np.uint8)])
            self._hashes = np.concatenate([self._hashes, np.zeros(room, np.uint64)])
