"""What a hub has said once, said again later, of other people and other topics, in other words: a day of it from an evening."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec
import numpy as np

from stream.wire.messages import (
    Card,
    Figures,
    Focused,
    GraphFeed,
    HubMessage,
    Labels,
    Motion,
    OnAir,
    Pong,
    Said,
    Still,
    Stories,
    Watch,
)
from stream.wire.said import Word

LETTERS: Final[Sequence[tuple[int, int]]] = (
    (0x61, 0x7A), (0x41, 0x5A), (0x3B1, 0x3C9), (0x430, 0x44F), (0x5D0, 0x5EA), (0x627, 0x63A), (0x905, 0x939),
    (0xE01, 0xE2E), (0x3042, 0x3093), (0x30A2, 0x30F3), (0x4E00, 0x6FFF), (0xAC00, 0xB3FF), (0x1F400, 0x1F4FC),
)  # fmt: skip
"""First and last of the letters, and of the emoji, that take each other's places."""
REVS: Final = 100_000
"""More than a recording has revisions."""

_replace = msgspec.structs.replace


@dataclass(frozen=True)
class Renewal:
    """The ``turn``-th time that a recording is told, ``slower`` than it was recorded from hub time ``begin`` on, and ``later``;
    both times in ms."""

    turn: int
    later: int
    begin: int = 0
    slower: int = 1

    @cached_property
    def _letters(self) -> dict[int, int]:
        chance = random.Random(self.turn)
        found: dict[int, int] = {}
        for first, last in LETTERS:
            letters = range(first, last + 1)
            found |= zip(letters, chance.sample(letters, len(letters)), strict=True)
        return found

    def word(self, text: str) -> str:
        """``text`` in other letters of its own scripts, as long as it was."""
        return text.translate(self._letters)

    def at(self, at: int) -> int:
        """When it is this time what was at ``at``; 0, which is never, stays 0."""
        return at and self.begin + (at - self.begin) * self.slower + self.later

    def key(self, key: int) -> int:
        """Another node's key, another one for each."""
        return (key + self.turn * 2_654_435_761) % 2**32

    def message(self, message: HubMessage) -> HubMessage:
        """``message`` as it is said this time."""
        if isinstance(message, Pong | Watch):
            return message
        return _replace(self._told(message), at=self.at(message.at))

    def _told(self, message: HubMessage) -> HubMessage:
        match message:
            case OnAir():
                focus = message.focus and _replace(message.focus, key=self.key(message.focus.key))
                return _replace(message, rev=self._rev(message.rev), focus=focus)
            case GraphFeed():
                keys = np.frombuffer(message.key, "<u4") + np.uint32(self.key(0))
                return _replace(message, rev=self._rev(message.rev), key=keys.astype("<u4").tobytes())
            case Motion():
                return _replace(message, rev=self._rev(message.rev))
            case Labels():
                labels = tuple(_replace(it, key=self.key(it.key), text=self.word(it.text)) for it in message.labels)
                return _replace(message, labels=labels)
            case Stories():
                features = tuple(
                    _replace(it, since=self.at(it.since), card=self._card(it.card)) for it in message.features
                )
                return _replace(message, cards=tuple(map(self._card, message.cards)), features=features)
            case Figures():
                return self._figures(message)
            case Focused():
                cards = tuple(map(self._card, message.cards))
                return _replace(message, key=self.key(message.key), label=self.word(message.label), cards=cards)
            case Said():
                return _replace(message, words=tuple(map(self._announced, message.words)))
            case Still():
                return _replace(message, name=self._named(message.name))
        return message

    def _rev(self, rev: int) -> int:
        return rev + REVS * self.turn

    def _named(self, name: str) -> str:
        """What somebody's post, or picture, is called; nothing stays nothing."""
        return name and f"{name} {self.turn}"

    def _card(self, card: Card) -> Card:
        return _replace(
            card,
            id=self._named(card.id),
            text=self.word(card.text),
            name=self.word(card.name),
            handle=self.word(card.handle),
            avatar=self._named(card.avatar),
            picture=self._named(card.picture),
        )

    def _figures(self, figures: Figures) -> Figures:
        return _replace(
            figures,
            T=self.at(figures.T),
            rising=tuple(
                _replace(it, topic=self._named(it.topic), label=self.word(it.label), since=self.at(it.since))
                for it in figures.rising
            ),
            river=tuple(_replace(it, key=self.key(it.key), label=self.word(it.label)) for it in figures.river),
            topics=tuple(_replace(it, id=self._named(it.id), label=self.word(it.label)) for it in figures.topics),
            voices=tuple(_replace(it, handle=self.word(it.handle)) for it in figures.voices),
            faces=tuple(map(self._named, figures.faces)),
        )

    def _announced(self, word: Word) -> Word:
        return _replace(
            word,
            text=self.word(word.text),
            detail=self.word(word.detail),
            since=self.at(word.since),
            until=self.at(word.until),
            at=self.at(word.at),
        )
