"""What becomes of a visitor's message: checked, numbered, and taken back by whoever holds its receipt. Pure.

A receipt is the message's number with a seal that only this guest book can make, so that nothing about visitors is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import Final, Literal

import msgspec

from ingest import text
from stream.mention import Author, Mention, Retraction, Unreadable

SOURCE: Final = "guestbook"
LIMIT: Final = 280
NAME_LIMIT: Final = 40
LINES: Final = 8
SOON_S: Final = 2.0
"""A form that comes back sooner was not filled in by a person."""
LATE_S: Final = 4 * 3600.0
NUMBER_BYTES: Final = 12

Fault = Literal["empty", "long", "soon", "stale", "robot"]


class Form(msgspec.Struct, frozen=True):
    """What a visitor sent. ``trap`` is a field that people do not see."""

    text: str = ""
    name: str = ""
    stamp: str = ""
    trap: str = ""


class Refused(Exception):
    """A message that is not taken, for a reason that the page says in the visitor's language."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


class Book:
    """``key`` is this guest book's secret."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def stamp(self, now_s: float) -> str:
        """What a form carries, so that nobody sends one that was never given out."""
        at = str(int(now_s))
        return f"{at}.{self._seal('form', at)}"

    def mention(self, form: Form, number: str, visitor: str, now_ms: int) -> Mention:
        """The message of a form as a mention; ``visitor`` stands for the name of who gives none. Raises ``Refused``."""
        if form.trap:
            raise Refused("robot")
        self._check(form.stamp, now_ms / 1000)
        try:
            said = _tidied(form.text)
            name = _name(form.name)
        except Unreadable:
            raise Refused("empty") from None
        if not any(unicodedata.category(c)[0] in "LNS" for c in said):
            raise Refused("empty")
        if len(said) > LIMIT:
            raise Refused("long")
        id = f"{SOURCE}:{number}"
        return Mention(
            id=id,
            source=SOURCE,
            kind="post",
            at=now_ms,
            seen=now_ms,
            author=Author(id=f"{SOURCE}:visitor-{number}", name=name or visitor),
            text=said,
            hashtags=text.hashtags(said),
            links=text.links(said),
        )

    def receipt(self, number: str) -> str:
        """What the visitor keeps."""
        return f"{number}.{self._seal('receipt', number)}"

    def number_of(self, receipt: str) -> str | None:
        """The number in a receipt of this guest book."""
        number, _, seal = receipt.partition(".")
        return number if hmac.compare_digest(self._seal("receipt", number).encode(), seal.encode()) else None

    def _check(self, stamp: str, now_s: float) -> None:
        at, _, seal = stamp.partition(".")
        if not hmac.compare_digest(self._seal("form", at).encode(), seal.encode()) or now_s - int(at) > LATE_S:
            raise Refused("stale")
        if now_s - int(at) < SOON_S:
            raise Refused("soon")

    def _seal(self, what: str, word: str) -> str:
        return hmac.new(self._key, f"{what} {word}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def withdrawn(number: str, now_ms: int) -> Retraction:
    """The message is taken back."""
    return Retraction(target=f"{SOURCE}:{number}", scope="post", at=now_ms, reason="withdrawn by its visitor")


def _tidied(said: str) -> str:
    """Lines without spaces at their ends, few of them empty; nothing that cannot be seen but what scripts need."""
    lines = [" ".join(_visible(line).split()) for line in text.words(said.replace("\r\n", "\n")).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    if len(kept) > LINES:
        kept[LINES - 1 :] = [" ".join(line for line in kept[LINES - 1 :] if line)]
    return "\n".join(kept)


def _visible(line: str) -> str:
    """Without directional overrides and other format characters; joiners stay, emoji and many scripts need them."""
    return "".join(
        c for c in line if unicodedata.category(c) != "Cf" or c in "\u200c\u200d" or "\U000e0020" <= c <= "\U000e007f"
    )


def _name(name: str) -> str:
    return " ".join(_visible(text.name(name.replace("\n", " "))).split())[:NAME_LIMIT].strip()
