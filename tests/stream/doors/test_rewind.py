"""The doors of the time machine: who may look back, and when there is nothing to look back at."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from starlette.testclient import TestClient

from stream.hub.core import now_ms
from tests.stream.doors.conftest import House, cleared, error, post

MINUTE = 60_000


@pytest.fixture
def desk(house: House) -> Iterator[TestClient]:
    yield cleared(house.visit("moderator"))
    cleared(house.visit("moderator"))


def rewound(house: House) -> dict[str, object]:
    posted = house.hub.tablet.newest("rewind")
    assert posted is not None
    told: dict[str, object] = msgspec.json.decode(posted.payload)
    return told


def test_the_past_goes_on_air_and_back_to_the_programme(house: House, desk: TestClient) -> None:
    """What is wound back goes on air by itself, goes on from a moment that is asked for, and ends with the programme."""
    house.publish(*(msgspec.structs.replace(post(7000 + n), at=now_ms() - (9 - n) * MINUTE) for n in range(9)))
    assert desk.post("/api/v1/rewind", json={"minutes": 5, "layout": "topics"}).status_code == 202
    house.until(lambda: rewound(house)["state"] == "ready", 120)
    air = desk.get("/api/v1/layout").json()
    assert (air["layout"], air["why"], air["by"]) == ("topics", "take", "Desk 1")
    back = air["back"]
    assert back["until"] - back["since"] == 5 * MINUTE
    assert back["ends"] - back["begun"] == MINUTE
    told = rewound(house)
    assert len(told["times"]) == len(told["heard"]) == 61  # type: ignore[arg-type]
    gone_to = desk.put("/api/v1/rewind", json={"at": back["since"] + 4 * MINUTE}).json()["back"]
    assert gone_to["since"] == back["since"] + 4 * MINUTE
    assert gone_to["ends"] - gone_to["begun"] == MINUTE // 5
    assert desk.delete("/api/v1/layout").json()["back"] is None
    assert desk.delete("/api/v1/rewind").json()["why"] == "default"
    assert rewound(house)["state"] == "off"


def test_who_may_not_look_back(house: House, desk: TestClient) -> None:
    """A viewer, a desk that was not quick enough, an unknown layout and a frozen picture are refused with a sentence."""
    assert house.visit("viewer").post("/api/v1/rewind", json={}).status_code == 403
    rev = desk.get("/api/v1/layout").json()["rev"]
    other = house.visit("moderator", "Desk 2")
    other.put("/api/v1/layout", json={"layout": "people", "rev": rev})
    assert "Desk 2 was quicker" in error(desk.post("/api/v1/rewind", json={"rev": rev}))
    assert "no layout" in error(desk.post("/api/v1/rewind", json={"layout": "nothing"}))
    assert "do that first" in error(desk.put("/api/v1/rewind", json={}))
    desk.put("/api/v1/freeze", json={"on": True})
    assert "release it first" in error(desk.post("/api/v1/rewind", json={}))
