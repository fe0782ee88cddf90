"""The tracked sets of terms side by side: share of voice, mood, change, and what a campaign has moved since its start."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import BEFORE, EARLY, LIVE, NOWHERE, TRACKED
from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.held import Held
from stream.analysis.hours import HOUR_MS
from stream.analysis.statistics.tracked import Of
from stream.analysis.view import View, change, rounded
from stream.wire.snapshot import Track

BASELINE_DAYS: Final = 7
"""How far before its start a campaign is compared with."""
LEAST_MS: Final = 300_000
"""A time before the start, or since then, that is shorter says nothing."""


def of(view: View) -> dict[str, Track]:
    """Every track by its name."""
    tracker, counts = view.tracker, view.statistics.tracked.counts
    beside: dict[str, int] = {}
    for i, kind in enumerate(tracker.kinds):
        beside[_company(kind)] = beside.get(_company(kind), 0) + int(counts[0, Of.VOLUME, i])
    inside = _tracked(view)
    inside = inside[view.span_of[inside] != BEFORE]
    bits = view.columns.tracks[inside][:, TRACKED]
    found = {}
    for i, (name, kind) in enumerate(zip(tracker.names, tracker.kinds, strict=True)):
        number = {what: int(counts[0, what, i]) for what in Of}
        volume, known = number[Of.VOLUME], max(number[Of.KNOWN], 1)
        voices, stands = view.people(inside[bits >> np.uint64(i) & np.uint64(1) != 0])
        since = tracker.since[i]
        found[name] = Track(
            kind=kind,
            volume=volume,
            share=rounded(volume / max(beside[_company(kind)], 1)),
            sentiment=rounded(number[Of.MOOD] / known / 10_000),
            change=change(volume, int(counts[1, Of.VOLUME, i])),
            voices=int(stands.sum()),
            positive=rounded(number[Of.POSITIVE] / known),
            negative=rounded(number[Of.NEGATIVE] / known),
            owned=number[Of.OWNED],
            earned=volume - number[Of.OWNED] - number[Of.BOUGHT],
            bought=number[Of.BOUGHT],
            uplift=_uplift(view, i, volume) if since else None,
            new_voices=_new_voices(view, voices, since) if since else None,
        )
    return found


def _company(kind: str) -> str:
    """The tracks that share the voice: brands with their competitors, campaigns and topics among themselves."""
    return "brand" if kind == "competitor" else kind


def _uplift(view: View, track: int, volume: int) -> float | None:
    """How much faster posts come since the start than before it (1.0 is twice as fast); None where that is not known."""
    since, width = view.tracker.since[track], view.window.width
    lasted = min(view.t - since, width)
    posts, hours = view.memory.hours.between(view.tracker.names[track], since - BASELINE_DAYS * DAY_MS, since)
    before = hours * HOUR_MS
    if not hours:
        # What the rows still tell of the time before the start: the span before the window reaches back so far.
        first = view.t - 2 * width
        before = since - first
        rows = _tracked(view)
        early = view.columns.tracks[rows][:, EARLY] >> np.uint64(track) & np.uint64(1) != 0
        posts = int(view.weights(rows[early]).sum())
    if lasted < LEAST_MS or before < LEAST_MS or not posts:
        return None
    return rounded(volume / lasted / (posts / before) - 1)


def _new_voices(view: View, voices: NDArray[np.int64], since: int) -> float | None:
    """The share of ``voices`` who had not spoken of a brand before ``since``; None where nothing is known of that time."""
    columns, brand = view.columns, np.uint64(view.tracker.bits("brand"))
    if not voices.size or not brand:
        return None
    rows = _tracked(view)
    rows = rows[(columns.at[rows] < since) & (_ever(columns, rows) & brand != 0)]
    spoke = np.unique(columns.author[rows])
    rest = np.setdiff1d(voices, spoke)
    names = view.names.people.names
    known = view.memory.spoke_of_brand((names[voice] for voice in rest.tolist()), day_of(since))
    if known is None and view.oldest() >= since:
        return None
    return rounded((rest.size - sum(known or ())) / voices.size)


def _tracked(view: View) -> NDArray[np.int64]:
    """The rows that count and name a track."""
    rows = view.columns.tracks.slots()
    counted: NDArray[np.int64] = rows[view.span_of[rows] != NOWHERE]
    return counted


def _ever(columns: Held, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Bits of the tracks that rows name, whether or not these had started."""
    tracks = columns.tracks[rows]
    return tracks[:, TRACKED] | tracks[:, EARLY]


def hour(view: View, start_ms: int) -> dict[str, int]:
    """Posts of each track, its start regardless, in the hour that began at ``start_ms``, as far as rows are held."""
    columns = view.columns
    rows = columns.tracks.slots()
    rows = rows[(columns.flags[rows] & LIVE) != 0]
    rows = rows[(columns.at[rows] >= start_ms) & (columns.at[rows] < start_ms + HOUR_MS)]
    bits, weights = _ever(columns, rows), view.weights(rows)
    return {
        name: int(weights[bits >> np.uint64(i) & np.uint64(1) != 0].sum()) for i, name in enumerate(view.tracker.names)
    }


def brand_voices(view: View) -> dict[int, list[str]]:
    """By day who spoke of a brand, among the rows of the window."""
    brand = np.uint64(view.tracker.bits("brand"))
    if not brand:
        return {}
    columns, rows = view.columns, _tracked(view)
    rows = rows[(view.span_of[rows] != BEFORE) & (_ever(columns, rows) & brand != 0)]
    days = columns.at[rows] // DAY_MS
    names = view.names.people.names
    return {
        int(day): [names[person] for person in np.unique(columns.author[rows[days == day]]).tolist()]
        for day in np.unique(days).tolist()
    }
