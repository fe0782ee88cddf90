"""The spool on disk."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.spool import Spool, SpoolFull, SpoolLocked
from stream.log import Entry


def entries(*numbers: int) -> list[tuple[str, Entry]]:
    """One entry for each number."""
    return [("mentions", Entry(key=f"k{n}", value=str(n).encode())) for n in numbers]


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    """What was kept first comes out first."""
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(1, 2))
    spool.append(entries(3))
    assert spool.peek(2) == entries(1, 2)
    spool.drop(2)
    assert (spool.peek(9), len(spool)) == (entries(3), 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.integers(1, 5), st.integers(-5, -1), st.just(0)), max_size=40))
def test_it_is_a_queue_that_survives_its_process(steps: list[int]) -> None:
    """Adding (n), taking (−n) and starting anew (0) in any order gives what a list would give."""
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder), 1 << 20, segment_bytes=120)
        model: list[tuple[str, Entry]] = []
        number = 0
        for step in steps:
            if step > 0:
                new = entries(*range(number, number + step))
                number += step
                spool.append(new)
                model += new
            elif step < 0:
                count = min(-step, len(model))
                if count:
                    spool.drop(count)
                    del model[:count]
            else:
                spool.close()
                spool = Spool(Path(folder), 1 << 20, segment_bytes=120)
            assert len(spool) == len(model)
            assert spool.peek(100) == model[:100]
        spool.close()


@pytest.mark.parametrize("cut", [1, 5, 9, 12])
def test_a_torn_frame_is_cut_off(tmp_path: Path, cut: int) -> None:
    """A crash in the middle of writing loses only what was never told to be safe."""
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(1, 2))
    spool.close()
    (segment,) = tmp_path.glob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-cut])
    again = Spool(tmp_path, 1 << 20)
    assert again.peek(9) == entries(1)
    again.append(entries(3))
    assert again.peek(9) == entries(1, 3)


def test_what_was_drained_before_a_crash_comes_again_at_most(tmp_path: Path) -> None:
    """A lost position gives entries twice rather than never."""
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(1, 2, 3))
    spool.drop(1)
    spool.close()
    (tmp_path / "position").unlink()
    assert Spool(tmp_path, 1 << 20).peek(9) == entries(1, 2, 3)


def test_a_segment_cut_before_what_was_drained_hides_nothing_new(tmp_path: Path) -> None:
    """Where a dying disk took even what was drained already, what is kept from then on comes out whole."""
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(1, 2, 3, 4))
    spool.drop(3)
    spool.close()
    (segment,) = tmp_path.glob("*.segment")
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size // 3)
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(5, 6))
    assert (spool.peek(9), len(spool)) == (entries(5, 6), 2)
    spool.close()
    assert Spool(tmp_path, 1 << 20).peek(9) == entries(5, 6)


def test_a_position_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """On a full disk draining goes on; only a crash brings back what was drained, and nothing new is passed over."""
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(1, 2, 3))
    spool.drop(1)
    blocked = tmp_path / "position.new"
    blocked.mkdir()  # stands in the way of the file
    spool.drop(1)
    assert spool.peek(9) == entries(3)
    spool.drop(1)
    spool.close()
    spool = Spool(tmp_path, 1 << 20)
    spool.append(entries(4))
    assert spool.peek(9) == entries(4)
    spool.close()
    blocked.rmdir()
    assert Spool(tmp_path, 1 << 20).peek(9) == entries(4)


def test_it_is_bounded(tmp_path: Path) -> None:
    """A full spool takes nothing, and takes again when it was drained."""
    spool = Spool(tmp_path, 60)
    spool.append(entries(1))
    with pytest.raises(SpoolFull, match="limit"):
        spool.append(entries(*range(10)))
    assert spool.peek(9) == entries(1)
    spool.drop(1)
    spool.append(entries(2))
    assert spool.bytes < 60


def test_an_empty_spool_takes_no_room(tmp_path: Path) -> None:
    """When everything was drained no segment is left."""
    spool = Spool(tmp_path, 1 << 20, segment_bytes=50)
    for n in range(20):
        spool.append(entries(n))
    assert len(list(tmp_path.glob("*.segment"))) > 1
    spool.drop(20)
    assert (list(tmp_path.glob("*.segment")), spool.bytes) == ([], 0)


def test_two_processes_cannot_share_it(tmp_path: Path) -> None:
    """The second one is told which folder is taken."""
    spool = Spool(tmp_path, 1 << 20)
    with pytest.raises(SpoolLocked, match=str(tmp_path)):
        Spool(tmp_path, 1 << 20)
    spool.close()
    Spool(tmp_path, 1 << 20).close()
