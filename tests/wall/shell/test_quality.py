"""How finely the wall draws."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from wall.quality import SOFTWARE_MS, STEPS, Quality


def test_gpu_begins_fine_and_software_coarse() -> None:
    """A GPU begins at full quality, software GL at half scale and 2,000 edges."""
    assert (Quality(False).scale, Quality(False).edges) == (1.0, 6000)
    assert (Quality(True).scale, Quality(True).edges) == (0.5, 2000)


def test_slow_frames_make_it_coarser() -> None:
    """When most of ten frames are too slow, scale or edges fall; one slow frame does nothing."""
    q = Quality(False)
    assert not q.frame(200.0, 0)
    assert not any(q.frame(5.0, i) for i in range(20))
    assert any(q.frame(30.0, i) for i in range(20))
    assert (q.scale, q.edges) == STEPS[1]


def test_room_makes_it_finer() -> None:
    """Frames that take less than half of what they may, for some seconds, make it finer."""
    q = Quality(True)
    changed = [i for i in range(200) if q.frame(0.3 * SOFTWARE_MS, i * 42.0)]
    assert len(changed) == 1
    assert q.scale == 0.6


def test_it_does_not_swing() -> None:
    """A step that proves too slow is tried ever more seldom."""
    q = Quality(True)
    tries = [0]
    for i in range(24 * 1800):
        slow = q.scale > 0.5
        tries += [i] if q.frame(80.0 if slow else 20.0, i * 42.0) and q.scale > 0.5 else []
    waits = [b - a for a, b in itertools.pairwise(tries)]
    assert len(tries) < 12
    assert waits[-1] > 5 * waits[1]


def test_fixed() -> None:
    """A scale that was asked for stays, with the edges that belong to it."""
    q = Quality(True, fixed=1.0)
    assert not any(q.frame(500.0, i) for i in range(100))
    assert (q.scale, q.edges) == (1.0, 6000)
    assert Quality(True, fixed=0.25).edges == 2000


@settings(deadline=None)
@given(st.booleans(), st.lists(st.floats(0, 500), max_size=400))
def test_bounds(software: bool, times: list[float]) -> None:
    """Whatever frames take, scale is at least one half and edges are at least 2,000."""
    q = Quality(software)
    for i, ms in enumerate(times):
        q.frame(ms, i * 30.0)
        assert (q.scale, q.edges) in STEPS
