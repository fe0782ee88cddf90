"""Claiming and answering behind the doors, on a real hub."""

from __future__ import annotations

import msgspec

from tests.stream.doors.conftest import House, error, post


def asked(house: House, number: int) -> str:
    """A visitor's question in the guest book, which is always to us."""
    question = msgspec.structs.replace(
        post(number, f"Where is the stage number {number}?", author=f"guestbook:v{number}"),
        id=f"guestbook:{number}",
        source="guestbook",
    )
    house.publish(question)
    mark = question.id.encode()
    house.until(lambda: (told := house.hub.tablet.newest("act")) is not None and mark in told.payload, seconds=60.0)
    return question.id


def stands(house: House, id: str) -> dict[str, object]:
    posts = house.visit("viewer").get("/api/v1/act").json()["posts"]
    found: dict[str, object] = next(p for p in posts if p["id"] == id)
    return found


def test_post_is_claimed_by_one_desk(house: House) -> None:
    """One desk claims, another is told who has it and may take it over; answered, it is done."""
    id = asked(house, 70_001)
    one, two = house.visit("moderator", "Desk 1"), house.visit("moderator", "Desk 2")
    assert one.put("/api/v1/act", json={"id": id, "state": "claimed"}).status_code == 200
    refused = two.put("/api/v1/act", json={"id": id, "state": "answered"})
    assert (refused.status_code, error(refused)) == (409, "Desk 1 has it.")
    assert two.put("/api/v1/act", json={"id": id, "state": "claimed", "over": True}).status_code == 200
    assert two.put("/api/v1/act", json={"id": id, "state": "answered"}).status_code == 200
    assert (stands(house, id)["stands"], stands(house, id)["by"]) == ("answered", "Desk 2")


def test_decision_is_audited_and_undone(house: House) -> None:
    """Who claimed what is in the audit list, without a word of the post, and undo opens it again."""
    id = asked(house, 70_002)
    staff = house.visit("moderator", "Desk 3")
    made = staff.put("/api/v1/act", json={"id": id, "state": "aside"}).json()
    (told,) = [d for d in staff.get("/api/v1/moderation/audit").json()["decisions"] if d["id"] == made["id"]]
    assert (told["subject"], told["by"], told["new"]["state"]) == (f"act:{id}", "Desk 3", "aside")
    assert "stage" not in str(told)
    assert staff.post("/api/v1/moderation/undo", json={"id": made["id"]}).status_code == 200
    assert stands(house, id)["stands"] == "open"


def test_viewers_watch(house: House) -> None:
    """A viewer sees the posts and decides nothing; a post that wants nothing is told."""
    assert house.visit("viewer").put("/api/v1/act", json={"id": "x:1", "state": "claimed"}).status_code == 403
    gone = house.visit("moderator").put("/api/v1/act", json={"id": "x:1", "state": "claimed"})
    assert gone.status_code == 404
    assert error(gone)
