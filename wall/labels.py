"""Labels of nodes on a panel, chosen by the hub: they stay near their node, and ease in, out and around it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Grid, Rect, label_offset
from stream.wire.messages import Label, Labels
from wall.drawlist import HALO, Layer
from wall.graph import Lights
from wall.palette import hexadecimal, mixed
from wall.panel import DENSE, SMALLEST, Place
from wall.text.clusters import needs_room
from wall.text.typesetter import Block, Style

EASE_MS: Final = 450.0
LEAVE_MS: Final = 260.0
APPEAR_MS: Final = 380.0
"""A new label begins to appear when one that leaves at the same time is gone."""
EDGE: Final = 12.0
"""Pixels that stay free between a label and the edge of its screen."""
ABOVE: Final = 0.9
BELOW: Final = 0.27
"""How far letters reach over and under their baseline, in em."""
TINT: Final = 0.3
"""How much of its node's colour a label has, so that one sees to which group it belongs."""
BEACON: Final = (58.0, 7.0)
"""Halo and core in pixels of the light that a named node has at least, so that one sees which light a label names."""


Lean = tuple[float, float, float, float]
Room = tuple[float, float, float, float]
NOWHERE: Final = (math.inf, math.inf, -math.inf, -math.inf)


@dataclass(slots=True)
class _Shown:
    block: Block
    opacity: float
    dx: float
    dy: float
    lean: Lean
    """Where its side puts it beside a node without size, and how much farther for each pixel of the node's radius."""
    screen: Rect | None = None
    """The screen that most of it lies on."""
    room: Room = NOWHERE
    """From where to where it may stand on that screen: left, top, right, bottom."""


def draw(layer: Layer, place: Place, labels: Labels | None, picture: Lights, t: float, weight: int = 600) -> None:
    """Add the labels whose nodes give light. What is drawn eases with hub time from what was drawn before."""
    if labels is None or place.words <= 0.0:
        return
    shown: dict[int, _Shown] = place.memory.setdefault("labels", {})
    first = "labels_t" not in place.memory
    passed = math.inf if first else max(0.0, t - place.memory["labels_t"])
    ease = 1.0 - math.exp(-passed / EASE_MS)
    place.memory["labels_t"] = t
    wanted = {label.key: label for label in labels.labels}
    index = _indices(place, picture.state.key, wanted.keys() | shown.keys())
    if place.memory.get("labels_from") is not labels and _choose(place, picture, shown, wanted, index, ease, weight):
        place.memory["labels_from"] = labels
    for key, item in list(shown.items()):
        if key in wanted:
            item.opacity = min(1.0, item.opacity + passed / APPEAR_MS)
        else:
            item.opacity = min(item.opacity, 1.0) - passed / LEAVE_MS
        if key not in index or (item.opacity <= 0.0 and key not in wanted):
            del shown[key]
    nodes = np.array([index[key] for key in shown], np.intp)
    places, radii, lights = (rows.take(nodes, axis=0).tolist() for rows in (picture.xy, picture.radius, picture.light))
    beacons = np.empty((len(nodes), len(HALO)), np.float32)
    beacons[:, 0:2], beacons[:, 4:7] = picture.xy.take(nodes, axis=0), picture.colour.take(nodes, axis=0)
    beacons[:, 2], beacons[:, 3] = BEACON[0] * place.unit, BEACON[1] * place.unit
    if picture.state.turned is None and not np.array_equal(place.memory.get("labels_colours", ()), beacons[:, 4:7]):
        place.memory["labels_colours"] = beacons[:, 4:7].copy()
        place.memory.pop("labels_from", None)  # groups have other colours: text is set in them for the next frame
    words, opacities = place.words, []
    for item, (node_x, node_y), radius, light in zip(shown.values(), places, radii, lights, strict=True):
        beside_x, beside_y, far_x, far_y = item.lean
        item.dx += (beside_x + far_x * radius - item.dx) * ease
        item.dy += (beside_y + far_y * radius - item.dy) * ease
        x, y = node_x + item.dx, node_y + item.dy
        left, top, right, bottom = item.room
        if not (left <= x <= right and top <= y <= bottom):
            x, y = _kept(place.grid, item, x, y)
        opacity = max(0.0, item.opacity) * words * min(1.0, 1.4 * light)
        layer.text(item.block, x, y, opacity, "label")
        opacities.append(opacity)
    beacons[:, 7] = opacities
    layer.halos.append(beacons)


def _kept(grid: Grid, item: _Shown, x: float, y: float) -> tuple[float, float]:
    """Where the label stands when its node would have it at (x, y): it does not follow under a bezel."""
    block = item.block
    left, right = block.ink_left - EDGE, block.ink_left + block.width + EDGE
    above, below = ABOVE * block.style.size + EDGE, BELOW * block.style.size + EDGE

    def room(screen: Rect) -> Room:
        return screen.x - left, screen.y + above, screen.right - right, screen.bottom - below

    def holds(left: float, top: float, right: float, bottom: float) -> bool:
        return left <= x <= right and top <= y <= bottom

    if item.screen is None or not holds(*room(item.screen)):
        number = grid.screen_at(x + (left + right) / 2, y + (below - above) / 2)
        item.screen = item.screen if number is None else grid.screen(number)
    if item.screen is None:
        return x, y
    item.room = first_x, first_y, last_x, last_y = room(item.screen)
    return x + max(0.0, first_x - x) - max(0.0, x - last_x), y + max(0.0, first_y - y) - max(0.0, y - last_y)


def _lean(side: int, block: Block) -> Lean:
    beside, farther = (label_offset(side, radius, block.width, block.cap, block.style.size) for radius in (0.0, 1.0))
    return *beside, farther[0] - beside[0], farther[1] - beside[1]


def _choose(
    place: Place, picture: Lights, shown: dict[int, _Shown], wanted: dict[int, Label], index: dict[int, int], ease: float,
    weight: int,
) -> bool:  # fmt: skip
    """Bring ``shown`` to a new choice of the hub; False when this frame had no time to set all of its text.

    A text that was taken back is never drawn again, not even while it would fade.
    """
    whole = True
    for key, label in wanted.items():
        least = SMALLEST * place.unit * (DENSE if needs_room(label.text) else 1.0)
        style = Style(round(max(label.size, least), 1), weight, _tinted(place, picture, index.get(key)), shadow=True)
        block = place.type.set(label.text, style)
        old = shown.get(key)
        if block is None:
            whole = False
            if old is not None and old.block.key[0] != label.text:
                del shown[key]
        elif old is None:
            lean = _lean(label.side, block)
            shown[key] = _Shown(block, 1.0 if ease == 1.0 else -LEAVE_MS / APPEAR_MS, *lean[:2], lean)
        else:
            old.block, old.lean, old.room = block, _lean(label.side, block), NOWHERE
    return whole


def _tinted(place: Place, picture: Lights, node: int | None) -> str:
    """The colour of ink with a little of a node's own."""
    if node is None:
        return place.theme.ink
    red, green, blue = (float(c) for c in picture.colour[node])
    return hexadecimal(mixed(place.ink, (red, green, blue), TINT))


def _indices(place: Place, keys: npt.NDArray[np.uint32], asked: set[int]) -> dict[int, int]:
    """Where in ``keys`` those asked for are; looked up anew only when either has changed."""
    known = place.memory.get("labels_index")
    if known is not None and known[0] == asked and np.array_equal(known[1], keys):
        found: dict[int, int] = known[2]
        return found
    found = {}
    if asked and len(keys):
        order = np.argsort(keys)
        wanted = np.fromiter(asked, np.uint32, len(asked))
        at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
        found = {int(keys[i]): int(i) for i, key in zip(at, wanted, strict=True) if keys[i] == key}
    place.memory["labels_index"] = (asked, keys, found)
    return found
