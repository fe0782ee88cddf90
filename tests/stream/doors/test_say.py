"""What staff say, through the doors."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from starlette.testclient import TestClient

from stream.wire.messages import Logo, OnAir, Said, WallState, decode_from_hub, encode
from tests.stream.doors.conftest import House, cleared, error

WORD = {"kind": "announcement", "text": "Doors open at nine"}


@pytest.fixture
def desk(house: House) -> Iterator[TestClient]:
    """A desk that leaves nothing said behind."""
    desk = cleared(house.visit("moderator", "Desk 1"))
    yield desk
    cleared(desk)


def picture(size: tuple[int, int] = (400, 200), form: str = "PNG") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "navy").save(data, form)
    return data.getvalue()


def said(house: House) -> Said:
    posted = house.hub.board.newest("said")
    assert posted is not None
    message = decode_from_hub(posted.payload)
    assert isinstance(message, Said)
    return message


def test_what_is_said_reaches_the_walls(house: House, desk: TestClient) -> None:
    """An announcement is on the board for walls at once, and gone when it is taken back."""
    made = desk.post("/api/v1/announcements", json=WORD).json()
    assert [word.text for word in said(house).words] == ["Doors open at nine"]
    rev = desk.get("/api/v1/announcements").json()["announcements"][0]["rev"]
    desk.delete(f"/api/v1/announcements/{made['key']}", params={"rev": rev})
    assert said(house).words == ()


def test_urgent_takes_the_whole_wall(desk: TestClient) -> None:
    """An urgent announcement is on air over a take until it is taken back."""
    desk.put("/api/v1/layout", json={"layout": "topics", "rev": desk.get("/api/v1/layout").json()["rev"]})
    made = desk.post("/api/v1/announcements", json={**WORD, "urgent": True}).json()
    air = desk.get("/api/v1/layout").json()
    assert (air["layout"], air["why"], air["by"]) == ("announcement", "urgent", "Desk 1")
    rev = desk.get("/api/v1/announcements").json()["announcements"][0]["rev"]
    desk.delete(f"/api/v1/announcements/{made['key']}", params={"rev": rev})
    assert desk.get("/api/v1/layout").json()["layout"] == "topics"
    desk.delete("/api/v1/layout")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "countdown"}, "time that it counts down to"),
        ({"kind": "countdown", "at": 1000}, "choose a later time"),
        ({"kind": "code"}, "needs an address"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"since": 2000, "until": 1000}, "end before it begins"),
        ({"text": "\u202e\u202e"}, "nothing in it"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: TestClient, change: dict[str, object], sentence: str) -> None:
    """What cannot be shown is refused with a sentence that says what to change."""
    answer = desk.post("/api/v1/announcements", json={**WORD, **change})
    assert answer.status_code == 422
    assert sentence in error(answer)


def test_logo_is_made_anew_and_sent_to_walls(house: House, desk: TestClient) -> None:
    """A logo is uploaded as PNG or JPEG, made small, given to walls with its sponsor, and shown on the tablet."""
    large = desk.put("/api/v1/pictures", content=picture((3000, 1500), "JPEG")).json()["picture"]
    shown = desk.get(f"/api/v1/pictures/{large}")
    assert Image.open(io.BytesIO(shown.content)).size == (960, 480)
    assert desk.post("/api/v1/sponsors", json={"name": "Harbour Bank", "picture": large}).status_code == 200
    house.until(lambda: house.hub.board.newest(f"logo:{large}"))
    logo = decode_from_hub(house.hub.board.newest(f"logo:{large}").payload)  # type: ignore[union-attr]
    assert isinstance(logo, Logo)
    assert logo.png == shown.content
    assert [sponsor.name for sponsor in said(house).sponsors] == ["Harbour Bank"]


def test_logo_that_is_none_is_refused(desk: TestClient) -> None:
    """A file that is no picture, one that is far too large, and a sponsor without a logo are refused with what to do."""
    assert "save the logo" in error(desk.put("/api/v1/pictures", content=b"<svg onload=alert(1)>"))
    bomb = Image.new("1", (20_000, 20_000))
    data = io.BytesIO()
    bomb.save(data, "PNG")
    assert desk.put("/api/v1/pictures", content=data.getvalue()).status_code == 422
    assert desk.put("/api/v1/pictures", content=b"x" * (5 << 20)).status_code == 413
    answer = desk.post("/api/v1/sponsors", json={"name": "Nobody", "picture": "0" * 16})
    assert "upload the logo first" in error(answer)


def test_time_on_the_wall_is_counted(house: House, desk: TestClient) -> None:
    """What a wall that shows what is on air has shown is counted, by announcement."""
    key = desk.post("/api/v1/announcements", json=WORD).json()["key"]
    with house.wall() as wall:
        air = None
        while not isinstance(air, OnAir):
            air = decode_from_hub(wall.receive_bytes())
        state = WallState("hall", (1, 2, 3, 4, 5, 6), 0, house.hub.on_air.rev, False, 30.0, 20.0, 0, 1.0, 6000)
        wall.send_bytes(encode(state))
        days = house.hub.keepsakes.screen_time.days
        house.until(lambda: any(f"announcement:{key}" in day for day in days().values()))
    told = desk.get("/api/v1/screen-time").json()["days"]
    shown = [day[f"announcement:{key}"] for day in told.values() if f"announcement:{key}" in day]
    assert shown[0]["name"] == WORD["text"]
    assert shown[0]["ms"] > 0
