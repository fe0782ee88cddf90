"""What is planned, through the doors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.stream.doors.conftest import House, cleared, error

CSV = "start,end,title,speaker,room\n2026-09-01 09:00,2026-09-01 10:00,Opening,Ada,Hall\n2026-09-01 10:00,,Coffee,,Foyer\n"


@pytest.fixture
def desk(house: House) -> Iterator[TestClient]:
    """A desk that leaves no plan behind."""
    desk = cleared(house.visit("moderator", "Desk 1"))
    yield desk
    cleared(desk)


def playlist(desk: TestClient, title: str = "Day") -> str:
    items = [{"layout": "topics", "seconds": 60}, {"layout": "people", "seconds": 30}]
    made = desk.post("/api/v1/playlist", json={"title": title, "items": items})
    assert made.status_code == 200, made.text
    key = made.json()["key"]
    assert isinstance(key, str)
    return key


def test_playlist_is_made_started_sent_on_and_stopped(desk: TestClient) -> None:
    """A playlist runs from its first layout, says until when, goes on when told, and stops."""
    key = playlist(desk)
    assert desk.put("/api/v1/playlist", json={"id": key}).json()["saved"] is True
    air = desk.get("/api/v1/layout").json()
    assert (air["layout"], air["why"]) == ("topics", "playlist")
    assert air["until"] - air["at"] == pytest.approx(60_000, abs=2000)
    desk.post("/api/v1/playlist/next")
    assert desk.get("/api/v1/layout").json()["layout"] == "people"
    assert desk.get("/api/v1/playlist").json()["playing"]["place"] == 1
    desk.put("/api/v1/playlist", json={"id": None})
    assert desk.get("/api/v1/layout").json()["why"] == "default"
    assert desk.post("/api/v1/playlist/next").status_code == 409


def test_playlist_of_unknown_layouts_is_refused(desk: TestClient) -> None:
    """A layout that does not exist is 404 with those that do, a playlist that does not exist too."""
    answer = desk.post("/api/v1/playlist", json={"title": "X", "items": [{"layout": "no", "seconds": 60}]})
    assert answer.status_code == 404
    assert "topics" in error(answer)
    assert desk.put("/api/v1/playlist", json={"id": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("door", "body", "told"),
    [
        (
            "/playlist",
            {"title": " ", "items": [{"layout": "topics", "seconds": 2}]},
            "title is empty; items.0.seconds must be 5 or more",
        ),
        ("/playlist", {"title": "x" * 61, "items": []}, "title is longer than 60 characters; items is empty"),
        (
            "/schedule",
            {"days": [], "start": "9", "end": "10:00", "layout": "topics"},
            "days is empty; start is not written as it must be",
        ),
        ("/announcements", {"kind": "announcement"}, "text is missing"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_plainly(
    desk: TestClient, door: str, body: dict[str, Any], told: str
) -> None:
    """A field that is empty, too long or out of bounds is told without the words of programmers."""
    assert error(desk.post(f"/api/v1{door}", json=body)) == f"The request was not understood: {told}."


def test_two_who_change_one_thing_see_it(house: House, desk: TestClient) -> None:
    """Who changes what somebody else has changed meanwhile gets 409 with the other's name, and nothing is lost."""
    key = playlist(desk)
    rev = desk.get("/api/v1/playlist").json()["playlists"][0]["rev"]
    other = house.visit("moderator", "Desk 2")
    body = {"title": "Evening", "items": [{"layout": "people", "seconds": 60}], "rev": rev}
    assert other.put(f"/api/v1/playlist/{key}", json=body).status_code == 200
    late = desk.put(f"/api/v1/playlist/{key}", json={**body, "title": "Night"})
    assert late.status_code == 409
    assert error(late).startswith("Desk 2 was quicker")
    assert desk.get("/api/v1/playlist").json()["playlists"][0]["title"] == "Evening"
    assert desk.delete(f"/api/v1/playlist/{key}", params={"rev": rev}).status_code == 409


def test_slot_shows_a_layout_or_a_playlist(desk: TestClient) -> None:
    """A slot with one of both is on air in its time; with none or with both it is refused."""
    slot = {"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}
    assert desk.post("/api/v1/schedule", json=slot).status_code == 422
    key = playlist(desk)
    assert desk.post("/api/v1/schedule", json={**slot, "layout": "people", "playlist": key}).status_code == 422
    assert desk.post("/api/v1/schedule", json={**slot, "layout": "people", "title": "Whole week"}).status_code == 200
    air = desk.get("/api/v1/layout").json()
    assert (air["layout"], air["why"]) == ("people", "schedule")
    told = desk.get("/api/v1/schedule").json()
    assert told["slot"] == told["schedule"][0]["id"]
    assert told["coming"]


def test_agenda_is_imported_and_changed(desk: TestClient) -> None:
    """A file gives the sessions; who speaks can be changed; a file without any is refused with why."""
    answer = desk.put("/api/v1/agenda", json={"text": CSV, "name": "agenda.csv", "zone": "Europe/Helsinki"}).json()
    assert (answer["sessions"], answer["faults"]) == (2, [])
    told = desk.get("/api/v1/agenda").json()
    assert [(s["title"], s["calm"]) for s in told["sessions"]] == [("Opening", True), ("Coffee", False)]
    coffee = told["sessions"][1]["id"]
    desk.patch("/api/v1/agenda", json={"calm": {coffee: True}, "room": "Hall", "rev": told["rev"]})
    told = desk.get("/api/v1/agenda").json()
    assert ([s["calm"] for s in told["sessions"]], told["room"]) == ([True, True], "Hall")
    assert desk.put("/api/v1/agenda", json={"text": "x,y\n1,2\n", "rev": told["rev"]}).status_code == 422
    wrong = desk.put("/api/v1/agenda", json={"text": CSV, "zone": "Mars/Olympus", "rev": told["rev"]})
    assert wrong.status_code == 422
    assert "Europe/Helsinki" in error(wrong)


def test_undo_takes_a_plan_back(desk: TestClient) -> None:
    """Undo of what was made takes it away, undo of what was taken away brings it back."""
    playlist(desk)
    listed = desk.get("/api/v1/playlist").json()["playlists"][0]
    gone = desk.delete(f"/api/v1/playlist/{listed['id']}", params={"rev": listed["rev"]}).json()
    assert desk.get("/api/v1/playlist").json()["playlists"] == []
    assert desk.post("/api/v1/moderation/undo", json={"id": gone["id"]}).status_code == 200
    assert [p["title"] for p in desk.get("/api/v1/playlist").json()["playlists"]] == ["Day"]


def test_viewer_looks_only(house: House) -> None:
    """A viewer reads what is planned, and decides nothing."""
    viewer = house.visit("viewer")
    assert viewer.get("/api/v1/programme").status_code == 200
    assert viewer.put("/api/v1/fresh", json={"on": True}).status_code == 403
    assert viewer.post("/api/v1/playlist/next").status_code == 403
