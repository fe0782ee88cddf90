"""Labels of nodes on a panel, chosen by the hub: they stay near their node, and ease in, out and around it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import label_offset
from stream.wire.messages import Labels
from wall.drawlist import Layer
from wall.graph import Lights
from wall.panel import DENSE, SMALLEST, Place
from wall.text.clusters import needs_room
from wall.text.typesetter import Style

EASE_MS: Final = 450.0


@dataclass(slots=True)
class _Shown:
    text: str
    size: float
    opacity: float
    dx: float
    dy: float


def draw(layer: Layer, place: Place, labels: Labels | None, picture: Lights, t: float, weight: int = 600) -> None:
    """Add the labels whose nodes give light. What is drawn eases with hub time from what was drawn before."""
    if labels is None or place.words <= 0.0:
        return
    state = picture.state
    asked = {label.key for label in labels.labels} | set(place.memory.get("labels", ()))
    index = _indices(state.key, asked)
    shown: dict[int, _Shown] = place.memory.setdefault("labels", {})
    first = "labels_t" not in place.memory
    ease = 1.0 if first else 1.0 - math.exp(-max(0.0, t - place.memory["labels_t"]) / EASE_MS)
    place.memory["labels_t"] = t
    wanted = {label.key: label for label in labels.labels if label.key in index}
    for key, label in wanted.items():
        block = place.type.set(label.text, _style(place, label.text, label.size, weight))
        if block is None:
            continue
        dx, dy = label_offset(label.side, float(picture.radius[index[key]]), block.width, block.cap, block.style.size)
        old = shown.get(key)
        if old is None or old.text != label.text or old.size != label.size:
            shown[key] = _Shown(label.text, label.size, ease if old is None else old.opacity, dx, dy)
        else:
            old.dx, old.dy = old.dx + (dx - old.dx) * ease, old.dy + (dy - old.dy) * ease
            old.opacity += (1.0 - old.opacity) * ease
    for key in [k for k in shown if k not in wanted]:
        shown[key].opacity *= 1.0 - ease
        if shown[key].opacity < 0.02 or key not in index:
            del shown[key]
    for key, item in shown.items():
        node = index[key]
        block = place.type.set(item.text, _style(place, item.text, item.size, weight))
        opacity = item.opacity * place.words * float(np.clip(picture.light[node] * 1.4, 0.0, 1.0))
        x, y = float(picture.xy[node, 0]), float(picture.xy[node, 1])
        layer.text(block, x + item.dx, y + item.dy, opacity, "label")


def _indices(keys: npt.NDArray[np.uint32], asked: set[int]) -> dict[int, int]:
    """Where in ``keys`` those asked for are."""
    if not asked or not len(keys):
        return {}
    order = np.argsort(keys)
    wanted = np.fromiter(asked, np.uint32, len(asked))
    found = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    return {int(keys[i]): int(i) for i, key in zip(found, wanted, strict=True) if keys[i] == key}


def _style(place: Place, text: str, size: float, weight: int) -> Style:
    least = SMALLEST * place.unit * (DENSE if needs_room(text) else 1.0)
    return Style(round(max(size, least), 1), weight, place.theme.ink, shadow=True)
