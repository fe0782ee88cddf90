"""Where a word may begin and end, also in scripts that write no spaces. All texts here are folded.

Letters and digits that stand together are one word, by the idea of Unicode Standard Annex 29. Beyond it:

- Chinese, and hiragana: between any two characters, because only a dictionary would know better; never before a small or
  repeated kana or a length mark.
- Katakana: a run is a word, so that ノキア is not found in ピノキア.
- Thai, Lao, Khmer, Burmese: between clusters, which leading vowels, following vowels, marks, stacked and silent letters join.
- Between such a script and any other.
- Hangul: a run is a word, of which a word may end before particles only: 노키아 is found in 노키아를, not in 노키아폰.
- Pictures: never inside a sequence that is drawn as one, such as a flag or a family.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from typing import Final


class Kind(IntEnum):
    """What a character does to the words around it."""

    APART = 0
    """Punctuation, spaces, symbols: parts words."""
    JOINED = 1
    """Belongs to the character before it."""
    LETTER = 2
    """Of a script that writes spaces; digits of all scripts."""
    HANGUL = 3
    KATAKANA = 4
    HIRAGANA = 5
    HAN = 6
    THAI = 7
    LAO = 8
    BURMESE = 9
    KHMER = 10
    FLAG = 11
    """A regional indicator, half a flag."""


_RANGES: Final = (
    (0x0E00, 0x0E7F, Kind.THAI),
    (0x0E80, 0x0EFF, Kind.LAO),
    (0x1000, 0x109F, Kind.BURMESE),
    (0x1100, 0x11FF, Kind.HANGUL),
    (0x1780, 0x17FF, Kind.KHMER),
    (0x3005, 0x3007, Kind.HAN),
    (0x3041, 0x309F, Kind.HIRAGANA),
    (0x30A1, 0x30FA, Kind.KATAKANA),
    (0x31F0, 0x31FF, Kind.KATAKANA),
    (0x3130, 0x318F, Kind.HANGUL),
    (0x3400, 0x4DBF, Kind.HAN),
    (0x4E00, 0x9FFF, Kind.HAN),
    (0xA960, 0xA97F, Kind.HANGUL),
    (0xAC00, 0xD7FF, Kind.HANGUL),
    (0xF900, 0xFAFF, Kind.HAN),
    (0x1F1E6, 0x1F1FF, Kind.FLAG),
    (0x20000, 0x3FFFF, Kind.HAN),
)
_JOINED: Final = frozenset("ぁぃぅぇぉっゃゅょゎゕゖゝゞ々ーヽヾ〻ะาำๅๆฯະາຳໆຯ\u200d")
_LEADING: Final = frozenset("เแโใไເແໂໃໄ")
_STACKING: Final = frozenset("\u1039\u17d2\u200d")
"""The next character stands below, or is drawn together with, the one before."""
_SILENT: Final = re.compile("[ก-ฮ][\u0e34\u0e38]?\u0e4c|[\u1000-\u102a]\u103a")
"""A letter that ends the syllable before it: silenced in Thai, without a vowel in Burmese."""
_PARTICLES: Final = re.compile(
    "(?:들)?(?:에서|에게서?|한테서?|께서?|으?로서?|으?로써|에|이?랑|하고|와|과|처럼|보다|부터|까지|마다|조차|마저|대로|같이)?"
    "(?:은|는|이|가|을|를|의|도|만|이?나|이?라고?|이?며|이?든지?|이?야|여|요|이?다|입니다|이?에요|예요|이?었?던|인|이?란|께선|에선)?"
)
_RUN: Final = re.compile("[\u1100-\u11ff\uac00-\ud7a3]*")
_FAR: Final = 32
"""Marks that are looked through for their letter; nobody needs more on one."""


class _Kinds(dict[str, Kind]):
    def __missing__(self, character: str) -> Kind:
        self[character] = kind = _kind(character)
        return kind


def _kind(character: str) -> Kind:
    code, category = ord(character), unicodedata.category(character)
    if category[0] == "M" or character in _JOINED or 0xE0020 <= code <= 0xE007F:
        return Kind.JOINED
    if category == "Nd" or character == "_":
        return Kind.LETTER
    for first, last, kind in _RANGES:
        if first <= code <= last:
            return kind if character.isalnum() or kind is Kind.FLAG else Kind.APART
    return Kind.LETTER if character.isalnum() else Kind.APART


KINDS: Final = _Kinds()
"""The kind of each character, found out when it is first met."""


def begins(text: str, at: int) -> bool:
    """Whether a word may begin at ``at``."""
    return at <= 0 or at >= len(text) or _parts(text, at)


def ends(text: str, at: int) -> bool:
    """Whether a word may end before ``at``."""
    if at <= 0 or at >= len(text) or _parts(text, at):
        return True
    if KINDS[text[at]] is Kind.HANGUL:
        run = _RUN.match(text, at)
        return run is not None and _PARTICLES.fullmatch(run[0]) is not None
    return False


def whole(text: str, at: int) -> bool:
    """Whether ``at`` is not inside what is read or drawn as one character."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if KINDS[after] is Kind.JOINED or before in _STACKING or before in _LEADING:
        return False
    return not (KINDS[before] is KINDS[after] is Kind.FLAG and _flags_before(text, at) % 2)


def _parts(text: str, at: int) -> bool:
    """Whether the characters before and at ``at``, which is inside ``text``, belong to two words."""
    after = KINDS[text[at]]
    before = KINDS[text[at - 1]]
    if after is Kind.LETTER and before is Kind.LETTER:
        return False
    if not whole(text, at):
        return False
    if before is Kind.JOINED:
        before = _base(text, at - 1)
    if before is not after:
        return True
    if after in (Kind.LETTER, Kind.HANGUL, Kind.KATAKANA):
        return False
    return after not in (Kind.THAI, Kind.BURMESE) or _SILENT.match(text, at) is None


def _base(text: str, at: int) -> Kind:
    """The kind of the letter that carries the mark at ``at``."""
    for i in range(at - 1, max(-1, at - _FAR), -1):
        if KINDS[text[i]] is not Kind.JOINED:
            return KINDS[text[i]]
    return Kind.APART


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and KINDS[text[at - 1 - count]] is Kind.FLAG:
        count += 1
    return count
