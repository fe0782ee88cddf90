"""Mastodon misbehaves, and what the log holds at the end is exact."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.log.sqlite import SqliteLog
from stream.networks import MatchConfig
from tests.faults.mastodon_stage import Stage
from tests.ingest.cable import NOW
from tests.standins.mastodon import MastodonStandIn, account, status

POST = "mastodon:https://social.example/users/ada/statuses/"


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    opened = await SqliteLog.open(str(tmp_path / "agora.db"))
    yield opened
    await opened.close()


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


async def test_a_post_is_heard(stage: Stage, server: MastodonStandIn) -> None:
    """It has its address as identity, and was seen now."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "Lights on #kaleido"))
        await stage.passed()
    (mention,) = await stage.mentions()
    assert (mention.id, mention.source, mention.seen) == (f"{POST}1", "mastodon", NOW)
    assert mention.author.id == "mastodon:ada@social.example"


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


async def test_what_comes_again_or_late_is_told_once(stage: Stage, server: MastodonStandIn) -> None:
    """Repeated, and going back in time."""
    async with stage.listening():
        await stage.follows()
        for n in (5, 3, 5, 4, 3):
            await server.post(status(n, f"{n} #kaleido"))
        await stage.passed()
    assert await stage.texts() == ["5 #kaleido", "3 #kaleido", "4 #kaleido"]


async def test_a_cut_inside_a_character(log: SqliteLog, tmp_path: Path, server: MastodonStandIn) -> None:
    """Bytes may come one by one."""
    stage = Stage(log, tmp_path, server)
    server.cut = 1
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "Näyttämö 🎶 #kaleido"))
        await stage.passed()
    assert await stage.texts() == ["Näyttämö 🎶 #kaleido"]


async def test_a_deletion_by_the_local_number(stage: Stage, server: MastodonStandIn) -> None:
    """The server says its own number only, and of what was never published nothing is said."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "regretted #kaleido", local=777))
        await server.say("delete", "777")
        await server.say("delete", "778")
        (gone,) = await stage.retracted(1)
        await stage.passed()
    assert (gone.target, gone.scope) == (f"{POST}1", "post")
    assert len(await stage.retractions()) == 1


async def test_a_deletion_after_a_restart(stage: Stage, server: MastodonStandIn) -> None:
    """The number is remembered on disk."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "regretted #kaleido", local=777))
        await stage.passed()
    async with stage.listening():
        await stage.follows()
        await server.say("delete", "777")
        assert [gone.target for gone in await stage.retracted(1)] == [f"{POST}1"]


async def test_a_repost_goes_with_its_original(stage: Stage, server: MastodonStandIn) -> None:
    """It carries the words of the original, so that its deletion takes them along, although the original was never heard."""
    original = status(1, "first said #kaleido", local=500)
    echo = status(2, "", author=account("bo"), reblog=original)
    async with stage.listening():
        await stage.follows()
        await server.post(echo)
        await server.say("delete", "500")
        (gone,) = await stage.retracted(1)
    (mention,) = await stage.mentions()
    assert (mention.kind, mention.text) == ("repost", "first said #kaleido")
    assert mention.target is not None
    assert mention.target.id == f"{POST}1"
    assert gone.target == mention.id


async def test_an_edit_takes_the_place(stage: Stage, server: MastodonStandIn) -> None:
    """Also one that leads away from the hashtag; one of a post that was never heard says nothing."""
    changed = "2025-06-15T14:30:00.000Z"
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "teh lights #kaleido"))
        await server.say("status.update", json.dumps(status(1, "the lights", edited_at=changed)))
        await server.say("status.update", json.dumps(status(1, "the lights", edited_at=changed)))
        await stage.passed()
    first, edit = await stage.mentions()
    assert (edit.kind, edit.id, edit.text) == ("edit", f"{POST}1@1749997800000", "the lights")
    assert edit.target is not None
    assert edit.target.id == first.id


async def test_an_edit_that_is_excluded_takes_the_post_away(stage: Stage, server: MastodonStandIn) -> None:
    """What nobody wants to hear is not shown because it began as something else."""
    stage.matcher.listen(MatchConfig(terms=("#kaleido",), exclude=("casino",)), {})
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "come along #kaleido"))
        changed = status(1, "come to my casino #kaleido", edited_at="2025-06-15T14:30:00.000Z")
        await server.say("status.update", json.dumps(changed))
        (gone,) = await stage.retracted(1)
    assert (gone.target, gone.reason) == (f"{POST}1", "edited")
    assert await stage.texts() == ["come along #kaleido"]


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
    async with stage.listening() as supervisor:
        await stage.until(lambda: len(stage.paused) > 3)
        assert "cannot be reached" in supervisor.states["mastodon:a"].fault
        assert stage.paused[:3] == [1.0, 2.0, 4.0]
        server.http.port = port
        await server.http.__aenter__()
        await stage.follows()
        await server.post(status(1, "at last #kaleido"))
        await stage.passed()
    assert await stage.texts() == ["at last #kaleido"]


async def test_what_is_no_frame(log: SqliteLog, tmp_path: Path, server: MastodonStandIn) -> None:
    """Nobody knows what it was, so only its size is kept; a number where a text should be is read all the same."""
    stage = Stage(log, tmp_path, server, transport="websocket")
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "regretted #kaleido", local=777))
        await server.frame('{"stream":["hashtag","kaleido"],"event":"update","payload":"{\\"vis')
        await server.frame('{"stream":["hashtag","kaleido"],"event":"delete","payload":777}')
        (gone,) = await stage.retracted(1)
        (letter,) = await stage.lettered(1)
    assert gone.target == f"{POST}1"
    assert (letter.raw, letter.source) == (b"", "mastodon:a")


async def test_what_is_not_open_never_enters(stage: Stage, server: MastodonStandIn) -> None:
    """Not as a mention, and not as a dead letter, whatever else is wrong with it; all of it is counted."""
    secret = "a secret #kaleido"
    broken = {"created_at": 7, "uri": None}
    async with stage.listening():
        await stage.follows()
        for n, more in enumerate(
            (
                {"visibility": "unlisted"},
                {"visibility": "direct", **broken},
                {"visibility": "private", **broken},
                {"visibility": None},
                {"visibility": ["public"], **broken},
                {"author": account("bo", noindex=True), **broken},
                {"author": account("cleo", note='<p><a href="/tags/nobot">#<span>NoBot</span></a></p>')},
            )
        ):
            await server.post(status(n + 1, secret, **more))  # type: ignore[arg-type]
        await server.say("update", json.dumps(status(20, secret, visibility="private"))[:-30])
        await stage.passed()
        (letter,) = await stage.lettered(1)
    assert await stage.texts() == []
    assert (letter.raw, letter.size > 500) == (b"", True)
    assert "visibility is unknown" in letter.reason
    assert stage.sources[0].dropped == {
        "visibility unlisted": 1,
        "visibility direct": 1,
        "visibility private": 1,
        "unreadable visibility": 2,
        "noindex": 1,
        "nobot": 1,
    }
    assert secret.encode() not in (stage.folder / "agora.db").read_bytes()


async def test_opting_out_takes_back_what_was_said(stage: Stage, server: MastodonStandIn) -> None:
    """Who asks to be left alone is gone as soon as the server tells it."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "hello #kaleido"))
        await server.post(status(2, "and now leave me alone #kaleido", author=account(noindex=True)))
        (gone,) = await stage.retracted(1)
    assert (gone.target, gone.scope) == ("mastodon:ada@social.example", "author")
    assert await stage.texts() == ["hello #kaleido"]


async def test_what_cannot_be_read_is_kept_where_it_is_public(stage: Stage, server: MastodonStandIn) -> None:
    """Its bytes are the status, and what follows is heard."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "when was this? #kaleido", created_at="yesterday"))
        await server.post(status(2, "good #kaleido"))
        await stage.passed()
        (letter,) = await stage.lettered(1)
    assert json.loads(letter.raw)["created_at"] == "yesterday"
    assert "created_at" in letter.reason
    assert await stage.texts() == ["good #kaleido"]


async def test_a_record_of_ten_megabytes(stage: Stage, server: MastodonStandIn) -> None:
    """It is a dead letter without bytes; the connection stays."""
    async with stage.listening():
        await stage.follows()
        await server.say("update", json.dumps(status(1, "x" * 10_000_000)))
        await server.post(status(2, "good #kaleido"))
        await stage.passed()
        (letter,) = await stage.lettered(1)
    assert (letter.raw, letter.size > 10_000_000) == (b"", True)
    assert await stage.texts() == ["good #kaleido"]
    assert stage.paused == []


async def test_unknown_events_are_passed_over(stage: Stage, server: MastodonStandIn) -> None:
    """So are those that concern the account that listens."""
    async with stage.listening():
        await stage.follows()
        for event in ("filters_changed", "notification", "announcement.reaction", "from.the.future"):
            await server.say(event, '{"id":"1"}')
        await stage.passed()
    assert (await stage.texts(), await stage.letters(), stage.paused) == ([], [], [])


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


async def test_public_streams_are_filtered_here(stage: Stage, server: MastodonStandIn) -> None:
    """Of all that a server knows, what is listened for is taken; what a hashtag chose must only not be excluded."""
    stage.streams = ("public", "hashtag:prisma")
    stage.matcher.listen(MatchConfig(terms=("kaleido",), exclude=("casino",), languages=("en",)), {})
    async with stage.listening():
        await stage.until(lambda: server.following == ["hashtag:prisma", "public"])
        await stage.passed(stream="public")
        for n, text in enumerate(("the kaleido", "something else", "kaleido casino")):
            await server.post(status(n + 1, text), "public")
        for n, text in enumerate(("only #prisma", "casino #prisma")):
            await server.post(status(n + 11, text), "hashtag:prisma")
        await server.post(status(20, "vain suomeksi #prisma", language="fi"), "hashtag:prisma")
        await stage.passed(stream="public")
        await server.post(status(21, "the last #prisma"), "hashtag:prisma")
        await stage.until(lambda: "hashtag:prisma" in server.following)
    assert sorted(await stage.texts()) == ["only #prisma", "the kaleido"]


async def test_two_servers_tell_of_one_post(
    log: SqliteLog, tmp_path: Path, server: MastodonStandIn, other: MastodonStandIn
) -> None:
    """It is one mention of one author, and a deletion at either takes it back."""
    stage = Stage(log, tmp_path, server, other)
    at_home = account(acct="ada")
    at_home.pop("uri")
    async with stage.listening():
        await stage.follows()
        await stage.follows(server=1)
        one = status(1, "heard twice #kaleido", local=100)
        await server.post(one)
        await stage.passed()
        await other.post({**one, "id": "200", "account": at_home})
        await stage.passed(server=1)
        (mention,) = await stage.mentions()
        await other.say("delete", "100")
        await stage.passed(server=1)
        assert await stage.retractions() == []
        await other.say("delete", "200")
        (gone,) = await stage.retracted(1)
        assert gone.target == mention.id
        await server.say("delete", "100")
        await stage.passed()
        assert len(await stage.retractions()) == 1


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
