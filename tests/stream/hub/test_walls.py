"""The book of walls: states, pictures and their ages, who watches."""

from __future__ import annotations

from stream.hub.board import Board
from stream.hub.walls import CONFIRM_MS, GONE_MS, STALE_MS, WallBook
from stream.wire.messages import Picture, WallState, Watch, decode_from_hub


class Room:
    def __init__(self) -> None:
        self.now = 1000.0
        self.board = Board()
        self.book = WallBook(lambda: self.now, self.board)

    def state(self, name: str = "left", rev: int = 1) -> None:
        self.book.put_state(
            WallState(name, (1, 2), int(self.now), rev, panic=False, fps=60, frame_ms=4, dropped=0, scale=1, edges=6000)
        )

    def picture(self, *screens: int) -> None:
        self.book.put_picture(Picture(screens, int(self.now), 640, 240, b"jpeg"))

    def shown(self) -> list[tuple[int, ...]]:
        return [p.screens for p in self.book.picture()]

    def watch(self) -> Watch:
        posted = self.board.newest("watch")
        assert posted is not None
        message = decode_from_hub(posted.payload)
        assert isinstance(message, Watch)
        return message


def test_confirmed() -> None:
    """A wall has confirmed when it shows the revision on air; one second later it is late."""
    room = Room()
    room.state(rev=1)
    assert [(w["confirmed"], w["late"]) for w in room.book.report(1, room.now)] == [(True, False)]
    assert [(w["confirmed"], w["late"]) for w in room.book.report(2, room.now)] == [(False, False)]
    since, room.now = room.now, room.now + CONFIRM_MS + 1
    assert [(w["confirmed"], w["late"]) for w in room.book.report(2, since)] == [(False, True)]


def test_gone() -> None:
    """A wall that is silent for ten seconds is gone, with its pictures; one that leaves, at once."""
    room = Room()
    room.state("left")
    room.state("right")
    room.picture(1, 2)
    room.book.leave("right")
    assert [state.name for state, _ in room.book.states()] == ["left"]
    room.now += GONE_MS
    assert room.book.states() == []
    assert room.shown() == []


def test_the_widest_picture_wins() -> None:
    """Pictures that lie wholly in a wider one are not given."""
    room = Room()
    for screens in ((1,), (2,), (1, 2, 3), (4,)):
        room.picture(*screens)
    assert room.shown() == [(1, 2, 3), (4,)]


def test_pictures_of_removed_words() -> None:
    """A picture drawn before words were removed is given no longer than a moment; a newer one is."""
    room = Room()
    room.picture(1)
    room.picture(2)
    room.now += 10
    room.book.words_removed(room.now)
    assert room.shown() == [(1,), (2,)]
    room.picture(2)
    room.now += STALE_MS + 1
    assert room.shown() == [(2,)]


def test_watch() -> None:
    """Large pictures are asked for while somebody watches, small ones else; said only when it changes."""
    room = Room()
    assert room.watch().width == 640
    with room.book.watched():
        rev = room.board.newest("watch").rev
        assert (room.watch().width, room.watch().fps) == (1920, 5.0)
        with room.book.watched():
            assert room.board.newest("watch").rev == rev
        assert room.watch().width == 1920
    assert (room.watch().width, room.watch().fps) == (640, 1.0)
