"""The words of the river: each band's name, inside where it is wide enough, else outside with a line; and its spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Stream
from wall import agenda, bands, figure, riverbed, transition
from wall.drawlist import HALO, Layer
from wall.panel import MARGIN, Place
from wall.text.typesetter import Block
from wall.view import View

Doubles = npt.NDArray[np.float64]

SIZES: Final = (104.0, 88.0, 74.0, 62.0, 55.0)
LEAP: Final = 2.1
"""How many times its usual width a band must reach to be told as a spike."""
LEAST: Final = 8.0
"""Posts a minute of a spike that is worth telling."""
FADE_MS: Final = 600.0
LOOK_MS: Final = 500.0
"""How often a band without a name looks for a place."""
GAP: Final = 44.0
"""Between the river and words outside."""
BESIDE: Final = 40.0
"""How far beside words outside the line to their band may begin."""
EDGE: Final = 84.0
"""Pixels from a screen's edge in which no name stands."""


@dataclass(slots=True)
class _Name:
    """Where a band's name stands: at an event time (its left end inside the band, its line's foot outside), since when, and
    since when it leaves. ``side`` is 0 inside, -1 above the river, 1 below."""

    at: float
    size: float
    side: int
    since: float
    left: float | None = None


class Page(NamedTuple):
    """Where words are written: what is ``taken`` outside the river, and where ``lines`` run down to bands."""

    place: Place
    layer: Layer
    river: riverbed.River
    taken: list[Rect]
    lines: list[float]


class _Spike(NamedTuple):
    """A band's leap: which one, at which sample, and how many posts a minute."""

    band: int
    sample: int
    rate: float


def tell_spikes(page: Page, figures: Figures) -> set[int]:
    """Tell the greatest leaps beside the river; returns their bands."""
    place, river, told = page.place, page.river, set[int]()
    most = 1 if len(place.screens) == 1 else 2 if len(place.screens) < 4 else 3
    for spike in _leaps(figures, river):
        if len(told) == most:
            break
        value, words = figure.rate(spike.rate)
        age = river.bands.at[-1] - river.bands.at[spike.sample] + bands.BEHIND * figures.numbers.bucket_ms
        said = f"{value} {words} now" if age < 75_000 else f"{value} {words}, {ago(age)}"
        label = river.streams[river.bands.keys[spike.band]].label
        side = -1 if spike.band < len(river.bands.keys) / 2 else 1
        session = agenda.session_at(figures, river.bands.at[spike.sample])
        tries = [(said, 2, side), (said, 1, side), (said, 2, -side)]
        if session:
            tries = [(f"{said} · {session}", 2, side), (f"{said} · {session}", 2, -side), *tries]
        if any(_told(page, spike, label, words, where, lines) for words, lines, where in tries):
            told.add(spike.band)
    return told


def _told(page: Page, spike: _Spike, label: str, said: str, side: int, lines: int) -> bool:
    """Tell a leap on a side of the river, in two lines or in one; whether there was room."""
    place = page.place
    name = place.set(label, 84 if lines == 2 else SIZES[-2], 640, width=0.42 * place.screens[0].w)
    below = place.set(said, 56, 400, place.theme.quiet)
    if name is None or below is None:
        return False
    gap = 26.0 * place.unit
    wide = max(name.width, below.width) if lines == 2 else name.width + gap + below.width
    high = name.cap + 92.0 * place.unit if lines == 2 else 1.3 * name.cap
    box = _outside(page, spike.sample, side, wide, high)
    if box is None:
        return False
    x, y = (box.x, box.y + name.cap + 78 * place.unit) if lines == 2 else (box.x + name.width + gap, box.y + name.cap)
    page.layer.text(name, box.x - name.ink_left, box.y + name.cap, place.words)
    page.layer.text(below, x, y, place.words)
    _line(page, spike.band, spike.sample, side, box, place.words)
    return True


def _leaps(figures: Figures, river: riverbed.River) -> list[_Spike]:
    """Where bands rose far above their usual width, the greatest first; what rises now comes first."""
    found: list[tuple[float, _Spike]] = []
    for i, key in enumerate(river.bands.keys):
        if not river.streams[key].label:
            continue
        height = river.bands.edges[i + 1] - river.bands.edges[i]
        peak = int(np.argmax(height))
        usual = float(np.median(height))
        rate = _loudest(river.streams[key], figures)
        if height[peak] >= LEAP * max(usual, 0.5) and rate >= LEAST:
            newness = 3.0 if peak >= len(height) - 3 * bands.PER_BUCKET else 1.0
            found.append(((float(height[peak]) - usual) * newness, _Spike(i, peak, rate)))
    return [spike for _, spike in sorted(found, key=lambda entry: -entry[0])]


def _loudest(stream: Stream, figures: Figures) -> float:
    """The most posts in a minute, or in a bucket where that is longer, as a rate a minute."""
    buckets = max(1, round(60_000 / figures.numbers.bucket_ms))
    sums = np.convolve(np.array(stream.course, np.float64), np.ones(buckets))
    return float(sums.max()) * 60_000.0 / (buckets * figures.numbers.bucket_ms)


def ago(ms: float) -> str:
    if ms < 90_000:
        return f"{round(ms / 1000)} s ago"
    minutes = round(ms / 60_000)
    return f"{minutes} min ago" if minutes < 120 else f"{round(minutes / 60)} h ago"


def _outside(page: Page, sample: int, side: int, wide: float, high: float) -> Rect | None:
    """A free box above (-1) or below (1) the river, at the foot of a line from a sample; None where there is none."""
    place, river = page.place, page.river
    unit, x = place.unit, float(river.x[sample])
    area = riverbed.area_of(place)
    air = GAP * unit
    rooms = [s.inset(EDGE - 20, 24) for s in place.screens if s.w >= wide]
    lefts = [
        min(max(x + shift * wide, r.x), r.right - wide) for shift in (-0.5, -0.12, -0.88, 0.0, -1.0) for r in rooms
    ]
    for left in dict.fromkeys(left for left in lefts if left - BESIDE <= x <= left + wide + BESIDE):
        inside = (river.x >= left - 30) & (river.x <= left + wide + 30)
        if not inside.any():
            continue
        if side < 0:
            top = float(river.edges[0][inside].min()) - air - high
            fits = top >= area.y - riverbed.margins(place)[0] * unit
        else:
            top = float(river.edges[-1][inside].max()) + air
            fits = top + high <= area.bottom + (riverbed.margins(place)[1] - 90) * unit
        box = Rect(left, top, wide, high)
        clear = not any(box.inset(-24.0).overlaps(other) for other in page.taken)
        if fits and clear and any(room.contains(box) for room in rooms):
            return box
    return None


def _line(page: Page, band: int, sample: int, side: int, box: Rect, opacity: float) -> None:
    """The line from words outside to their band, and a light at its end; what they cover is taken from now on."""
    river = page.river
    x = float(river.x[sample])
    crest = float(river.edges[band, sample] + river.edges[band + 1, sample]) / 2
    start = box.bottom + 12 if side < 0 else box.y - 16
    page.layer.line(np.array([[x, start], [x, crest]], np.float32), 2.5, (0.93, 0.96, 1.0), 0.55 * opacity)
    light = [[x, crest, 64.0, 8.0, *river.colours[band], opacity]]
    page.layer.sparks.append(np.array(light, np.float32).reshape(-1, len(HALO)))
    page.taken.append(box)
    page.lines.append(x)


def head_zone(place: Place) -> Rect:
    """What title or caption covers."""
    first = place.screens[0]
    wide = first.w * (0.62 if place.titled and place.rect.w > first.w else 1.0)
    return Rect(first.x, first.y, wide, MARGIN + place.head) if place.head else Rect(first.x, first.y, 0.0, 0.0)


def write_names(view: View, page: Page, told: set[int]) -> None:
    """Each band's name: inside it where it is wide enough, else outside with a line. It flows with the band."""
    river, memory = page.river, page.place.memory
    names: dict[int, _Name] = memory.setdefault("names", {})
    for key in [key for key in names if key not in river.bands.keys]:
        del names[key]
    fresh, look = "named" not in memory, memory.get("named") != view.t // LOOK_MS
    memory["named"] = view.t // LOOK_MS
    wanted = [i for i, key in enumerate(river.bands.keys) if river.streams[key].label and i not in told]
    for side in (0, -1, 1):
        for i in wanted if side <= 0 else wanted[::-1]:
            key = river.bands.keys[i]
            known = names.get(key)
            if known is not None and known.left is not None and view.t - known.left >= FADE_MS:
                del names[key]
                known = None
            if known is None and look and (found := _found(page, i, side, names)) is not None:
                known = names[key] = _Name(*found, side, view.t - FADE_MS if fresh else view.t)
            if known is None or known.side != side:
                continue
            opacity = transition.smooth((view.t - known.since) / FADE_MS)
            if known.left is not None:
                opacity *= 1.0 - transition.smooth((view.t - known.left) / FADE_MS)
            if not _write(page, i, known, opacity * page.place.words) and known.left is None:
                known.left = view.t
    for key in [river.bands.keys[i] for i in told]:
        names.pop(key, None)


def _found(page: Page, band: int, side: int, names: dict[int, _Name]) -> tuple[float, float] | None:
    """An event time and a type size for a name on a side."""
    river = page.river
    label = river.streams[river.bands.keys[band]].label
    if side == 0:
        return _best(page, band, label)
    block = _block(page.place, label, SIZES[-2])
    if block is None or (band < len(river.bands.keys) / 2) != (side < 0):
        return None
    thick = river.edges[band + 1] - river.edges[band]
    step = len(river.x) // 12
    for sample in sorted(range(step, len(river.x), step), key=lambda sample: -float(thick[sample])):
        at = float(river.bands.at[sample])
        crossed = any(_covers(page, key, name, float(river.x[sample])) for key, name in names.items() if name.side == 0)
        if (
            not crossed
            and thick[sample] > 6.0
            and _outside(page, sample, side, block.width, 1.3 * block.cap) is not None
        ):
            return at, SIZES[-2]
    return None


def _covers(page: Page, key: int, name: _Name, x: float) -> bool:
    """Whether a name inside the river stands at ``x``."""
    block = _block(page.place, page.river.streams[key].label, name.size)
    left = float(np.interp(name.at, page.river.bands.at, page.river.x))
    return block is not None and left - 30 <= x <= left + block.width + 30


def _write(page: Page, band: int, name: _Name, opacity: float) -> bool:
    """Write a name; whether it still has its place."""
    river, place = page.river, page.place
    block = _block(place, river.streams[river.bands.keys[band]].label, name.size)
    if block is None:
        return True
    if name.side:
        sample = int(np.argmin(np.abs(river.bands.at - name.at)))
        box = _outside(page, sample, name.side, block.width, 1.3 * block.cap) if name.at > river.bands.at[2] else None
        if box is not None:
            page.layer.text(block, box.x - block.ink_left, box.y + block.cap, opacity, "label")
            _line(page, band, sample, name.side, box, opacity)
        return box is not None
    x = float(np.interp(name.at, river.bands.at, river.x))
    middle, spare = _room(page, band, block)
    at = int(np.argmin(np.abs(river.x - x)))
    if at >= len(spare):
        return False
    page.layer.text(block, x - block.ink_left, float(middle[at]) + block.cap / 2, opacity, "label")
    return spare[at] >= 0.0 and _fits(page, x, float(middle[at]), block, 0.5)


def _block(place: Place, label: str, size: float) -> Block | None:
    return place.set(label, size, 620, width=0.36 * place.screens[0].w, shadow=True)


def _tall(block: Block) -> float:
    """The height that a name needs in its band: capitals, descenders and air."""
    return block.cap + 0.40 * block.style.size


def _room(page: Page, band: int, block: Block) -> tuple[Doubles, Doubles]:
    """For a name in a band that begins at each sample: the middle of the room, and the pixels to spare.

    Where the band runs behind a bezel, the room is what is wider, above or below it.
    """
    river = page.river
    step = (river.x[-1] - river.x[0]) / (len(river.x) - 1)
    samples = min(len(river.x), int(np.ceil((block.width + 24.0) / step)) + 1)
    top = sliding_window_view(river.edges[band], samples).max(axis=1)
    bottom = sliding_window_view(river.edges[band + 1], samples).min(axis=1)
    rows = sorted({(screen.y + EDGE / 2, screen.bottom - EDGE / 2) for screen in page.place.screens})
    tops = np.array([np.maximum(top, low) for low, _ in rows])
    bottoms = np.array([np.minimum(bottom, high) for _, high in rows])
    widest = np.argmax(bottoms - tops, axis=0)[None, :]
    top, bottom = (np.take_along_axis(ends, widest, axis=0)[0] for ends in (tops, bottoms))
    return (top + bottom) / 2, bottom - top - _tall(block)


def _best(page: Page, band: int, label: str) -> tuple[float, float] | None:
    """Where a name fits best and at which size: the greatest, and there where its band is widest and rather new than old."""
    river = page.river
    for size in SIZES:
        block = _block(page.place, label, size)
        if block is None:
            return None
        middle, spare = _room(page, band, block)
        share = np.arange(len(spare)) / len(river.x)
        score = np.minimum(spare / _tall(block), 1.5) - 1.2 * np.abs(share - 0.62)
        for at in np.argsort(-score, kind="stable").tolist():
            if spare[at] >= 8.0 and _fits(page, float(river.x[at]), float(middle[at]), block, 1.0):
                return float(river.bands.at[at]), size
    return None


def _fits(page: Page, x: float, middle: float, block: Block, strictly: float) -> bool:
    """Whether a name lies on one screen, off its edges, and off the lines to other bands."""
    box = Rect(x, middle - _tall(block) / 2, block.width, _tall(block))
    clear = not any(x - 30 < line < x + block.width + 30 for line in page.lines)
    return clear and any(s.inset(EDGE * strictly, 36 * strictly).contains(box) for s in page.place.screens)
