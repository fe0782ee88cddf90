"""Sessions: life, idleness, restart."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from stream.hub.auth import Role
from stream.hub.sessions import IDLE_MS, LIFE_MS, MOST, Sessions


class World:
    """A clock and a PIN that can be replaced."""

    def __init__(self, file: Path | None = None) -> None:
        self.now = 1_000_000
        self.pin = "first"
        self.file = file
        self.sessions = self.restarted()

    def restarted(self) -> Sessions:
        return Sessions(self.file, lambda: self.now, self.seal)

    def seal(self, role: Role) -> str:
        return f"{role} {self.pin}"


def test_cookie_finds_its_session() -> None:
    """find gives the session of a cookie, and nothing for any other word."""
    world = World()
    cookie, session = world.sessions.open("viewer", "Desk 1")
    assert world.sessions.find(cookie) is session
    assert world.sessions.find("") is None
    assert world.sessions.find(session.key) is None


def test_session_lives_twelve_hours() -> None:
    """A session is gone after twelve hours, however busy."""
    world = World()
    cookie, session = world.sessions.open("viewer", "Desk 1")
    world.now += LIFE_MS - 1
    world.sessions.wake(session)
    assert world.sessions.find(cookie) is session
    world.now += 1
    assert world.sessions.find(cookie) is None


def test_idle_session_needs_its_pin() -> None:
    """After ten minutes without an act a session is idle, and acts do not wake it; its PIN does."""
    world = World()
    _, session = world.sessions.open("moderator", "Desk 1")
    world.now += IDLE_MS - 1
    world.sessions.act(session)
    world.now += IDLE_MS - 1
    assert not world.sessions.idle(session)
    world.now += 1
    assert world.sessions.idle(session)
    world.sessions.act(session)
    assert world.sessions.idle(session)
    world.sessions.wake(session)
    assert not world.sessions.idle(session)


def test_new_pin_ends_sessions_of_the_old() -> None:
    """When its PIN is replaced a session is no longer alive."""
    world = World()
    cookie, _ = world.sessions.open("operator", "Desk 1")
    world.pin = "second"
    assert world.sessions.find(cookie) is None
    assert world.sessions.all() == []


@pytest.mark.parametrize(("role", "allowed"), [("viewer", 1), ("moderator", 2), ("operator", 3)])
def test_role_includes_those_below(role: Role, allowed: int) -> None:
    """An operator may do what a moderator may, and a moderator what a viewer may."""
    _, session = World().sessions.open(role, "Desk 1")
    assert [session.may("viewer"), session.may("moderator"), session.may("operator")].count(True) == allowed


def test_sessions_survive_a_restart(tmp_path: Path) -> None:
    """A hub that was killed knows its tablets again, from a private file without any cookie in it."""
    world = World(tmp_path / "sessions.json")
    cookie, session = world.sessions.open("moderator", "Desk 2")
    found = world.restarted().find(cookie)
    assert found == session
    assert cookie not in (tmp_path / "sessions.json").read_text()
    assert stat.S_IMODE((tmp_path / "sessions.json").stat().st_mode) == 0o600


def test_ended_sessions_stay_ended(tmp_path: Path) -> None:
    """end and end_all hold over a restart."""
    world = World(tmp_path / "sessions.json")
    first, session = world.sessions.open("viewer", "1")
    second, _ = world.sessions.open("viewer", "2")
    world.sessions.end(session)
    assert world.restarted().find(first) is None
    assert world.restarted().find(second) is not None
    assert world.sessions.end_all() == 1
    assert world.restarted().all() == []


def test_broken_file_signs_out(tmp_path: Path) -> None:
    """A file that cannot be read costs a PIN, not a start."""
    (tmp_path / "sessions.json").write_text("{")
    assert World(tmp_path / "sessions.json").sessions.all() == []


def test_number_of_sessions_is_bounded() -> None:
    """The longest unused session ends when there are too many."""
    world = World()
    cookies = []
    for _ in range(MOST + 1):
        cookies.append(world.sessions.open("viewer", "Desk")[0])
        world.now += 1
    assert world.sessions.find(cookies[0]) is None
    assert len(world.sessions.all()) == MOST
