"""Analyse: an archive at a time, the same byte for byte whatever the machine's moods."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from stream.analysis.analyse import analyse
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention
from stream.wire.snapshot import encode
from tests.stream.analysis.evening import records
from tests.stream.analysis.worlds import NOW

ROOT = Path(__file__).parents[3]
CONGRESS = ROOT.parent / "shared" / "data" / "congress" / "tweets-2016-q1.ndjson.gz"


def test_hash_seed_and_threads_do_not_matter() -> None:
    """Two processes with other hash seeds and other numbers of threads write the same bytes."""
    found = [
        subprocess.run(
            [sys.executable, "-m", "tests.stream.analysis.evening"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]
    assert len(found[0]) > 10_000
    assert found[0] == found[1] == encode(analyse(records(), Config(), 1_800_000))


def test_order_of_an_archive_does_not_matter() -> None:
    """An archive shuffled is the same archive; the time is that of the newest post."""
    shuffled = list(records())
    random.Random(3).shuffle(shuffled)
    snapshot = analyse(shuffled, Config(), 1_800_000)
    assert snapshot == analyse(records(), Config(), 1_800_000)
    assert snapshot.at == max(r.at for r in shuffled if isinstance(r, Mention))


def test_a_time_in_the_past_knows_nothing_of_later() -> None:
    """At an earlier time an archive says what it said when it ended there, but for retractions, which always count."""
    then = NOW - 1_200_000
    early = [record for record in records() if not isinstance(record, Mention) or record.at <= then]
    state = State(Config(), 1_800_000)
    for record in early:
        if isinstance(record, Mention):
            state.add([record])
        else:
            state.retract(record)
    assert encode(analyse(records(), Config(), 1_800_000, then)) == encode(state.snapshot(then))


def test_a_long_evening_leaves_nothing_behind() -> None:
    """After a thousand windows a state that lived through them says what a fresh one says, and holds no more rows."""
    window = 20_000
    old, fresh = State(Config(), window), State(Config(), window)
    posts = sorted((r for r in records() if isinstance(r, Mention)), key=lambda mention: mention.at)
    for i in range(0, len(posts), 50):
        old.add(posts[i : i + 50])
        old.advance(posts[i].at)
    old.advance(NOW)
    fresh.advance(NOW)
    fresh.add(posts)
    assert encode(old.snapshot()) == encode(fresh.snapshot())
    assert len(old) <= len(fresh) + 50


def test_nothing_is_no_time() -> None:
    """Without a post there is no time to measure at."""
    with pytest.raises(ValueError, match="no post"):
        analyse([], Config(), 60_000)


@pytest.mark.skipif(not CONGRESS.exists(), reason="the congress archive is not here")
@pytest.mark.parametrize(
    ("time", "topic"),
    [
        ("2016-01-13T02:30", "#sotu"),
        ("2016-02-03T15:30", "#flintwatercrisis"),
        ("2016-03-16T15:30", "#scotus"),
        ("2016-03-22T12:00", "#brussels"),
    ],
)
def test_real_bursts_are_found(time: str, topic: str) -> None:
    """What all of Congress spoke about in an hour rises in that hour."""
    from ingest.archive import read

    at = int(datetime.fromisoformat(time + "+00:00").timestamp() * 1000)
    day = [m for m in read(CONGRESS, "twitter-v1") if isinstance(m, Mention) and at - 2 * 86_400_000 < m.at <= at]
    assert topic in [rising.topic for rising in analyse(day, Config(), 86_400_000, at).rising]
