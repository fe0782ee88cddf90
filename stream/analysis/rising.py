"""Rising: topics that more people speak of than their own past makes likely, since when, and what came with it."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import POST, QUOTE, SHOWN
from stream.analysis.held import Held
from stream.analysis.said import Said
from stream.analysis.scan import scan, surprise, usual_rate
from stream.analysis.view import View, rounded
from stream.wire.snapshot import Causes, Rising

STARTED: Final = 0.5
"""A score from which a topic is rising."""
RARE: Final = 9.0
"""Nats of surprise, beyond what the number of topics looked at makes likely, that score ``STARTED``."""
MOST: Final = 40
EXPLAINED: Final = 10
"""The strongest, of which the causes are told."""
LOOKED_AT: Final = 500
"""The most frequent topics; a topic that rises is among them."""
LEAST: Final = 5
"""Posts in the window below which nothing is called rising."""
VOICES: Final = 4
"""People who must speak of it."""
TOLD: Final = 3
"""Posts, people and topics named as causes."""


class _Past(NamedTuple):
    """Posts (k, m) by bucket of the topics looked at, of whose last one ``share`` has passed; and what memory adds.

    That is ``known`` (k,) posts in ``buckets`` buckets.
    """

    counts: NDArray[np.int64]
    edges: NDArray[np.int64]
    share: float
    known: NDArray[np.float64]
    buckets: float

    def before(self, place: int, start: int) -> tuple[float, float]:
        """Posts of a topic before a bucket, and in how many buckets."""
        return float(self.counts[place, :start].sum() + self.known[place]), start + self.buckets


class _Rise(NamedTuple):
    """A topic, the first bucket of its rise, its surprise in nats, and the rows in which it is said since then."""

    topic: int
    place: int
    start: int
    nats: float
    rows: NDArray[np.int64]
    voices: int


def of(view: View, said: Said) -> tuple[Rising, ...]:
    """Topics that rise now, the strongest first."""
    chosen = np.flatnonzero(said.newer + said.older >= LEAST)[:LOOKED_AT]
    if not chosen.size:
        return ()
    edges = _edges(view)
    counts = said.courses(view, edges)
    everywhere, counts = counts.sum(1), counts[chosen]
    share = (view.t + 1 - int(edges[-1])) / view.window.bucket
    known, span = view.memory.baselines.usual(
        [said.ids[topic] for topic in chosen.tolist()], view.t - 2 * view.window.width
    )
    past = _Past(counts, edges, share, known, span / view.window.bucket)
    bar = RARE + math.log(chosen.size)
    nats, starts = scan(past.counts, past.share, past.known, past.buckets)
    order = np.lexsort((chosen, -nats))
    order = order[nats[order] >= bar][: 3 * MOST]
    rises = _people(view, said, past, chosen[order], order, nats[order], starts[order])
    rises = sorted(
        (r for r in rises if r.voices >= VOICES and r.nats >= bar), key=lambda r: (-r.nats, said.ids[r.topic])
    )
    shown = view.window.edges(view.t).size
    return tuple(
        Rising(
            topic=said.ids[rise.topic],
            score=rounded(1.0 - 2.0 ** (-rise.nats / bar)),
            since=int(edges[rise.start]),
            label=said.labels[rise.topic],
            factor=_factor(past, rise),
            curve=(0,) * (shown - edges.size) + tuple(counts[rise.place, -shown:].tolist()),
            causes=_causes(view, said, rise, everywhere) if rank < EXPLAINED else None,
        )
        for rank, rise in enumerate(rises[:MOST])
    )


def _edges(view: View) -> NDArray[np.int64]:
    """Starts of the whole buckets of the window and the span before it, from the first in which anything was said."""
    width, oldest = view.window.bucket, max(view.t - 2 * view.window.width + 1, view.oldest())
    first = min(-(-oldest // width), view.t // width)
    return np.arange(first, view.t // width + 1, dtype=np.int64) * width


def _people(
    view: View,
    said: Said,
    past: _Past,
    topics: NDArray[np.int64],
    places: NDArray[np.int64],
    nats: NDArray[np.float64],
    starts: NDArray[np.int64],
) -> list[_Rise]:
    """The rises, as surprising as the number of people in them is: one who repeats himself is one."""
    if not topics.size:
        return []
    since = np.full(len(said.ids), np.iinfo(np.int64).max)
    since[topics] = past.edges[starts]
    rows = np.concatenate(
        [view.counted_in(b) for b in range(int(since.min()) // view.window.bucket, view.t // view.window.bucket + 1)]
    )
    rows = rows[(view.columns.flags[rows] & SHOWN) != 0]
    row, topic = view.statistics.units.said_in(view.columns, rows, said.places(view))
    late = view.columns.at[rows[row]] >= since[topic]
    row, topic = rows[row[late]], topic[late]
    order = np.argsort(topic, kind="stable")
    topic, row = topic[order], row[order]
    found = []
    for which, place, posts, start in zip(
        topics.tolist(), places.tolist(), nats.tolist(), starts.tolist(), strict=True
    ):
        rows = row[slice(*np.searchsorted(topic, (which, which + 1)).tolist())]
        voices = np.unique(view.columns.author[rows]).size
        before = past.before(place, start)
        people = surprise(float(voices), past.edges.size - start - 1 + past.share, *before)
        found.append(_Rise(which, place, start, min(posts, float(people)), rows, voices))
    return found


def _factor(past: _Past, rise: _Rise) -> float:
    """How many times the mean of the buckets before the rise the mean in it is; a rise lasts at least one bucket."""
    posts = int(past.counts[rise.place, rise.start :].sum())
    rate = posts / max(past.edges.size - rise.start - 1 + past.share, 1.0)
    return rounded(rate / usual_rate(*past.before(rise.place, rise.start)))


def _causes(view: View, said: Said, rise: _Rise, everywhere: NDArray[np.int64]) -> Causes:
    """What was echoed most since it began, who began it, and which other topics came with it."""
    slots = rise.rows
    columns = view.columns
    own = slots[np.isin(columns.kind[slots], (POST, QUOTE))]
    own = own if own.size else slots
    key, at = columns.key[own], columns.at[own]
    targets, often = np.unique(columns.target[slots], return_counts=True)
    place = np.minimum(np.searchsorted(targets, key), targets.size - 1)
    echoes = np.where(targets[place] == key, often[place], 0)
    posts = own[np.lexsort((key, at, -columns.weight[own].astype(np.int64), -echoes))[:TOLD]]
    authors, earliest = np.unique(columns.author[slots[_by_time(columns, slots)]], return_index=True)
    people = authors[np.argsort(earliest)][:TOLD].tolist()
    return Causes(
        posts=tuple(view.mention(slot).id for slot in posts.tolist()),
        people=tuple(view.names.people.names[person] for person in people),
        voices=rise.voices,
        topics=tuple(said.ids[topic] for topic in _companions(view, said, rise, everywhere)),
    )


def _by_time(columns: Held, slots: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.lexsort((columns.key[slots], columns.at[slots]))


def _companions(view: View, said: Said, rise: _Rise, everywhere: NDArray[np.int64]) -> list[int]:
    """Topics that at least two of these posts and a fifth of them say, and that are said there twice as often as elsewhere."""
    size = len(said.ids)
    units = view.statistics.units
    here = np.bincount(units.said_in(view.columns, rise.rows, said.places(view))[1], minlength=size)
    elsewhere = (everywhere - here) / max(units.rows - rise.rows.size, 1)
    fit = (here >= 2) & (here * 5 >= rise.rows.size) & (here / rise.rows.size >= 2 * elsewhere)
    fit[rise.topic] = False
    candidates = np.flatnonzero(fit)
    return [int(topic) for topic in candidates[np.lexsort((candidates, -here[candidates]))[:TOLD]]]
