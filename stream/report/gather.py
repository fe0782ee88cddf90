"""Everything that a report says, measured once: a state whose window is the whole time of the report, and finer counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention
from stream.moderation import Chain
from stream.report.house import House
from stream.report.peaks import Peak, core, peaks
from stream.report.told import Gone
from stream.wire.said import Session
from stream.wire.snapshot import Snapshot, Story

BUCKETS: Final = 240
"""Points of the curve of volume, at most."""
WIDTHS: Final = tuple(
    n * unit
    for unit, many in ((60_000, (1, 2, 5, 10, 15, 30)), (3_600_000, (1, 2, 3, 6, 12)), (86_400_000, (1, 2, 7)))
    for n in many
)
"""Milliseconds of a bucket, from which the first is chosen that gives no more than ``BUCKETS``."""
QUOTED: Final = 12
ENOUGH: Final = 4
"""Posts from which the time of a peak is told more closely."""
SOURCES_APART: Final = 6


class Volume(msgspec.Struct, frozen=True):
    """Posts by bucket: ``edges`` starts in ms, ``total`` and ``by_source`` counts, as long as ``edges``."""

    width: int
    edges: NDArray[np.int64]
    total: NDArray[np.int64]
    by_source: dict[str, NDArray[np.int64]]


class Gathered(msgspec.Struct, frozen=True):
    """A report's whole content. Labels, handles and stories in it have passed moderation."""

    start: int
    end: int
    snapshot: Snapshot
    volume: Volume
    peaks: list[Peak]
    cores: dict[str, tuple[int, int]]
    """By topic of a peak the shortest stretch of time, in ms, that holds half of its posts."""
    labels: dict[str, str]
    stories: list[Story]
    left_out: dict[str, int]
    sessions: tuple[Session, ...]
    shown: list[tuple[str, str, int]]
    """Kind, name and milliseconds on the wall of announcements and sponsors."""
    decided: list[tuple[str, int]]
    made: int

    def names(self, peak: Peak) -> str:
        """The sessions that ran while a peak lasted, as one phrase."""
        begin, end = self.core(peak)
        return ", ".join(s.title for s in self.sessions if s.start < end and s.end > begin)

    def span_of_buckets(self, count: int) -> NDArray[np.int64]:
        """Starts of the snapshot's newest ``count`` buckets, in milliseconds."""
        bucket = self.snapshot.numbers.bucket_ms
        first = self.snapshot.at // bucket - count + 1
        starts: NDArray[np.int64] = (first + np.arange(count, dtype=np.int64)) * bucket
        return starts

    def core(self, peak: Peak) -> tuple[int, int]:
        """When most of a peak was: begin and end in milliseconds."""
        return self.cores.get(peak.topic) or self.span(peak)

    def span(self, peak: Peak) -> tuple[int, int]:
        """A peak's begin and end in milliseconds."""
        starts = self.span_of_buckets(len(self.snapshot.numbers.timeline))
        return int(starts[peak.begin]), int(starts[peak.end - 1]) + self.snapshot.numbers.bucket_ms


class Gatherer:
    """Takes the mentions of ``start`` … ``end`` (ms, both included) in any order."""

    def __init__(self, config: Config, start: int, end: int) -> None:
        if end <= start:
            raise ValueError("the report's end lies before its start")
        self.start, self.end = start, end
        self.state = State(config, end - start + 1)
        self.state.advance(end)
        self._config = config
        self._width = next((w for w in WIDTHS if (end - start) / w <= BUCKETS), WIDTHS[-1])

    def take(self, gone: Gone, mentions: Sequence[Mention], encoded: Sequence[bytes]) -> None:
        """Count those that may be told. Edits and tallies of a later time count too: they say how a post is now."""
        told = [
            (mention, data)
            for mention, data in zip(mentions, encoded, strict=True)
            if gone.tells(mention) and (self.start <= mention.at <= self.end or mention.kind in ("edit", "tally"))
        ]
        self.state.add([mention for mention, _ in told], encoded=[data for _, data in told])

    def posts(self) -> Iterator[Mention]:
        """Each post as its newest edit has it."""
        view = self.state.view()
        return view.mentions(view.held(self.start, self.end))

    def gathered(self, gone: Gone, house: House, made: int) -> Gathered:
        """What the report says. Raises ``ValueError`` when nothing was said in its time."""
        snapshot = self.state.snapshot()
        if not snapshot.numbers.posts:
            raise ValueError("nothing was said in that time; choose another with --from and --to")
        chain = Chain(self._config.moderation)
        for term in sorted(gone.terms):
            chain.block_term(term, True)
        labels = {n.id: n.label for n in snapshot.topics.nodes if _passes(chain, n.label)}
        courses = {topic: course for topic, course in snapshot.topics.courses.items() if topic in labels}
        handles = {n.id: _passes(chain, n.handle) for n in snapshot.people.nodes}
        shown = [s for s in snapshot.stories if _quotable(self.state, chain, s)]
        found = peaks(courses)
        return Gathered(
            start=self.start,
            end=self.end,
            snapshot=_without(snapshot, labels, handles, tuple(shown)),
            volume=self._volume(),
            peaks=found,
            cores=self._cores(found, labels, snapshot),
            labels=labels,
            stories=shown[:QUOTED],
            left_out=dict(gone.left_out),
            sessions=tuple(s for s in house.sessions if s.start < self.end and s.end > self.start),
            shown=house.shown(),
            decided=house.decided(self.start, self.end),
            made=made,
        )

    def _cores(self, found: list[Peak], labels: dict[str, str], snapshot: Snapshot) -> dict[str, tuple[int, int]]:
        """When the posts of each peak that write its topic as it is labelled were closest together."""
        bucket, count = snapshot.numbers.bucket_ms, len(snapshot.numbers.timeline)
        first = (snapshot.at // bucket - count + 1) * bucket
        wanted = [
            (p.topic, labels[p.topic].casefold(), first + p.begin * bucket, first + p.end * bucket) for p in found
        ]
        view = self.state.view()
        slots = view.held(self.start, self.end)
        at, near = view.columns.at[slots], np.zeros(slots.size, np.bool_)
        for _, _, begin, end in wanted:
            near |= (begin <= at) & (at < end)
        times: dict[str, list[int]] = {}
        for post in view.mentions(slots[near]):
            text = post.text.casefold()
            for topic, label, begin, end in wanted:
                if begin <= post.at < end and label in text:
                    times.setdefault(topic, []).append(post.at)
        return {topic: core(sorted(at)) for topic, at in times.items() if len(at) >= ENOUGH}

    def _volume(self) -> Volume:
        first = self.start // self._width
        count = self.end // self._width - first + 1
        edges = (np.arange(count, dtype=np.int64) + first) * self._width
        view = self.state.view()
        slots, names = view.held(self.start, self.end), ["", *view.names.labels.names]
        places, sources = view.columns.at[slots] // self._width - first, view.columns.source[slots]
        by_source = {
            name: np.bincount(places[sources == source], minlength=count).astype(np.int64)
            for name, source in sorted((names[source + 1], source) for source in np.unique(sources).tolist())
        }
        total = np.sum(list(by_source.values()), axis=0) if by_source else np.zeros(count, np.int64)
        return Volume(self._width, edges, total, _few(by_source))


def _few(by_source: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
    """The loudest sources, the rest as one."""
    order = sorted(by_source, key=lambda name: (-int(by_source[name].sum()), name))
    few = {name: by_source[name] for name in order[:SOURCES_APART]}
    if rest := order[SOURCES_APART:]:
        few["other"] = np.sum([by_source[name] for name in rest], axis=0)
    return few


def _passes(chain: Chain, words: str) -> bool:
    return bool(words) and chain.judge_words(words).what in ("accept", "none")


def _quotable(state: State, chain: Chain, story: Story) -> bool:
    post = state.row(story.id)
    return post is not None and chain.judge(post, post.at).what in ("accept", "none")


def _without(
    snapshot: Snapshot, labels: dict[str, str], handles: dict[str, bool], stories: tuple[Story, ...]
) -> Snapshot:
    """The snapshot without names and words that do not pass."""
    topics, people = snapshot.topics, snapshot.people
    topics = msgspec.structs.replace(
        topics,
        nodes=tuple(n for n in topics.nodes if n.id in labels),
        edges=tuple(e for e in topics.edges if e.source in labels and e.target in labels),
        courses={topic: course for topic, course in topics.courses.items() if topic in labels},
    )
    people = msgspec.structs.replace(
        people,
        nodes=tuple(n for n in people.nodes if handles[n.id]),
        edges=tuple(e for e in people.edges if handles.get(e.source) and handles.get(e.target)),
    )
    rising = tuple(r for r in snapshot.rising if r.topic in labels)
    return msgspec.structs.replace(snapshot, topics=topics, people=people, rising=rising, stories=stories)


def loudest(numbers: dict[str, int], most: int = 8) -> list[tuple[str, int]]:
    """The most frequent of some counts by name, the rest as one."""
    ordered = Counter(numbers).most_common()
    rest = sum(count for _, count in ordered[most:])
    return [*ordered[:most], *([("other", rest)] if rest else [])]
