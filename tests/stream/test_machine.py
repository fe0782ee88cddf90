"""What agora run decides before it starts anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.config import (
    BlueskyConfig,
    Config,
    HubConfig,
    IngestConfig,
    LogConfig,
    TrackConfig,
    environment_of,
    load,
    sources_of,
)
from stream.config.networks import FeedsConfig, MatchConfig
from stream.machine import HARMLESS, apart, listening, walls


def test_nobody_said_what_to_listen_for() -> None:
    """Without terms Bluesky is asked for a few harmless topics; with terms, for these."""
    assert listening(Config()).match.terms == HARMLESS
    ours = Config(match=MatchConfig(terms=("harbour",)))
    assert listening(ours).match.terms == ("harbour",)
    tracked = Config(tracks={"us": TrackConfig(terms=("harbour",))})
    assert listening(tracked).match.terms == ()
    assert listening(ours).ingest.sources == ("bluesky",)


def test_children_listen_for_the_same() -> None:
    """Sources and terms that agora run decided on reach its processes."""
    decided = listening(Config())
    child = load(None, environment_of(decided))
    assert (child.ingest.sources, child.match.terms) == (("bluesky",), HARMLESS)


def test_what_is_set_up_listens() -> None:
    """A network with settings of its own is a source, unless sources are named."""
    assert sources_of(Config()) == ()
    assert sources_of(Config(bluesky=BlueskyConfig(envelope="v2"))) == ()
    feeds = FeedsConfig(urls=("https://harbour.example/feed",))
    assert sources_of(Config(feeds=feeds)) == ("rss",)
    assert sources_of(Config(feeds=feeds, ingest=IngestConfig(sources=("hackernews",)))) == ("hackernews",)


def test_a_log_of_its_own_is_read_by_its_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal beside a hub that workers read for has topics of its own, which no worker reads."""
    monkeypatch.setenv("AGORA_VAR", str(tmp_path))
    live = Config(log=LogConfig(url="kafka://broker:9092"), hub=HubConfig(partials=True))
    rehearsal = apart(live, "rehearsal-1")
    assert rehearsal.log.prefix == "rehearsal-1-"
    assert not rehearsal.hub.partials


def test_a_process_for_each_screen() -> None:
    """Each screen of a machine has a process of its own, full screen on its display, and knows the hub."""
    first, second = walls((4, 5), "https://hub:8000", headless=False)
    assert (first.name, second.name) == ("wall-4", "wall-5")
    assert first.command[2:] == ("agora", "wall", "--hub", "https://hub:8000", "--screens", "4", "--display", "1")
    assert second.command[-4:] == ("--screens", "5", "--display", "2")
    assert walls((1,), None, headless=True)[0].command[2:] == ("agora", "wall", "--screens", "1", "--headless")
