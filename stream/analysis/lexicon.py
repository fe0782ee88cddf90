"""English by rule: rated words, emoticons and emoji, turned by negation and made stronger or weaker by the words before them.

The rules are those of VADER (Hutto, Gilbert: *VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
Text*, 2014), told as numbers that the linear model weighs like its other features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.text import EMOJI, OTHER

DENSE: Final = 6
"""Numbers of a text: all in all, share of good, share of bad (−1 … 1), whether anything is rated, its best and worst word."""
STEP: Final = 25.0
"""Ratings lie between −4 and 4, and are kept as whole numbers of 1 / ``STEP``."""

RATED: Final = 1
NEGATES: Final = 2
RAISES: Final = 3
LOWERS: Final = 4
TURNS: Final = 5
"""What an entry is: a rated word, or one that says how others are meant."""

NEGATIONS: Final = (
    "not never neither nor none nobody nothing nowhere without cannot hardly barely scarcely rarely seldom nope "
    "aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt neednt shouldnt wasnt werent wont wouldnt"
)
RAISERS: Final = (
    "very really so too absolutely totally completely extremely incredibly especially truly deeply highly hugely utterly "
    "entirely fully greatly particularly remarkably thoroughly unbelievably insanely super fucking fuckin "
    "freaking friggin frickin hella soo sooo more most much quite such"
)
LOWERERS: Final = "almost kinda sorta slightly somewhat partly marginally occasionally less little fairly bit"
TURNERS: Final = "but however"
REFUSAL: Final = ("no", -1.2)
"""It turns what it stands before, and by itself it is bad."""

SIGNS: Final = {
    3.0: "🥰 😍 💖",
    2.2: "👍 👏 🙌 💯 🥳 🤩 🎉 🎊 🏆 🤗 😋",
    1.5: "🙏 💪 🤘 👌 💃 🕺 🤠 ✨ 🌟 🥂 🍾 ✌ 💐 🌹 😉 😜 😝 ✅",
    0.8: "😛 🤪 😏 🤞 ⭐ 🌸 🌻 🌷 🌺 🌞 🎈 🍀 🌈 🔥 ✊ 🚀",
    -0.6: "😐 😑 😶 🤨 🥺 💀 😴 😪 😷",
    -1.5: "🙄 😒 😤 😣 😖 🤦 🤕 🤒 💩 😾 🥴 🤥 ❌",
    -2.5: "👎 😡 🤢 💔 🤡 👿",
    -3.0: "🤬 🖕 🤮",
}
"""Emoji whose names do not tell how they are meant."""

_NEGATED: Final = -0.74
_RAISE: Final = 0.5
_SHOUT: Final = 0.733
_FADES: Final = (1.0, 0.95, 0.9)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_LONGEST_SIGN: Final = 8


class Table(NamedTuple):
    """Entries by hash, open addressing: ``keys`` 0 where free; ``values`` ratings times ``STEP``; ``roles`` what they are."""

    keys: NDArray[np.uint32]
    values: NDArray[np.int8]
    roles: NDArray[np.uint8]


def table(ratings: Mapping[str, float], bits: int = 15) -> Table:
    """The rated words and signs, with the signs and the words of this module."""
    found = Table(np.zeros(1 << bits, np.uint32), np.zeros(1 << bits, np.int8), np.zeros(1 << bits, np.uint8))
    signs = {sign: rating for rating, some in SIGNS.items() for sign in some.split()}
    entries = {word: (RATED, round(rating * STEP)) for word, rating in {**ratings, **signs}.items()}
    for words, role in ((NEGATIONS, NEGATES), (RAISERS, RAISES), (LOWERERS, LOWERS), (TURNERS, TURNS)):
        entries |= dict.fromkeys(words.split(), (role, 0))
    entries[REFUSAL[0]] = (NEGATES, round(REFUSAL[1] * STEP))
    for word, (role, value) in sorted(entries.items()):
        key = _key(np.frombuffer(word.lower().encode("utf-32-le"), np.uint32))
        at = int(key) & (found.keys.size - 1)
        while found.keys[at] not in (0, key):
            at = (at + 1) & (found.keys.size - 1)
        found.keys[at], found.values[at], found.roles[at] = key, value, role
    return found


@njit(cache=True, nogil=True)
def _key(points):  # type: ignore[no-untyped-def]
    value = _BASIS
    for c in points:
        value = (value ^ np.uint64(c)) * _PRIME
    return _short(value)


@njit(cache=True, nogil=True)
def _short(value):  # type: ignore[no-untyped-def]
    return np.uint32(((value * _MIX) >> np.uint64(32)) | np.uint64(1))


@njit(cache=True, nogil=True)
def _look_up(entries, value):  # type: ignore[no-untyped-def]
    """The place of an entry, −1 where there is none."""
    keys = entries[0]
    key = _short(value)
    at = np.int64(key) & (keys.size - 1)
    while keys[at] != 0:
        if keys[at] == key:
            return at
        at = (at + 1) & (keys.size - 1)
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _word(entries, points, start, end):  # type: ignore[no-untyped-def]
    """The place of a word as it is written, else with its drawn out letters twice, else once; and whether it ends in n't."""
    value = _BASIS
    run, longest = 1, 1
    for i in range(start, end):
        c = points[i]
        value = (value ^ np.uint64(39 if c == 0x2019 else c)) * _PRIME
        run = run + 1 if i > start and c == points[i - 1] else 1
        longest = max(longest, run)
    at = _look_up(entries, value)
    if at < 0 and longest > 2:
        at = _drawn(entries, points, start, end, 2)
        if at < 0:
            at = _drawn(entries, points, start, end, 1)
    negates = end - start > 3 and points[end - 1] == 116 and points[end - 2] in (39, 0x2019) and points[end - 3] == 110
    return at, negates


@njit(cache=True, nogil=True)
def _drawn(entries, points, start, end, most):  # type: ignore[no-untyped-def]
    """The place of a word with at most so many of the same letter in a row."""
    value, run = _BASIS, 0
    for i in range(start, end):
        c = points[i]
        run = run + 1 if i > start and c == points[i - 1] else 1
        if run <= most:
            value = (value ^ np.uint64(39 if c == 0x2019 else c)) * _PRIME
    return _look_up(entries, value)


@njit(cache=True, nogil=True)
def _rate(value, loud, before, shouted):  # type: ignore[no-untyped-def]
    """A rating as it is meant after the three words ``before``, the nearest first."""
    sign = 1.0 if value > 0 else -1.0
    if loud:
        value += sign * _SHOUT
    negated = False
    for k in range(3):
        if before[k] == RAISES or before[k] == LOWERS:
            by = _RAISE + (_SHOUT if shouted[k] else 0.0)
            value += sign * _FADES[k] * (by if before[k] == RAISES else -by)
        negated = negated or before[k] == NEGATES
    return value * _NEGATED if negated else value


@njit(cache=True, nogil=True)
def _ends(c):  # type: ignore[no-untyped-def]
    """Whether a sign ends the reach of a negation: one of , . ; : ! ?"""
    return c in (44, 46, 59, 58, 33, 63)


@njit(cache=True, nogil=True)
def _chunk(points, start, end, kinds):  # type: ignore[no-untyped-def]
    """Where the next space stands, whether only word characters come before it, and whether it is an address or a person."""
    stop, slashes, plain = start, 0, True
    while stop < end and points[stop] > 32 and points[stop] != 0xA0:
        c = points[stop]
        slashes += c == 47
        kind = kinds[c] if c < kinds.size else 3
        plain = plain and kind not in (OTHER, EMOJI)
        stop += 1
    return stop, plain, slashes >= 2 or (points[start] == 64 and stop - start > 1)


@njit(cache=True, nogil=True)
def _token(points, start, stop, kinds):  # type: ignore[no-untyped-def]
    """Where the word or emoji at ``start`` ends, and whether it is a word; ``start`` itself where it is neither."""
    kind = kinds[points[start]] if points[start] < kinds.size else 3
    if kind == OTHER:
        return start, False
    end = start + 1
    if kind == EMOJI:
        return end, False
    while end < stop:
        c = points[end]
        kind = kinds[c] if c < kinds.size else 3
        if kind == EMOJI or (kind == OTHER and c not in (39, 0x2019)):
            break
        end += 1
    while points[end - 1] in (39, 0x2019):
        end -= 1
    return end, True


@njit(cache=True, nogil=True)
def _quiet(source, start, end):  # type: ignore[no-untyped-def]
    """Whether there is a small letter, so that capitals are loud."""
    points, capital = source
    for i in range(start, end):  # noqa: SIM110
        if not capital[i] and 97 <= points[i] <= 122:
            return True
    return False


@njit(cache=True, nogil=True)
def _all(flags, start, end):  # type: ignore[no-untyped-def]
    for i in range(start, end):  # noqa: SIM110
        if not flags[i]:
            return False
    return True


@njit(cache=True, nogil=True)
def _sum(rated, turn, tokens, louder, out):  # type: ignore[no-untyped-def]
    """The numbers of a text from the ratings of its words; what stands after ``turn`` of them counts more."""
    total, good, bad = 0.0, 0.0, 0.0
    for k in range(rated.size):
        value = rated[k] * ((0.5 if k < turn else 1.5) if turn > 0 else 1.0)
        total += value
        if value > 0:
            good += value + 1.0
            out[4] = max(out[4], value / 4.0)
        else:
            bad += 1.0 - value
            out[5] = min(out[5], value / 4.0)
    total += louder if total > 0 else -louder if total < 0 else 0.0
    out[0] = total / math.sqrt(total * total + 15.0)
    whole = good + bad + (tokens - rated.size)
    out[1], out[2], out[3] = good / whole, bad / whole, 1.0


@njit(cache=True, nogil=True)
def _louder(points, start, end):  # type: ignore[no-untyped-def]
    """What exclamation and question marks add."""
    wonder, ask = 0, 0
    for i in range(start, end):
        wonder += points[i] == 33
        ask += points[i] == 63
    return 0.292 * min(wonder, 4) + (0.18 * ask if 1 < ask < 4 else 0.96 if ask > 3 else 0.0)


@njit(cache=True, nogil=True)
def rate(source, start, end, kinds, entries, only_signs, scratch, out):  # type: ignore[no-untyped-def]
    """Write the ``DENSE`` numbers of the text ``points[start:end]`` into ``out``; ``source`` is points and which are capitals.

    ``only_signs`` passes over words, as in a language that is not English. ``scratch`` has room for a rating of each character.
    """
    points, capital = source
    _, values, roles = entries
    out[:] = 0.0
    before, shouted = np.zeros(3, np.int64), np.zeros(3, np.bool_)
    hits, tokens, turn, refused = 0, 0, 0, 0
    quiet = _quiet(source, start, end)
    i = start
    while i < end:
        if points[i] <= 32 or points[i] == 0xA0:
            i += 1
            continue
        stop, plain, passed = _chunk(points, i, end, kinds)
        if passed:
            i = stop
            continue
        sign = not plain and stop - i <= _LONGEST_SIGN
        while i < stop:
            at, negates, word = np.int64(-1), False, False
            finish = stop
            if sign:
                at, _ = _word(entries, points, i, stop)
                sign = False
            if at < 0:
                finish, word = _token(points, i, stop, kinds)
                if finish == i:
                    i += 1
                    continue
                if not (only_signs and word):
                    at, negates = _word(entries, points, i, finish)
            loud = quiet and finish - i > 1 and _all(capital, i, finish)
            role = roles[at] if at >= 0 else (NEGATES if negates else 0)
            tokens += role not in (RAISES, LOWERS)
            if role == RATED:
                if refused == 1 and hits > turn:
                    hits -= 1
                value = values[at] / STEP
                scratch[hits] = _rate(value, loud, before, shouted) if word else value
                hits += 1
            elif role == TURNS:
                turn = hits
            refused = int(role == NEGATES and at >= 0 and values[at] != 0)
            if refused == 1:
                scratch[hits] = values[at] / STEP
                hits += 1
            for k in (2, 1):
                before[k], shouted[k] = before[k - 1], shouted[k - 1]
            before[0], shouted[0] = role, loud
            i = finish
        if _ends(points[stop - 1]):
            before[:] = 0
            refused = 0
    if hits > 0:
        _sum(scratch[:hits], turn, tokens, _louder(points, start, end), out)
