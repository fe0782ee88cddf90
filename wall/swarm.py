"""The swarm: topics as lights between critical, at the left, and glad, at the right, each with its name beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.snapshot import TopicNode
from wall import transition
from wall.drawlist import HALO, Layer
from wall.palette import Colour, mixed, rgb
from wall.panel import Place
from wall.text.typesetter import Block
from wall.view import View

LANE: Final = 132.0
EDGE: Final = 72.0
"""How far names keep from the edges of a screen."""
APART: Final = 56.0
LABELS: Final = 7
"""Names a screen."""
LEAST_REACH: Final = 0.25
"""A mood so far from the middle lies at the end of the axis, unless another lies farther."""
EVENED: Final = 0.6
NEAR: Final = 0.05
"""How far moods that crowd are spread, and how near they must be to count as one crowd."""
LEAST_SIDE: Final = 0.16
"""Of the axis, what each side has at least."""
SHIFT_MS: Final = 4000.0
MIDDLE: Final = 0.05
EASE_MS: Final = 700.0
FADE_MS: Final = 900.0
GAP: Final = 22.0
REST: Final = "#33415A"


@dataclass(slots=True)
class _Seat:
    """Where a topic is: its lane, the side of its name, and its light on the way to its place."""

    lane: int
    right: bool
    x: float
    t: float
    since: float


def draw(view: View, topics: Sequence[TopicNode], place: Place, layer: Layer, screens: Sequence[Rect]) -> None:
    """``topics``, strongest first, over ``screens``; those that find no free place stay away."""
    unit = place.unit
    rooms = [place.body(s) for s in screens]
    left, right = min(r.x for r in rooms), max(r.right for r in rooms)
    topics = topics[: LABELS * len(screens)]
    middle, places = _places(view, place, topics, left, right)
    _axis(place, layer, rooms, (left, middle, right))
    lanes = _lanes(rooms, unit)
    greatest = max(t.weight for t in topics)
    seats: dict[str, _Seat] = place.memory.setdefault("swarm", {})
    first = not seats
    taken: list[tuple[int, float, float]] = []
    named = dict.fromkeys(range(len(screens)), 0)
    lights, seen = [], set()
    for topic, wanted in zip(topics, places.tolist(), strict=True):
        strength = math.sqrt(topic.weight / greatest)
        block = place.set(topic.label, 60 + 36 * strength, 600, shadow=True)
        if block is None:
            continue
        radius = (8 + 24 * strength) * unit
        seat = seats.get(topic.id)
        found = _seat(wanted, radius, topic.sentiment >= 0.0, block, unit, lanes, screens, taken, named, seat)
        if found is None:
            continue
        lane, beside, x, span, screen = found
        taken.append((lane, *span))
        named[screen] += 1
        seen.add(topic.id)
        if seat is None:
            seat = seats[topic.id] = _Seat(lane, beside, x, view.t, view.t - FADE_MS if first else view.t)
        elif (seat.lane, seat.right) != (lane, beside):
            seat.lane, seat.right, seat.x, seat.since = lane, beside, x, view.t
        seat.x += (x - seat.x) * (1.0 - math.exp(-max(0.0, view.t - seat.t) / EASE_MS))
        seat.t = view.t
        opacity = transition.smooth((view.t - seat.since) / FADE_MS) * place.words
        y = lanes[lane]
        start = seat.x + radius + GAP * unit if beside else seat.x - radius - GAP * unit - block.width
        layer.text(block, start, y + block.cap / 2, opacity)
        lights.append((seat.x, y, 4.4 * radius, 0.45 * radius, *_colour(place, topic.sentiment), opacity))
    for gone in seats.keys() - seen:
        del seats[gone]
    layer.halos.append(np.array(lights, np.float32).reshape(-1, len(HALO)))


def _places(
    view: View, place: Place, topics: Sequence[TopicNode], left: float, right: float
) -> tuple[float, npt.NDArray[np.float64]]:
    """Where the middle of the axis lies, and where each topic does.

    Where all sound glad the critical side is only as long as it must be, and moods that crowd are spread: the order is
    kept, and a small change of a mood is a small step.
    """
    moods = np.array([topic.sentiment for topic in topics])
    glad, critical = max(LEAST_REACH, float(moods.max())), max(0.0, float(-moods.min()))
    share = min(1.0 - LEAST_SIDE, max(LEAST_SIDE, critical / (critical + glad)))
    known: tuple[float, float] | None = place.memory.get("swarm middle")
    if known is not None:
        share = known[0] + (share - known[0]) * (1.0 - math.exp(-max(0.0, view.t - known[1]) / SHIFT_MS))
    place.memory["swarm middle"] = (share, view.t)
    wide = right - left - 120 * place.unit
    middle = left + 60 * place.unit + share * wide
    x = middle + (1.0 - share) * wide * _spread(moods, glad)
    if critical > 0.0:
        down = _spread(-moods, max(critical, LEAST_REACH * share / (1.0 - share)))
        x = np.where(moods < 0.0, middle - share * wide * down, x)
    return middle, x


def _spread(moods: npt.NDArray[np.float64], reach: float) -> npt.NDArray[np.float64]:
    """From moods on one side of the middle to shares of its length: partly as they are, partly evened by how many lie lower."""
    own = moods[moods >= 0.0]
    if not len(own):
        return np.zeros(len(moods))

    def lower(at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((0.5 + 0.5 * np.tanh((at[:, None] - own[None, :]) / NEAR)).mean(axis=1))

    least, most = lower(np.array([0.0, reach]))
    evened = (lower(moods) - least) / max(most - least, 1e-9)
    return np.asarray((1.0 - EVENED) * moods / reach + EVENED * evened)


def _lanes(rooms: Sequence[Rect], unit: float) -> list[float]:
    """The heights at which lights may lie, from the middle of the highest room outwards, room by room."""
    lanes = []
    for top, bottom in sorted(
        {(r.y, r.bottom) for r in rooms if r.y == max(o.y for o in rooms if o.bottom == r.bottom)}
    ):
        end = bottom - 110 * unit
        count = max(1, int((end - top) // (LANE * unit)))
        step = (end - top) / count
        ys = [top + (i + 0.5) * step for i in range(count)]
        lanes += sorted(ys, key=lambda y: (abs(y - (top + end) / 2), y))
    return lanes


def _seat(
    x: float, radius: float, outwards: bool, block: Block, unit: float, lanes: Sequence[float], screens: Sequence[Rect],
    taken: Sequence[tuple[int, float, float]], named: dict[int, int], before: _Seat | None,
) -> tuple[int, bool, float, tuple[float, float], int] | None:  # fmt: skip
    """The first free place for a light and its name, where it was before if that is free: lane, whether the name is at the
    right, x of the light, the span of both, and the screen."""
    choices = [(lane, side) for lane in range(len(lanes)) for side in (outwards, not outwards)]
    if before is not None and before.lane < len(lanes):
        choices.insert(0, (before.lane, before.right))
    for lane, side in choices:
        for number, screen in enumerate(screens):
            if named[number] >= LABELS or not screen.y <= lanes[lane] <= screen.bottom:
                continue
            low, high = screen.x + EDGE, screen.right - EDGE
            at = min(max(x, low + radius), high - radius)
            if abs(at - x) > 2 * EDGE + radius:
                continue
            wide = GAP * unit + block.width
            start, end = (at - radius, at + radius + wide) if side else (at - radius - wide, at + radius)
            free = all(o != lane or end + APART * unit < a or start - APART * unit > b for o, a, b in taken)
            if start >= low - 1 and end <= high + 1 and free:
                return lane, side, at, (start, end), number
    return None


def _axis(place: Place, layer: Layer, rooms: Sequence[Rect], ends: tuple[float, float, float]) -> None:
    """The line from critical to glad, with its signs and words at both ends, and its middle."""
    unit, low = place.unit, max(r.bottom for r in rooms)
    colours = (rgb(place.theme.negative), rgb(place.theme.positive))
    left, middle, right = ends
    y = low - 86 * unit
    for end, colour in ((left, colours[0]), (right, colours[1])):
        at = np.linspace(middle, end, 24)
        points = np.column_stack([at, np.full(24, y)]).astype(np.float32)
        layer.line(points, 5.0 * unit, colour, np.linspace(0.08, 0.9, 24).astype(np.float32))
    top = min(r.y for r in rooms)
    layer.line(np.array([[middle, top], [middle, y]], np.float32), 3.0, rgb(REST), 0.55)
    critical = place.set("− critical", 56, 560, place.theme.negative)
    glad = place.set("glad +", 56, 560, place.theme.positive, align="right")
    layer.text(critical, left, low - 4 * unit)
    layer.text(glad, right, low - 4 * unit)


def _colour(place: Place, sentiment: float) -> Colour:
    if abs(sentiment) < MIDDLE:
        return rgb(place.theme.rest)
    colour = rgb(place.theme.positive if sentiment > 0 else place.theme.negative)
    return mixed(rgb(place.theme.rest), colour, min(1.0, 0.35 + 3.0 * (abs(sentiment) - MIDDLE)))
