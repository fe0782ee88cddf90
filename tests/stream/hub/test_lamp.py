"""The lamp: walls are told how brightly they shine, staff that they are off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from stream.config import Config
from stream.config.hours import HoursConfig, brightness
from stream.hub.board import Board
from stream.hub.lamp import RENEWED_MS, Lamp
from stream.wire.messages import Event, Light, decode_from_hub

ZONE = ZoneInfo("Europe/Helsinki")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000.0


def lamp(board: Board, now: list[float], **hours: object) -> Lamp:
    config = Config(hours=HoursConfig(**hours), event=Event(timezone="Europe/Helsinki"))  # type: ignore[arg-type]
    return Lamp(config, board, lambda: now[0])


def test_walls_are_told_for_two_days_every_hour() -> None:
    """The board holds points that reach beyond tomorrow, renewed each hour and not before."""
    board, now = Board(), [at("2026-11-27T12:00")]
    one = lamp(board, now, open=("07:00-22:00",))
    one.shine()
    posted = board.newest("light")
    assert posted is not None
    light = decode_from_hub(posted.payload)
    assert isinstance(light, Light)
    assert brightness(light.points, at("2026-11-28T23:00")) == 0.0
    assert brightness(light.points, at("2026-11-29T08:00")) == 1.0
    now[0] += RENEWED_MS - 1
    one.shine()
    assert board.newest("light") is posted
    now[0] += 1
    one.shine()
    assert board.newest("light") is not posted


def test_staff_read_until_when_it_is_off() -> None:
    """In off hours there is a notice with the day and the time of the place; while it is open there is none."""
    now = [at("2026-11-27T22:30")]
    dark = lamp(Board(), now, open=("mon-fri 07:00-22:00",))
    assert dark.notice() == [{"kind": "hours", "text": "Off hours: the wall is dark until Monday 07:00."}]
    dim = lamp(Board(), now, open=("mon-fri 07:00-22:00",), off=0.05)
    assert "dimmed until Monday 07:00" in dim.notice()[0]["text"]
    now[0] = at("2026-11-30T07:00")
    assert dark.notice() == []
    assert lamp(Board(), now).notice() == []
