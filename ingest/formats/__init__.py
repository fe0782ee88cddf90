"""The formats of archives: each turns one line into mentions and retractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ingest.formats import agora, csv, jetstream, mastodon, twitter_v1, x_v2
from ingest.roles import Roles
from stream.config.networks import CsvConfig
from stream.mention import Mention, Rejected, Retraction

Parser = Callable[[bytes], Sequence[Mention | Retraction | Rejected]]
"""Reads one line. Raises ``Unreadable`` with the reason; returns nothing for a post that is not public,
and ``Rejected`` for one that cannot be read among others on the line that can.

The reader turns a ``RecursionError``, which JSON nested without end causes, into ``Unreadable`` as well.
"""

Format = Callable[[Roles], Parser]

FORMATS: Final[dict[str, Format]] = {
    "agora": agora.parser,
    "csv": csv.parser,
    "jetstream": jetstream.parser,
    "mastodon": mastodon.parser,
    "twitter-v1": twitter_v1.parser,
    "x-v2": x_v2.parser,
}

MIXED: Final = frozenset({"mastodon"})
"""Formats in which posts that are not public stand beside public ones: of a line that nobody can read, no bytes are kept."""


def parser(name: str, roles: Roles, table: CsvConfig | None = None) -> Parser:
    """The parser of the format called ``name``; ``table`` says what stands where in a CSV file.

    Raises ``ValueError`` for one that is not known.
    """
    if name not in FORMATS:
        raise ValueError(f"{name!r} is no format of an archive; known are {', '.join(FORMATS)}")
    return csv.parser(roles, table) if name == "csv" else FORMATS[name](roles)
