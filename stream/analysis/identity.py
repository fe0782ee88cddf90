"""Which community of now is which of before, so that it keeps its colour: by maximum overlap of members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

ALONE: Final = -1
"""The community of a node that has no neighbour."""


def colours(
    members: Sequence[str], labels: Sequence[int], weights: Sequence[int], before: Mapping[str, int]
) -> dict[int, int]:
    """A colour index for each label: that of the earlier community that shares most members with it, else the smallest free.

    ``members`` are node ids with their community in ``labels``; ``before`` has the colour of nodes at an earlier time.
    New communities take free colours in order of their weight, ties by their first member.
    """
    strength: dict[int, int] = {}
    first: dict[int, str] = {}
    shared: dict[tuple[int, int], int] = {}
    for member, label, weight in zip(members, labels, weights, strict=True):
        if label == ALONE:
            continue
        strength[label] = strength.get(label, 0) + weight
        first[label] = min(first.get(label, member), member)
        colour = before.get(member, ALONE)
        if colour != ALONE:
            shared[label, colour] = shared.get((label, colour), 0) + 1
    given: dict[int, int] = {}
    taken: set[int] = set()
    order = sorted(shared.items(), key=lambda entry: (-entry[1], entry[0][1], first[entry[0][0]]))
    for (label, colour), _ in order:
        if label not in given and colour not in taken:
            given[label] = colour
            taken.add(colour)
    free = 0
    for label in sorted(strength, key=lambda label: (-strength[label], first[label])):
        if label not in given:
            while free in taken:
                free += 1
            given[label] = free
            taken.add(free)
    return given
