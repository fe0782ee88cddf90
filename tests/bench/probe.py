"""A visual for measurements: the card of the newest probe as ``stories`` draws it, and a patch coloured by its number.

It comes by the entry point ``agora.visuals``, as any visual from elsewhere does; ``installed`` makes the distribution.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from random import Random
from typing import Final

import msgspec
import numpy as np

from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Card, Graph
from wall.drawlist import Layer
from wall.frame import Frame
from wall.panel import Place
from wall.view import View
from wall.visuals import stories

CODES: Final = 8**3
"""Numbers that colours can tell apart; 0 is no probe."""
PATCH: Final = 48.0
"""Side of the coloured square in the lower right corner of the screen, in canvas pixels."""
_STEP: Final = 36
_SOUNDS: Final = (
    "ba",
    "ce",
    "do",
    "fu",
    "gi",
    "ha",
    "je",
    "ko",
    "lu",
    "mi",
    "na",
    "pe",
    "ro",
    "su",
    "ti",
    "va",
    "we",
    "zo",
)
_TEXT: Final = re.compile(r"Probe (\d+)\b")


def text(number: int) -> str:
    """What probe ``number`` says: words of its own, since what resembles other posts would be folded into their story."""
    random = Random(number)
    return f"Probe {number}: {' '.join(''.join(random.choices(_SOUNDS, k=3)) for _ in range(9))}."


def number_of(card: Card) -> int:
    """The number of the probe that a card shows; 0 for other cards."""
    found = _TEXT.match(card.text)
    return int(found[1]) if found else 0


def patch(grid: Grid) -> Rect:
    """Where the coloured square is."""
    screen = grid.screen(1)
    return Rect(screen.right - 2 * PATCH, screen.bottom - 2 * PATCH, PATCH, PATCH)


def read(frame: Frame) -> int:
    """The code in the middle of the patch in the pixels of ``frame``."""
    where, view = patch(frame.part.grid), frame.part.viewport
    x = round((where.x + where.w / 2 - view.x) * frame.scale)
    y = frame.size[1] - 1 - round((where.y + where.h / 2 - view.y) * frame.scale)
    pixel = np.frombuffer(frame.target.read(viewport=(x, y, 1, 1), components=3, alignment=1), np.uint8)
    high, middle, low = (round(int(value) / _STEP) for value in pixel)
    return 64 * high + 8 * middle + low


class Probe:
    """With the option ``side``, ``left`` or ``right``, it shows no posts but a still area as bright as text."""

    name = "probe"
    needs = frozenset({"stories"})
    seconds = 40.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:  # noqa: ARG002, every visual is asked so
        return False

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        layer.rect(patch(place.grid), (0.0, 0.0, 0.0), 1.0)
        if side := place.panel.options.get("side"):
            screen = place.screens[0].inset(200.0)
            left = screen.x if side == "left" else screen.x + screen.w / 2
            layer.rect(Rect(left, screen.y, screen.w / 2, screen.h), place.ink, 1.0)
            return
        cards = view.stories.cards if view.stories is not None else ()
        newest = max(cards, key=number_of, default=None)
        if view.stories is None or newest is None or not number_of(newest) or place.words <= 0.0:
            return
        alone = msgspec.structs.replace(view.stories, cards=(newest,))
        stories.VISUAL.draw(dataclasses.replace(view, stories=alone), place, layer)
        if any(_TEXT.match(text.block.text) for text in layer.texts):
            layer.rect(patch(place.grid), _colour(number_of(newest) % CODES), 1.0)


def _colour(code: int) -> tuple[float, float, float]:
    return (code // 64 * _STEP / 255, code // 8 % 8 * _STEP / 255, code % 8 * _STEP / 255)


def installed(folder: Path) -> Path:
    """A distribution in ``folder`` that brings the visual; the folder belongs on ``PYTHONPATH``."""
    info = folder / "agora_bench_probe-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: agora-bench-probe\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[agora.visuals]\nprobe = tests.bench.probe:VISUAL\n")
    return folder


VISUAL = Probe()
