"""Who speaks and who talks with whom, counted the slow way: an oracle in plain Python for what the numbers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

import msgspec

from stream.mention import Mention, Retraction

FLOWS = {(True, False): "brand_public", (False, True): "public_brand", (False, False): "public_public"}


class Counted(NamedTuple):
    """What ``numbers`` says of people; each flow as its count now and in the span before."""

    posts: int
    voices: int
    new: int
    creators: int
    editors: int
    owned: int
    reach: int
    flows: dict[str, tuple[int, int]]


def counted(
    records: Iterable[Mention | Retraction], t_ms: int, window_ms: int, known: Collection[str], house: Collection[str]
) -> Counted:
    """The numbers at T; ``known`` are the authors of the seven days before, ``house`` those who speak for the brand."""
    posts: dict[str, Mention] = {}
    edits: dict[str, Mention] = {}
    gone: set[str] = set()
    for record in records:
        if isinstance(record, Retraction):
            gone.add(record.target)
        elif record.kind == "edit" and record.target is not None:
            held = edits.get(record.target.id)
            edits[record.target.id] = record if held is None or record.at > held.at else held
        elif record.kind != "tally":
            posts[record.id] = record
    rows = [
        msgspec.structs.replace(edits[post.id], kind=post.kind, at=post.at, target=post.target)
        if post.id in edits
        else post
        for post in posts.values()
        if not gone & {post.id, post.author.id}
    ]
    lost = {post.id for post in posts.values() if gone & {post.id, post.author.id}} | gone
    spans: list[list[Mention]] = [[], []]
    for row in rows:
        repeats = row.kind == "repost" and row.target is not None and lost & {row.target.id, row.target.author}
        span = (t_ms - row.at) // window_ms
        if span in (0, 1) and not repeats:
            spans[span].append(row)
    now = spans[0]
    by = Counter(row.author.id for row in now)
    followers: dict[str, int] = {}
    for row in now:
        followers[row.author.id] = max(followers.get(row.author.id, 0), row.author.followers)
    creators = {row.author.id for row in now if row.kind == "post"}
    flows = [Counter(FLOWS.get((row.author.id in house, whom in house)) for row in span for whom in _whom(row, lost))
             for span in spans]  # fmt: skip
    return Counted(
        posts=len(now),
        voices=len(by),
        new=len(by.keys() - set(known)),
        creators=len(creators),
        editors=len(by.keys() - creators),
        owned=sum(row.author.id in house for row in now),
        reach=sum(followers.values()),
        flows={name: (flows[0][name], flows[1][name]) for name in FLOWS.values()},
    )


def _whom(row: Mention, lost: Collection[str]) -> set[str]:
    """Whom a row turns to: the author of its target, and who is named in words of its own."""
    whom = {row.target.author} if row.target is not None else set()
    if row.kind == "quote" and row.target is not None and (row.target.id in lost or row.target.author in lost):
        return set()
    if row.kind != "repost":
        whom |= {person.id or f"{row.source}:@{person.handle.lstrip('@').casefold()}" for person in row.mentions}
    return {person for person in whom if person and person != row.author.id and person not in lost}
