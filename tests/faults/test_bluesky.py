"""What Bluesky tells of posts and people, whole or broken, and what the log holds at the end is exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.config.networks import MatchConfig
from stream.log.sqlite import SqliteLog
from stream.mention import Target
from tests.faults.bluesky_stage import Stage
from tests.standins.jetstream import (
    Jetstream,
    ProfileService,
    about,
    account,
    commit,
    did,
    edit,
    gone,
    identity,
    post,
    uri,
)


@pytest.fixture
def stage(log: SqliteLog, tmp_path: Path, host: Jetstream, people: ProfileService) -> Stage:
    return Stage(log, tmp_path, host, profiles=people)


async def test_what_matches_is_taken_with_its_author(stage: Stage, host: Jetstream, people: ProfileService) -> None:
    """Of all that passes only what is listened for reaches the log, with name, handle, picture and followers."""
    people.know("ada", avatar="https://cdn.example/ada.jpg", followersCount=7)
    async with stage.listening():
        await host.say(
            post("ada", "1", "A lantern at the pier"),
            post("bo", "1", "Nothing"),
            about("bo", "2", uri("x", "y"), "like"),
        )
        await stage.passed(host)
    taken = (await stage.mentions())[0]
    assert (taken.text, taken.author.handle, taken.author.name) == ("A lantern at the pier", "ada.example", "Ada")
    assert (taken.author.avatar, taken.author.followers) == ("https://cdn.example/ada.jpg", 7)
    assert len(await stage.mentions()) == 2
    assert await stage.rejected() == []


async def test_an_edit_changes_what_was_said(stage: Stage, host: Jetstream) -> None:
    """An edit follows its post; one that leaves our matter takes the post away; one that enters it brings it."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"), post("ada", "2", "lantern two"), post("ada", "3", "other"))
        await host.say(edit("ada", "1", "lantern, at last", "r2"), edit("ada", "2", "sorry", "r3"))
        await host.say(edit("ada", "4", "still other", "r4"), edit("ada", "3", "a lantern now", "r5"))
        await stage.passed(host)
    posts = {m.id: m for m in await stage.mentions()}
    edited = posts[f"bluesky:{uri('ada', '1')}@r2"]
    assert (edited.kind, edited.text) == ("edit", "lantern, at last")
    assert edited.target == Target(f"bluesky:{uri('ada', '1')}", f"bluesky:{did('ada')}")
    assert [(r.target, r.reason) for r in await stage.retractions()] == [(f"bluesky:{uri('ada', '2')}", "edited")]
    assert await stage.texts() == {"lantern one": 1, "lantern two": 1, "lantern, at last": 1, "a lantern now": 2}


async def test_a_deletion_takes_the_reposts_along(stage: Stage, host: Jetstream) -> None:
    """Only what was published is retracted, and every repost of it."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"), post("ada", "2", "unheard"))
        await host.say(about("bo", "3", uri("ada", "1"), "repost"), about("bo", "4", uri("ada", "2"), "repost"))
        await stage.taken(2)
        await host.say(gone("ada", "2"), gone("ada", "1"), gone("zoe", "9"))
        await stage.passed(host)
    repost = next(m for m in await stage.mentions() if m.kind == "repost")
    assert (repost.text, repost.author.handle) == ("lantern one", "bo.example")
    assert {r.target for r in await stage.retractions()} == {
        f"bluesky:{uri('ada', '1')}", f"bluesky:{uri('bo', '3', 'app.bsky.feed.repost')}",
    }  # fmt: skip


async def test_reactions_are_counted_exactly(stage: Stage, host: Jetstream) -> None:
    """Likes, reposts and replies count once each, a taken-back one not at all, strangers' posts never."""
    mine = uri("ada", "1")
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        likes = [about(f"fan{n}", "1", mine, "like") for n in range(5)]
        await host.say(*likes, *likes[:2], gone("fan0", "1", "app.bsky.feed.like"))
        await host.say(about("bo", "1", mine, "repost"), about("bo", "2", uri("zoe", "1"), "like"))
        await host.say(post("cleo", "1", "nice!", reply={"root": {"uri": mine}, "parent": {"uri": mine}}))
        await stage.passed(host)
    assert await stage.tallies() == {f"bluesky:{mine}": (4, 1, 1)}
    assert await stage.texts() == {"lantern one": 2}


@pytest.mark.parametrize("status", ["takendown", "suspended", "deleted", "deactivated", "something new"])
async def test_an_account_is_gone(stage: Stage, host: Jetstream, status: str) -> None:
    """Whatever the reason, everything of the author is retracted; of strangers nothing is said."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"), account("zoe", status), account("ada", status))
        await stage.passed(host)
    assert [(r.target, r.scope) for r in await stage.retractions()] == [(f"bluesky:{did('ada')}", "author")]


async def test_an_active_account_and_a_hosts_trouble_change_nothing(stage: Stage, host: Jetstream) -> None:
    """An account that is active, or throttled by its host, keeps its posts."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"), account("ada"), account("ada", "throttled"))
        await stage.passed(host)
    assert await stage.retractions() == []


async def test_unknown_events_are_counted(stage: Stage, host: Jetstream) -> None:
    """A kind, a collection or an operation from the future is no fault, and neither is a notice."""
    later: list[dict[str, object]] = [
        {"did": did("ada"), "kind": "sync"},
        commit("ada", "1", {"text": "lantern"}, collection="app.bsky.graph.follow"),
        commit("ada", "2", {"text": "lantern"}, operation="resurrect"),
    ]
    async with stage.listening() as source:
        await host.say(*later)
        await host.send(b'{"$type":"message","payload":{"$type":"x#info","name":"OutdatedCursor","message":"m"}}')
        await stage.passed(host)
        assert source.dropped == {"unknown event": 1, "another collection": 1, "unknown operation": 1}
    assert await stage.texts() == {}
    assert await stage.rejected() == []


async def test_broken_json_and_a_record_of_ten_megabytes(stage: Stage, host: Jetstream) -> None:
    """Both become dead letters with their bytes, and the stream goes on over the same connection."""
    async with stage.listening():
        await host.send(b'{"did": "did:plc:ada", "time_us": 12, "kind": "com')
        await host.send(b"\xff\xfe\x00")
        big = host.frame(post("ada", "1", "lantern " * 1_250_000))
        await host.send(big)
        await stage.passed(host)
        assert len(host.asked) == 1
    letters = sorted(await stage.rejected(), key=lambda letter: letter.size)
    assert [letter.size for letter in letters] == [3, 50, len(big)]
    assert letters[1].raw.startswith(b'{"did": "did:plc:ada"')
    assert len(letters[2].raw) == 64 * 1024
    assert await stage.texts() == {}


async def test_broken_words_of_the_unwilling_are_not_kept(
    stage: Stage, host: Jetstream, people: ProfileService
) -> None:
    """What cannot be read is kept without its bytes where its author does not want to be shown, or where it was torn."""
    people.know("shy", labels=[{"val": "!no-unauthenticated"}])
    async with stage.listening():
        for name in ("shy", "ada"):
            await host.send(host.frame(post(name, "1", "lantern")).replace(b'"rkey"', b'"wkey"'))
        await host.send(host.frame(post("ada", "2", "lantern"))[:-12])
        await stage.passed(host)
    assert [(b"shy" in letter.raw, b"ada" in letter.raw) for letter in await stage.rejected()] == [
        (False, False), (False, True), (False, False),
    ]  # fmt: skip


async def test_who_does_not_want_to_be_shown(stage: Stage, host: Jetstream, people: ProfileService) -> None:
    """Neither a label on the post nor one on the profile lets it into any topic; a later one takes everything back."""
    hidden = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    people.know("dot", labels=[{"val": "!no-unauthenticated", "src": did("dot")}])
    async with stage.listening() as source:
        await host.say(post("ada", "1", "secret lantern", labels=hidden), post("dot", "1", "private lantern"))
        await host.send(host.frame(post("ada", "9", "torn lantern", labels=hidden))[:-30])
        await host.say(post("bo", "1", "lantern of bo"))
        await stage.taken(1)
        await host.say(commit("bo", "self", {"labels": hidden}, collection="app.bsky.actor.profile"))
        await stage.passed(host)
        assert source.dropped["!no-unauthenticated"] == 2
    assert await stage.texts() == {"lantern of bo": 1}
    assert [(r.target, r.scope) for r in await stage.retractions()] == [(f"bluesky:{did('bo')}", "author")]
    assert [letter.raw for letter in await stage.rejected()] == [b""]


async def test_the_service_of_profiles_is_silent(stage: Stage, host: Jetstream, people: ProfileService) -> None:
    """Posts go out without names rather than late; later ones have names again, and a wish heard late is kept to."""
    people.know("dot", labels=[{"val": "!no-unauthenticated"}])
    people.faults_to_come = [None]
    stage.patience_s = 0.2
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"), post("dot", "1", "lantern of dot"))
        await stage.until(lambda: len(people.seen) == 1)
        await stage.taken(2)
        await host.say(post("ada", "2", "lantern two"))
        await stage.taken(3)
        stage.clock_s += 10
        await host.say(post("ada", "3", "lantern three"))
        await stage.passed(host)
        await stage.until_retracted(f"bluesky:{did('dot')}")
    handles = {m.text: m.author.handle for m in await stage.mentions()}
    assert (handles["lantern one"], handles["lantern two"]) == ("", "")
    assert handles["lantern three"] == "ada.example"


@pytest.mark.parametrize(
    "fault",
    [(429, {"Retry-After": "30"}, b""), (503, {}, b""), (200, {}, b'{"profiles": [{"di'), (200, {}, b" " * (2 << 20))],
)
async def test_the_service_of_profiles_refuses(
    stage: Stage, host: Jetstream, people: ProfileService, fault: tuple[int, dict[str, str], bytes]
) -> None:
    """It is left alone as long as it asks for; nothing is lost meanwhile."""
    people.faults_to_come = [fault]
    async with stage.listening() as source:
        await host.say(post("ada", "1", "lantern one"))
        await stage.taken(1)
        await host.say(post("bo", "1", "lantern two"))
        await stage.taken(2)
        assert len(people.seen) == 1
        assert "posts have no names" in source.complaint
        stage.clock_s += 31
        await host.say(post("cleo", "1", "lantern three"))
        await stage.passed(host)
        assert source.complaint == ""
    handles = {m.text: m.author.handle for m in await stage.mentions()}
    assert [handles[f"lantern {n}"] for n in ("one", "two", "three")] == ["", "", "cleo.example"]


async def test_a_new_handle_is_used_from_then_on(stage: Stage, host: Jetstream, people: ProfileService) -> None:
    """An identity event renames whom we know without asking again."""
    async with stage.listening():
        await host.say(post("ada", "1", "lantern one"))
        await stage.taken(1)
        await host.say(identity("ada", "ada.harbour.example"), post("ada", "2", "lantern two"))
        await stage.passed(host)
    handles = {m.text: m.author.handle for m in await stage.mentions()}
    assert (handles["lantern one"], handles["lantern two"]) == ("ada.example", "ada.harbour.example")
    assert sum(did("ada") in seen.query["actors"] for seen in people.seen) == 1


async def test_accounts_are_heard_by_their_handles(stage: Stage, host: Jetstream, people: ProfileService) -> None:
    """Events tell ids only; whose the handles are is asked for, and kept through a rename."""
    stage.matcher.listen(MatchConfig(terms=("lantern", "@bo.example"), accounts=("@ada.example", "nobody.example")), {})
    reply = {"root": {"uri": uri("bo", "1")}, "parent": {"uri": uri("bo", "1")}}
    async with stage.listening():
        await stage.passed(host)
        await host.say(identity("ada", "other.example"), post("ada", "1", "whatever"), post("bo", "1", "unheard"))
        await host.say(post("cleo", "1", "hello", reply=reply), post("cleo", "2", "to nobody"))
        await stage.passed(host)
    assert await stage.texts() == {"whatever": 1, "hello": 1}
