"""The ``numbers`` of a snapshot: how much, by whom, in which mood, who talks with whom."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import campaigns
from stream.analysis.columns import BEFORE, NOWHERE
from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.view import View, change, rounded
from stream.analysis.window import RING
from stream.wire.snapshot import Flow, Numbers, Sentiment

_RECENT_MS: Final = 10_000
_FLOWS: Final = ("brand_public", "public_brand", "public_public")


def of(view: View) -> Numbers:
    volume, voices = view.statistics.volume, view.statistics.voices
    posts = int(volume.posts[0])
    rows_by, creating_by = voices.counts[0], voices.counts[1]
    stands = _stands_for(view, rows_by)
    authors = np.flatnonzero(rows_by)
    total, creators = int(stands[authors].sum()), int(stands[creating_by > 0].sum())
    buckets = view.window.edges(view.t) // view.window.bucket
    timeline, positive, negative = (
        tuple(counts.tolist()) for counts in view.statistics.timeline.counts[:, buckets % RING]
    )
    roles = {name: int(volume.roles[0, i]) for i, name in enumerate(ROLE_NAMES)}
    labels = view.names.labels.names
    return Numbers(
        posts=posts,
        volume_per_min=rounded(posts * 60_000 / view.window.width),
        per_second=rounded(_recent(view) * 1000 / _RECENT_MS),
        change=change(posts, int(volume.posts[1])),
        voices=total,
        new_voices_share=_new_voices(view, authors, stands),
        creators=creators,
        editors=total - creators,
        owned=roles["brand"] + roles["staff"],
        earned=roles["public"],
        reach=_reach(view, stands),
        held=int(volume.held[0]),
        sentiment=_sentiment(volume.mood[0]),
        roles=roles,
        flows=_flows(view),
        languages=_named(volume.langs[0], labels),
        sources=_named(volume.sources[0], labels),
        countries=_named(volume.countries[0], labels),
        tracks=campaigns.of(view),
        timeline=timeline,
        timeline_positive=positive,
        timeline_negative=negative,
        bucket_ms=view.window.bucket,
    )


def _named(counts: NDArray[np.int64], labels: list[str]) -> dict[str, int]:
    """By name, the greatest first."""
    found = [(labels[i], int(counts[i])) for i in np.flatnonzero(counts).tolist()]
    return dict(sorted(found, key=lambda entry: (-entry[1], entry[0])))


def _sentiment(mood: NDArray[np.int64]) -> Sentiment:
    total, known, good, middle, bad = (int(number) for number in mood)
    if not known:
        return Sentiment()
    return Sentiment(
        mean=rounded(total / known / 10_000),
        positive=rounded(good / known),
        neutral=rounded(middle / known),
        negative=rounded(bad / known),
        known=known,
    )


def _stands_for(view: View, rows_by: NDArray[np.int32]) -> NDArray[np.int64]:
    """By id of a person how many voices it stands for: one, unless all its rows (``rows_by``) are of a sample."""
    stands = np.ones(rows_by.size, np.int64)
    sampled = [view.counted_in(bucket) for bucket, level in view.thinning.levels.items() if level]
    if not (view.approximate and sampled):
        return stands
    rows = np.concatenate(sampled)
    rows = rows[view.span_of[rows] != BEFORE]
    authors, voices = view.people(rows)
    there = np.bincount(np.searchsorted(authors, view.columns.author[rows]), view.weights(rows), authors.size)
    stands[authors] = np.where(rows_by[authors] > there, 1, voices)
    return stands


def _new_voices(view: View, authors: NDArray[np.intp], stands: NDArray[np.int64]) -> float:
    """The share of the voices that did not speak in the seven days before today, as far as rows and memory know."""
    if not authors.size:
        return 0.0
    today = day_of(view.t)
    spoke = np.zeros(len(view.names.people), np.bool_)
    for bucket in view.buckets.numbers():
        if bucket * view.window.bucket >= today * DAY_MS:
            break
        rows = view.counted_in(bucket)
        spoke[view.columns.author[rows[view.columns.at[rows] < today * DAY_MS]]] = True
    rest = authors[~spoke[authors]]
    new = rest[~view.known.of(rest, view.memory, today)]
    return rounded(stands[new].sum() / stands[authors].sum())


def _recent(view: View) -> int:
    """Posts of the last ten seconds."""
    since, width = view.t - _RECENT_MS, view.window.bucket
    first = max(since, view.t - view.window.width) // width
    rows = np.concatenate([view.counted_in(bucket) for bucket in range(first, view.t // width + 1)])
    rows = rows[(view.columns.at[rows] > since) & (view.span_of[rows] != BEFORE)]
    return int(view.weights(rows).sum())


def _reach(view: View, stands: NDArray[np.int64]) -> int:
    """The followers of everybody who spoke, of each the greatest number that was told."""
    most = np.zeros(stands.size, np.int64)
    _greatest(view.span_of, view.columns.author, view.columns.followers, most)
    return int((most * stands).sum())


@njit(cache=True, nogil=True)
def _greatest(spans, authors, followers, most):  # type: ignore[no-untyped-def]
    for slot in range(spans.size):
        if spans[slot] != NOWHERE and spans[slot] != BEFORE:
            most[authors[slot]] = max(most[authors[slot]], followers[slot])


def _flows(view: View) -> dict[str, Flow]:
    """Interactions between the brand's side (brand and staff) and the public, now and in the span before."""
    present, owned = view.present(), view.roles() > 0
    counts = np.zeros((2, len(_FLOWS)), np.int64)
    for span in (0, 1):
        ties = view.statistics.ties.all(span)
        use = present[ties.source] & present[ties.target]
        source, target, number = owned[ties.source[use]], owned[ties.target[use]], ties.times[use]
        for i, (from_brand, to_brand) in enumerate(((True, False), (False, True), (False, False))):
            counts[span, i] = int(number[(source == from_brand) & (target == to_brand)].sum())
    total = int(counts[0].sum())
    return {
        name: Flow(
            count=int(counts[0, i]),
            share=rounded(counts[0, i] / total) if total else 0.0,
            change=change(int(counts[0, i]), int(counts[1, i])),
        )
        for i, name in enumerate(_FLOWS)
    }
