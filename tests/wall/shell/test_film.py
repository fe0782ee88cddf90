"""A film: the same from the same event, frame by frame by hub time, and a sentence where it cannot be made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest

from ingest import story
from ingest.simulation import World
from stream import layouts, machine
from stream.config import Config, HubConfig
from stream.hub import greeting
from stream.hub.alone import Alone
from stream.wire.geometry import Grid
from wall.film import NoFilm, shoot

SETTLED_MS = 4_000
WIDTH = 300


@cache
def event() -> story.Said:
    """Two minutes of the made-up event."""
    return story.told(World(7, 4.0).events(story.EVENING - 120_000, story.EVENING + 2_000), 0, story.EVENING + 2_000)


def _shot(out: Path, frames: int = 2) -> int:
    """In a process of its own: a window and the contexts of other tests do not live in one."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_made, out, frames).result()


def _made(out: Path, frames: int) -> int:
    config = machine.filmed(Config(hub=HubConfig(window_s=60)), story.EVENING - SETTLED_MS, 1.0, replay=False)
    hub = Alone(config, story.EVENING - SETTLED_MS, event())
    hub.show(layouts.load(layouts.folder(""), Grid()).layouts["topics"])
    hello = greeting.hello(config, story.EVENING, story.EVENING)
    return shoot(hello, hub.pass_to, out, begin=story.EVENING, seconds=frames / 30, fps=30, width=WIDTH)


def _frames(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.gl
def test_the_same_event_makes_the_same_film(tmp_path: Path) -> None:
    """Two films of one event are equal byte for byte, and something moves from frame to frame."""
    assert _shot(tmp_path / "one") == _shot(tmp_path / "two") == 2
    one, two = list(_frames(tmp_path / "one")), list(_frames(tmp_path / "two"))
    assert one == two
    assert one[0] != one[1]


@pytest.mark.gl
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_ffmpeg_makes_a_video(tmp_path: Path) -> None:
    """A name that ends in .webm or .mp4 becomes a video."""
    _shot(tmp_path / "film.mp4")
    assert b"ftyp" in (tmp_path / "film.mp4").read_bytes()[:16]


def test_without_ffmpeg_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no ffmpeg is installed, the fault names it and the way without it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoFilm, match="name a folder"):
        _shot(tmp_path / "film.mp4")


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """Frames are never put among other files."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NoFilm, match="is there already"):
        _shot(tmp_path)
