"""Texts told again as people and machines do it, and texts that only look like it. Seeded."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from typing import Final

Change = Callable[[str, random.Random], str]

_EMOJI: Final = "😂🔥👏🎉❤🙏👀💪🚀😍"
_TAGS: Final = ("news", "breaking", "Tampere", "ai", "StopTheCuts", "MondayMotivation", "速報", "ข่าว", "uutiset")
_NAMES: Final = ("ann_b", "newsdesk", "MattiM", "city_live", "okafor", "sato_k")
_KEYS: Final = "abcdefghijklmnopqrstuvwxyz"


def _link(chance: random.Random) -> str:
    host = chance.choice(("https://t.co/", "https://bit.ly/", "https://example.org/news/"))
    return host + "".join(chance.choice(_KEYS + _KEYS.upper()) for _ in range(10))


def _positions(text: str) -> list[int]:
    return [i for i, c in enumerate(text) if c.isalpha()]


def _typo(text: str, chance: random.Random) -> str:
    at = chance.choice(_positions(text) or [0])
    other = chance.choice(_KEYS if text[at].isascii() else [text[i] for i in _positions(text)] or ["a"])
    return chance.choice(
        (
            text[:at] + other + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
        )
    )


def typos(text: str, chance: random.Random) -> str:
    """One slip of the finger in sixty characters, one at least."""
    for _ in range(1 + len(text) // 60):
        text = _typo(text, chance)
    return text


def case(text: str, chance: random.Random) -> str:
    """All capitals, none, or each word begun with one."""
    return chance.choice((str.upper, str.lower, str.title))(text)


def tagged(text: str, chance: random.Random) -> str:
    """One to three hashtags at the end, or before it."""
    tags = " ".join("#" + tag for tag in chance.sample(_TAGS, chance.randint(1, 3)))
    return f"{text} {tags}" if chance.random() < 0.8 else f"{tags} {text}"


def untagged(text: str, chance: random.Random) -> str:
    """Hashtags become words, and some words hashtags."""
    if "#" in text:
        return text.replace("#", "")
    words = text.split(" ")
    at = chance.randrange(len(words))
    return " ".join([*words[:at], "#" + words[at].lstrip("#@"), *words[at + 1 :]])


def adorned(text: str, chance: random.Random) -> str:
    """Emoji before, behind, or between."""
    emoji = "".join(chance.choice(_EMOJI) for _ in range(chance.randint(1, 4)))
    return chance.choice((f"{text} {emoji}", f"{emoji} {text}", text.replace(" ", f" {emoji} ", 1)))


def linked(text: str, chance: random.Random) -> str:
    """A link more."""
    return f"{text} {_link(chance)}"


def unlinked(text: str, chance: random.Random) -> str:
    """Its links gone."""
    return re.sub(r"\s*https?://\S+", "", text) or text


def reposted(text: str, chance: random.Random) -> str:
    """Repeated by hand, cut at 140 characters as it used to be."""
    again = f"RT @{chance.choice(_NAMES)}: {text}"
    return again if len(again) <= 140 or chance.random() < 0.5 else again[:139] + "…"


def via(text: str, chance: random.Random) -> str:
    """Credited at the end."""
    return f"{text} {chance.choice(('via', 'h/t', '(via', 'by'))} @{chance.choice(_NAMES)}"


def cut(text: str, chance: random.Random) -> str:
    """The first half to nine tenths, with an ellipsis, and perhaps a link."""
    kept = text[: int(len(text) * chance.uniform(0.5, 0.9))].rstrip()
    return kept + chance.choice(("…", "...", "… " + _link(chance), " [...]"))


def swapped(text: str, chance: random.Random) -> str:
    """One word in twelve put as another, one at least."""
    words = text.split(" ")
    if len(words) < 3:
        return _typo(text, chance)
    for _ in range(max(1, len(words) // 12)):
        words[chance.randrange(len(words))] = "".join(chance.choice(_KEYS) for _ in range(chance.randint(3, 8)))
    return " ".join(words)


def addressed(text: str, chance: random.Random) -> str:
    """Sent to one to three people by name."""
    return " ".join("@" + name for name in chance.sample(_NAMES, chance.randint(1, 3))) + " " + text


def punctuated(text: str, chance: random.Random) -> str:
    """Other marks, quotes and spaces."""
    bare = re.sub(r"(?<=\w)[.,!?;:](?=\s|$)", lambda _: chance.choice(("", "!", "!!", " -")), text)
    return chance.choice((f"“{bare}”", bare + "!!!", bare.replace(" ", "  "), f'"{bare}"'))


def dropped(text: str, chance: random.Random) -> str:
    """One word in twelve left out, one at least."""
    words = text.split(" ")
    if len(words) < 5:
        return _typo(text, chance)
    for _ in range(max(1, len(words) // 12)):
        del words[chance.randrange(len(words))]
    return " ".join(words)


def turned(text: str, chance: random.Random) -> str:
    """Two neighbouring words in the other order."""
    words = text.split(" ")
    if len(words) < 4:
        return _typo(text, chance)
    at = chance.randrange(len(words) - 1)
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def labelled(text: str, chance: random.Random) -> str:
    """A word of warning before it."""
    return chance.choice(("BREAKING: ", "Update: ", "NEW ", "JUST IN | ", "📣 ")) + text


def accents(text: str, chance: random.Random) -> str:
    """Written on a keyboard without the letters of the language."""
    if not any(ord(c) < 0x250 and c.isalpha() and not c.isascii() for c in text):
        return case(text, chance)
    return "".join(c for c in unicodedata.normalize("NFD", text) if not 0x300 <= ord(c) < 0x370)


def twice(text: str, chance: random.Random) -> str:
    """Two of the other changes."""
    first, second = chance.sample((typos, case, tagged, adorned, linked, reposted, addressed, punctuated), 2)
    return second(first(text, chance), chance)


TUNED: Final[tuple[Change, ...]] = (typos, case, tagged, adorned, linked, unlinked, reposted, cut, swapped)
"""Changes that the parameters were chosen with."""
HELD_OUT: Final[tuple[Change, ...]] = (via, untagged, addressed, punctuated, dropped, turned, labelled, accents, twice)
"""Changes that were only measured."""


def commented(text: str, comment: str, chance: random.Random) -> str:
    """Quoted with words of one's own."""
    return f"{comment} “{text}”" if chance.random() < 0.5 else f"{comment} RT @{chance.choice(_NAMES)}: {text}"


TEMPLATES: Final = (
    "Weather in {place}: {n}°C, wind {m} m/s, updated {h}:{mm}",
    "Now playing on {place} Radio: song number {n} of the {m} o'clock show",
    "Traffic on road {n} near {place}: delay of {m} minutes",
    "{place} sää nyt: {n} astetta, tuulta {m} m/s, kosteus {h} %",
    "Bus {n} to {place} is late by {m} minutes, next one at {h}:{mm}",
    "{place}の天気：気温{n}度、風速{m}メートル、湿度{h}パーセント",
    "Join us for our town hall in {place} on March {m} at {h}:{mm}, everybody is welcome",
)
_PLACES: Final = ("Oulu", "Turku", "Springfield", "Columbus", "Lahti", "Kyoto", "Leeds", "Porto", "Graz", "Lyon")


def templated(chance: random.Random) -> str:
    """A machine's line, different from its others in numbers and names only."""
    return chance.choice(TEMPLATES).format(
        place=chance.choice(_PLACES),
        n=chance.randint(1, 400),
        m=chance.randint(1, 40),
        h=chance.randint(0, 23),
        mm=chance.randint(10, 59),
    )
