"""Strings as small integers, so that rows and counters hold four bytes where the world says a name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Interner:
    """A table of strings; an id is free again after ``sweep`` found it unused. Ids depend on the order of arrival.

    >>> table = Interner()
    >>> table.id("#sotu"), table.id("#flint"), table.id("#sotu"), table.find("#iowa")
    (0, 1, 0, -1)
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names: list[str] = []
        self._ids: dict[str, int] = {}
        self._free: list[int] = []
        self.swept = 0
        """Grows whenever ids may mean something else."""
        for name in names:
            self.id(name)

    def __len__(self) -> int:
        """One more than the greatest id that is given."""
        return len(self.names)

    @property
    def used(self) -> int:
        """How many names have an id."""
        return len(self._ids)

    def id(self, name: str) -> int:
        """The id of ``name``, a new one if it has none."""
        found = self._ids.get(name)
        if found is not None:
            return found
        if self._free:
            fresh = self._free.pop()
            self.names[fresh] = name
        else:
            fresh = len(self.names)
            self.names.append(name)
        self._ids[name] = fresh
        return fresh

    def ids(self, names: Sequence[str]) -> list[int]:
        """The id of each of ``names``, new ones for those that have none; -1 for an empty name."""
        found = list(map(self._ids.get, names))
        return [
            known if known is not None else self.id(name) if name else -1
            for known, name in zip(found, names, strict=True)
        ]

    def find(self, name: str) -> int:
        """The id of ``name``, or -1."""
        return self._ids.get(name, -1)

    def restore(self, names: Sequence[str]) -> None:
        """Become a copy of the table whose ``names`` are given; an empty name has no id."""
        self.swept += 1
        self.names = list(names)
        self._ids = {name: fresh for fresh, name in enumerate(names) if name}
        self._free = [fresh for fresh, name in enumerate(names) if not name]

    def only(self, keep: NDArray[np.bool_]) -> list[str]:
        """The names whose id is True in ``keep``, the others empty; ``restore`` takes them."""
        return [name if kept else "" for name, kept in zip(self.names, keep.tolist(), strict=True)]

    def sweep(self, keep: NDArray[np.bool_]) -> None:
        """Forget every name whose id is False in ``keep``, an array as long as the table."""
        self.swept += 1
        for fresh in np.flatnonzero(~keep).tolist():
            name = self.names[fresh]
            if self._ids.get(name) == fresh:
                del self._ids[name]
                self.names[fresh] = ""
                self._free.append(fresh)
