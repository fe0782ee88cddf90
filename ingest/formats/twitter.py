"""What the two formats of X have in common: ids that hold a time, language codes of its own, places, words with entities."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from ingest import text
from stream.mention import Place, Unreadable

EPOCH_MS: Final = 1_288_834_974_657
"""The time of id 0; an id holds milliseconds since then above its lowest 22 bits."""
FIRST_TIMED_ID: Final = 29_700_859_247
"""Ids up to this one, of November 2010, were a plain count."""
EXACT_PLACES: Final = frozenset({"poi", "neighborhood", "city"})
"""Places so small that their middle says where a post was written."""

_LANGUAGES: Final = {"und": "", "zxx": "", "art": "", "in": "id", "iw": "he", "ji": "yi", "msa": "ms"}


def number(given: str | int | None, what: str) -> int:
    """An id of X. Raises ``Unreadable``, which names ``what``, for anything but a number of at most 20 digits."""
    if isinstance(given, str):
        if not given.isascii() or not given.isdigit() or len(given) > 20:
            raise Unreadable(f"the id of {what} is {given[:40]!r}, not a number")
        return int(given)
    if given is None or given < 0:
        raise Unreadable(f"{what} has no id")
    return given


def time_of_id(post: int) -> int:
    """When ``post`` was written, in milliseconds UTC. Raises ``Unreadable`` for one of before November 2010."""
    if post <= FIRST_TIMED_ID:
        raise Unreadable("the post has no created_at, and its id is too old to hold a time")
    return (post >> 22) + EPOCH_MS


def words(said: str) -> str:
    """The words of a post, with characters for HTML's entities. Raises ``Unreadable`` like ``text.words``."""
    return text.words(html.unescape(said) if "&" in said else said)


def language(code: str | None) -> str:
    """BCP 47 for X's language code; empty for the codes that say only why the language is unknown.

    >>> language("und"), language("qme"), language("in"), language("fi")
    ('', '', 'id', 'fi')
    """
    if not code or (code[0] == "q" and len(code) == 3):
        return ""
    return _LANGUAGES.get(code, code)[:35]


def place(country: str | None, point: Sequence[float] | None, corners: Sequence[Sequence[float]] = ()) -> Place | None:
    """Roughly where: at ``point`` (longitude, latitude in degrees), else in the middle of ``corners``."""
    country = (country or "").upper()
    country = country if len(country) == 2 and country.isascii() and country.isalpha() else ""
    if point is None and corners:
        point = [sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1)]
    if point is None or len(point) < 2 or not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        return Place(country=country) if country else None
    return Place(country=country, lat=round(point[1], 1), lon=round(point[0], 1))
