"""The rehearsal's desk at a real hub."""

from __future__ import annotations

import httpx2

from stream.rehearsal.desk import Desk
from tests.stream.doors.conftest import ADDRESS, House


def test_a_desk_wakes_when_a_rehearsal_has_only_watched_for_long(house: House) -> None:
    """After ten minutes without an act the hub wants the PIN again; the desk enters it and has its answer."""

    async def watched() -> tuple[dict[str, object], dict[str, object]]:
        async with Desk(ADDRESS, house.pins["operator"], httpx2.ASGITransport(app=house.app)) as desk:
            await desk.sign_in()
            before = await desk.walls()
            house.idle()
            return before, await desk.snapshot()

    before, snapshot = house.call(watched)
    assert "walls" in before
    assert "numbers" in snapshot
