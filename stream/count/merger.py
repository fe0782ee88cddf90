"""A hub's reading of ``partials``: of each what it was not told before, as mentions with their rows. Pure."""

from __future__ import annotations

from typing import NamedTuple

from stream import mention
from stream.analysis.analysed import Analysed
from stream.count.kept import Kept
from stream.count.partial import decode, read
from stream.log import Record
from stream.mention import Mention
from stream.moderation.filters import Judged


class News(NamedTuple):
    """Mentions with their log times in ms, their rows, and what is judged of them by ``id`` of the object; neither of the two
    where they were read by other tracks, other rules or another program.

    ``place`` is offset and log time of the last of them; ``shed`` when those that are left out were written.
    """

    through: int
    mentions: list[tuple[Mention, int]]
    rows: Analysed | None
    judged: dict[int, Judged]
    place: tuple[int, int] | None
    shed: list[int]


class Merger:
    """Keeps of each bucket the greatest ``through``."""

    def __init__(self) -> None:
        self.kept = Kept()

    def take(self, record: Record, read_by: str) -> News | None:
        """What a record of ``partials`` tells that is new, for who reads rows as ``read_by`` says; None for nothing.

        Raises ``ValueError`` for a record that is broken.
        """
        partial = decode(record.value)
        after = self.kept.through(record.partition, partial.bucket)
        if partial.through <= after:
            return None
        told = read(partial, after)
        self.kept.put(record.partition, partial.bucket, partial.through, record.time)
        mentions = [(mention.decode(post.data), post.time) for post in told.posts]
        rows, judged = None, {}
        if partial.read_by == read_by:
            rows = told.rows
            pairs = zip(mentions, told.posts, strict=True)
            judged = {id(said): told.judged[post.place] for (said, _), post in pairs if post.place >= 0}
        place = (told.posts[-1].offset, told.posts[-1].time) if told.posts else None
        return News(partial.through, mentions, rows, judged, place, told.shed)
