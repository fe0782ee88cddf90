"""The ``numbers`` of a snapshot: how much, by whom, in which mood, who talks with whom."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.analysis import campaigns
from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.statistics.volume import POSITIVE
from stream.analysis.view import View, change, rounded
from stream.wire.snapshot import Flow, Numbers, Sentiment

_RECENT_MS: Final = 10_000
_FLOWS: Final = ("brand_public", "public_brand", "public_public")


def of(view: View) -> Numbers:
    volume, voices = view.statistics.volume, view.statistics.voices
    columns, inside = view.columns, view.inside()
    at = columns.at[inside]
    posts = int(volume.posts[0])
    rows_by, creating_by = voices.counts[0], voices.counts[1]
    authors = np.flatnonzero(rows_by)
    reach = np.zeros(rows_by.size, np.int64)
    np.maximum.at(reach, columns.author[inside], columns.followers[inside])
    edges = view.window.edges(view.t)
    bucket, mood = at // view.window.bucket - edges[0] // view.window.bucket, columns.mood[inside]
    bad = (mood < -POSITIVE) & (mood != UNKNOWN_MOOD)
    timelines = (np.bincount(rows, minlength=edges.size) for rows in (bucket, bucket[mood > POSITIVE], bucket[bad]))
    timeline, positive, negative = (tuple(counts.tolist()) for counts in timelines)
    roles = {name: int(volume.roles[0, i]) for i, name in enumerate(ROLE_NAMES)}
    labels = view.names.labels.names
    return Numbers(
        posts=posts,
        volume_per_min=rounded(posts * 60_000 / view.window.width),
        per_second=rounded(int(np.count_nonzero(at > view.t - _RECENT_MS)) * 1000 / _RECENT_MS),
        change=change(posts, int(volume.posts[1])),
        voices=int(authors.size),
        new_voices_share=_new_voices(view, authors),
        creators=int(np.count_nonzero(creating_by)),
        editors=int(authors.size - np.count_nonzero(creating_by)),
        owned=roles["brand"] + roles["staff"],
        earned=roles["public"],
        reach=int(reach.sum()),
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


def _named(counts: np.ndarray[tuple[int], np.dtype[np.int64]], labels: list[str]) -> dict[str, int]:
    """By name, the greatest first."""
    found = [(labels[i], int(counts[i])) for i in np.flatnonzero(counts).tolist()]
    return dict(sorted(found, key=lambda entry: (-entry[1], entry[0])))


def _sentiment(mood: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Sentiment:
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


def _new_voices(view: View, authors: np.ndarray[tuple[int], np.dtype[np.intp]]) -> float:
    """The share of the voices that did not speak in the seven days before today, as far as rows and memory know."""
    if not authors.size:
        return 0.0
    today = day_of(view.t)
    spoke = view.columns.author[view.slots[view.columns.at[view.slots] < today * DAY_MS]]
    rest = np.setdiff1d(authors, spoke)
    names = view.names.people.names
    known = view.memory.known((names[author] for author in rest.tolist()), today)
    return rounded((len(known) - sum(known)) / authors.size)


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
