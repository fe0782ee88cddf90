"""A report's tables: CSV for people with a spreadsheet, Parquet for people with questions of their own."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from stream.mention import Mention
from stream.report.gather import Gathered

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS: Final = 50_000

POSTS: Final = pa.schema([
    ("id", pa.string()), ("at", pa.timestamp("ms", tz="UTC")), ("source", pa.string()), ("kind", pa.string()),
    ("lang", pa.string()), ("country", pa.string()), ("author", pa.string()), ("handle", pa.string()), ("role", pa.string()),
    ("followers", pa.int64()), ("text", pa.string()), ("hashtags", pa.list_(pa.string())), ("links", pa.list_(pa.string())),
    ("target", pa.string()), ("likes", pa.int64()), ("reposts", pa.int64()), ("replies", pa.int64()),
])  # fmt: skip


def write_tables(gathered: Gathered, folder: Path) -> list[Path]:
    """``volume topics people ties stories tracks shown peaks`` as CSV; returns the files."""
    snapshot = gathered.snapshot
    topics, people = snapshot.topics, snapshot.people
    volume = gathered.volume
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        "volume": (
            ("time", "posts", *volume.by_source),
            (
                (iso(int(edge)), int(volume.total[i]), *(int(counts[i]) for counts in volume.by_source.values()))
                for i, edge in enumerate(volume.edges)
            ),
        ),
        "topics": (
            ("topic", "label", "posts", "sentiment", "community"),
            ((n.id, n.label, n.weight, n.sentiment, n.community) for n in topics.nodes),
        ),
        "people": (
            ("id", "handle", "role", "interactions", "community"),
            ((n.id, n.handle, n.role, n.weight, n.community) for n in people.nodes),
        ),
        "ties": (
            ("from", "to", "kind", "times", "weak"),
            ((e.source, e.target, e.kind, e.weight, int(e.weak)) for e in people.edges),
        ),
        "stories": (
            ("id", "time", "posts", "voices", "handle", "text"),
            ((s.id, iso(s.at), s.count, s.voices, s.handle, s.text) for s in snapshot.stories),
        ),
        "tracks": (
            ("track", "kind", "posts", "voices", "share", "sentiment", "owned", "earned", "bought"),
            (
                (name, t.kind, t.volume, t.voices, t.share, t.sentiment, t.owned, t.earned, t.bought)
                for name, t in snapshot.numbers.tracks.items()
            ),
        ),
        "shown": (
            ("kind", "name", "seconds"),
            ((kind, name, round(ms / 1000)) for kind, name, ms in gathered.shown),
        ),
        "peaks": (
            ("topic", "from", "to", "posts", "times_usual", "session"),
            (
                (gathered.labels[p.topic], *map(iso, gathered.core(p)), p.posts, p.factor, gathered.names(p))
                for p in gathered.peaks
            ),
        ),
    }
    written = []
    for name, (head, rows) in tables.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(head)
            out.writerows([cell(value) for value in row] for row in rows)
        written.append(path)
    return written


def cell(value: Any) -> Any:
    """What stands in a cell: strangers' words never begin a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


def iso(at_ms: int) -> str:
    """A time as ISO 8601, UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_posts(posts: Iterator[Mention], path: Path, progress: Callable[[int], None]) -> None:
    """Every post as a row of a Parquet file (zstd); ``progress`` is told how many were written."""
    count = 0
    with parquet.ParquetWriter(path, POSTS, compression="zstd") as file:
        while some := list(islice(posts, ROWS)):
            file.write_table(pa.table(_columns(some), schema=POSTS))
            count += len(some)
            progress(count)


def _columns(posts: Sequence[Mention]) -> dict[str, list[Any]]:
    authors, weights = [post.author for post in posts], [post.weight for post in posts]
    return {
        "id": [post.id for post in posts], "at": [post.at for post in posts], "source": [post.source for post in posts],
        "kind": [post.kind for post in posts], "lang": [post.lang or None for post in posts],
        "country": [(post.place.country if post.place else "") or None for post in posts],
        "author": [author.id for author in authors], "handle": [author.handle for author in authors],
        "role": [author.role for author in authors], "followers": [author.followers for author in authors],
        "text": [post.text for post in posts], "hashtags": [post.hashtags for post in posts],
        "links": [post.links for post in posts], "target": [post.target.id if post.target else None for post in posts],
        "likes": [weight.likes if weight else None for weight in weights],
        "reposts": [weight.reposts if weight else None for weight in weights],
        "replies": [weight.replies if weight else None for weight in weights],
    }  # fmt: skip
