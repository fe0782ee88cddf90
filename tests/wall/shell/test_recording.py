"""Recordings of what a hub said."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.wire.messages import encode
from tests.wall.shell.frames import feed, hello, motion, on_air
from wall.feeds import DELAY_MS, Store
from wall.recording import Player, Recorder, Unplayable, read


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "wall.rec"
    recorder = Recorder(path)
    recorder.write(1000.0, encode(hello(1000)))
    recorder.write(1000.0, encode(on_air("topics", "constellation", at=900)))
    recorder.write(1001.0, encode(feed([5], at=0)))
    for i in range(10):
        recorder.write(1010.0 + 33 * i, encode(motion([(0.1 * i, 0.5)], 1000 + 33 * i)))
    recorder.close()
    return path


def test_plays_in_hub_time(recording: Path) -> None:
    """At a hub time the store knows what had arrived by then, and draws it as it was drawn live."""
    now = [0.0]
    store = Store(hello(), lambda: now[0])
    player = Player(recording, store, lambda: now[0])
    player.start()
    assert player.hub_ms() == 1000.0
    assert not store.complete()
    now[0] = 150.0
    view = store.view(player.hub_ms())
    assert view.t == 1150.0 - DELAY_MS
    assert view.graphs["topics"].uv[0, 0] == pytest.approx(0.1 * (84 / 33), abs=0.001)


def test_loops(recording: Path) -> None:
    """A recording that loops begins again and the wall goes on."""
    now = [0.0]
    store = Store(hello(), lambda: now[0])
    player = Player(recording, store, lambda: now[0], loop=True)
    player.start()
    now[0] = player.duration_ms + 1
    assert player.hub_ms() == player.first
    now[0] += 200
    assert store.view(player.hub_ms()).graphs["topics"].uv[0, 0] > 0.2


def test_cut_off(recording: Path) -> None:
    """What was cut off at the end, as by a power cut, is left out."""
    whole = list(read(recording))
    recording.write_bytes(recording.read_bytes()[:-5])
    assert list(read(recording)) == whole[:-1]


def test_no_recording(tmp_path: Path) -> None:
    """Another file is refused with a sentence."""
    path = tmp_path / "x"
    path.write_bytes(b"PNG....")
    with pytest.raises(Unplayable, match="no recording"):
        list(read(path))
