"""Voices: who speaks, who is new, who talks with whom, as the slow way counts them."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from ingest.archive import read
from ingest.simulation.world import World
from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.analysis.view import rounded
from stream.config import AccountsConfig, Config
from stream.mention import Mention, Retraction
from stream.wire.snapshot import Numbers
from tests.stream.analysis.posts import MINUTE
from tests.stream.analysis.slow import Counted, counted

WINDOW = 6 * MINUTE
MIDNIGHT = 20_371 * DAY_MS
CONGRESS = Path(__file__).parents[4] / "shared" / "data" / "congress" / "tweets-2016-q1.ndjson.gz"
SPEECH = 1_452_686_400_000
"""Noon after the State of the Union of 2016."""


@pytest.fixture(scope="module", params=[1, 2])
def evening(request: pytest.FixtureRequest) -> tuple[World, list[Mention | Retraction]]:
    """Sixteen minutes of the simulated event around midnight, in no order."""
    world = World(request.param, 5.0)
    records = list(world.events(MIDNIGHT - 10 * MINUTE, MIDNIGHT + 6 * MINUTE))
    random.Random(request.param).shuffle(records)
    return world, records


def test_numbers_agree_with_the_slow_way(evening: tuple[World, list[Mention | Retraction]]) -> None:
    """Voices, new ones, creators, editors, reach and flows before midnight, at it and after, of a hub that was restarted."""
    world, records = evening
    truth = world.truth(MIDNIGHT - 10 * MINUTE, MIDNIGHT + 6 * MINUTE)
    house = {*truth.brand, *truth.staff}
    state = State(Config(), WINDOW, Memory(b"key"))
    for t in (MIDNIGHT - MINUTE, MIDNIGHT, MIDNIGHT + 2 * MINUTE, MIDNIGHT + 6 * MINUTE):
        for record in records:
            if isinstance(record, Retraction):
                state.retract(record)
        state.add([record for record in records if isinstance(record, Mention)])
        known = {record.author.id for record in records if isinstance(record, Mention) and spoke(record, t)}
        expected = counted(records, t, WINDOW, known, house)
        for subject, value in state.memory.voices(day_of(t) - 1, state.memory.hashes(known)).items():
            state.memory.remember(subject, value)
        assert told(state.snapshot(t).numbers) == figures(expected)
        memory = Memory(b"key")
        for subject, value in state.memory.entries().items():
            memory.remember(subject, value)
        restarted = State(Config(), WINDOW, memory)
        restarted.merge(State.from_bytes(state.to_bytes(), Config()))
        state = restarted
        assert told(state.snapshot(t).numbers) == figures(expected)


@pytest.mark.skipif(not CONGRESS.exists(), reason="the congress archive is not here")
def test_congress_agrees_with_the_slow_way() -> None:
    """A day of a parliament against the day before, one who speaks and is spoken to taken for the brand."""
    records = [r for r in read(CONGRESS, "twitter-v1") if isinstance(r, Mention) and r.at < SPEECH]
    brand = "x:240363117"
    state = State(Config(accounts=AccountsConfig(brand=(brand,))), DAY_MS)
    state.add(records)
    known = {record.author.id for record in records if spoke(record, SPEECH)}
    for subject, value in state.memory.voices(day_of(SPEECH) - 1, state.memory.hashes(known)).items():
        state.memory.remember(subject, value)
    numbers = state.snapshot(SPEECH).numbers
    assert min(flow.count for flow in numbers.flows.values()) > 0
    expected = figures(counted(records, SPEECH, DAY_MS, known, {brand}))
    # Whose posts are owned is read with the role that ingest gives them, which this archive was read without.
    assert told(msgspec.structs.replace(numbers, owned=expected[5])) == expected


def spoke(record: Mention, t_ms: int) -> bool:
    """Whether its author is no new voice at T for what is said here."""
    return record.kind not in ("edit", "tally") and record.at < day_of(t_ms) * DAY_MS


def told(numbers: Numbers) -> tuple[object, ...]:
    flows = {name: (flow.count, flow.share, flow.change) for name, flow in numbers.flows.items()}
    return (
        numbers.posts, numbers.voices, numbers.new_voices_share, numbers.creators, numbers.editors, numbers.owned,
        numbers.reach, flows,
    )  # fmt: skip


def figures(expected: Counted) -> tuple[object, ...]:
    all_ = sum(now for now, _ in expected.flows.values())
    flows = {
        name: (now, rounded(now / all_) if all_ else 0.0, rounded((now - before) / before) if before else None)
        for name, (now, before) in expected.flows.items()
    }
    return (
        expected.posts, expected.voices, rounded(expected.new / max(expected.voices, 1)), expected.creators,
        expected.editors, expected.owned, expected.reach, flows,
    )  # fmt: skip


def test_who_is_acquainted() -> None:
    """An author is known before a time of whom an earlier row is held, or whom memory has on an earlier day."""
    state = State(Config(), WINDOW, Memory(b"key"))
    posts = [post for post in World(3, 5.0).events(MIDNIGHT, MIDNIGHT + 2 * MINUTE) if isinstance(post, Mention)]
    state.add(posts)
    when = MIDNIGHT + MINUTE
    earlier = {row.author.id for row in state.rows() if row.at < when}
    authors = [*sorted({post.author.id for post in posts}), "simulation:nobody"]
    assert state.acquainted(authors, when) == [author in earlier for author in authors]
    assert 0 < len(earlier) < len(authors)
    later = next(author for author in authors if author not in earlier)
    for subject, value in state.memory.voices(day_of(when) - 1, state.memory.hashes([later])).items():
        state.memory.remember(subject, value)
    assert state.acquainted([later], when) == [True]
