"""What X costs: a budget that holds through restarts and changes of the month, and breaks that are filled."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from ingest.x.budget import Budget
from tests.faults.x_stage import Desk, ids, saying
from tests.ingest.cable import NOW
from tests.standins.x import Stage, XStandIn, message, wire


async def test_the_budget_stops_it_hard(desk: Desk) -> None:
    """The stream is closed when the last post came, what was on its way is not published, and the date is told."""
    async with XStandIn(saying(*range(8), then="beat")) as x, desk.listening(x, monthly_posts=5):
        await desk.until(lambda: bool(desk.pauses) and x.open == 0)
        assert await desk.ids(5) == ids(*range(5))
        assert (desk.spent, desk.x.dropped["beyond the budget"]) == (8, 3)
        await desk.until(lambda: len(desk.pauses) > 3)
        assert len(x.streams()) == 1
    assert desk.conditions == {"stopped"}
    assert "goes on by itself on 1 July 2025" in desk.faults[0]
    assert set(desk.pauses) == {3600.0}


async def test_the_budget_is_new_next_month(desk: Desk) -> None:
    """When the month changes the stream is opened again, by itself."""

    def later(seconds: float) -> None:
        desk.now += 86_400_000

    desk.on_pause = later
    async with XStandIn(saying(1, 2), saying(3)) as x, desk.listening(x, monthly_posts=2):
        assert await desk.ids(3) == ids(1, 2, 3)
        assert desk.spent == 1
    assert datetime.fromtimestamp(desk.now / 1000, UTC).isoformat()[:10] == "2025-07-01"


async def test_the_budget_survives_a_restart(desk: Desk) -> None:
    """What was spent before a restart is spent after it."""
    async with XStandIn(saying(1, 2, 3), saying(4, 5, 6)) as x:
        async with desk.listening(x, monthly_posts=5):
            await desk.mentions(3)
        async with desk.listening(x, monthly_posts=5):
            assert await desk.ids(5) == ids(1, 2, 3, 4, 5)
            await desk.until(lambda: bool(desk.pauses))
            assert desk.spent == 6


async def test_two_cannot_spend_one_budget(desk: Desk) -> None:
    """A second ingest with the same token is told to stop."""
    async with XStandIn() as x, desk.listening(x):
        await desk.until(lambda: x.open == 1)
        (file,) = (desk.folder / "spool").glob("x-budget-*.lock")
        other = Budget(file.with_suffix(".json"), 10, lambda: NOW)
        with pytest.raises(Exception, match="another agora ingest"), other.opened():
            pass


async def test_a_damaged_budget_stops_it(desk: Desk) -> None:
    """Nothing is bought while nobody knows what was spent."""
    async with XStandIn() as x:
        async with desk.listening(x):
            await desk.until(lambda: x.open == 1)
        (file,) = (desk.folder / "spool").glob("x-budget-*.json")
        file.write_bytes(b"{}")
        async with desk.listening(x):
            await desk.until(lambda: bool(desk.pauses))
    assert "write the month and the posts" in desk.faults[0]
    assert desk.conditions == {"stopped"}


async def test_a_break_is_searched_for(desk: Desk) -> None:
    """After minutes without a stream the search fills what was missed, within the budget."""
    async with XStandIn(saying(1, then="end"), saying(2)) as x:
        x.found = [message(NOW + 1000, n) for n in range(10, 130)]

        def later(seconds: float) -> None:
            desk.now += 120_000

        desk.on_pause = later
        async with desk.listening(x):
            found = await desk.ids(122)
        assert set(found.values()) == {1}
        searches = [e for e in x.seen if e.path.endswith("/recent")]
        assert [e.query["start_time"] for e in searches] == [["2025-06-15T15:06:40Z"]] * 2
        assert desk.spent == 122


async def test_a_search_that_fails_costs_only_the_break(desk: Desk) -> None:
    """Where X refuses the search the stream is heard all the same."""
    async with XStandIn(saying(1, then="end"), saying(2)) as x:

        async def refuse(exchange: object) -> None:
            await exchange.answer(403, {"title": "Forbidden"})  # type: ignore[attr-defined]

        x._search = refuse  # type: ignore[assignment,method-assign]

        def later(seconds: float) -> None:
            desk.now += 120_000

        desk.on_pause = later
        async with desk.listening(x):
            assert await desk.ids(2) == ids(1, 2)
            assert desk.x.dropped["breaks not filled"] == 1


async def test_sigterm_keeps_the_account(desk: Desk) -> None:
    """Ended in the middle of a line, the source has written down exactly what came."""

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1))
        await stage.raw(wire(message(NOW, 2))[:50])
        await stage.hold()

    async with XStandIn(play) as x:
        async with desk.listening(x):
            await desk.mentions(1)
            await asyncio.sleep(0.05)
        (file,) = (desk.folder / "spool").glob("x-budget-*.json")
        assert json.loads(file.read_bytes()) == {"month": "2025-06", "spent": 2}
