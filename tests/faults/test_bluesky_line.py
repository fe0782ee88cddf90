"""Bluesky's line breaks, falls silent or is refused, and what the log holds at the end is exact."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stream.config.networks import MatchConfig
from stream.log.sqlite import SqliteLog
from tests.faults.bluesky_stage import START_US, Stage
from tests.standins.jetstream import (
    Jetstream,
    ProfileService,
    about,
    gone,
    post,
    uri,
)

REFUSED: dict[str, str] = {}


@pytest.fixture
def stage(log: SqliteLog, tmp_path: Path, host: Jetstream, people: ProfileService) -> Stage:
    return Stage(log, tmp_path, host, profiles=people)


async def test_a_connection_cut_without_goodbye(stage: Stage, host: Jetstream) -> None:
    """What was said while nobody listened is asked for, and what comes twice is said once."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        await stage.taken(1)
        host.hang_up()
        host.keep(post("ada", "2", "lantern two"))
        await stage.until(lambda: len(host.asked) == 2 and host.connected == 1)
        await host.say(post("ada", "3", "lantern three"))
        await stage.passed(host)
    assert await stage.texts() == {"lantern one": 1, "lantern two": 1, "lantern three": 1}
    assert host.cursors[0] is None
    assert host.cursors[1] is not None
    assert "without goodbye" in stage.supervisor.states["bluesky"].fault


async def test_a_goodbye_is_no_reason_to_lose_anything(stage: Stage, host: Jetstream) -> None:
    """A host that closes in order is left in order."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        await stage.taken(1)
        await host.close(1001, "deploy")
        await stage.until(lambda: len(host.asked) == 2)
        await stage.passed(host)
        assert "1001 deploy" in stage.supervisor.states["bluesky"].fault
    assert await stage.texts() == {"lantern one": 1}


async def test_a_quiet_host_that_answers_pings_is_kept(stage: Stage, host: Jetstream) -> None:
    """Silence with pongs is life: the source is heard from, and nobody reconnects."""
    async with stage.listening():
        state = stage.supervisor.states["bluesky"]
        for _ in range(3):
            before = stage.beats
            await stage.until(lambda before=before: stage.beats > before + 2)
        assert (len(host.asked), state.failures) == (1, 0)


async def test_a_deaf_host_is_left_for_the_next(log: SqliteLog, tmp_path: Path, people: ProfileService) -> None:
    """No pong, although the connection looks open: the next host goes on from the same place."""
    async with Jetstream(START_US) as deaf, Jetstream(START_US) as well:
        deaf.deaf = True
        stage = Stage(log, tmp_path, deaf, well, profiles=people)
        stage.pong_s = 0.05
        async with stage.listening():
            await deaf.say(post("ada", "1", "lantern one"))
            well.keep(post("ada", "1", "lantern one"))
            well.keep(post("ada", "2", "lantern two"))
            await stage.until(lambda: well.connected == 1)
            await stage.passed(well)
        assert await stage.texts() == {"lantern one": 1, "lantern two": 1}
        assert "fell silent" in stage.supervisor.states["bluesky"].fault


async def test_a_host_that_is_not_there(log: SqliteLog, tmp_path: Path, people: ProfileService) -> None:
    """Who cannot be reached is passed over, and tried again in turn."""
    async with Jetstream(START_US) as away:
        pass
    async with Jetstream(START_US) as well:
        stage = Stage(log, tmp_path, away, well, profiles=people)
        async with stage.listening():
            await stage.passed(well)
            assert "cannot be reached" in stage.supervisor.states["bluesky"].fault


async def test_a_number_is_for_its_own_host(log: SqliteLog, tmp_path: Path, people: ProfileService) -> None:
    """In v2 another host is asked by time, the same one by its number."""
    async with Jetstream(START_US, envelope="v2") as first, Jetstream(START_US, envelope="v2") as second:
        second.seq = 90_000
        stage = Stage(log, tmp_path, first, second, profiles=people)
        async with stage.listening():
            await first.say(post("ada", "1", "lantern one"))
            second.keep(post("ada", "1", "lantern one"))
            second.keep(post("ada", "2", "lantern two"))
            await stage.taken(1)
            first.hang_up()
            await stage.taken(2)
        async with stage.listening():
            pass
        assert await stage.texts() == {"lantern one": 1, "lantern two": 1}
        assert second.cursors[0] == START_US + 1000 - 5_000_000
        assert first.cursors[-1] == START_US + 2000 - 5_000_000


async def test_a_number_goes_on_at_its_host(log: SqliteLog, tmp_path: Path, people: ProfileService) -> None:
    """Started again, v2 asks its host for the very number."""
    async with Jetstream(START_US, envelope="v2") as host:
        stage = Stage(log, tmp_path, host, profiles=people)
        async with stage.listening():
            await host.say(post("ada", "1", "lantern one"))
            await stage.taken(1)
        host.keep(post("ada", "2", "lantern two"))
        async with stage.listening():
            await stage.taken(2)
        assert host.cursors == [None, 101]
        assert await stage.texts() == {"lantern one": 1, "lantern two": 1}


async def test_a_character_cut_in_two(stage: Stage, host: Jetstream) -> None:
    """A frame in pieces, cut inside a letter and inside an emoji, is one text."""
    host.time_us += 1
    frame = host.frame(post("ada", "1", "läntern? lantern 🏮"))
    at = frame.find("ä".encode())
    cut = [at + 1, len(frame) - 4] if at >= 0 else [len(frame) // 2]
    async with stage.listening():
        await host.send(frame, cut=cut)
        await stage.passed(host)
    assert await stage.texts() == {"läntern? lantern 🏮": 1}


async def test_everything_again_after_a_break(stage: Stage, host: Jetstream) -> None:
    """A host that repeats its whole history adds nothing, neither posts nor likes nor deletions."""
    host.repeats = True
    async with stage.listening():
        await host.say(
            post("ada", "1", "lantern one"), post("ada", "2", "lantern two"), about("bo", "3", uri("ada", "1"), "like")
        )
        await host.say(gone("ada", "2"))
        await stage.passed(host)
        for n in (2, 3):
            host.hang_up()
            await stage.until(lambda n=n: len(host.asked) >= n and host.connected == 1)
            await stage.passed(host)
    assert await stage.texts() == {"lantern one": 1, "lantern two": 1}
    assert (await stage.tallies())[f"bluesky:{uri('ada', '1')}"] == (1, 0, 0)
    assert {r.target for r in await stage.retractions()} == {f"bluesky:{uri('ada', '2')}"}


async def test_time_goes_back(stage: Stage, host: Jetstream) -> None:
    """Events from before are taken too, and the cursor does not follow them back."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        await host.say(post("ada", "2", "lantern two"), step_us=-30_000_000)
        await stage.passed(host)
        host.time_us += 40_000_000
        await stage.passed(host)
        host.hang_up()
        await stage.until(lambda: len(host.asked) == 2)
    assert await stage.texts() == {"lantern one": 1, "lantern two": 1}
    assert (host.cursors[1] or 0) > START_US or host.envelope == "v2"


@pytest.mark.parametrize(
    ("status", "headers", "sentence", "pause_s"),
    [
        (401, {}, "answered 401", 1.0),
        (429, {"Retry-After": "30"}, "answered 429", 30.0),
        (503, {"Retry-After": "7"}, "answered 503", 7.0),
        (503, {}, "answered 503", 1.0),
    ],
)
async def test_a_host_that_refuses(
    stage: Stage, host: Jetstream, status: int, headers: dict[str, str], sentence: str, pause_s: float
) -> None:
    """What a host asks for is kept to, and it is heard as soon as it lets us in."""
    host.refusals = [(status, headers, b"")]
    async with stage.listening():
        await stage.until(lambda: host.connected == 1)
        await host.say(post("ada", "1", "lantern one"))
        await stage.passed(host)
        assert sentence in stage.supervisor.states["bluesky"].fault
    assert stage.paused == [pause_s]
    assert await stage.texts() == {"lantern one": 1}


async def test_a_cursor_that_a_host_refuses(log: SqliteLog, tmp_path: Path, people: ProfileService) -> None:
    """A number that is too old becomes a time; a time that is refused too becomes "live"."""
    async with Jetstream(START_US, envelope="v2") as host:
        stage = Stage(log, tmp_path, host, profiles=people)
        async with stage.listening():
            await host.say(post("ada", "1", "lantern one"))
            await stage.taken(1)
        body = json.dumps({"error": "CursorTooOld", "message": "floor is 4000"}).encode()
        host.refusals = [(400, REFUSED, body), (400, REFUSED, body)]
        async with stage.listening():
            await stage.until(lambda: host.connected == 1)
            await stage.passed(host)
        assert host.cursors == [None, 101, START_US + 1000 - 5_000_000, None]


async def test_an_error_in_the_stream(stage: Stage, host: Jetstream) -> None:
    """What came before the error is kept, what comes after is asked for."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        await host.send(b'{"$type":"error","error":"ConsumerTooSlow","message":"reading below the floor rate"}')
        await stage.until(lambda: len(host.asked) == 2 and host.connected == 1)
        await stage.passed(host)
        assert "ConsumerTooSlow" in stage.supervisor.states["bluesky"].fault
    assert await stage.texts() == {"lantern one": 1}
    assert await stage.rejected() == []


async def test_a_frame_too_large_to_take(stage: Stage, host: Jetstream) -> None:
    """It is stepped over, however often it is sent again, with a dead letter; what stands behind it is heard."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        await stage.taken(1)
        host.keep(b'{"text": "' + b" " * (17 << 20) + b'"}')
        host.time_us += 2_000_000
        host.keep(post("ada", "2", "lantern two"))
        host.hang_up()
        await stage.taken(2)
        await stage.until(lambda: host.connected == 1)
        await stage.passed(host)
    assert await stage.texts() == {"lantern one": 1, "lantern two": 1}
    letters = await stage.rejected()
    assert letters
    assert all("more than 16 MB" in letter.reason for letter in letters)


async def test_other_terms_need_no_other_connection(stage: Stage, host: Jetstream) -> None:
    """Terms that change while the stream runs count from the next post on."""
    async with stage.listening():
        await host.say(post("ada", "1", "a kite"))
        await stage.passed(host)
        stage.matcher.listen(MatchConfig(terms=("kite", "lantern")), {})
        await host.say(post("ada", "2", "a kite again"))
        await stage.passed(host)
    assert await stage.texts() == {"a kite again": 1}
    assert len(host.asked) == 1


async def test_ended_and_started_again(stage: Stage, host: Jetstream) -> None:
    """Being ended and started again in the middle loses nothing and repeats nothing."""
    async with stage.listening():
        await host.say(*(post("ada", f"a{n}", f"lantern {n}") for n in range(20)))
        await stage.taken(20)
    for n in range(20, 40):
        host.keep(post("ada", f"a{n}", f"lantern {n}"))
    async with stage.listening():
        await stage.passed(host)
    assert await stage.texts() == {f"lantern {n}": 1 for n in range(40)}
