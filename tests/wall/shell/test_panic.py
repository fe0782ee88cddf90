"""The panic key's file."""

from __future__ import annotations

from pathlib import Path

from wall.panic import PanicFile


def test_survives_a_restart(tmp_path: Path) -> None:
    """Panic is on for every process of the machine, also for one that starts later."""
    first, second = PanicFile(tmp_path), PanicFile(tmp_path)
    assert not first.on
    first.press()
    assert first.on
    assert second.on
    assert PanicFile(tmp_path).on


def test_removing_the_file_releases(tmp_path: Path) -> None:
    """Somebody at the machine releases panic by removing the file."""
    panic = PanicFile(tmp_path)
    panic.press()
    panic.path.unlink()
    assert not panic.on


def test_the_hub_releases_only_what_it_took_part_in(tmp_path: Path) -> None:
    """A hub that was never in panic changes nothing; one whose panic ends releases the wall's."""
    panic = PanicFile(tmp_path)
    panic.press()
    panic.hub_says(False)
    assert panic.on
    panic.hub_says(True)
    assert panic.on
    panic.hub_says(False)
    assert not panic.on


def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a place for the file panic holds as long as the process lives."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    panic = PanicFile(blocked)
    panic.press()
    assert panic.on
