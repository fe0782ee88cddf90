"""Strangers' words on their way into a mention: what is refused, what is tidied, what is found in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from stream.mention import TEXT_LIMIT, Unreadable, clean

NAME_LIMIT: Final = 200
LIST_LIMIT: Final = 64
"""Hashtags, links, people or pictures that one mention keeps."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REFUSED = re.compile("[\x00\ud800-\udfff]")
_MARKS = "".join(chr(code) for code in range(0x300, 0x1E94B) if unicodedata.category(chr(code))[0] == "M")
"""Vowel signs and accents, without which most scripts of Asia write no word; a plain ``\\w`` leaves them out."""
_PLAIN_HASHTAG = re.compile(r"(?<![\w&/#])#(\w*[^\W\d_]\w*)", re.ASCII)
_TAG = rf"[\w{_MARKS}\u200c\u200d]"
_HASHTAG = re.compile(rf"(?<![\w&/#＃])[#＃]({_TAG}*[^\W\d_]{_TAG}*)")
_LINK = re.compile(r"https?://[^\s<>\"'）」』\u3000]+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@/])@([A-Za-z0-9_](?:[\w.-]*\w)?(?:@[\w.-]+\w)?)")


def words(text: str) -> str:
    """``text`` as a mention holds it. Raises ``Unreadable`` for NULs, lone surrogates and what is too long."""
    if not _CONTROL.search(text):
        if len(text) <= TEXT_LIMIT:
            return text if text.isascii() else unicodedata.normalize("NFC", text)
    elif _REFUSED.search(text):
        raise Unreadable("text holds a NUL character" if "\x00" in text else "text holds a lone surrogate")
    return clean(text)


def name(text: str) -> str:
    """A handle or display name on one line, cut to ``NAME_LIMIT`` characters. Raises ``Unreadable`` like ``words``."""
    if len(text) > NAME_LIMIT:
        text = text[:NAME_LIMIT]
    if text.isascii() and text.isprintable():
        return text
    return " ".join(words(text).split())


def hashtags(text: str) -> tuple[str, ...]:
    """The hashtags of ``text`` without their sign, each once, as first written; all digits is no hashtag."""
    return unique((_PLAIN_HASHTAG if text.isascii() else _HASHTAG).findall(text))


def links(text: str) -> tuple[str, ...]:
    """The web addresses in ``text``, each once, without the punctuation that ends a sentence."""
    return unique(link.rstrip(".,;:!?)]}…") for link in _LINK.findall(text))


def handles(text: str) -> tuple[str, ...]:
    """The people named in ``text`` by ``@handle``, each once."""
    return unique(_HANDLE.findall(text))


def web_links(addresses: Iterable[str]) -> tuple[str, ...]:
    """Those of ``addresses`` that a browser would open as a page, each once; other schemes are left out."""
    return unique(a for a in addresses if a[:8].lower().startswith(("http://", "https://")) and len(a) <= 2048)


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """``values`` in order, each once, at most ``LIST_LIMIT``."""
    return tuple(dict.fromkeys(values))[:LIST_LIMIT]
