"""Neighbours: which of the newest posts say nearly the same, or bring the same link or picture.

Each post hangs under every one of its words and marks; a new one looks under its marks and its rarest words, where few hang,
so that the cost of a post does not grow with how many are remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit

from stream.moderation.cluster import Post
from stream.moderation.sketch import LONGEST, MARKS

REMEMBERED: Final = 8192
ALIKE: Final = 0.4
"""Words of both by words of either from which two texts are neighbours."""
WITHIN: Final = 0.6
"""Share of the shorter text's words that the longer one has, from which they are neighbours too."""
LEAST_WITHIN: Final = 4
RAREST: Final = 6
"""Words of a post that are looked under."""
LOOKED_AT: Final = 12
"""Newest posts under one word that a new one is compared with."""
_WIDTH: Final = LONGEST + MARKS
_SLOTS: Final = 1 << 17
_MOST: Final = (RAREST + MARKS) * LOOKED_AT


class Neighbours:
    """The newest ``REMEMBERED`` posts; those are neighbours that lie at most ``span_ms`` apart and are not of one author."""

    def __init__(self, span_ms: int) -> None:
        self._span = span_ms
        self._tokens = np.zeros((REMEMBERED, _WIDTH), np.uint32)
        self._sizes = np.zeros((REMEMBERED, 2), np.int32)
        self._at = np.zeros(REMEMBERED, np.int64)
        self._authors = np.zeros(REMEMBERED, np.int64)
        self._older = np.full(REMEMBERED * _WIDTH, -1, np.int64)
        self._newest = np.full(_SLOTS, -1, np.int64)
        self._often = np.zeros(_SLOTS, np.uint32)
        self._posts: list[Post | None] = [None] * REMEMBERED
        self._count = 0

    def place(self, posts: Sequence[Post]) -> list[list[Post]]:
        """Remember posts; the earlier neighbours of each. Posts of one call may be neighbours, too."""
        found: list[list[Post]] = []
        for first in range(0, len(posts), REMEMBERED // 2):
            found += self._placed(posts[first : first + REMEMBERED // 2])
        return found

    def remembered(self) -> list[Post]:
        """The posts that are remembered, the oldest first."""
        start = self._count % REMEMBERED
        return [post for post in (*self._posts[start:], *self._posts[:start]) if post is not None]

    def _placed(self, posts: Sequence[Post]) -> list[list[Post]]:
        first, places = self._count, [n % REMEMBERED for n in range(self._count, self._count + len(posts))]
        for place, post in zip(places, posts, strict=True):
            self._posts[place] = post
        sizes = np.array([(len(post.hashes) // 4, len(post.marks)) for post in posts], np.int32)
        words = np.frombuffer(b"".join([post.hashes for post in posts]), np.uint32)
        marks = np.array([mark for post in posts for mark in post.marks], np.uint32)
        _write(self._tokens, first, words, marks, sizes)
        self._sizes[places] = sizes
        self._at[places] = [post.at for post in posts]
        self._authors[places] = [hash(post.author) for post in posts]
        self._count += len(posts)
        if first // 4096 != self._count // 4096:
            self._often >>= 1
        near, counts = _near(
            self._tokens, self._sizes, self._at, self._authors, self._older, self._newest, self._often, first,
            self._count, self._span,
        )  # fmt: skip
        found: list[list[Post]] = []
        for i, count in enumerate(counts.tolist()):
            some = [self._posts[n % REMEMBERED] for n in near[i, :count].tolist()] if count else []
            found.append([post for post in some if post is not None])
        return found


@njit(cache=True)
def _write(tokens, first, words, marks, sizes):  # type: ignore[no-untyped-def]
    """Put the words and the marks of posts into their places."""
    word, mark = 0, 0
    for i in range(len(sizes)):
        row = tokens[(first + i) % REMEMBERED]
        for j in range(sizes[i, 0]):
            row[j] = words[word]
            word += 1
        for j in range(sizes[i, 1]):
            row[sizes[i, 0] + j] = marks[mark]
            mark += 1


@njit(cache=True, nogil=True)
def _near(tokens, sizes, at, authors, older, newest, often, first, end, span):  # type: ignore[no-untyped-def]
    """The numbers of each post's neighbours, and how many there are; posts are hung up as they are looked at."""
    near = np.empty((end - first, LOOKED_AT), np.int64)
    counts = np.zeros(end - first, np.int64)
    seen = np.empty(_MOST, np.int64)
    chosen = np.empty(RAREST + MARKS, np.int64)
    for n in range(first, end):
        r = n % REMEMBERED
        looked = 0
        for i in range(_choose(tokens[r], sizes[r, 0], sizes[r, 1], often, chosen)):
            node = newest[tokens[r, chosen[i]] % _SLOTS]
            steps = 0
            while node >= 0 and n - node // _WIDTH < REMEMBERED and steps < LOOKED_AT:
                other = node // _WIDTH
                steps += 1
                node = older[node % older.size]
                if _among(other, seen, looked):
                    continue
                seen[looked] = other
                looked += 1
                q = other % REMEMBERED
                if authors[q] == authors[r] or abs(at[q] - at[r]) > span or counts[n - first] == LOOKED_AT:
                    continue
                if _alike(tokens[r], sizes[r], tokens[q], sizes[q]):
                    near[n - first, counts[n - first]] = other
                    counts[n - first] += 1
        for j in range(sizes[r, 0] + sizes[r, 1]):
            slot = tokens[r, j] % _SLOTS
            older[r * _WIDTH + j] = newest[slot]
            newest[slot] = n * _WIDTH + j
            often[slot] += 1
    return near, counts


@njit(cache=True, nogil=True)
def _choose(row, words, marks, often, chosen):  # type: ignore[no-untyped-def]
    """Write the places of the marks and of the rarest words to ``chosen``; how many they are."""
    count = 0
    for j in range(words, words + marks):
        chosen[count] = j
        count += 1
    for j in range(words):
        rarity = often[row[j] % _SLOTS]
        k = count
        while k > marks and often[row[chosen[k - 1]] % _SLOTS] > rarity:
            k -= 1
        if k >= marks + RAREST:
            continue
        count = min(count + 1, marks + RAREST)
        for m in range(count - 1, k, -1):
            chosen[m] = chosen[m - 1]
        chosen[k] = j
    return count


@njit(cache=True, nogil=True)
def _among(number, seen, count):  # type: ignore[no-untyped-def]
    for i in range(count):  # noqa: SIM110
        if seen[i] == number:
            return True
    return False


@njit(cache=True, nogil=True)
def _alike(one, one_sizes, other, other_sizes):  # type: ignore[no-untyped-def]
    """Whether two posts share a mark, or most of their words (each in rising order)."""
    for i in range(one_sizes[0], one_sizes[0] + one_sizes[1]):
        for j in range(other_sizes[0], other_sizes[0] + other_sizes[1]):
            if one[i] == other[j]:
                return True
    i, j, shared = 0, 0, 0
    while i < one_sizes[0] and j < other_sizes[0]:
        if one[i] == other[j]:
            shared += 1
            i += 1
            j += 1
        elif one[i] < other[j]:
            i += 1
        else:
            j += 1
    if shared < 2:
        return False
    if shared >= ALIKE * (one_sizes[0] + other_sizes[0] - shared):
        return True
    return shared >= LEAST_WITHIN and shared >= WITHIN * min(one_sizes[0], other_sizes[0])
