"""Voices: who speaks and is spoken to most, each a beam as long as the voice is strong; the public, and the house's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from stream.wire.geometry import Rect
from stream.wire.messages import Graph
from stream.wire.snapshot import PersonNode
from wall import figure, palette, stills, transition
from wall.drawlist import Layer
from wall.palette import Colour, rgb
from wall.panel import Place
from wall.view import View
from wall.visuals import waiting

ROW: Final = 178.0
LARGE_FROM: Final = 235.0
"""Heights of a row: the least, and that from which it has large type."""
NAMES: Final = (220, 190, 160, 136, 112, 92)
LEADS_FROM: Final = 4
ROOMY: Final = 560.0
"""From so many screens on, and so high, the strongest voice has one of its own."""
MOST: Final = 3
"""Voices a screen."""
HEADING: Final = 110.0
FACE: Final = 36.0
"""Least radius of a face."""
FADE_MS: Final = 900.0
PUBLIC: Final = "The public"
OWN: Final = "Our own"
REST: Final = "#33415A"
BOTH: Final = "Both"
FAR: Final = 1.2
"""Read from so much farther than usual, one screen has room for one column, and the house's own are told by their rings."""
COUNTED: Final = "exchanges"
EXPLAINED: Final = "replies, shares and mentions, given and received"


class VoicesVisual:
    name = "voices"
    needs = frozenset({"figures"})
    seconds = 25.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or not view.figures.voices

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        voices = view.figures.voices if view.figures is not None else ()
        faces = _faces(view)
        if not voices or place.words <= 0.0:
            waiting.draw(view, place, layer, "Nobody has spoken with anybody yet")
            return
        public = [v for v in voices if v.role == "public"]
        own = [v for v in voices if v.role != "public"]
        greatest = max(v.weight for v in voices)
        if len(place.screens) == 1 and place.unit > FAR:
            _list(view, place, layer, [place.body(place.screens[0])], voices, greatest, BOTH, faces, alone=True)
            return
        rooms, own_rooms = _rooms(place, bool(public), bool(own))
        roomy = len(rooms) > 1 and rooms[0].h >= ROOMY * place.unit
        led = len(place.screens) >= LEADS_FROM and roomy and len(public) > 1
        if led:
            _lead(view, place, layer, rooms[0], public[0], greatest, faces)
            public, rooms = public[1:], rooms[1:]
        if public and own:
            heads = ((rooms[0], PUBLIC), (own_rooms[0], OWN))
            counted = not led and all(_roomy(place, room, words) for room, words in heads)
            for room, words in heads:
                _heading(place, layer, room, words, counted=counted)
            rooms, own_rooms = _below(place, rooms), _below(place, own_rooms)
        _list(view, place, layer, rooms, public, greatest, PUBLIC, faces, alone=not own)
        _list(view, place, layer, own_rooms, own, greatest, OWN, faces, alone=not public)


def _rooms(place: Place, public: bool, own: bool) -> tuple[list[Rect], list[Rect]]:
    """Where each side stands: the house in the last column, or the last row, or on one screen at the right."""
    screens = place.screens
    if not public or not own:
        bodies = [place.body(s) for s in screens]
        return (bodies, []) if public else ([], bodies)
    if len(screens) == 1:
        body, gap = place.body(screens[0]), 130 * place.unit
        half = (body.w - gap) / 2
        return [Rect(body.x, body.y, half, body.h)], [Rect(body.x + half + gap, body.y, half, body.h)]
    edge = max(s.x for s in screens)
    apart = [s for s in screens if s.x == edge] if edge > screens[0].x else screens[-1:]
    return [place.body(s) for s in screens if s not in apart], [place.body(s) for s in apart]


def _heading(place: Place, layer: Layer, room: Rect, words: str, *, counted: bool) -> None:
    """Whose voices these are, and what their figures count where nothing else says it."""
    block = place.set(words, 56, 500, width=room.w)
    if block is None:
        return
    layer.text(block, room.x, room.y + block.cap, place.words)
    if counted:
        what = place.set(COUNTED, 56, colour=place.theme.quiet, align="right")
        layer.text(what, room.right, room.y + block.cap, place.words)


def _roomy(place: Place, room: Rect, words: str) -> bool:
    """Whether a heading has room to say what its figures count."""
    block, what = (
        place.set(words, 56, 500, width=room.w),
        place.set(COUNTED, 56, colour=place.theme.quiet, align="right"),
    )
    return block is not None and what is not None and block.width + what.width + 60 * place.unit < room.w


def _below(place: Place, rooms: Sequence[Rect]) -> list[Rect]:
    """What is left under a heading, on the screens beside the one where it stands as well."""
    head, top = HEADING * place.unit, min(room.bottom for room in rooms)
    return [Rect(r.x, r.y + head, r.w, r.h - head) if r.bottom == top else r for r in rooms]


def _faces(view: View) -> dict[str, str]:
    """The pictures that have come and may be shown, by handle."""
    if view.figures is None:
        return {}
    named = zip(view.figures.voices, view.figures.faces, strict=False)
    return {voice.handle: name for voice, name in named if name in view.stills}


def _lead(
    view: View, place: Place, layer: Layer, room: Rect, voice: PersonNode, greatest: int, faces: Mapping[str, str]
) -> None:
    """The strongest voice: its name as large as the screen allows, its beam, and what the count means."""
    unit = place.unit
    said = place.set(EXPLAINED, 58, colour=place.theme.quiet, width=room.w, lines=2)
    word = place.set(_counted(voice), 104, 620, width=room.w)
    name = place.fit(voice.handle, NAMES, Rect(room.x, 0, room.w, 200 * unit), 650, leading=1.0)
    if said is None or word is None or name is None:
        return
    face = faces.get(voice.handle, "")
    above = (130 if face else 84) * unit
    high = name.cap + above + 84 * unit + word.cap + 34 * unit + said.height
    y = room.y + 20 * unit + max(0.0, (room.h - 20 * unit - high) / 2) + name.cap
    layer.text(name, room.x, y, place.words)
    y += above
    end = room.x + max(60 * unit, voice.weight / greatest * (room.w - 70 * unit))
    colour = _colour(place, voice)
    place.stage.glow(end - 200 * unit, y, 760, 420, colour, 0.2 * place.words * place.opacity)
    _beam(view, place, layer, room.x, end, y, 46 * unit, voice, face)
    y += 84 * unit + word.cap
    layer.text(word, room.x, y, place.words)
    layer.text(said, room.x, y + 34 * unit + said.baseline, place.words)


def _list(
    view: View, place: Place, layer: Layer, rooms: Sequence[Rect], voices: Sequence[PersonNode], greatest: int, side: str,
    faces: Mapping[str, str], *, alone: bool,
) -> None:  # fmt: skip
    """Voices under each other, in the order of their strength, evenly over the rooms."""
    if not rooms or not voices:
        return
    unit = place.unit
    fits = min(MOST, *(max(1, int(room.h // (ROW * unit))) for room in rooms))
    each = min(fits, math.ceil(len(voices) / len(rooms)))
    high = min(room.h for room in rooms) / (each if alone else fits)
    large = high > LARGE_FROM * unit
    for i, voice in enumerate(voices[: each * len(rooms)]):
        room = rooms[i // each]
        opacity = _come(place, f"{side} {i}", voice.handle, view.t) * place.words
        share = voice.weight / greatest
        count = place.set(f"{voice.weight:,}", 104 if large else 72, 500, align="right")
        wide = count.width if count is not None else 0.0
        name = place.line(voice.handle, 104 if large else 72, room.w - wide - 48 * unit, 600)
        if name is None or count is None:
            continue
        gap = (76 if large else 50) * unit
        y = room.y + (i % each) * high + (high - name.cap - gap) / 2 + name.cap
        layer.text(name, room.x, y, opacity)
        layer.text(count, room.right, y, opacity)
        y += gap
        light = (12 + (26 if large else 12) * math.sqrt(share)) * unit
        end = room.x + max(30 * unit, share * (room.w - 40 * unit))
        layer.line(np.array([[room.x, y], [room.right, y]], np.float32), 3 * unit, rgb(REST), 0.5 * opacity)
        _beam(view, place, layer, room.x, end, y, light, voice, faces.get(voice.handle, ""), opacity)


def _beam(
    view: View, place: Place, layer: Layer, x: float, end: float, y: float, light: float, voice: PersonNode, face: str,
    opacity: float = 1.0,
) -> None:  # fmt: skip
    """A line of light as long as the voice is strong, with a light at its end, or its face; the house's own is ringed."""
    colour, unit = _colour(place, voice), place.unit
    along = np.linspace(0.0, 1.0, 24)
    points = np.column_stack([x + (end - x) * along, np.full(24, y)]).astype(np.float32)
    layer.line(points, 7 * unit, colour, (place.words * (0.12 + 0.78 * along)).astype(np.float32))
    breath = 0.92 + 0.08 * math.sin(view.t / 2300.0 + 0.002 * (end + y))
    layer.sparks.append(np.array([[end, y, 4.2 * light, 0.4 * light, *colour, breath * place.words]], np.float32))
    if face:
        light = max(light, FACE * unit)
        stills.avatar(view, place, layer, face, end, y, light, opacity * place.words)
        layer.rings.append(
            np.array([[end, y, light + 3 * unit, 5.0, *colour, 0.9 * opacity * place.words]], np.float32)
        )
    if voice.role != "public":
        white = palette.mixed(colour, place.glare, 0.45)
        layer.rings.append(np.array([[end, y, light + 8 * unit, 4.0, *white, 0.9 * place.words]], np.float32))


def _come(place: Place, slot: str, handle: str, t: float) -> float:
    """The opacity of a name that came into its place not long ago."""
    known: tuple[str, float] | None = place.memory.get(slot)
    if known is None or known[0] != handle:
        place.memory[slot] = known = (handle, t - FADE_MS if known is None else t)
    return transition.smooth((t - known[1]) / FADE_MS)


def _colour(place: Place, voice: PersonNode) -> Colour:
    if voice.role != "public":
        return place.accent
    number = voice.community if 0 <= voice.community < palette.NONE else palette.NONE
    red, green, blue = (float(c) for c in palette.communities(place.theme)[number])
    return red, green, blue


def _counted(voice: PersonNode) -> str:
    return f"{voice.weight:,} {figure.counted(voice.weight, 'exchange', 'exchanges')}"


VISUAL = VoicesVisual()
