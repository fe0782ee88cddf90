"""Folds the topics of a view that are one topic under several names, and counts the posts that say any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stream.analysis import synonyms
from stream.analysis.view import View

if TYPE_CHECKING:
    from stream.analysis.said import Said


def folded(view: View, said: Said) -> Said:
    """``said`` with one topic for each group of ``synonyms``: labelled as its loudest one, by the posts that say any."""
    langs = _languages(view, said)
    pairs = synonyms.initialled(said.ids, langs)
    found = synonyms.groups(said.ids, langs, _said_together(view, said, pairs))
    if not found:
        return said
    units = view.statistics.units
    merged = units.group(view, [said.units[names].tolist() for names in found.values()])
    labels, where, gone = list(said.labels), said.units.copy(), set[int]()
    where[list(found)] = merged
    for one, names in found.items():
        labels[one] = said.labels[min(names)]
        gone.update(name for name in names if name != one)
    newer, older, moods, known = units.sums[:, where]
    kept = [i for i in range(len(said.ids)) if i not in gone]
    order = sorted(kept, key=lambda i: (-int(newer[i] + older[i]), said.ids[i]))
    return said._replace(
        ids=[said.ids[i] for i in order],
        labels=[labels[i] for i in order],
        newer=newer[order],
        older=older[order],
        moods=moods[order],
        known=known[order],
        units=where[order],
    )


def _languages(view: View, said: Said) -> list[str]:
    """The language in which each topic is mostly said, of equals the first in order of name."""
    rows = view.statistics.units.lottery.draw(view.columns, view.span_of)
    langs = view.columns.lang[rows]
    names = view.names.labels.names
    ordered = sorted(set(langs.tolist()), key=lambda lang: names[lang])
    column = np.zeros(len(names), np.int64)
    column[ordered] = np.arange(len(ordered))
    counts = np.zeros((len(said.ids), max(len(ordered), 1)), np.int64)
    row, topic = view.statistics.units.said_in(view.columns, rows, said.places(view))
    np.add.at(counts, (topic, column[langs[row]]), 1)
    return [names[ordered[i]] if ordered else "" for i in counts.argmax(1).tolist()]


def _said_together(view: View, said: Said, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of ``pairs`` that enough posts say together."""
    if not pairs:
        return []
    both = view.statistics.units.together([(int(said.units[a]), int(said.units[b])) for a, b in pairs])
    weight = said.newer + said.older
    return [
        (a, b)
        for (a, b), times in zip(pairs, both, strict=True)
        if times >= synonyms.TOGETHER and times >= synonyms.SHARE * min(weight[a], weight[b])
    ]
