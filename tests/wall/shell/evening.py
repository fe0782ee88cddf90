"""A recording of a made-up evening: both graphs full, moving thirty times a second, a new structure once a second."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from stream.wire.messages import GraphFeed, HubMessage, Motion, OnAir, encode
from tests.wall.look import views
from wall.recording import Recorder
from wall.view import GraphState

MOTION_MS = 33
LATENCY_MS = 8.0


def structure(state: GraphState, rev: int, at: int) -> GraphFeed:
    """The feed of a graph as the hub would send it."""
    arrays = {
        name: np.ascontiguousarray(getattr(state, name)).tobytes()
        for name in (
            "key",
            "weight",
            "community",
            "role",
            "trend",
            "sentiment",
            "burst",
            "source",
            "target",
            "strength",
            "weak",
        )
    }
    return GraphFeed(state.graph, rev, at, len(state.key), len(state.source), state.total, **arrays)


def moved(state: GraphState, rev: int, at: int, random: np.random.Generator) -> Motion:
    """Places at hub time ``at``: every node on a small loop of its own; a few interactions just heard."""
    turn = at / 4000.0 + (state.key % 628) / 100.0
    uv = np.clip(state.uv + 0.006 * np.stack([np.cos(turn), np.sin(turn)], axis=1), 0.0, 1.0)
    pulses = b""
    if len(state.source) and random.random() < 0.3:
        edge = int(random.integers(len(state.source)))
        pulses = np.array([state.source[edge], state.target[edge]], "<u4").tobytes()
    return Motion(state.graph, rev, at, np.rint(uv * 65535).astype("<u2").tobytes(), pulses)


def record(path: Path, names: Sequence[str], seconds: float, *, topics: int = 2000, people: int = 2000) -> None:
    """Write ``seconds`` of hub time that switch through the layouts ``names`` in equal turns."""
    random = np.random.default_rng(3)
    shown = [views.view(views.shipped(name), topics=topics, people=people) for name in names]
    states = list(shown[0].graphs.values())
    begin = int(shown[0].t)
    recorder = Recorder(path)

    def say(at: float, message: HubMessage) -> None:
        recorder.write(at + LATENCY_MS, encode(message))

    say(begin, msgspec.structs.replace(shown[0].hello, at=begin))
    on_air, rev = -1, 0
    for tick in range(round(seconds * 1000 / MOTION_MS)):
        at = begin + tick * MOTION_MS
        turn = min(len(shown) - 1, int(tick * MOTION_MS / 1000.0 / seconds * len(shown)))
        if turn != on_air:
            on_air = turn
            since = at if tick else begin - 60_000
            say(at, OnAir(since, turn + 1, shown[turn].on_air.layout, "playlist"))
        if tick % 30 == 0:
            rev += 1
            for state in states:
                say(at, structure(state, rev, at if tick else begin - 60_000))
            for message in (*shown[turn].labels.values(), shown[turn].stories, shown[turn].figures):
                if message is not None:
                    say(at, msgspec.structs.replace(message, at=at))
        for state in states:
            say(at, moved(state, rev, at, random))
    recorder.close()


def main() -> None:
    """Write a recording from the command line."""
    parser = argparse.ArgumentParser(description="Write a recording of a made-up evening.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--layouts", default="pulse,topics,people,stories,numbers")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    record(given.file, given.layouts.split(","), given.seconds)


if __name__ == "__main__":
    main()
