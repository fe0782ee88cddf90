"""The order in which the filters are asked: which reason staff read, where several have one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

FILTERS: Final = (
    "blocked authors", "blocked terms", "raid", "marks", "bots", "links", "words", "links only", "age", "followers", "repeated",
    "rate",
)  # fmt: skip
"""All filters, in their usual order."""


def ordered(first: Sequence[str]) -> list[str]:
    """Those of ``first``, then the others in their usual order. Raises ``ValueError`` for a name that is none."""
    for problem in problems(first):
        raise ValueError(problem)
    return [*dict.fromkeys(first), *(name for name in FILTERS if name not in first)]


def problems(first: Iterable[str]) -> list[str]:
    """What is wrong with names of filters, in sentences."""
    found = []
    for name in first:
        if name not in FILTERS:
            near = difflib.get_close_matches(name, FILTERS, 1, 0.5)
            known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(FILTERS)}"
            found.append(f"no filter is called {name!r}; {known}")
    return found
