"""A switch from a layout to another: in 0.8 s, frame by frame, nothing jumps and nothing blinks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest

from stream.wire.messages import OnAir
from tests.golden.pictures import LAYOUTS
from tests.wall.look import views
from wall import transition
from wall.drawlist import DrawList
from wall.scene import Scene
from wall.view import View

FRAME_MS = 40.0
FADE = 0.22
"""The most by which a text may come or go from one frame to the next."""
GLIDE = 0.2
"""The most by which the light of all nodes, edges, rings, lines or shapes may change, of its greatest in the switch."""
STAGE = 0.4
"""The same of the stage, where it changes most."""
FLYING = ("pulse", "topics", "people", "event", "speaker", "topic", "person")
"""Layouts with a graph, whose nodes fly."""
PAIRS = [pair if i % 2 else pair[::-1] for i, pair in enumerate(combinations(FLYING, 2))]
PAIRS += [pair for pair in pairwise((*LAYOUTS, LAYOUTS[0])) if not set(pair) <= set(FLYING)]
PAIRS += [("faces", "numbers"), ("stories", "faces")]
"""All of those, and each of the others, which cross-fade whatever comes next, to and from another one."""


@cache
def shown(name: str) -> View:
    few = {"topics": 40, "people": 60}
    if name == "faces":
        return views.faced()
    return views.turned(name, **few) if name in views.TURNED else views.view(views.shipped(name), **few)


def switch(old: str, new: str) -> Iterator[DrawList]:
    """What is drawn from the frame before a switch to the frame after it."""
    before, after = shown(old), shown(new)
    at = int(views.T) + 4000
    leaving, coming = (
        OnAir(since, rev, view.on_air.layout, "take", focus=view.on_air.focus)
        for since, rev, view in ((0, 1, before), (at, 2, after))
    )
    scene = Scene(math.inf)
    for i in range(-2, math.ceil(transition.DURATION_MS / FRAME_MS) + 1):
        t = at + i * FRAME_MS
        begun, over = i >= 0, t >= at + transition.DURATION_MS
        yield scene.draw(
            dataclasses.replace(
                after, t=t, stills=before.stills | after.stills,
                on_air=coming if begun else leaving, previous=leaving if begun and not over else None,
                focused=after.focused if begun else before.focused, left=before.focused if begun and not over else None,
                graphs=before.graphs | after.graphs, labels=before.labels | after.labels,
            )
        )  # fmt: skip


def lights(drawlist: DrawList) -> dict[str, float]:
    """How much light each kind of thing gives in all."""
    total = dict.fromkeys(("halos", "curves", "comets", "rings", "ribbons", "shapes", "images"), 0.0)
    for layer in drawlist.layers:
        o = layer.opacity
        total["halos"] += o * sum(float((h[:, 7] * h[:, 2] ** 2).sum()) for h in [*layer.halos, *layer.sparks])
        total["curves"] += o * sum(float((c[:, 4] * (c[:, 10] + c[:, 14])).sum()) for c in layer.curves)
        total["comets"] += o * sum(float(c[:, 14].sum()) for c in layer.comets)
        total["rings"] += o * sum(float((r[:, 7] * r[:, 3] * r[:, 2]).sum()) for r in layer.rings)
        total["ribbons"] += o * sum(float(r[:, 7].mean()) for r in layer.ribbons)
        total["images"] += o * sum(image.opacity * image.rect.w * image.rect.h for image in layer.images)
        total["shapes"] += o * sum(s[9] * s[2] * s[3] for s in layer.shapes)
    return total


def texts(drawlist: DrawList) -> dict[tuple[object, ...], float]:
    """How opaque each text is that stands still."""
    found: dict[tuple[object, ...], float] = {}
    for layer in drawlist.layers:
        for text in layer.texts:
            if text.window is None:
                key = (text.block.key, layer.clip) if text.role == "still" else text.block.key
                found[key] = max(found.get(key, 0.0), text.opacity * layer.opacity)
    return found


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_nothing_jumps_in_a_switch(old: str, new: str) -> None:
    """Texts, lights and the stage change by little from frame to frame, from the last of the old to the first of the new."""
    frames = list(switch(old, new))
    totals = [lights(frame) for frame in frames]
    for kind in totals[0]:
        course = np.array([total[kind] for total in totals])
        steps = np.abs(np.diff(course))
        assert steps.max() <= GLIDE * max(course.max(), 1e-6), (
            f"{kind} at frame {int(steps.argmax()) - 2}: {course.round(1)}"
        )
    for i, (a, b) in enumerate(pairwise(frames)):
        here, there = texts(a), texts(b)
        steps_of = {key: abs(here.get(key, 0.0) - there.get(key, 0.0)) for key in here.keys() | there.keys()}
        worst = max(steps_of, key=lambda key: steps_of[key], default=None)
        assert worst is None or steps_of[worst] <= FADE, f"{worst} at frame {i - 2} by {steps_of[worst]:.2f}"
    stage = np.stack([frame.stage.colours for frame in frames])
    steps = np.abs(np.diff(stage, axis=0)).max(axis=(1, 2, 3))
    assert steps.max() <= STAGE * np.ptp(stage, axis=0).max(), f"the stage at frame {int(steps.argmax()) - 2}"
