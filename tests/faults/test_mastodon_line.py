"""Mastodon's line breaks, falls silent or is refused, and what the log holds at the end is exact."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.config.networks import MatchConfig
from stream.log.sqlite import SqliteLog
from tests.faults.mastodon_stage import Stage
from tests.standins.mastodon import MastodonStandIn, status

POST = "mastodon:https://social.example/users/ada/statuses/"


@pytest.fixture
async def server() -> AsyncIterator[MastodonStandIn]:
    async with MastodonStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def other() -> AsyncIterator[MastodonStandIn]:
    async with MastodonStandIn() as stand_in:
        yield stand_in


@pytest.fixture(params=["sse", "websocket"])
def stage(request: pytest.FixtureRequest, log: SqliteLog, tmp_path: Path, server: MastodonStandIn) -> Stage:
    return Stage(log, tmp_path, server, transport=request.param)


async def test_a_break_loses_nothing_and_says_nothing_twice(stage: Stage, server: MastodonStandIn) -> None:
    """What was posted while the connection was cut is read from the timeline, in the order of its writing."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(60_001, "before #kaleido"))
        await stage.until(lambda: stage.sources[0]._known)
        for n in range(60_002, 60_102):
            server.keep(status(n, f"{n} #kaleido"))
        await server.hang_up()
        await stage.until(lambda: server.following)
        await server.post(status(60_102, "after #kaleido"))
        stage._last = 70_000
        await stage.passed()
    assert await stage.texts() == [
        "before #kaleido",
        *(f"{n} #kaleido" for n in range(60_002, 60_102)),
        "after #kaleido",
    ]
    assert len(stage.paused) == 1


async def test_a_restart_goes_on_where_it_stood(stage: Stage, server: MastodonStandIn) -> None:
    """The cursor is on disk; what was posted meanwhile is heard, and what was heard is not told again."""
    server.keep(status(1, "long ago #kaleido"))
    async with stage.listening():
        await stage.follows()
    server.keep(status(60_000, "meanwhile #kaleido"))
    async with stage.listening():
        stage._last = 70_000
        await stage.follows()
    assert await stage.texts() == ["meanwhile #kaleido"]


async def test_a_gap_without_end(stage: Stage, server: MastodonStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much to be read again is given up, counted, and the live stream goes on."""
    monkeypatch.setattr("ingest.sources.mastodon.PAGES", 2)
    async with stage.listening():
        await stage.follows()
    for n in range(60_000, 60_100):
        server.keep(status(n, f"{n} #kaleido"))
    async with stage.listening():
        stage._last = 70_000
        await stage.follows()
    assert await stage.texts() == [f"{n} #kaleido" for n in range(60_000, 60_080)]
    assert stage.sources[0].dropped == {"gap of more than 2 pages": 1}


async def test_a_network_that_is_not_there(stage: Stage, server: MastodonStandIn) -> None:
    """It is asked again, with growing pauses, for as long as it takes."""
    port = server.http.port
    await server.http.__aexit__(None, None, None)
    stage.tries = 3
    async with stage.listening() as supervisor:
        await stage.until(lambda: len(stage.paused) > 3)
        assert "cannot be reached" in supervisor.states["mastodon:a"].fault
        assert stage.paused[:3] == [1.0, 2.0, 4.0]
        server.http.port = port
        await server.http.__aenter__()
        stage.tries = 100
        await stage.follows()
        await server.post(status(1, "at last #kaleido"))
        await stage.passed()
    assert await stage.texts() == ["at last #kaleido"]


async def test_quiet_is_not_dead(stage: Stage, server: MastodonStandIn) -> None:
    """Heartbeats and answered pings keep a connection on which nothing is posted."""
    async with stage.listening() as supervisor:
        await stage.follows()
        for _ in range(12):
            alive = supervisor.states["mastodon:a"].alive
            await stage.hours.pass_by(30)
            await server.thump()
            await stage.until(lambda before=alive: supervisor.states["mastodon:a"].alive > before)  # type: ignore[misc]
        await stage.passed()
    assert stage.paused == []


async def test_dead_is_not_quiet(stage: Stage, server: MastodonStandIn) -> None:
    """Who does not even answer is left after a minute and a half, and heard anew."""
    async with stage.listening():
        await stage.follows()
        server.fall_silent()
        server.keep(status(60_000, "unheard #kaleido"))
        for _ in range(4):
            await stage.hours.pass_by(30)
        await stage.until(lambda: stage.paused)
        stage._last = 70_000
        await stage.until(lambda: len(server.asks("/api/v1/timelines")) > 1 and server.following)
        await server.post(status(70_001, "the last #kaleido"))
        await stage.passed()
    assert await stage.texts() == ["unheard #kaleido"]


@pytest.mark.parametrize("end", ["close", "hang_up"])
async def test_an_end_is_followed_by_a_beginning(stage: Stage, server: MastodonStandIn, end: str) -> None:
    """With goodbye or without it; pauses grow until a connection has lasted."""
    async with stage.listening() as supervisor:
        await stage.follows()
        for _ in range(3):
            await getattr(server, end)()
            await stage.follows()
        assert stage.paused == [1.0, 2.0, 4.0]
        await stage.hours.pass_by(0.0)
        stage.hours._at += 61.0
        await getattr(server, end)()
        await stage.follows()
        assert stage.paused[3:] == [1.0]
        assert server.host in supervisor.states["mastodon:a"].fault


@pytest.mark.parametrize(
    ("token", "refusal", "sentence"),
    [
        ("", None, "wants a token.*AGORA_MASTODON_SERVERS_A_TOKEN"),
        ("wrong", None, "refuses the token: The access token is invalid"),
        ("kaleidoscope", (403, {"error": "This action is outside the authorized scopes"}), "forbids this.*scope read"),
        ("kaleidoscope", (404, {"error": "Not found"}), r"check url and streams in \[mastodon.servers.a\]"),
    ],
)
async def test_who_is_refused_waits_for_a_person(
    stage: Stage, server: MastodonStandIn, token: str, refusal: tuple[int, object] | None, sentence: str
) -> None:
    """The sentence says what to do, and the server is left alone for minutes."""
    stage.token, stage.tries = token, 0
    if refusal is not None:
        server.refusals += [(path, refusal[0], {}, refusal[1]) for path in ("/api/v1/streaming", "/websocket")]
    async with stage.listening() as supervisor:
        await stage.until(lambda: stage.paused)
        health = supervisor.states["mastodon:a"]
        assert re.search(sentence, health.fault)
        assert (health.status().condition, stage.paused) == ("stopped", [300.0])


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "120"}, 132.0),
        ({"retry-after": "Sun, 15 Jun 2025 15:08:40 GMT"}, 132.0),
        ({"x-ratelimit-reset": "2025-06-15T15:08:40.000000Z"}, 132.0),
        ({}, 1.0),
    ],
)
async def test_too_many_requests(stage: Stage, server: MastodonStandIn, headers: dict[str, str], pause: float) -> None:
    """The server says how long it wants to be left alone, and the gap is filled after it."""
    server.refusals += [
        (path, 429, headers, {"error": "Too many requests"}) for path in ("/api/v1/streaming", "/websocket")
    ]
    async with stage.listening():
        await stage.follows()
    assert stage.paused == [pytest.approx(pause)]


async def test_a_server_in_trouble(stage: Stage, server: MastodonStandIn) -> None:
    """Where it streams, the stream and the timeline may each fail; it is asked again until all is well."""
    for path in ("/api/v2/instance", "/api/v1/streaming", "/websocket", "/api/v1/timelines"):
        server.refusals += [(path, 503, {}, "unavailable")]
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "at last #kaleido"))
        await stage.passed()
    assert stage.paused == [1.0, 2.0, 4.0]
    assert await stage.texts() == ["at last #kaleido"]


async def test_an_error_in_the_socket(log: SqliteLog, tmp_path: Path, server: MastodonStandIn) -> None:
    """A stream that the server does not know is for a person to put right."""
    stage = Stage(log, tmp_path, server, transport="websocket")
    stage.tries = 0
    server.refusals.append(("/subscribe", 400, {}, "Unknown stream type"))
    async with stage.listening() as supervisor:
        await stage.until(lambda: stage.paused)
        assert "Unknown stream type" in supervisor.states["mastodon:a"].fault
        assert supervisor.states["mastodon:a"].status().condition == "stopped"


async def test_a_timeline_that_is_not_offered(stage: Stage, server: MastodonStandIn) -> None:
    """The live stream is heard all the same, and the gap is counted."""
    async with stage.listening():
        await stage.follows()
    server.refusals += [("/api/v1/timelines", 422, {}, {"error": "This method requires an authenticated user"})]
    async with stage.listening():
        await stage.follows()
    assert stage.sources[0].dropped == {"gap without a timeline": 1}


async def test_terms_change_without_a_reconnect(stage: Stage, server: MastodonStandIn) -> None:
    """A new hashtag is heard, an old one no longer, and what stays is not touched."""
    stage.streams = ()
    async with stage.listening():
        await stage.follows("hashtag:kaleido")
        stage.matcher.listen(MatchConfig(terms=("#kaleido", "#prisma")), {})
        await stage.follows("hashtag:kaleido", "hashtag:prisma")
        await server.post(status(1, "colours #prisma"), "hashtag:prisma")
        await stage.passed()
        stage.matcher.listen(MatchConfig(terms=("#kaleido",)), {})
        await stage.follows("hashtag:kaleido")
    assert await stage.texts() == ["colours #prisma"]
    assert stage.paused == []
    if stage.transport == "sse":
        tags = [exchange.query["tag"] for exchange in server.asks("/api/v1/streaming")]
        assert tags == [["kaleido"], ["prisma"]]
    else:
        assert [told["type"] for told in server.asked] == ["subscribe", "subscribe", "unsubscribe"]


async def test_nothing_to_hear(stage: Stage, server: MastodonStandIn) -> None:
    """Without a stream and without a hashtag it says so, and looks again in a minute."""
    stage.streams, stage.tries = (), 0
    stage.matcher.listen(MatchConfig(terms=("kaleido",)), {})
    async with stage.listening() as supervisor:
        await stage.until(lambda: stage.paused)
        assert "listen for a #hashtag" in supervisor.states["mastodon:a"].fault
    assert (stage.paused, server.http.seen) == ([60.0], [])


async def test_one_server_dies_and_the_other_goes_on(
    log: SqliteLog, tmp_path: Path, server: MastodonStandIn, other: MastodonStandIn
) -> None:
    """Each has its own connection, cursor and pauses."""
    stage = Stage(log, tmp_path, server, other)
    async with stage.listening() as supervisor:
        await stage.follows()
        await stage.follows(server=1)
        stage.tries = 0
        await server.http.__aexit__(None, None, None)
        await server.hang_up()
        await stage.until(lambda: stage.paused)
        for n in range(3):
            await other.post(status(n, f"{n} #kaleido"))
        await stage.passed(server=1)
        assert supervisor.states["mastodon:a"].status().condition == "waiting"
        assert supervisor.states["mastodon:b"].status().condition == "live"
    assert await stage.texts() == ["0 #kaleido", "1 #kaleido", "2 #kaleido"]
