"""Stories: what people say, in words as large as their number allows; the one shared most leads."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stream.wire.geometry import Rect
from stream.wire.messages import Card, Graph
from wall import figure, headline, palette, stills, transition
from wall.drawlist import Layer
from wall.palette import Colour
from wall.panel import SMALLEST, Place
from wall.text.clusters import right_to_left
from wall.text.typesetter import Align
from wall.view import View
from wall.visuals import waiting

SIZES: Final = (240.0, 210.0, 188.0, 168.0, 150.0, 132.0, 120.0, 108.0, 96.0, 86.0, 78.0, 70.0)
LEAD_SIZES: Final = (210.0, 184.0, 160.0, 144.0, 128.0, 114.0, 100.0, 88.0, 78.0)
FADE_MS: Final = 900.0
UNSEEN: Final = 0.2
"""The share of a fade in which hardly anything is seen yet; where no other card has to leave first, it is left out."""
TURN_MS: Final = 14_000.0
"""A panel of one screen turns to the next story after this long."""
TURNS: Final = 5
ADDRESS: Final = re.compile(r"[\s:\u2013\u2014→]*https?://\S+")
"""An address with what points to it."""
PASSED_ON: Final = re.compile(r"^RT @\w+:?\s+")
UNDER_TITLE: Final = 14.0
"""What a card keeps from the layout's title above it."""
SINKS: Final = 0.35
"""Of the room that words leave, how much is above them."""
ROOMY: Final = 560.0
NAME_ONLY: Final = 345.0
FOOTED: Final = 470.0
"""Heights of a card: from these on it has room for two lines of words below its author, and above its count as well."""
LOW: Final = 600.0
"""A card of this height has no room for a large count."""
FOOT_SIZES: Final = ((10, 76.0), (100, 96.0), (1000, 120.0), (math.inf, 144.0))
"""Type size of a story's count, by how great it is."""
LEADS_FROM: Final = 3
"""A story of at least this many posts may lead over two screens."""


@dataclass(slots=True)
class _Slot:
    card: str
    since: float
    before: str = ""


LETTER: Final = ("#07101E", "#F7F8FA")
"""Of a monogram, on a dark stage and on a light one."""


class StoriesVisual:
    name = "stories"
    needs = frozenset({"stories"})
    seconds = 40.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.stories is None or not view.stories.cards

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        told = view.focused if view.focused is not None else view.stories
        cards = told.cards if told is not None else ()
        if not cards or place.words <= 0.0:
            waiting.draw(view, place, layer, "Nothing new to read yet")
            return
        by_id = {card.id: card for card in cards}
        screens = place.screens
        if len(screens) == 1:
            turn = 0 if cards[0].pinned else int(view.turn_t // TURN_MS) % min(TURNS, len(cards))
            self._slot(view, place, layer, screens[0], cards[turn], by_id)
            return
        beside = [s for s in screens[1:2] if s.y == screens[0].y]
        if len(screens) >= 4 and beside and cards[0].count >= LEADS_FROM:
            shown, opacity = _turned(view, place, "lead", cards[0], by_id)
            self._lead(place, layer, view, screens[0], beside[0], shown, opacity)
            screens, cards = screens[2:], cards[1:]
        for screen, card in _kept(place, screens, cards):
            self._slot(view, place, layer, screen, card, by_id)

    def _slot(self, view: View, place: Place, layer: Layer, screen: Rect, card: Card, by_id: dict[str, Card]) -> None:
        """The card of one screen."""
        shown, opacity = _turned(view, place, _slot_key(screen), card, by_id)
        self.card(view, place, layer, screen, shown, opacity)

    def card(self, view: View, place: Place, layer: Layer, screen: Rect, card: Card, fade: float) -> None:
        """A post as large as its screen allows."""
        body, unit = place.body(screen), place.unit
        if place.titled and screen == place.screens[0] and body.h > ROOMY * unit:
            body = Rect(body.x, body.y + UNDER_TITLE * unit, body.w, body.h - UNDER_TITLE * unit)
        opacity = fade * place.words
        colour = _colour(place, card)
        place.stage.glow(body.x + 90, body.y + 60, 520, 330, colour, 0.16 * opacity * place.opacity)
        if body.h < NAME_ONLY * unit:
            below = _name(place, layer, body, card, opacity)
        else:
            below = _author(view, place, layer, Rect(body.x, body.y, body.w, 130 * unit), card, opacity, 62.0)
        foot = _foot(place, layer, body, card, opacity) if body.h >= FOOTED * unit else body.bottom + 70 * unit
        room = Rect(body.x, below + 46 * unit, body.w, foot - below - (46 + 70) * unit)
        mirrored = right_to_left(card.text)
        if wide := stills.beside(view, place, layer, card.picture, room, opacity, left=mirrored):
            wide += 64 * unit
            room = Rect(room.x + (wide if mirrored else 0.0), room.y, room.w - wide, room.h)
        words = place.fit(_said(card), SIZES, room, 450, leading=1.24, lang=card.lang)
        if words is not None:
            layer.text(words, room.x, room.y + SINKS * max(0.0, room.h - words.height) + words.baseline, opacity)

    def _lead(self, place: Place, layer: Layer, view: View, first: Rect, second: Rect, card: Card, fade: float) -> None:
        """The strongest story over two screens: who, and how many carry it; then its words, larger than all others."""
        unit, opacity = place.unit, fade * place.words
        colour = _colour(place, card)
        gap = (first.right + second.x) / 2
        place.stage.glow(
            gap, first.y + first.h * 0.55, first.w * 0.62, first.h * 0.42, colour, 0.17 * opacity * place.opacity
        )
        body = place.body(first)
        below = _author(
            view, place, layer, Rect(body.x, body.y + UNDER_TITLE * unit, body.w, 150 * unit), card, opacity, 74.0
        )
        value = f"{card.count:,}"
        size = 330.0
        y = body.bottom - 106 * unit
        if y - size * unit * place.type.cap > below + 20:
            figure.draw(layer, place, f"lead {card.id}", value, body.x - 0.02 * size, y, size, view.t, opacity=opacity)
            voices = f", by {card.voices:,} voices" if card.voices > 1 else ""
            said = place.set(f"times shared{voices}", 66, 500, place.theme.quiet, width=body.w)
            layer.text(said, body.x, body.bottom, opacity)
        room = place.body(second)
        words = place.fit(_said(card), LEAD_SIZES, room, 500, leading=1.18, lang=card.lang)
        if words is not None:
            layer.text(words, room.x, room.y + (room.h - words.height) / 2 + words.baseline, opacity)


def _slot_key(screen: Rect) -> str:
    return f"slot {screen.x} {screen.y}"


def _kept(place: Place, screens: Sequence[Rect], cards: Sequence[Card]) -> list[tuple[Rect, Card]]:
    """Which card each screen shows: one that is still among the first stays where it is read."""
    wanted = {card.id: card for card in cards[: len(screens)]}
    stays = {}
    for screen in screens:
        slot: _Slot | None = place.memory.get(_slot_key(screen))
        if slot is not None and slot.card in wanted:
            stays[_slot_key(screen)] = wanted.pop(slot.card)
    others = iter(wanted.values())
    pairs = ((screen, stays.get(_slot_key(screen)) or next(others, None)) for screen in screens)
    return [(screen, card) for screen, card in pairs if card is not None]


def _turned(view: View, place: Place, key: str, card: Card, by_id: dict[str, Card]) -> tuple[Card, float]:
    """What a slot shows on its way to ``card``, and its opacity: the old one fades out before the new one fades in.

    A retracted one is gone at once.
    """
    slot: _Slot | None = place.memory.get(key)
    if slot is None:
        slot = place.memory[key] = _Slot(card.id, view.t - FADE_MS)
    elif slot.card != card.id:
        begun = 0.0 if slot.card in by_id else UNSEEN * FADE_MS
        slot = place.memory[key] = _Slot(card.id, view.t - begun, slot.card)
    share = (view.t - slot.since) / FADE_MS
    old = by_id.get(slot.before)
    if old is None:
        return card, transition.smooth(share)
    return (old, transition.leaving(share)) if share < 0.5 else (card, transition.coming(share))


def _author(view: View, place: Place, layer: Layer, rect: Rect, card: Card, opacity: float, radius: float) -> float:
    """Avatar or monogram, name, handle and age, mirrored where the words run right to left; returns the lower end."""
    unit = place.unit
    r = radius * unit
    mirrored = right_to_left(card.text)
    middle = rect.right - r if mirrored else rect.x + r
    if not stills.avatar(view, place, layer, card.avatar, middle, rect.y + r, r, opacity):
        layer.disc(middle, rect.y + r, r, _colour(place, card), opacity)
        letters = _initials(card.name or card.handle)
        initials = place.set(letters, 56 if radius < 70 else 64, 700, LETTER[place.theme.light], align="centre")
        if initials is not None:
            layer.text(initials, middle, rect.y + r + initials.cap / 2, opacity)
    room = rect.w - 2 * r - 36 * unit
    x = rect.x + room if mirrored else rect.right - room
    handle = f"@{card.handle.lstrip('@')}" if card.handle else ""
    line = " · ".join(part for part in (handle, headline.ago(card.age_s)) if part)
    align: Align = "right" if mirrored else "left"
    name = place.line(card.name or card.handle, 62, room, 620, align=align)
    small = place.line(line, 55, room, 400, place.theme.quiet, align=align)
    if name is not None and small is not None:
        layer.text(name, x, rect.y + r - 14 * unit, opacity)
        layer.text(small, x, rect.y + r + 18 * unit + small.cap, opacity)
    return rect.y + 2 * r


def _name(place: Place, layer: Layer, body: Rect, card: Card, opacity: float) -> float:
    """Whose words these are, on a line of its own where there is no room for more; returns its lower end."""
    mirrored = right_to_left(card.text)
    name = place.line(card.name or card.handle, SMALLEST, body.w, 620, align="right" if mirrored else "left")
    if name is None:
        return body.y
    layer.text(name, body.right if mirrored else body.x, body.y + name.cap, opacity)
    return body.y + name.cap


def _foot(place: Place, layer: Layer, body: Rect, card: Card, opacity: float) -> float:
    """How far it went, in a figure that grows with it; returns where the foot begins."""
    if card.count < 2:
        return body.bottom
    unit = place.unit
    size = next(size for limit, size in FOOT_SIZES if card.count < limit) if body.h > LOW * unit else SMALLEST
    voices = f", by {card.voices:,} voices" if 1 < card.voices < card.count else ""
    count = place.set(f"{card.count:,}", size, 620)
    if count is None:
        return body.bottom
    said = place.set(f"times shared{voices}", 55, 450, place.theme.quiet, width=body.w - count.width - 30 * unit)
    x = body.x
    if right_to_left(card.text) and said is not None:
        x = body.right - count.width - 30 * unit - said.width
    layer.text(count, x, body.bottom - 4, opacity)
    layer.text(said, x + count.width + 30 * unit, body.bottom - 4, opacity)
    return body.bottom - count.cap - 12


def _said(card: Card) -> str:
    """The words of a card without what says that they were passed on, and without addresses, which nobody can follow on a
    wall; they stay where nothing else is said."""
    return ADDRESS.sub("", PASSED_ON.sub("", card.text)).strip() or card.text


def _colour(place: Place, card: Card) -> Colour:
    if card.role in ("brand", "staff"):
        return place.accent
    r, g, b = palette.communities(place.theme)[card.colour]
    return float(r), float(g), float(b)


def _initials(name: str) -> str:
    """One or two letters for the monogram."""
    words = [w for w in name.replace("_", " ").replace(".", " ").replace("-", " ").split() if w[0].isalnum()]
    if not words:
        return "·"
    first = words[0][0].upper()
    return first + words[-1][0].upper() if len(words) > 1 and words[-1][0].isascii() else first


VISUAL = StoriesVisual()
