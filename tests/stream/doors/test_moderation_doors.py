"""Moderation through the doors: what waits, hide and approve, blocks, audit and undo."""

from __future__ import annotations

import pytest

from tests.stream.doors.conftest import House, error, post


def states(house: House) -> dict[str, str]:
    return {p["id"]: p["state"] for p in house.hub.posts()}


def test_held_post_is_approved_hidden_and_taken_back(house: House) -> None:
    """A post waits with its reason, is approved, hidden again, and an undo brings the approval back."""
    desk = house.visit("moderator", "Desk 4")
    house.publish(post(1, "a calm morning in the hall"))
    house.until(lambda: any(p["id"] == "simulation:1" for p in house.hub.held()))
    waiting = next(p for p in desk.get("/api/v1/moderation/held").json()["posts"] if p["id"] == "simulation:1")
    assert waiting["text"] == "a calm morning in the hall"
    assert waiting["reason"]
    desk.put("/api/v1/moderation/post", json={"id": "simulation:1", "decision": "approve"})
    house.until(lambda: states(house)["simulation:1"] == "shown")
    hidden = desk.put("/api/v1/moderation/post", json={"id": "simulation:1", "decision": "hide", "reason": "off topic"})
    assert hidden.json()["saved"] in (True, False)
    house.until(lambda: states(house)["simulation:1"] == "hidden")
    assert desk.post("/api/v1/moderation/undo", json={"id": hidden.json()["id"]}).status_code == 200
    house.until(lambda: states(house)["simulation:1"] == "shown")


def test_audit_tells_who_did_what(house: House) -> None:
    """The audit list has the decision with desk, subject and reason, and never the post's words."""
    desk = house.visit("moderator", "Desk 5")
    receipt = desk.put("/api/v1/moderation/term", json={"term": "lottery", "reason": "spam"}).json()
    decisions = desk.get("/api/v1/moderation/audit", params={"limit": 50}).json()["decisions"]
    entry = next(d for d in decisions if d["id"] == receipt["id"])
    assert (entry["by"], entry["subject"], entry["reason"]) == ("Desk 5", "block:term:lottery", "spam")


def test_blocked_author_leaves_the_lists(house: House) -> None:
    """A blocked author's posts are shown nowhere, until the block is taken back."""
    desk = house.visit("moderator")
    house.publish(post(2, "buy now", author="simulation:seller"))
    house.until(lambda: "simulation:2" in states(house))
    desk.put("/api/v1/moderation/post", json={"id": "simulation:2", "decision": "approve"})
    house.until(lambda: states(house)["simulation:2"] == "shown")
    desk.put("/api/v1/moderation/author", json={"id": "simulation:seller"})
    house.until(lambda: states(house).get("simulation:2") != "shown")
    desk.put("/api/v1/moderation/author", json={"id": "simulation:seller", "blocked": False})
    house.until(lambda: states(house).get("simulation:2") == "shown")


@pytest.mark.parametrize(
    "body",
    [
        {"id": "", "decision": "hide"},
        {"id": "a:1", "decision": "burn"},
        {"decision": "hide"},
        {"id": "x" * 600, "decision": "hide"},
    ],
)
def test_decisions_that_mean_nothing_are_refused(house: House, body: dict[str, str]) -> None:
    """A decision without a post or with an unknown word is 422 and says which field is wrong."""
    answer = house.visit("moderator").put("/api/v1/moderation/post", json=body)
    assert answer.status_code == 422
    assert error(answer)


def test_undo_of_nothing_is_told(house: House) -> None:
    """Undoing what the audit does not know is 404."""
    answer = house.visit("moderator").post("/api/v1/moderation/undo", json={"id": "never"})
    assert answer.status_code == 404
    assert "not in the audit" in error(answer)


def test_several_are_decided_and_taken_back_at_once(house: House) -> None:
    """One request decides about several posts, and one undo takes all of it back; what is not there is counted."""
    client = house.visit("moderator")
    house.publish(post(61, "one of several"), post(62, "another of them"))
    house.until(lambda: {"simulation:61", "simulation:62"} <= {p["id"] for p in house.hub.held()})
    ids = ["simulation:61", "simulation:62", "simulation:none"]
    told = client.put("/api/v1/moderation/posts", json={"ids": ids, "decision": "approve"}).json()
    assert (len(told["ids"]), told["refused"]) == (2, 1)
    assert "not there any more" in told["why"]
    house.until(lambda: not {"simulation:61", "simulation:62"} & {p["id"] for p in house.hub.held()})
    assert client.post("/api/v1/moderation/undo", json={"ids": told["ids"]}).status_code == 200
    house.until(lambda: {"simulation:61", "simulation:62"} <= {p["id"] for p in house.hub.held()})


def test_who_decides_otherwise_is_told_first(house: House) -> None:
    """409 names who has just decided otherwise, and ``anyway`` does it all the same."""
    one, two = house.visit("moderator", "Desk 1"), house.visit("moderator", "Desk 2")
    house.publish(post(71, "a post of two minds"))
    house.until(lambda: "simulation:71" in {p["id"] for p in house.hub.held()})
    assert one.put("/api/v1/moderation/post", json={"id": "simulation:71", "decision": "hide"}).status_code == 200
    body = {"id": "simulation:71", "decision": "approve"}
    refused = two.put("/api/v1/moderation/post", json=body)
    assert (refused.status_code, refused.json()["by"]) == (409, "Desk 1")
    assert two.put("/api/v1/moderation/post", json={**body, "anyway": True}).status_code == 200


def test_post_is_featured_on_a_screen_and_released(house: House) -> None:
    """A moderator lets a post stand large on a screen that there is; all tablets read who did, and it is released."""
    desk = house.visit("moderator", "Desk 9")
    assert house.visit("viewer").put("/api/v1/moderation/feature", json={"screen": 2, "id": "a:1"}).status_code == 403
    assert "no screen 7" in error(desk.put("/api/v1/moderation/feature", json={"screen": 7, "id": "a:1"}))
    assert desk.put("/api/v1/moderation/feature", json={"screen": 2, "id": "a:1"}).status_code == 200
    [featured] = desk.get("/api/v1/programme").json()["featured"]
    assert (featured["screen"], featured["post"], featured["by"]) == (2, "a:1", "Desk 9")
    desk.put("/api/v1/moderation/feature", json={"screen": 2, "id": None})
    assert desk.get("/api/v1/programme").json()["featured"] == []
