"""What is said: the strongest topics of the window, hashtags and the like beside key phrases."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.analysis import one_name
from stream.analysis.firsts import DIFFERENT
from stream.analysis.statistics.forms import best
from stream.analysis.view import View, strongest
from stream.analysis.window import RING

MOST: Final = 2000
MOST_PHRASES: Final = 120
LEAST: Final = 4
"""Posts in their own words, by ``DIFFERENT`` people, in as many texts, that must say a phrase."""
_CANDIDATES: Final = 4 * MOST_PHRASES
_SOON: Final = 3
"""When something is looked at for the first time, so many times as much is, that it may be soon: all rows are read then."""


class Said(NamedTuple):
    """Topics, strongest first, ties by id. Arrays have one entry a topic; ``moods`` is a sum over ``known`` posts.

    ``units`` are where ``statistics.Units`` counts each.
    """

    ids: list[str]
    labels: list[str]
    newer: NDArray[np.int64]
    older: NDArray[np.int64]
    moods: NDArray[np.int64]
    known: NDArray[np.int64]
    units: NDArray[np.int64]

    def places(self, view: View) -> NDArray[np.int64]:
        """The topic of each unit, -1 for units that are none."""
        places = np.full(view.statistics.units.size, -1, np.int64)
        places[self.units] = np.arange(len(self.ids))
        return places

    def courses(self, view: View, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """Posts that say each topic in the buckets that begin at ``edges``."""
        ring = edges // view.window.bucket % RING
        courses: NDArray[np.int64] = view.statistics.units.course[self.units][:, ring].astype(np.int64)
        return courses


class _Phrases(NamedTuple):
    """Those of the candidates that are topics: their ``places`` among the candidates, and what ``Said`` tells of each."""

    places: list[int]
    ids: list[str]
    labels: list[str]


def of(view: View) -> Said:
    """The topics of the window."""
    units, counts, names = view.statistics.units, view.statistics.terms.counts, view.names.terms.names
    totals = counts[:, 0].sum(0)
    terms, candidates = strongest(totals, names, MOST), _candidates(view, _CANDIDATES)
    if units.lacks(terms, candidates):
        soon = strongest(totals, names, _SOON * MOST), _candidates(view, _SOON * _CANDIDATES)
        units.watch(view, *soon)
    if units.firsts.lacks(candidates):
        units.firsts.keep(_candidates(view, _SOON * _CANDIDATES))
    forms = best(view.statistics.forms.terms, np.array(terms, np.int64), view.names.forms.names)
    said = _phrases(view, candidates)
    ids = [*(names[term] for term in terms), *said.ids]
    labels = [*(forms.get(term, names[term]) for term in terms), *said.labels]
    where = np.concatenate([units.of_terms(terms), units.of_phrases(candidates[said.places])])
    newer, older, moods, known = units.sums[:, where]
    order = sorted(range(len(ids)), key=lambda i: (-int(newer[i] + older[i]), ids[i]))[:MOST]
    return one_name.folded(
        view,
        Said(
            [ids[i] for i in order],
            [labels[i] for i in order],
            newer[order],
            older[order],
            moods[order],
            known[order],
            where[order],
        ),
    )


def _candidates(view: View, most: int) -> NDArray[np.uint32]:
    """The phrases that most posts say."""
    keys, counts = view.statistics.phrased.counts.entries(LEAST)
    often = np.sort(counts)[-most:]
    some = counts >= (often[0] if often.size else 0)
    keys, counts = keys[some], counts[some]
    found: NDArray[np.uint32] = keys[np.lexsort((keys, -counts))[:most]]
    return found


def _phrases(view: View, keys: NDArray[np.uint32]) -> _Phrases:
    """Those of the phrases that several people say, in several ways."""
    first, different = view.statistics.units.firsts.tell(view, keys)
    ids: dict[str, int] = {}
    labels: list[str] = []
    for candidate in np.flatnonzero((different >= DIFFERENT).all(1)).tolist():
        label = _label(view, int(keys[candidate]), [slot for slot in first[candidate].tolist() if slot >= 0])
        name = label.lower().replace("’", "'").replace("-", " ")
        if name and name not in ids and view.names.terms.find(name) < 0:
            ids[name] = candidate
            labels.append(label)
        if len(ids) == MOST_PHRASES:
            break
    return _Phrases(list(ids.values()), list(ids), labels)


def _label(view: View, phrase: int, slots: list[int]) -> str:
    """The phrase as most of these posts write it, of equals the first in order of text."""
    found = [view.statistics.units.firsts.form(view, phrase, slot) for slot in slots]
    return min(found, key=lambda form: (not form, -found.count(form), form))
