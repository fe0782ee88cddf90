"""Tracks behind their doors."""

from __future__ import annotations

from tests.stream.doors.conftest import House, error


def test_staff_change_what_is_tracked(house: House) -> None:
    """A moderator adds a track, everybody sees who did, undo and delete take it back."""
    staff, viewer = house.visit("moderator", "Desk 7"), house.visit("viewer")
    changed = staff.put("/api/v1/tracks/trams", json={"terms": ["tram", "#tram"], "kind": "topic"})
    assert changed.status_code == 200, changed.text
    (track,) = [t for t in viewer.get("/api/v1/tracks").json()["tracks"] if t["name"] == "trams"]
    assert (track["terms"], track["by"], track["configured"]) == (["tram", "#tram"], "Desk 7", False)
    assert staff.delete("/api/v1/tracks/trams").status_code == 200
    assert all(t["name"] != "trams" for t in viewer.get("/api/v1/tracks").json()["tracks"])
    again = staff.put("/api/v1/tracks/trams", json={"terms": ["tram"]}).json()
    assert staff.post("/api/v1/moderation/undo", json={"id": again["id"]}).status_code == 200
    assert all(t["name"] != "trams" for t in viewer.get("/api/v1/tracks").json()["tracks"])


def test_what_cannot_be_tracked(house: House) -> None:
    """A viewer changes nothing, hopeless terms and times are told, and what nobody changed cannot be taken back."""
    staff = house.visit("moderator")
    assert house.visit("viewer").put("/api/v1/tracks/x", json={"terms": ["a"]}).status_code == 403
    for body in ({"terms": ["#"]}, {"terms": ["a"], "since": "soon"}):
        refused = staff.put("/api/v1/tracks/x", json=body)
        assert refused.status_code == 422
        assert error(refused)
    assert staff.delete("/api/v1/tracks/nothing").status_code == 404
