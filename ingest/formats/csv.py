"""Posts as tables: CSV with a header, its columns known by their usual names or by ``[csv.columns]``.

``at`` and ``text`` are needed. A row without an id has one made of its bytes; rows without authors are all by the one author
``unknown``, because nobody can count voices that are not told apart. ``seen`` is the time of the post.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import xxhash

from ingest import text as words
from ingest.formats import csv_values as values
from ingest.formats.csv_columns import Columns, columns_of, fields, unread
from ingest.formats.csv_rows import Line, headed, header_of, parted
from ingest.roles import Roles
from stream.config.networks import CsvConfig
from stream.mention import Author, Kind, Mention, Person, Place, Retraction, Target, Unreadable, Weight

_KINDS: Final[dict[str, Kind]] = {
    "post": "post",
    "reply": "reply",
    "replied_to": "reply",
    "comment": "reply",
    "repost": "repost",
    "retweet": "repost",
    "retweeted": "repost",
    "reblog": "repost",
    "boost": "repost",
    "quote": "quote",
    "quoted": "quote",
    "edit": "edit",
}
_SOURCES: Final = frozenset(
    {"archive", "bluesky", "guestbook", "hackernews", "mastodon", "rss", "simulation", "webhook", "x"}
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*\Z")
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9_-]+")


def records(lines: Iterator[Line], config: CsvConfig) -> Iterator[Line]:
    """Every record with the header before it.

    Raises ``ValueError`` with a sentence where the header does not tell what is needed.
    """
    header = header_of(lines)
    if not header:
        raise ValueError("the file holds no header")
    return headed(lines, header, columns_of(header, config).delimiter)


def parser(roles: Roles, config: CsvConfig | None = None) -> Callable[[bytes], Sequence[Mention | Retraction]]:
    """A parser of records that have their header before them."""
    config = config or CsvConfig()

    @lru_cache(8)
    def columns(header: bytes) -> Columns:
        return columns_of(header, config)

    def parse(record: bytes) -> Sequence[Mention | Retraction]:
        header, row = parted(record)
        try:
            layout = columns(header)
            cells = fields(row.decode(config.encoding), layout.delimiter)
        except UnicodeDecodeError:
            raise Unreadable(unread(config.encoding)) from None
        except ValueError as fault:
            raise Unreadable(str(fault)) from fault
        if len(cells) > layout.width:
            raise Unreadable(f"{len(cells)} fields where the header has {layout.width}; is a quote missing?")
        row_of = _Row(cells, layout, row, config.source)
        return (row_of.mention(roles),) if row_of.is_public() else ()

    return parse


class _Row:
    """One record, read field by field."""

    def __init__(self, cells: Sequence[str], columns: Columns, raw: bytes, source: str) -> None:
        self._cells, self._places, self._raw = cells, columns.places, raw
        named = _NOT_A_WORD.sub("-", self("source").strip().lower()).strip("-")
        self._source = {"twitter": "x", "": source}.get(named, named)

    def __call__(self, field: str) -> str:
        """What stands in the column of ``field``; empty where there is none."""
        place = self._places.get(field)
        return values.text(self._cells[place]) if place is not None and place < len(self._cells) else ""

    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self("visibility").strip().lower() in ("", "public")

    def mention(self, roles: Roles) -> Mention:
        """The row as a mention. Raises ``Unreadable``."""
        said = words.words(self("text"))
        at = values.time(self("at"))
        target = Target(self._id("target.id"), self._id("target.author")) if self("target.id").strip() else None
        kind = _KINDS.get(self("kind").strip().lower(), "reply" if target else "post")
        native = self._id("id") or f"{self._source}:row-{xxhash.xxh3_128_hexdigest(self._raw.strip())}"
        if kind == "edit" and target is not None and not native.startswith(f"{target.id}@"):
            native = f"{target.id}@{at}"
        language = self("lang").strip()
        return Mention(
            id=native,
            source=self._source,
            kind=kind,
            at=at,
            seen=at,
            author=self._author(roles),
            text=said,
            lang=language.replace("_", "-") if _LANGUAGE.match(language) and language.lower() != "und" else "",
            target=target,
            mentions=tuple(
                Person(handle=words.name(h.lstrip("@"))) for h in self._list("mentions", words.handles, said)
            ),
            hashtags=words.unique(
                words.name(tag.lstrip("#＃")) for tag in self._list("hashtags", words.hashtags, said)
            ),
            links=words.web_links(self._list("links", words.links, said)),
            place=self._place(),
            weight=self._weight(),
            flags=("sensitive",) if values.truth(self("sensitive")) else (),
        )

    def _author(self, roles: Roles) -> Author:
        handle = words.name(self("author.handle").strip().lstrip("@"))
        name = words.name(self("author.name").strip())
        stable = self._id("author.id") or f"{self._source}:{'-'.join((handle or name).casefold().split()) or 'unknown'}"
        return Author(
            id=stable,
            handle=handle,
            name=name,
            avatar=self("author.avatar").strip()[:2048],
            followers=values.number(self("author.followers")),
            role=roles.get(stable, "public"),
        )

    def _id(self, field: str) -> str:
        """The id in ``field`` with its source before it; empty where there is none."""
        native = values.identity(self(field))
        if not native or native.partition(":")[0] in _SOURCES:
            return native
        return f"{self._source}:{native}"

    def _list(self, field: str, find: Callable[[str], tuple[str, ...]], said: str) -> Sequence[str]:
        """The values of ``field``; where the file has no such column, what the text says."""
        if field in self._places:
            return values.several(self(field))[: words.LIST_LIMIT]
        return find(said)

    def _place(self) -> Place | None:
        country = self("place.country").strip().upper()
        country = country if len(country) == 2 and country.isascii() and country.isalpha() else ""
        if "place.lat" not in self._places:
            return Place(country=country) if country else None
        lat, lon = values.degrees(self("place.lat"), 90), values.degrees(self("place.lon"), 180)
        if lat is None or lon is None:
            return Place(country=country) if country else None
        return Place(country=country, lat=lat, lon=lon)

    def _weight(self) -> Weight | None:
        counts = [values.number(self(f"weight.{what}")) for what in ("likes", "reposts", "replies")]
        return Weight(*counts) if any(counts) else None
