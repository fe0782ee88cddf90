"""Layouts on other grids than they were drawn for."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream import layouts
from stream.relaid import relaid
from stream.wire.geometry import Grid
from stream.wire.messages import Panel


@st.composite
def drawn(draw: st.DrawFn) -> tuple[tuple[int, int], list[Panel]]:
    """Any layout: a grid cut into rectangles, in any order, some of them left out."""
    columns, rows = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    pieces, whole = [], [(0, 0, columns, rows)]
    while whole:
        x, y, w, h = whole.pop()
        if w > 1 and draw(st.booleans()):
            at = draw(st.integers(1, w - 1))
            whole += [(x, y, at, h), (x + at, y, w - at, h)]
        elif h > 1 and draw(st.booleans()):
            at = draw(st.integers(1, h - 1))
            whole += [(x, y, w, at), (x, y + at, w, h - at)]
        else:
            pieces.append(tuple(r * columns + c + 1 for r in range(y, y + h) for c in range(x, x + w)))
    kept = draw(st.permutations(pieces))[: draw(st.integers(1, len(pieces)))][:7]
    return (columns, rows), [Panel(f"v{i}", numbers) for i, numbers in enumerate(kept)]


@settings(max_examples=60, deadline=None)
@given(drawn(), st.integers(1, 8), st.integers(1, 4))
def test_every_screen_shows_something(layout: tuple[tuple[int, int], list[Panel]], columns: int, rows: int) -> None:
    """On any grid panels are rectangles that do not overlap and leave no screen free; the first one is always there."""
    own, panels = layout
    grid = Grid(columns=columns, rows=rows)
    found = relaid(panels, own, grid)
    assert found[0].visual == "v0"
    assert [p.visual for p in found] == sorted(p.visual for p in found)
    assert all(grid.is_rectangle(p.screens) for p in found)
    assert not any(set(a.screens) & set(b.screens) for a, b in combinations(found, 2))
    if own != (columns, rows):
        assert {n for p in found for n in p.screens} == set(range(1, grid.count + 1))
        assert len(found) == len(panels) or len(found) <= grid.count
    else:
        assert list(found) == panels


@pytest.mark.parametrize(
    ("columns", "rows", "picture"),
    [
        (1, 1, ["constellation"]),
        (2, 2, ["constellation numbers", "stories conversations"]),
        (4, 2, ["constellation constellation constellation numbers", "stories conversations conversations rising"]),
        (1, 3, ["constellation", "stories", "numbers"]),
        (6, 1, ["constellation constellation numbers stories conversations rising"]),
    ],
)
def test_pulse_on_other_walls(columns: int, rows: int, picture: list[str]) -> None:
    """The shipped layout with the most panels keeps its sense on walls of other shapes."""
    grid = Grid(columns=columns, rows=rows)
    on = {n: p.visual for p in layouts.load(layouts.SHIPPED, grid).layouts["pulse"].panels for n in p.screens}
    assert [" ".join(on[r * columns + c + 1] for c in range(columns)) for r in range(rows)] == picture
