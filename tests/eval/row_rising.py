"""Rising on the archive of a parliament: four bursts that everybody knows, and how many rises are none."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from ingest.archive import read
from stream.analysis import rising, said
from stream.analysis.scan import surprise
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention
from stream.wire.snapshot import Rising
from tests.bench.figure import Figure, figure
from tests.eval.data import find

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
STEP: Final = 10 * MINUTE
TOP: Final = 10
NAMED: Final = (
    ("#sotu", "2016-01-13T02:00"),
    ("#flintwatercrisis", "2016-02-03T14:30"),
    ("#scotus", "2016-03-16T15:00"),
    ("#brussels", "2016-03-22T12:00"),
)
"""When the first quarter of an hour begins, of that day, that has five posts more than the usual one."""


class Episode(msgspec.Struct):
    """A topic in the top ten, from the first step that shows it until it has been away for two hours."""

    topic: str
    first: int
    last: int
    since: int
    score: float


def measure() -> Iterator[Figure]:
    """The archive through the state in steps of event time, the window a day: it has 20 posts an hour."""
    posts = [m for m in read(find("congress/tweets-2016-q1.ndjson.gz"), "twitter-v1") if isinstance(m, Mention)]
    posts.sort(key=lambda post: (post.at, post.id))
    shown = shows(posts, DAY)
    note = f"{len(posts)} posts, window a day, a look every ten minutes, top ten"
    for topic, text in NAMED:
        start = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
        seen = [at for at, tops in shown if start - HOUR <= at and any(r.topic == topic for r in tops)]
        late = (seen[0] - start) / MINUTE if seen else 24 * 60
        yield figure(f"rising: {topic} after its start", late, "min", most=30, note=f"{text} UTC; {note}")
    found = episodes(shown)
    times = mentioned(posts, {episode.topic for episode in found})
    false = [episode for episode in found if not hindsight(episode, times)]
    for episode in false:
        print(f"# false: {episode.topic}, {_clock(episode.since)}, seen {_clock(episode.first)}, score {episode.score}")
    days = (posts[-1].at - posts[0].at) / DAY
    a_day = Counter(episode.first // DAY for episode in false)
    yield figure("rising: topics that rose", len(found) / days, "a day", note=note)
    yield figure(
        "rising: false ones", len(false) / days, "a day", most=2, note="what is false: see row_rising.hindsight"
    )
    yield figure("rising: false ones on the worst day", max(a_day.values(), default=0), "")


def shows(posts: Sequence[Mention], window: int) -> list[tuple[int, tuple[Rising, ...]]]:
    """The top of ``rising`` at each step of event time."""
    state = State(Config(), window)
    found: list[tuple[int, tuple[Rising, ...]]] = []
    seen = 0
    for t in range(posts[0].at // STEP * STEP + STEP, posts[-1].at + STEP, STEP):
        fresh = bisect.bisect_right(posts, t, key=lambda post: post.at)
        state.add(posts[seen:fresh])
        seen = fresh
        state.advance(t)
        view = state.view()
        if view.slots.size:
            found.append((t, rising.of(view, said.of(view))[:TOP]))
    return found


def mentioned(posts: Sequence[Mention], topics: Iterable[str]) -> dict[str, list[int]]:
    """The times of the posts that have each topic in their text, read plainly: no part of the analysis is asked."""
    texts = [(post.at, f"{post.text} {' '.join('#' + tag for tag in post.hashtags)}".lower()) for post in posts]
    return {topic: [at for at, text in texts if topic in text] for topic in topics}


def episodes(shown: Sequence[tuple[int, tuple[Rising, ...]]]) -> list[Episode]:
    """What rose, each time once."""
    found: list[Episode] = []
    latest: dict[str, Episode] = {}
    for at, tops in shown:
        for rise in tops:
            held = latest.get(rise.topic)
            if held is None or at - held.last > 2 * HOUR:
                held = latest[rise.topic] = Episode(rise.topic, at, at, rise.since, rise.score)
                found.append(held)
            held.last = at
            held.score = max(held.score, rise.score)
    return found


def hindsight(episode: Episode, times: dict[str, list[int]]) -> bool:
    """Whether the rise was one, as told by those who know what came later.

    From its start until two hours after it was first seen the topic was said at least three times as often as usual, and so
    often that one such span in ten thousand has as much. Usual is the mean of three days before and three days after.
    """
    said_at = times[episode.topic]
    first, last = episode.since, min(episode.first + 2 * HOUR, episode.last + HOUR)
    inside = _between(said_at, first, last)
    near = _between(said_at, first - 3 * DAY, first - HOUR) + _between(said_at, last + 3 * HOUR, last + 3 * DAY)
    hours = (last - first) / HOUR
    usual = (6 * DAY - 4 * HOUR) / HOUR
    often = inside / hours >= 3 * max(near / usual, 1 / usual)
    return bool(often and surprise(float(inside), hours, float(near), usual) >= -math.log(1e-4))


def _between(times: Sequence[int], first: int, last: int) -> int:
    return bisect.bisect_right(times, last) - bisect.bisect_left(times, first)


def _clock(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%d %B %H:%M}"
