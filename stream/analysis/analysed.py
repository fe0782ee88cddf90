"""Mentions that were read elsewhere: their rows and their bytes, for a state that takes them in without reading them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stream.analysis.columns import FEATURES, Columns
from stream.analysis.extract import Extractor
from stream.analysis.names import NAMED_BY, Names
from stream.mention import Mention


class Fresh(NamedTuple):
    """A mention that a state is about to hold, its digest and bytes, and which of those that were added it is."""

    digest: int
    mention: Mention
    data: bytes
    number: int


class Analysed:
    """``places`` and ``data`` have an item a mention: its row in ``rows`` (-1 for edits and tallies) and its bytes.

    Ids in ``rows`` are those of ``names``.
    """

    def __init__(self, rows: Columns, names: Names, places: Sequence[int], data: Sequence[bytes]) -> None:
        self._rows, self._names, self._places, self._data = rows, names, places, data
        self._digests: list[int] = rows.digest.tolist()

    def known(self, number: int) -> tuple[int, bytes]:
        """The digest and the bytes of a mention that has a row."""
        return self._digests[self._places[number]], self._data[number]

    def rows(self, written: Sequence[Mention], fresh: Mapping[int, Fresh], extractor: Extractor) -> Columns:
        """The rows of ``fresh`` by key, which are ``written`` so now; those that were edited since are read again."""
        rows = self._rows.take([self._places[one.number] for one in fresh.values()])
        self._rename(rows, extractor.names)
        items = zip(written, fresh.items(), strict=True)
        edited = [(i, now, key, one.digest) for i, (now, (key, one)) in enumerate(items) if now is not one.mention]
        if edited:
            places, now, keys, digests = map(list, zip(*edited, strict=True))
            again = extractor.rows(now, keys, digests)
            for name in FEATURES:
                getattr(rows, name)[places] = getattr(again, name)
        return rows

    def _rename(self, rows: Columns, names: Names) -> None:
        """Let ids be those of ``names``; nearly every name is one of these rows, so that all of them are asked for at once."""
        mine, theirs = names.tables(), self._names.tables()
        for table, columns in NAMED_BY.items():
            new = np.array([*mine[table].ids(theirs[table].names), -1], np.int32)
            for column in columns:
                setattr(rows, column, new[getattr(rows, column)])
