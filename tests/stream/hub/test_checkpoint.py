"""The checkpoint: whole or ignored."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from stream.analysis.state import State
from stream.config import ShowConfig
from stream.hub import checkpoint
from stream.hub.checkpoint import MAGIC
from tests.stream.hub.house import House, config, edit, post


def lived() -> House:
    """A house that has heard, held, hidden and lost something."""
    house = House(config(show=ShowConfig(delay_s=10)))
    first = post(1, "One word about #tea")
    house.hear(first, *[post(i, f"Number {i} about #tea and #sun") for i in range(2, 30)])
    house.hear(edit(first, "Another word about #tea"), post(40, "What a fucking mess"))
    house.engine.decide("post:simulation:3", {"show": "hidden"})
    house.retract("simulation:4")
    house.later(3000)
    return house


def test_another_life(tmp_path: Path) -> None:
    """What a checkpoint gives back says the same, waits for the same and holds the same."""
    before = lived()
    file = tmp_path / "deep" / "checkpoint"
    assert checkpoint.write(file, before.engine.save()()) > 0
    saved = checkpoint.read(file, before.config)
    assert saved is not None
    after = House(before.config, before.now)
    after.engine.decide("post:simulation:3", {"show": "hidden"})
    after.engine.restore(saved, State.from_bytes(saved.state, after.config))
    for house in (before, after):
        house.later()
    assert after.snapshot() == before.snapshot()
    assert [[p["id"] for p in house.engine.presenter.staff.held] for house in (after, before)] == [
        ["simulation:40"]
    ] * 2
    assert [p["state"] for p in after.engine.presenter.staff.posts] == [
        p["state"] for p in before.engine.presenter.staff.posts
    ]
    for house in (before, after):
        house.later(10_000)
    assert after.cards() == before.cards()
    assert "simulation:3" not in after.cards()
    assert after.engine.offsets == before.engine.offsets


def test_repetitions_are_counted_on() -> None:
    """What an author said three times before a restart is held when it is said once more after it."""
    house = House()
    advert = "Come to my stall behind the second hall today, for tea and sweets and a story"
    house.hear(*[post(i, advert, author="ann", at=house.now - 9_000 + i) for i in range(3)])
    saved = house.engine.save()()
    after = House(now=house.now)
    after.engine.restore(saved, State.from_bytes(saved.state, after.config))
    after.hear(post(3, advert, author="ann", at=after.now))
    after.later()
    assert [p["id"] for p in after.engine.presenter.staff.held] == ["simulation:3"]


def test_author_freed_meanwhile(tmp_path: Path) -> None:
    """An author whom control does not block any more counts again after a restart."""
    before = lived()
    before.engine.decide("block:author:simulation:author5", {})
    before.later()
    saved = before.engine.save()()
    after = House(before.config, before.now)
    after.engine.restore(saved, State.from_bytes(saved.state, after.config))
    after.engine.begin()
    after.later(10_000)
    assert "simulation:5" in {p["id"] for p in after.engine.presenter.staff.posts}


def test_term_blocked_meanwhile() -> None:
    """A term that is blocked after the checkpoint takes effect on what the checkpoint holds."""
    before = lived()
    saved = before.engine.save()()
    after = House(before.config, before.now)
    after.engine._open = False
    after.engine.restore(saved, State.from_bytes(saved.state, after.config))
    after.engine.decide("block:term:sun", {})
    after.engine.begin()
    after.later(20_000)
    assert after.leaks("#sun") == []


@pytest.mark.parametrize("damage", ["cut", "bit", "version", "nothing", "foreign", "folder"])
def test_damaged(tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A checkpoint that is not whole is ignored with one line."""
    house = lived()
    file = tmp_path / "checkpoint"
    checkpoint.write(file, house.engine.save()())
    data = bytearray(file.read_bytes())
    match damage:
        case "cut":
            file.write_bytes(data[:-10])
        case "bit":
            data[len(data) // 2] ^= 1
            file.write_bytes(data)
        case "version":
            file.write_bytes(data.replace(MAGIC, b"agora checkpoint 1\n"))
        case "nothing":
            file.write_bytes(b"")
        case "foreign":
            import xxhash

            body = msgspec.msgpack.encode({"other": 1})
            body = len(body).to_bytes(8, "little") + body
            file.write_bytes(MAGIC + xxhash.xxh3_64_digest(body) + body)
        case "folder":
            file.unlink()
            file.mkdir()
    assert checkpoint.read(file, house.config) is None
    assert capsys.readouterr().out.count("the checkpoint is ignored") == 1


def test_other_configuration(tmp_path: Path) -> None:
    """A checkpoint made with other settings is of no use; without one there is nothing to say."""
    house = lived()
    file = tmp_path / "checkpoint"
    checkpoint.write(file, house.engine.save()())
    assert checkpoint.read(file, config()) is None
    assert checkpoint.read(file, house.config) is not None
    assert checkpoint.read(tmp_path / "nothing", house.config) is None
