"""What Mastodon says, good and bad, from a server to the log."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.config.networks import MatchConfig
from stream.log.sqlite import SqliteLog
from tests.faults.mastodon_stage import Stage
from tests.ingest.cable import NOW
from tests.standins.mastodon import MastodonStandIn, account, status

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


async def test_a_post_is_heard(stage: Stage, server: MastodonStandIn) -> None:
    """It has its address as identity, and was seen now."""
    async with stage.listening():
        await stage.follows()
        await server.post(status(1, "Lights on #kaleido"))
        await stage.passed()
    (mention,) = await stage.mentions()
    assert (mention.id, mention.source, mention.seen) == (f"{POST}1", "mastodon", NOW)
    assert mention.author.id == "mastodon:ada@social.example"


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
