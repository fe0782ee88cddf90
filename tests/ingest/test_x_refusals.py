"""How X says no, and the pauses after it."""

from __future__ import annotations

import httpx2

from ingest.x.refusals import STEADY_S, Refusals


def test_a_stream_that_lasted_was_well() -> None:
    """Pauses grow while streams break at once, and begin anew after one that spoke for twenty seconds."""
    seconds = 0.0
    refusals = Refusals(now=lambda: 0, draw=lambda: 1.0, monotonic=lambda: seconds)

    def broken_after(lasted: float) -> float | None:
        nonlocal seconds
        refusals.begun()
        seconds += lasted
        refusals.alive()
        return refusals.network("closed").pause_s

    assert [broken_after(lasted) for lasted in (1, 1, 1, STEADY_S, 1)] == [0.25, 0.5, 0.75, 0.25, 0.5]


def test_pauses_have_an_end() -> None:
    """The network is tried at least every 16 s, an answering server every 320 s, a busy one every 32 minutes."""
    refusals = Refusals(now=lambda: 0, draw=lambda: 1.0)
    for _ in range(100):
        pauses = [
            refusals.network(httpx2.ConnectError("no route")).pause_s,
            refusals.answer(503, {}, b"").pause_s,
            refusals.answer(429, {}, b"[]").pause_s,
        ]
    assert pauses == [16.0, 320.0, 1920.0]


def test_a_minute_is_the_least_after_too_many_requests() -> None:
    """Whatever the dice say, X is left alone for a minute."""
    assert Refusals(now=lambda: 0, draw=lambda: 0.0).answer(429, {"retry-after": "1"}, b"").pause_s == 60.0


def test_a_reset_far_away_is_not_believed() -> None:
    """X's windows last fifteen minutes; a clock that is wrong must not stop us for a year."""
    refusals = Refusals(now=lambda: 0, draw=lambda: 0.0)
    assert refusals.answer(429, {"x-rate-limit-reset": "99999999999"}, b"").pause_s == 3600.0
