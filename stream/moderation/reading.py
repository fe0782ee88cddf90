"""Readings: everything that the filters need of a text, from one pass over its bytes.

A reading holds the plain view (see ``folding``) and others for which there is cause, whether a word is one that a list or a
block looks for, the sketch, and a hash by which repetitions are told. Most give no cause and cost the pass alone, which many
texts share (see ``one_pass``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.moderation.folding import HUMPED, MIXED, SIGNED, SPELT, TRIPLED, other_views, unmixed
from stream.moderation.one_pass import BITS, OWN, SMALL, SUSPECT, TAGGED, UNPARTED, UNREAD, both, read_all, watch
from stream.moderation.seen import WIDE, Seen, lowered
from stream.moderation.sketch import LONGEST, sketch

CACHED: Final = 8192
"""Texts whose readings are kept: names, and what is reposted."""
AT_ONCE: Final = 512
"""Texts that are read in one pass, at most."""
_CAUSES: Final = SIGNED | SPELT | TRIPLED | MIXED | HUMPED
_CLOSER: Final = _CAUSES | SUSPECT | UNPARTED | UNREAD | TAGGED
"""Notes for which a text is looked at again."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What is known of a text. ``suspect`` are the views in which a list or a block may find something, empty where none can.

    ``own`` says that a word is no tag, name or link. ``hashes`` is the sketch as bytes of uint32. ``said`` is a hash of what
    stands before a link, of ``length`` letters and figures.
    """

    suspect: str
    own: bool
    hashes: bytes
    said: int
    length: int


class _Room:
    """Memory for so many characters and texts, used again for each pass."""

    def __init__(self, points: int, texts: int) -> None:
        self.points, self.texts = points, texts
        self.ends = np.empty(texts, np.int64)
        self.seen = np.empty(WIDE * points, np.uint8)
        self.views = np.empty(WIDE * points + 2 * texts, np.uint8)
        self.hashes = np.empty(LONGEST * texts, np.uint32)
        self.columns = np.empty((4, texts), np.int64)
        self.said = np.zeros(texts, np.uint64)


class Reader:
    """Reads texts for one thread. Until it is told what is ``suspect``, everything is."""

    def __init__(self) -> None:
        self._suspects: NDArray[np.uint8] = np.full(SMALL + (1 << (BITS - 3)), 255, np.uint8)
        self._cached: dict[str, Reading] = {}
        self._seen = Seen()
        self._room = _Room(0, 0)

    def watch(self, terms: Iterable[str]) -> None:
        """Only where one of ``terms`` (``folding.term``) may stand is something suspect from now on."""
        self._suspects[:] = 0
        self.watch_too(terms)

    def watch_too(self, terms: Iterable[str]) -> None:
        """So it is where one of these may stand."""
        self._cached.clear()
        for term in terms:
            words = [crc32(word.encode("utf-8", "surrogatepass")) for word in term.split()[:2]]
            if words:
                watch(self._suspects, words[0] if len(words) == 1 else both(*words))

    def read(self, text: str) -> Reading:
        """The reading of a text."""
        return self._cached.get(text) or self.read_again((text,))[0]

    def read_again(self, texts: Sequence[str]) -> list[Reading]:
        """The readings of texts that come again and again."""
        found = list(map(self._cached.get, texts))
        fresh = list({text: None for text, reading in zip(texts, found, strict=True) if reading is None})
        if not fresh:
            return [reading for reading in found if reading]
        if len(self._cached) + len(fresh) > CACHED:
            self._cached.clear()
        new = dict(zip(fresh, self.read_all(fresh), strict=True))
        self._cached |= new
        return [reading or new[text] for text, reading in zip(texts, found, strict=True)]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The readings of texts, none of which is kept."""
        if len(texts) <= AT_ONCE:
            return self._read(texts) if texts else []
        return [one for first in range(0, len(texts), AT_ONCE) for one in self._read(texts[first : first + AT_ONCE])]

    def _read(self, texts: Sequence[str], written: str = "") -> list[Reading]:
        """The readings of texts; of one that is lowered already, as it was ``written``."""
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        count, room = len(texts), self._room
        if count > room.texts or points.size > room.points:
            room = self._room = _Room(max(2 * points.size, room.points), max(2 * count, room.texts))
        room.ends[:count] = list(accumulate(map(len, texts)))
        read_all(
            points, room.ends[:count], bool(written), self._seen.table, self._seen.rows, self._suspects, room.seen,
            room.views, room.hashes, room.columns, room.said,
        )  # fmt: skip
        ends, hashed, notes, lengths = (column[:count].tolist() for column in room.columns)
        views, sketches = room.views[: ends[-1]].tobytes(), room.hashes[: hashed[-1]].tobytes()
        found, begun, first = [], 0, 0
        for text, end, last, noted, length, said in zip(
            texts, ends, hashed, notes, lengths, room.said[:count].tolist(), strict=True
        ):
            hashes, suspect = sketches[4 * first : 4 * last], ""
            if written or noted & _CLOSER:
                if noted == UNREAD:
                    self._seen.meet(text)
                    found += self._read([lowered(text)], text)
                    continue
                view = views[begun:end].decode("utf-8", "replace")
                suspect = self._suspect(written or text, view, noted | (TAGGED if written else 0))
                if noted & (UNPARTED | MIXED):
                    hashes = np.array(sketch(unmixed(view) if noted & MIXED else view), np.uint32).tobytes()
            begun, first = end, last
            found.append(Reading(suspect, noted & OWN != 0, hashes, said, length))
        return found

    def _suspect(self, text: str, view: str, noted: int) -> str:
        """The views in which a list or a block may find something, of which ``view`` is the plain one."""
        more = noted & _CAUSES or (noted & TAGGED and "#" in text)
        plain = view if noted & (SUSPECT | UNPARTED) else ""
        return plain + other_views(text, view, noted) if more else plain
