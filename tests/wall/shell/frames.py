"""Messages of a hub, made from short lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stream.wire.geometry import Grid
from stream.wire.messages import (
    Event,
    Graph,
    GraphFeed,
    Hello,
    Layout,
    Motion,
    OnAir,
    Panel,
    Theme,
)

SMALL = Grid(columns=3, rows=2, width=320, height=240, gap_x=20, gap_y=16, pitch_mm=3.0, distance_m=5.0)


def hello(at: int = 0, grid: Grid = SMALL) -> Hello:
    return Hello(at=at, grid=grid, theme=Theme(), event=Event(name="Agora"), mode="live", mode_label="")


def on_air(
    name: str, visual: str, at: int = 0, rev: int = 1, screens: Sequence[int] = (1, 2, 3, 4, 5, 6), **more
) -> OnAir:
    layout = Layout(name=name, title=name.title(), panels=(Panel(visual=visual, screens=tuple(screens)),))
    return OnAir(at=at, rev=rev, layout=layout, why="default", **more)


def feed(
    keys: Sequence[int],
    edges: Sequence[tuple[int, int]] = (),
    *,
    rev: int = 1,
    at: int = 0,
    graph: Graph = "topics",
    weight: Sequence[float] | None = None,
) -> GraphFeed:
    n, m = len(keys), len(edges)
    floats = np.zeros(n, "<f4").tobytes()
    pairs = np.array(edges, "<u4").reshape(-1, 2)
    return GraphFeed(
        graph=graph, rev=rev, at=at, n=n, m=m, total=n,
        key=np.array(keys, "<u4").tobytes(),
        weight=np.array(weight if weight is not None else np.linspace(1.0, 0.1, n), "<f4").tobytes(),
        community=(np.array(keys, "<u4") % 5).astype("u1").tobytes(), role=bytes(n),
        trend=floats, sentiment=floats, burst=floats,
        source=pairs[:, 0].tobytes(), target=pairs[:, 1].tobytes(),
        strength=np.full(m, 0.5, "<f4").tobytes(), weak=bytes(m),
    )  # fmt: skip


def motion(
    uv: Sequence[tuple[float, float]] | np.ndarray,
    at: int,
    *,
    rev: int = 1,
    graph: Graph = "topics",
    pulses: Sequence[tuple[int, int]] = (),
) -> Motion:
    places = np.rint(np.clip(np.array(uv, float).reshape(-1, 2), 0, 1) * 65535).astype("<u2")
    return Motion(graph=graph, rev=rev, at=at, uv=places.tobytes(), pulses=np.array(pulses, "<u4").tobytes())
