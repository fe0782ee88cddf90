"""Signing in, roles, idleness, and what strangers learn."""

from __future__ import annotations

import pytest

from stream.hub.auth import Role
from stream.hub.limits import TRIES
from tests.stream.doors.conftest import ADDRESS, House, error

BEHIND_THE_DOOR = (
    ("GET", "/api/v1/layouts"), ("GET", "/api/v1/layout"), ("PUT", "/api/v1/layout"), ("PUT", "/api/v1/panic"),
    ("GET", "/api/v1/snapshot"), ("GET", "/api/v1/walls"), ("GET", "/api/v1/walls/picture"), ("GET", "/metrics"),
    ("GET", "/api/v1/moderation/held"), ("PUT", "/api/v1/moderation/post"), ("GET", "/api/v1/moderation/audit"),
    ("GET", "/api/v1/session"), ("DELETE", "/api/v1/session"), ("GET", "/api/v1/sessions"), ("GET", "/api/v1/nothing"),
    ("GET", "/docs"), ("GET", "/openapi.json"), ("POST", "/"), ("GET", "/nothing"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), BEHIND_THE_DOOR)
def test_strangers_get_one_answer_everywhere(house: House, method: str, path: str) -> None:
    """Whatever a stranger asks for, there or not, well formed or not, the answer is the same 401."""
    answer = house.visit().request(method, path, content=b"{")
    assert answer.status_code == 401
    assert answer.json() == {"error": "Sign in with the PIN first."}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_strangers_learn_a_status_and_no_more(house: House, path: str) -> None:
    """Health and readiness are a status without a body, and no header tells what answers."""
    answer = house.visit().get(path)
    assert answer.status_code == 200
    assert answer.content == b""
    assert "server" not in answer.headers


def test_staff_get_health_with_words(house: House) -> None:
    """Signed in, readiness says what is wrong with the layouts."""
    assert house.visit("viewer").get("/readyz").json() == {"ready": True, "faults": []}


@pytest.mark.parametrize("role", ["viewer", "moderator", "operator"])
def test_pin_opens_a_session_of_its_role(house: House, role: Role) -> None:
    """A PIN, however it is spaced, and a desk's name give a session that is told by its cookie."""
    client = house.visit()
    pin = house.pins[role]
    answer = client.post("/api/v1/session", json={"pin": f" {pin[:4]} {pin[4:]}", "desk": "  Desk\u202e \n 7 "})
    assert (answer.json()["role"], answer.json()["desk"]) == (role, "Desk 7")
    assert client.get("/api/v1/session").json()["role"] == role


def test_cookie_is_for_this_hub_only(house: House) -> None:
    """No script reads the cookie, and no other site sends it."""
    answer = house.visit().post("/api/v1/session", json={"pin": house.pins["viewer"]})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert house.pins["viewer"] not in cookie


def test_wrong_pin_says_what_to_do(house: House) -> None:
    """A wrong PIN is a 401 with a sentence, and sets no cookie."""
    answer = house.visit(address="192.0.2.1").post("/api/v1/session", json={"pin": "00000000"})
    assert answer.status_code == 401
    assert "agora pin" in error(answer)
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_but_signed_in_tablets_feel_nothing(house: House) -> None:
    """After five wrong PINs an address waits, with the right PIN too, while its signed-in tablets go on, idle ones included."""
    tablet = house.visit("moderator", address="192.0.2.2")
    guesser = house.visit(address="192.0.2.2")
    for _ in range(TRIES):
        assert guesser.post("/api/v1/session", json={"pin": "00000000"}).status_code == 401
    answer = guesser.post("/api/v1/session", json={"pin": house.pins["operator"]})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert "try again in" in error(answer)
    assert tablet.get("/api/v1/layout").status_code == 200
    house.idle()
    assert tablet.post("/api/v1/session", json={"pin": house.pins["moderator"]}).status_code == 200
    house.clock["s"] += 61
    assert guesser.post("/api/v1/session", json={"pin": house.pins["operator"]}).status_code == 200


def test_a_session_is_no_way_around_the_waits(house: House) -> None:
    """Somebody signed in can enter only the PIN of that role again, so a viewer cannot guess an operator's from there."""
    viewer = house.visit("viewer", address="192.0.2.3")
    answer = viewer.post("/api/v1/session", json={"pin": house.pins["operator"]})
    assert answer.status_code == 401
    assert error(answer) == "That is not the PIN of the viewer; sign out to come in with another one."
    assert viewer.get("/api/v1/session").json()["role"] == "viewer"


def test_desks_without_a_name_are_told_apart(house: House) -> None:
    """Two tablets that nobody named have different names, so that who differs from whom is seen; a freed name is used again."""
    one, two = house.visit("moderator", " "), house.visit("moderator", "")
    names = [desk.get("/api/v1/session").json()["desk"] for desk in (one, two)]
    assert len(set(names)) == 2
    assert all(name.startswith("A desk without a name") for name in names)
    one.delete("/api/v1/session")
    assert house.visit("viewer", "").get("/api/v1/session").json()["desk"] == names[0]


def test_sign_out_ends_the_session(house: House) -> None:
    """After signing out the cookie is worth nothing, even if it was kept."""
    client = house.visit("viewer")
    kept = dict(client.cookies)
    assert client.delete("/api/v1/session").status_code == 200
    thief = house.visit()
    thief.cookies.update(kept)
    assert thief.get("/api/v1/session").status_code == 401


def test_operator_lists_and_ends_sessions(house: House) -> None:
    """An operator sees who is signed in and signs one of them out; a moderator may not look."""
    operator, other = house.visit("operator", "Boss"), house.visit("moderator", "Forgotten tablet")
    assert other.get("/api/v1/sessions").status_code == 403
    sessions = operator.get("/api/v1/sessions").json()["sessions"]
    assert [s["desk"] for s in sessions if s["you"]] == ["Boss"]
    forgotten = next(s["id"] for s in sessions if s["desk"] == "Forgotten tablet")
    assert operator.delete(f"/api/v1/sessions/{forgotten}").json() == {"ended": 1}
    assert other.get("/api/v1/session").status_code == 401
    assert operator.delete(f"/api/v1/sessions/{forgotten}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/layout", {"layout": "topics", "rev": 0}),
        ("/api/v1/panic", {"on": True}),
        ("/api/v1/moderation/post", {"id": "simulation:1", "decision": "hide"}),
        ("/api/v1/moderation/author", {"id": "simulation:a"}),
        ("/api/v1/moderation/term", {"term": "spam"}),
    ],
)
def test_viewers_only_look(house: House, path: str, body: dict[str, object]) -> None:
    """A viewer's PIN changes nothing, and the answer says which PIN would."""
    answer = house.visit("viewer").put(path, json=body)
    assert answer.status_code == 403
    assert "PIN of a moderator" in error(answer)


def test_idle_tablet_can_only_call_the_safe_scene(house: House) -> None:
    """After ten minutes nothing but the safe scene works, and releasing it needs the PIN again."""
    client = house.visit("moderator")
    house.idle()
    for answer in (
        client.put("/api/v1/layout", json={"layout": "topics", "rev": house.hub.on_air.rev}),
        client.get("/api/v1/moderation/held"),
        client.get("/api/v1/snapshot"),
    ):
        assert answer.status_code == 423
        assert "enter the PIN again" in error(answer)
    assert client.put("/api/v1/panic", json={"on": True}).json()["panic"] is True
    assert client.put("/api/v1/panic", json={"on": False}).status_code == 423
    assert client.get("/api/v1/session").json()["locked"] is True
    assert client.post("/api/v1/session", json={"pin": house.pins["moderator"]}).json()["locked"] is False
    assert client.put("/api/v1/panic", json={"on": False}).json()["panic"] is False


def test_foreign_pages_cannot_act(house: House) -> None:
    """A request that a foreign page sends is refused, even with the cookie."""
    client = house.visit("operator")
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ADDRESS, "sec-fetch-site": "cross-site"},
    ):
        answer = client.put("/api/v1/panic", json={"on": True}, headers=headers)
        assert answer.status_code == 403
        assert "another page" in error(answer)
    assert not house.hub.on_air.panic


def test_hub_answers_to_its_own_names_only(house: House) -> None:
    """A name that somebody points at this machine reaches nothing; the address and localhost do."""
    client = house.visit()
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/healthz", headers={"host": "localhost:8000"}).status_code == 200
    assert client.get("/healthz", headers={"host": "[::1]:8000"}).status_code == 200


def test_long_bodies_are_refused(house: House) -> None:
    """A body over the limit gets 413, whether it says its length or not."""
    client = house.visit()
    answer = client.post("/api/v1/session", content=b"x" * 20_000)
    assert answer.status_code == 413
    assert error(answer) == "More than 16 kB is not taken in here; choose a smaller file, or write less."
    assert client.post("/api/v1/session", content=iter([b"x" * 10_000] * 3)).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"pin": 1}', b'{"pin": "12345678", "rank": "king"}', b"\xff"])
def test_unreadable_requests_get_a_sentence(house: House, body: bytes) -> None:
    """A request that is no JSON of ours is refused with what is wrong with it."""
    answer = house.visit().post("/api/v1/session", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert error(answer).startswith("The request was not understood")


def test_pages_carry_a_strict_policy(house: House) -> None:
    """Scripts, styles and pictures come from the hub alone, and nothing is inline."""
    client = house.visit()
    for path in ("/", "/page/tablet.js", "/page/theme.css", "/healthz"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    page = client.get("/").text + house.visit("viewer").get("/wall").text
    assert "style=" not in page
    assert "<style" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_wall_page_asks_strangers_to_sign_in(house: House) -> None:
    """A stranger at /wall is sent to the sign-in page and back; who has signed in gets the wall."""
    answer = house.visit().get("/wall")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?next=wall")
    assert "<canvas" in house.visit("viewer").get("/wall").text
