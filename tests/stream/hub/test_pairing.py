"""Walls that ask to join, with a clock that the tests move."""

from __future__ import annotations

import secrets

import pytest

from stream.hub.pairing import LIFE_S, MOST, TRIES, Gone, Pairing, WrongCode
from stream.wire import pairing as wire


class Hall:
    def __init__(self, authority: str = "PEM") -> None:
        self.now = 0.0
        self.told = 0
        self.pairing = Pairing(authority, lambda: self.now, self.tell)

    def tell(self) -> None:
        self.told += 1

    def wall(self, name: str = "hall") -> tuple[str, bytes, str]:
        """A wall asks and reveals: the request, its secret, and the code that it shows."""
        secret = secrets.token_bytes(wire.SECRET_BYTES)
        asking = self.pairing.ask(name, (1, 2), "192.0.2.1", wire.commitment(secret))
        self.pairing.reveal(asking.id, secret)
        return asking.id, secret, wire.code(secret, asking.answer, self.pairing.authority)


def test_typed_code_lets_the_wall_in() -> None:
    """The code that the wall shows confirms it, once; the wall hears its token, once."""
    hall = Hall()
    request, secret, code = hall.wall()
    assert [w["name"] for w in hall.pairing.waiting()] == ["hall"]
    hall.pairing.confirm(request, code).token = "wall-1"
    assert hall.pairing.waiting() == []
    asking = hall.pairing.reveal(request, secret)
    assert asking.token == "wall-1"
    hall.pairing.delivered(asking)
    with pytest.raises(Gone):
        hall.pairing.reveal(request, secret)


def test_code_is_typed_only_when_the_wall_shows_it() -> None:
    """A wall that has not revealed its secret shows nothing, and is nowhere listed."""
    hall = Hall()
    asking = hall.pairing.ask("hall", (), "", wire.commitment(b"x"))
    assert hall.pairing.waiting() == []
    with pytest.raises(Gone):
        hall.pairing.confirm(asking.id, "")


def test_another_secret_is_refused() -> None:
    """Nobody reveals what they did not commit to."""
    hall = Hall()
    asking = hall.pairing.ask("hall", (), "", wire.commitment(b"x"))
    with pytest.raises(Gone):
        hall.pairing.reveal(asking.id, b"y")


def test_codes_are_not_guessed() -> None:
    """After a few wrong codes the request is gone."""
    hall = Hall()
    request, _, code = hall.wall()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in reversed(range(TRIES)):
        with pytest.raises(WrongCode) as fault:
            hall.pairing.confirm(request, wrong)
        assert fault.value.left == left
    with pytest.raises(Gone):
        hall.pairing.confirm(request, code)


def test_who_sits_between_shows_another_code() -> None:
    """A wall that was given another authority, or another answer, shows other digits than the hub expects."""
    hall = Hall()
    secret = secrets.token_bytes(wire.SECRET_BYTES)
    asking = hall.pairing.ask("hall", (), "", wire.commitment(secret))
    ours = hall.pairing.reveal(asking.id, secret).code
    assert wire.code(secret, asking.answer, "another PEM") != ours
    assert wire.code(secret, b"another answer", "PEM") != ours


def test_requests_end() -> None:
    """Requests are forgotten after ten minutes, and the oldest gives way to too many; tablets hear of it."""
    hall = Hall()
    request, secret, _ = hall.wall()
    told = hall.told
    hall.now = LIFE_S
    assert hall.pairing.waiting() == []
    assert hall.told == told + 1
    with pytest.raises(Gone):
        hall.pairing.reveal(request, secret)
    names = [f"wall {n}" for n in range(MOST + 3)]
    for name in names:
        hall.wall(name)
    assert [w["name"] for w in hall.pairing.waiting()] == names[3:]


def test_refused_wall_is_gone() -> None:
    """Who was turned away hears so."""
    hall = Hall()
    request, secret, _ = hall.wall()
    hall.pairing.refuse(request)
    with pytest.raises(Gone):
        hall.pairing.reveal(request, secret)
