"""Playlists: layouts one after another, each for a while, over and over. Where one is, is a function of the time alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

SHORTEST_S: Final = 5
LONGEST_S: Final = 7200
MOST_ITEMS: Final = 40


class Item(msgspec.Struct, frozen=True):
    layout: str
    seconds: Annotated[int, Meta(ge=SHORTEST_S, le=LONGEST_S)]


class Playlist(msgspec.Struct, frozen=True):
    title: str
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=MOST_ITEMS)]


class Position(NamedTuple):
    """Which item runs (``place`` in the list), when it began and until when, hub time in ms."""

    place: int
    layout: str
    since: int
    until: int


def position(playlist: Playlist, since: int, now: int, known: Collection[str]) -> Position | None:
    """Where ``playlist`` is at ``now`` when its first item began at ``since``.

    Items whose layout is not among ``known`` are passed over; None when none is left.
    """
    items = [(i, item) for i, item in enumerate(playlist.items) if item.layout in known]
    whole = sum(item.seconds for _, item in items) * 1000
    if not whole:
        return None
    begin = since + (now - since) // whole * whole
    for index, item in items:
        end = begin + item.seconds * 1000
        if now < end:
            return Position(index, item.layout, begin, end)
        begin = end
    raise AssertionError("a position lies within the whole")


def skipped(playlist: Playlist, since: int, now: int, known: Collection[str]) -> int:
    """When the first item must have begun for the next one to begin at ``now``."""
    here = position(playlist, since, now, known)
    return since if here is None else since - (here.until - now)
