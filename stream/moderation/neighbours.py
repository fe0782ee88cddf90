"""Neighbours: which of the newest posts say nearly the same, or bring the same link or picture.

Each post hangs under every one of its words and marks; a new one looks under its marks and its rarest words, where few hang,
so that the cost of a post does not grow with how many are remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numba import njit

from stream.moderation.cluster import Post
from stream.moderation.overlap import Overlap
from stream.moderation.sketch import LONGEST, MARKS

REMEMBERED: Final = 8192
ALIKE: Final = 0.4
"""Words of both by words of either from which two texts are neighbours."""
WITHIN: Final = 0.6
"""Share of the shorter text's words that the longer one has, from which they are neighbours too."""
LEAST_WITHIN: Final = 4
RARE: Final = 16
"""How often at most a word was said lately that is rare …"""
RARE_SHARED: Final = 3
"""… of which so many are enough, with a sixth of all words."""
RAREST: Final = 6
"""Words of a post that are looked under."""
LOOKED_AT: Final = 12
"""Newest posts under one word that a new one is compared with."""
_WIDTH: Final = LONGEST + MARKS
_SLOTS: Final = 1 << 17
_PLACES: Final = REMEMBERED * _WIDTH
_AT, _AUTHOR, _SIGN, _SIZES = 0, 1, 2, 3
"""What is known of a post: when, by whom (a hash), one bit for each of its words, and how many words (by 256) and marks."""


class Neighbours:
    """The newest ``REMEMBERED`` posts; those are neighbours that lie at most ``span_ms`` apart and are not of one author."""

    def __init__(self, span_ms: int) -> None:
        self._span = span_ms
        self._tokens = np.zeros((REMEMBERED, _WIDTH), np.uint32)
        self._told = np.zeros((REMEMBERED, 4), np.int64)
        self._looked_at = np.full(REMEMBERED, -1, np.int64)
        self._until = np.full(REMEMBERED, np.iinfo(np.int64).min)
        self._older = np.full(_PLACES, -1, np.int64)
        self._newest = np.full(_SLOTS, -1, np.int64)
        self._often = np.zeros(_SLOTS, np.uint32)
        self._posts: list[Post | None] = [None] * REMEMBERED
        self._count = 0

    def place(self, posts: Sequence[Post]) -> dict[int, list[Post]]:
        """Remember posts; the earlier neighbours of those that have any, by the post's place in ``posts``.

        Posts of one call may be neighbours, too.
        """
        found: dict[int, list[Post]] = {}
        for first in range(0, len(posts), REMEMBERED // 2):
            for i, near in self._placed(posts[first : first + REMEMBERED // 2]):
                found[first + i] = near
        return found

    def remembered(self) -> list[Post]:
        """The posts that are remembered, the oldest first."""
        start = self._count % REMEMBERED
        return [post for post in (*self._posts[start:], *self._posts[:start]) if post is not None]

    def sharing(self, sought: Overlap) -> list[Post]:
        """Those of the remembered posts that may share what is sought, the oldest first."""
        sizes = self._told[:, _SIZES]
        places, start = sought.rows(self._tokens, sizes >> 8, sizes & 255), self._count % REMEMBERED
        places = np.concatenate([places[places >= start], places[places < start]])
        return [post for post in map(self._posts.__getitem__, places.tolist()) if post is not None]

    def _placed(self, posts: Sequence[Post]) -> Iterator[tuple[int, list[Post]]]:
        first, place = self._count, self._count % REMEMBERED
        self._posts[place : place + len(posts)] = posts[: REMEMBERED - place]
        self._posts[: max(0, place + len(posts) - REMEMBERED)] = posts[REMEMBERED - place :]
        hashes, times, authors, sizes = [], [], [], []
        marks: list[int] = []
        for post in posts:
            hashes.append(post.hashes)
            times.append(post.at)
            authors.append(hash(post.author))
            sizes.append(len(post.hashes) << 6 | len(post.marks))
            if post.marks:
                marks += post.marks
        words = np.frombuffer(b"".join(hashes), np.uint32)
        told = np.array((times, authors, sizes), np.int64)
        _write(self._tokens, self._told, first, words, np.array(marks, np.uint32), told)
        self._count += len(posts)
        if first // 4096 != self._count // 4096:
            self._often >>= 1
        found, counts = _near(
            self._tokens, self._told, self._looked_at, self._until, self._older, self._newest, self._often, first,
            self._count, self._span,
        )  # fmt: skip
        near = found.tolist()
        begun, known = 0, self._posts.__getitem__
        for i, count in enumerate(counts.tolist()):
            if count:
                yield i, [post for post in map(known, near[begun : begun + count]) if post is not None]
                begun += count


@njit(cache=True, nogil=True)
def _write(tokens, told, first, words, marks, new):  # type: ignore[no-untyped-def]
    """Put the words and the marks of posts into their places, what is told of each (``new``: when, by whom, sizes), and what
    their words sign them with.
    """
    word, mark = 0, 0
    for i in range(new.shape[1]):
        r = (first + i) % REMEMBERED
        row, sizes, sign = tokens[r], new[2, i], 0
        for j in range(sizes >> 8):
            row[j] = words[word]
            sign |= 1 << (words[word] & 63)
            word += 1
        for j in range(sizes & 255):
            row[(sizes >> 8) + j] = marks[mark]
            mark += 1
        told[r] = new[0, i], new[1, i], sign, sizes


@njit(cache=True, nogil=True)
def _near(tokens, told, looked_at, until, older, newest, often, first, end, span):  # type: ignore[no-untyped-def]
    """The places of all posts' neighbours, and how many each has; posts are hung up as they are looked at.

    What hangs further down came earlier, though it may have been written later: ``until`` when at the latest, ends the search.
    All words of a post are followed side by side, so that memory is waited for once.
    """
    near = np.empty((end - first) * LOOKED_AT, np.int64)
    counts, found = np.zeros(end - first, np.int64), 0
    chosen = np.empty(RAREST + MARKS, np.int64)
    nodes = np.empty((LOOKED_AT + 1, RAREST + MARKS), np.int64)
    for n in range(first, end):
        r = n % REMEMBERED
        mine, count = told[r], 0
        words, marks = mine[_SIZES] >> 8, mine[_SIZES] & 255
        since = mine[_AT] - span
        heads = _choose(tokens[r], words, marks, often, chosen)
        for i in range(heads):
            nodes[0, i] = newest[tokens[r, chosen[i]] % _SLOTS]
        for step in range(LOOKED_AT):
            for i in range(heads):
                node = nodes[step, i]
                if node >= 0 and n - node // _WIDTH < REMEMBERED and until[node // _WIDTH % REMEMBERED] >= since:
                    nodes[step + 1, i] = older[node % _PLACES]
                else:
                    nodes[step, i] = nodes[step + 1, i] = -1
        for i in range(heads):
            for step in range(LOOKED_AT):
                if nodes[step, i] < 0 or count == LOOKED_AT:
                    break
                other = nodes[step, i] // _WIDTH
                q = other % REMEMBERED
                if looked_at[q] == n:
                    continue
                looked_at[q] = n
                if told[q, _AUTHOR] == mine[_AUTHOR] or abs(told[q, _AT] - mine[_AT]) > span:
                    continue
                if _alike(tokens[r], mine, tokens[q], told[q], often):
                    near[found] = q
                    found += 1
                    count += 1
        counts[n - first] = count
        until[r] = max(mine[_AT], until[(n - 1) % REMEMBERED])
        for j in range(words + marks):
            slot = tokens[r, j] % _SLOTS
            older[r * _WIDTH + j] = newest[slot]
            newest[slot] = n * _WIDTH + j
            often[slot] += 1
    return near[:found], counts


@njit(cache=True, nogil=True)
def _choose(row, words, marks, often, chosen):  # type: ignore[no-untyped-def]
    """Write the places of the marks and of the rarest words to ``chosen``; how many they are."""
    rarities = np.empty(RAREST + MARKS, np.uint32)
    count = 0
    for j in range(words, words + marks):
        chosen[count] = j
        count += 1
    for j in range(words):
        rarity = often[row[j] % _SLOTS]
        k = count
        while k > marks and rarities[k - 1] > rarity:
            k -= 1
        if k >= marks + RAREST:
            continue
        count = min(count + 1, marks + RAREST)
        for m in range(count - 1, k, -1):
            chosen[m], rarities[m] = chosen[m - 1], rarities[m - 1]
        chosen[k], rarities[k] = j, rarity
    return count


@njit(cache=True, nogil=True)
def _alike(one, told, other, other_told, often):  # type: ignore[no-untyped-def]
    """Whether two posts share a mark, most of their words (each in rising order), or several rare ones."""
    words, other_words = told[_SIZES] >> 8, other_told[_SIZES] >> 8
    for i in range(words, words + (told[_SIZES] & 255)):
        for j in range(other_words, other_words + (other_told[_SIZES] & 255)):
            if one[i] == other[j]:
                return True
    most = words - _bits(told[_SIGN]) + _bits(told[_SIGN] & other_told[_SIGN])
    if most < RARE_SHARED and not _enough(most, words, other_words):
        return False
    i, j, shared, rare = 0, 0, 0, 0
    while i < words and j < other_words:
        if one[i] == other[j]:
            shared += 1
            rare += often[one[i] % _SLOTS] <= RARE
            i += 1
            j += 1
        elif one[i] < other[j]:
            i += 1
        else:
            j += 1
    if rare >= RARE_SHARED and 6 * shared >= words + other_words - shared:
        return True
    return _enough(shared, words, other_words)


@njit(cache=True, nogil=True)
def _enough(shared, words, other_words):  # type: ignore[no-untyped-def]
    """Whether so many shared words make two posts neighbours."""
    if shared < 2:
        return False
    if shared >= ALIKE * (words + other_words - shared):
        return True
    return shared >= LEAST_WITHIN and shared >= WITHIN * min(words, other_words)


@njit(cache=True, nogil=True)
def _bits(signed):  # type: ignore[no-untyped-def]
    """How many bits are set; two words with one bit are one, so at most so many fewer words are shared than seem to be."""
    bits = np.uint64(signed)
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))
