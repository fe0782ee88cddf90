"""Title: the event's name, the hashtag to use, where to read more, and whom to ask to be taken off the wall."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from stream.wire.geometry import Rect
from stream.wire.messages import Graph
from wall import code, figure, sponsors
from wall.drawlist import Layer
from wall.panel import MARGIN, Place
from wall.text.typesetter import ELLIPSIS, Block
from wall.view import View
from wall.visuals import waiting

NAMES: Final = (420, 360, 310, 270, 230, 200, 176, 152, 132, 108, 92)
HASHTAGS: Final = (300, 260, 230, 190, 160, 132, 108, 92, 76, 64)
ADDRESSES: Final = (72, 64, 56)
UNDER: Final = 150.0
"""From the baseline of the name to that of the place."""
HASHTAG_GAP: Final = 96.0
LINE: Final = 190.0
"""What one address takes of the height, with the words above it."""


class Title:
    name = "title"
    needs: frozenset[str] = frozenset()
    seconds = 20.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return not view.hello.event.name

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        waiting.motes(view, place, layer, 1.0)
        screens = place.screens
        if len(screens) == 1:
            self._one_screen(view, place, layer)
            return
        event, unit, body = view.hello.event, place.unit, place.body(screens[0])
        place.stage.glow(body.x + body.w * 0.4, body.y + body.h * 0.45, 900, 520, place.accent, 0.2 * place.opacity)
        tall = screens[-1].y > screens[0].y
        thanks = sponsors.shown(view)
        foot = sponsors.ROOM * unit if thanks and tall else 0.0
        air = 54 * unit if place.titled else 0.0
        high = body.h - air - foot
        under = place.set(event.place, 84, 450, place.theme.quiet, width=body.w) if event.place else None
        if high < (UNDER + NAMES[-1]) * unit:
            under = None
        left = UNDER * unit if under is not None else 0.0
        name = place.fit(event.name, NAMES, Rect(body.x, body.y, body.w, high - left), 700, leading=1.04)
        if name is not None:
            more = (name.lines - 1) * name.style.leading * name.style.size
            down = max(UNDER * unit, 0.3 * name.style.size + under.cap) if under is not None else 0.0
            lowest = body.bottom - foot - down - more
            y = max(body.y + air + name.cap, min(_line_of(screens[0], unit) - (more + foot) / 2, lowest))
            layer.text(name, body.x, y)
            layer.text(under, body.x, y + more + down)
        last = place.body(screens[-1] if tall else screens[2] if len(screens) > 2 else screens[1])
        joining = next((s for s in screens if s.y == screens[-1].y), screens[0]) if tall else screens[1]
        if event.hashtag and joining.x != last.x - MARGIN * min(1.0, joining.w / 1280):
            self._hashtag(event.hashtag, place, layer, place.body(joining), _line_of(joining, unit))
        elif event.hashtag:
            upper_half = Rect(last.x, last.y, last.w, 0.46 * last.h)
            self._hashtag(event.hashtag, place, layer, upper_half, last.y + 0.38 * last.h)
            last = Rect(last.x, last.y + 0.5 * last.h, last.w, 0.5 * last.h)
        if thanks:
            sponsors.draw(view, place, layer, body if tall else place.body(screens[1]), thanks)
        self._more(view, place, layer, last)
        upper = [s for s in screens if s.y == screens[0].y]
        if len(upper) > 1 and (tall or len(upper) > 2):
            self._clock(view, place, layer, place.body(upper[-1]), 220 if tall else 92)

    def _clock(self, view: View, place: Place, layer: Layer, body: Rect, size: float) -> None:
        """What time it is where the event is, at the upper right."""
        text = _time(view.t, view.hello.event.timezone)
        wide = figure.width(place, text, size)
        y = body.y + size * place.unit * place.type.cap
        figure.draw(layer, place, "clock", text, body.right - wide, y, size, view.t)

    def _hashtag(self, hashtag: str, place: Place, layer: Layer, room: Rect, y: float) -> None:
        """What to write, as large as ``room`` allows, its baseline at ``y`` where that is possible."""
        unit = place.unit
        said = place.set("Join in with", 72, 450, place.theme.quiet)
        head = said.cap + HASHTAG_GAP * unit if said is not None else 0.0
        if room.h < head + HASHTAGS[-1] * unit:
            said, head = None, 0.0
        high = min(330 * unit, room.h - head)
        block = _unbroken(place, hashtag, Rect(room.x, room.y, room.w, high))
        if block is not None:
            more = (block.lines - 1) * block.style.leading * block.style.size
            y = max(room.y + head + block.cap, min(y, room.bottom) - more)
            layer.text(said, room.x, y - block.cap - HASHTAG_GAP * unit)
            layer.text(block, room.x, y)

    def _more(self, view: View, place: Place, layer: Layer, body: Rect) -> None:
        """Where to write and to read more, and whom to write to. The code is the guest book's where there is one.

        Where there is little room the contact stays, and it is never cut: the code goes before that.
        """
        event, unit = view.hello.event, place.unit
        address = event.guestbook or event.url
        contact = [("Off this wall", event.contact)] if event.contact else []
        write = [("Write on this wall", _spoken(event.guestbook))] if event.guestbook else []
        read = [("Read more", _spoken(event.url))] if event.url else []
        fits = max(1, int(body.h // (LINE * unit)))
        lines = (write + read)[: max(0, fits - len(contact))] + contact
        side = min(560 * unit, body.h, 0.36 * body.w) if address else 0.0
        for taken in (side, 0.0):
            x = body.x + taken + (72 * unit if taken else 0.0)
            rooms = Rect(x, body.y, body.right - x, 90 * unit)
            blocks = [place.fit(where, ADDRESSES, rooms, 560, leading=1.0) for _, where in lines]
            if not any(block is not None and block.text.endswith(ELLIPSIS) for block in blocks[-len(contact) :]):
                break
        if taken:
            code.draw(layer, Rect(body.x, body.y + (body.h - side) / 2, side, side), address)
        high = min(230 * unit, max(LINE * unit, side / max(1, len(lines))))
        y = body.y + (body.h - high * len(lines)) / 2
        for i, ((words, _), block) in enumerate(zip(lines, blocks, strict=True)):
            said = place.set(words, 56, 450, place.theme.quiet)
            if said is not None and block is not None:
                top = y + i * high + (high - said.cap - 40 * unit - block.cap) / 2
                layer.text(said, x, top + said.cap)
                layer.text(block, x, top + said.cap + 40 * unit + block.cap)

    def _one_screen(self, view: View, place: Place, layer: Layer) -> None:
        event, unit = view.hello.event, place.unit
        body = place.body(place.screens[0])
        place.stage.glow(body.x + body.w * 0.4, body.y + body.h * 0.4, 900, 520, place.accent, 0.1 * place.opacity)
        thanks = sponsors.shown(view)
        if thanks is not None:
            foot = Rect(body.x, body.y, body.w, body.h - (110 * unit if event.contact else 0.0))
            sponsors.draw(view, place, layer, foot, thanks, 0.62 * body.w if event.guestbook or event.url else body.w)
        share = 0.36 if thanks is not None else 0.5
        name = place.fit(event.name, NAMES[2:], Rect(body.x, body.y, body.w, body.h * share), 700, leading=1.12)
        if name is None:
            return
        layer.text(name, body.x, body.y + name.baseline)
        y = body.y + name.height + 96 * unit
        address = event.guestbook or event.url
        code_room = 330 * unit if address else 0.0
        end = (
            body.bottom - (110 * unit if event.contact else 0.0) - (sponsors.ROOM * unit if thanks is not None else 0.0)
        )
        if event.hashtag and y < end:
            layer.text(place.set(event.hashtag, 108, 600, place.theme.accent, width=body.w - code_room), body.x, y)
        if event.place and y + 100 * unit < end:
            layer.text(
                place.set(event.place, 62, 450, place.theme.quiet, width=body.w - code_room), body.x, y + 100 * unit
            )
        if event.contact:
            said = f"Off this wall: {event.contact}"
            layer.text(place.set(said, 55, 400, place.theme.quiet, width=body.w - code_room - 40), body.x, body.bottom)
        if address:
            side = 300 * unit
            square = Rect(body.right - side, body.bottom - side, side, side)
            code.draw(layer, square, address)
            if event.guestbook:
                invitation = place.set(
                    "Write on this wall", 55, 500, place.theme.quiet, width=code_room + side, align="right"
                )
                layer.text(invitation, square.right, square.y - 40 * unit)


def _unbroken(place: Place, hashtag: str, room: Rect) -> Block | None:
    """A hashtag as large as ``room`` allows on one line; where it is too long for that, broken."""
    for size in HASHTAGS:
        block = place.set(hashtag, size, 650, place.theme.accent, leading=1.0)
        if block is not None and block.width <= room.w and block.height <= room.h:
            return block
    return place.fit(hashtag, HASHTAGS, room, 650, place.theme.accent, leading=1.0)


def _time(t: float, timezone: str) -> str:
    """Hours and minutes at hub time ``t`` in a time zone, or in this machine's own."""
    at = datetime.fromtimestamp(t / 1000.0, UTC)
    return at.astimezone(ZoneInfo(timezone) if timezone else None).strftime("%H:%M")


def _spoken(url: str) -> str:
    """An address as people type it."""
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")


def _line_of(screen: Rect, unit: float) -> float:
    """The baseline that names and hashtag share, a little under the middle of their screens."""
    return screen.y + screen.h / 2 + 84 * unit


VISUAL = Title()
