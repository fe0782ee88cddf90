"""The parts of the ear for Bluesky, each by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ingest.bluesky import line as lines
from ingest.bluesky import listener as listeners
from ingest.bluesky import profile_cache, profiles
from ingest.bluesky.cursor import AHEAD_US, REWIND_US, Cursor
from ingest.bluesky.line import Line
from ingest.bluesky.listener import Listener
from ingest.bluesky.profile_cache import KEPT_MS, Profile, ProfileCache
from ingest.bluesky.profiles import Profiles, retry_after_s
from ingest.matching import Matcher
from ingest.source import Context, Deletion, Item, Reaction, Takedown, make
from stream.config import Config, PrivacyConfig
from stream.config.networks import BlueskyConfig, MatchConfig
from stream.mention import Mention, Rejected
from tests.ingest.cable import NOW
from tests.standins.jetstream import Jetstream, ProfileService, about, account, commit, did, edit, gone, post, uri

US = NOW * 1000
HOST = "ws://here"


@given(st.builds(Cursor, st.integers(1, 10**17), st.integers(0, 10**14), st.just(HOST)))
def test_a_cursor_survives_the_disk(cursor: Cursor) -> None:
    """What was written is what is read, and a v1 cursor holds no number."""
    read = Cursor.read(str(cursor))
    assert (read.time_us, read.seq) == (cursor.time_us, cursor.seq)
    assert Cursor.read(str(read)) == read


@pytest.mark.parametrize("written", ["", "v1:", "v1:x", "v2:1", "v2:x:1:h", "v3:1", "1725000000000000"])
def test_a_strange_cursor_means_live(written: str) -> None:
    """What nobody wrote is no place in the stream."""
    cursor = Cursor.read(written)
    assert (cursor.asked("v1", HOST), cursor.asked("v2", HOST), str(cursor)) == (None, None, "")


def test_a_cursor_goes_forward_only() -> None:
    """Events from the past do not move it back, those from a far future not at all; a step leads past its own rewind."""
    cursor = Cursor(US)
    assert cursor.after(US - 5, 0, HOST, US).time_us == US
    assert cursor.after(US + 5, 3, HOST, US) == Cursor(US + 5, 3, HOST)
    assert cursor.after(US + AHEAD_US + 1, 9, HOST, US) == cursor
    assert cursor.beyond(7).asked("v1", HOST) == US + 7
    assert cursor.asked("v1", HOST) == US - REWIND_US
    assert Cursor().beyond(7) == Cursor()
    assert Cursor(US, 3, HOST).asked("v2", HOST) == 3
    assert Cursor(US, 3, HOST).asked("v2", HOST, trust_seq=False) == US - REWIND_US
    assert Cursor(US, 3, HOST).asked("v1", HOST) == Cursor(US, 3, HOST).asked("v2", "ws://there") == US - REWIND_US


@pytest.fixture
def listener() -> Listener:
    return Listener(Matcher(MatchConfig(terms=("lantern",))), {}, now=lambda: NOW)


def heard(listener: Listener, *events: dict[str, Any]) -> list[Item]:
    items: list[Item] = []
    for event in events:
        listener.hear(json.dumps({**event, "time_us": US}).encode(), items)
    return items


def test_of_the_network_only_what_is_needed_is_said(listener: Listener) -> None:
    """Posts that match, reactions with nothing but ids, deletions; nothing of other posts."""
    answer = {"parent": {"uri": uri("bo", "9")}, "root": {"uri": uri("bo", "9")}}
    items = heard(
        listener, post("ada", "1", "lantern"), post("ada", "2", "kite"), post("ada", "3", "kite", reply=answer),
        about("ada", "4", uri("bo", "9"), "like"), gone("ada", "5"), account("ada", "deleted"), account("bo"),
    )  # fmt: skip
    assert [type(item) for item in items] == [Mention, Reaction, Reaction, Deletion, Takedown]
    assert isinstance(items[1], Reaction)
    assert (items[1].kind, items[1].target, items[1].mention) == ("reply", f"bluesky:{uri('bo', '9')}", None)


def test_a_reply_that_matches_is_both(listener: Listener) -> None:
    """It is a mention of its own, and counts as an answer."""
    items = heard(listener, post("ada", "1", "lantern", reply={"parent": {"uri": uri("bo", "9")}}))
    assert [type(item) for item in items] == [Mention, Reaction]


def test_words_are_kept_for_those_who_repeat_them(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repost of a post heard lately has its words, the edited ones; not of one that is gone, or long ago."""
    monkeypatch.setattr(listeners, "RECENT", 3)
    heard(listener, *(post("ada", f"{n}", f"lantern {n}") for n in range(5)), edit("ada", "3", "lantern edited", "r2"))
    heard(listener, gone("ada", "4"), edit("ada", "2", "kite", "r2"))

    def words(rkey: str) -> str:
        (reaction,) = heard(listener, about("bo", f"r{rkey}", uri("ada", rkey), "repost"))
        assert isinstance(reaction, Reaction)
        assert reaction.mention is not None
        return reaction.mention.text

    assert [words(str(n)) for n in range(5)] == ["", "", "", "lantern edited", ""]
    heard(listener, account("ada", "suspended"))
    assert words("3") == ""


def test_withheld_by_an_edit(listener: Listener) -> None:
    """An author who asks later not to be shown takes the post back."""
    labels = {"values": [{"val": "!no-unauthenticated"}]}
    items = heard(listener, post("ada", "1", "lantern"), edit("ada", "1", "lantern", "r2", labels=labels))
    assert items[1] == Deletion(f"bluesky:{uri('ada', '1')}", NOW, "withheld")
    assert listener.dropped == {"!no-unauthenticated": 1}


def test_profiles_that_change_are_told(listener: Listener) -> None:
    """A changed or deleted profile is to be asked for again; one that says nothing readable is a dead letter."""
    profile = "app.bsky.actor.profile"
    items = heard(
        listener, commit("ada", "self", {"displayName": "A"}, collection=profile), gone("bo", "self", profile),
        commit("cleo", "self", {"text": 3}, collection=profile),
        {**about("dot", "1", uri("ada", "1"), "like"), "commit": {"operation": "update", "collection": "app.bsky.feed.like",
         "rkey": "1"}},
    )  # fmt: skip
    assert listener.changed == {did("ada"), did("bo"), did("cleo")}
    assert [type(item) for item in items] == [Rejected]


def test_several_languages_are_tried() -> None:
    """A post in two languages is heard when one of them is listened for."""
    listener = Listener(Matcher(MatchConfig(terms=("lantern",), languages=("fi",))), {}, now=lambda: NOW)
    assert heard(listener, post("ada", "1", "lantern", langs=["en"])) == []
    assert len(heard(listener, post("ada", "1", "lantern", langs=["en", "fi"]))) == 1


def test_a_frame_too_large_to_read_still_tells_its_time(listener: Listener) -> None:
    """The cursor moves past it."""
    items: list[Item] = []
    said = listener.hear(b'{"did":"x","time_us":12,"kind":"' + b"x" * (1 << 20), items)
    assert said is not None
    assert said.time_us == 12
    assert listener.hear(b" " * (2 << 20), items) is None
    assert [type(item) for item in items] == [Rejected, Rejected]


@pytest.fixture
def cache(tmp_path: Path) -> ProfileCache:
    return ProfileCache(tmp_path / "profiles.db", lambda: NOW)


def test_profiles_are_kept_for_a_week(tmp_path: Path) -> None:
    """Then they are forgotten, and one that nobody knew much sooner; a clock that went back forgets them too."""
    clock = [NOW]
    cache = ProfileCache(tmp_path / "p.db", lambda: clock[0])
    cache.put([Profile("did:a", "a.example", "A"), Profile("did:b", absent=True)])
    assert set(cache.get(["did:a", "did:b", "did:c"])) == {"did:a", "did:b"}
    clock[0] += KEPT_MS - 1
    assert set(cache.get(["did:a", "did:b"])) == {"did:a"}
    clock[0] += 1
    assert cache.get(["did:a"]) == {}
    clock[0] = NOW - 1
    assert cache.get(["did:a"]) == {}


def test_profiles_take_bounded_room(cache: ProfileCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first."""
    monkeypatch.setattr(profile_cache, "ROWS", 10)
    monkeypatch.setattr(profile_cache, "SWEEP", 5)
    for n in range(30):
        cache.put([Profile(f"did:{n}")])
    assert len(cache.get([f"did:{n}" for n in range(30)])) <= 15


def test_a_damaged_cache_begins_anew(tmp_path: Path) -> None:
    """It holds nothing that cannot be asked for again; and a disk that fails makes it forgetful only."""
    path = tmp_path / "p.db"
    path.write_bytes(b"no database" * 1000)
    cache = ProfileCache(path, lambda: NOW)
    cache.put([Profile("did:a", "a.example")])
    cache.rename({"did:a": "b.example", "did:c": "c.example"})
    assert cache.get(["did:a", "did:c"]) == {"did:a": Profile("did:a", "b.example")}
    cache.forget(["did:a"])
    assert cache.get(["did:a"]) == {}
    cache.close()
    cache.put([Profile("did:a")])
    assert cache.get(["did:a"]) == {}


@pytest.fixture
async def people() -> AsyncIterator[ProfileService]:
    async with ProfileService() as service:
        yield service


@pytest.fixture
async def who(people: ProfileService, cache: ProfileCache) -> AsyncIterator[Profiles]:
    made = Profiles(
        people.url, cache, now=lambda: NOW, monotonic=lambda: 0.0, draw=lambda: 1.0, agent="Agora/1", patience_s=10,
        timeout_s=10,
    )  # fmt: skip
    yield made
    await made.close()


async def test_profiles_are_asked_for_in_chunks_and_once(people: ProfileService, who: Profiles) -> None:
    """Sixty accounts are three calls; then nobody is asked again. Who is not known is nobody."""
    names = [f"p{n}" for n in range(60)]
    for name in names[:-1]:
        people.know(name)
    known = await who.of([did(name) for name in names])
    assert sorted(len(seen.query["actors"]) for seen in people.seen) == [10, 25, 25]
    assert known[did("p3")].handle == "p3.example"
    assert known[did("p59")].absent
    assert people.seen[0].headers["user-agent"] == "Agora/1"
    assert len(await who.of([did(name) for name in names])) == 60
    assert len(people.seen) == 3


async def test_calls_under_way_are_bounded(
    people: ProfileService, who: Profiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has to wait too long is asked for later; of those who wait the oldest are given up."""
    monkeypatch.setattr(profiles, "OWED", 30)
    for n in range(200):
        people.know(f"p{n}")
    everybody = [did(f"p{n}") for n in range(200)]
    assert len(await who.of(everybody)) == 100
    assert await who.of([]) == {}
    while len(people.seen) < 6:
        await asyncio.sleep(0.001)
        await who.of([])


async def test_what_a_profile_asks_for(people: ProfileService, who: Profiles) -> None:
    """Labels withhold and flag unless they are taken back; so does a bio that wants no robots; odd values become none."""
    people.know("hidden", labels=[{"val": "!no-unauthenticated"}])
    people.know("shown", labels=[{"val": "!no-unauthenticated", "neg": True}, {"val": "porn"}, {"val": "bot"}])
    people.know("quiet", description="I like kites. #NoBot")
    people.know("odd", displayName="a\x00b", avatar="x" * 3000, followersCount=-4)
    people.known[did("odd")]["handle"] = "handle.invalid"
    people.know("broken", followersCount="many", displayName=3, avatar=[], labels=[{"val": "!hide"}])
    people.know("vague", labels=["!no-unauthenticated"])
    known = await who.of([did(n) for n in ("hidden", "shown", "quiet", "odd", "broken", "vague")])
    assert {d.rpartition(":")[2]: p.withheld for d, p in known.items() if p.withheld} == {
        "hidden": "!no-unauthenticated", "quiet": "#nobot", "broken": "!hide", "vague": "unreadable labels",
    }  # fmt: skip
    assert known[did("shown")].flags == ("sensitive", "bot")
    assert known[did("odd")] == Profile(did("odd"))
    assert who.opted_out == {did("hidden"), did("quiet"), did("broken")}


async def test_a_question_that_is_refused_is_not_asked_again(people: ProfileService, who: Profiles) -> None:
    """400 is about the question, not about the service."""
    people.faults_to_come = [(400, {}, b'{"error":"InvalidRequest"}')]
    assert (await who.of([did("ada")]))[did("ada")].absent
    people.know("bo")
    assert (await who.of([did("bo")]))[did("bo")].handle == "bo.example"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), (" 12 ", 12.0), ("", None), ("soon", None), ("Sun, 15 Jun 2025 15:06:50 GMT", 10.0), ("٣", None)],
)
def test_how_long_to_wait(value: str, seconds: float | None) -> None:
    """``Retry-After`` is seconds or a date."""
    assert retry_after_s(value, NOW) == seconds


async def test_a_line_takes_no_more_than_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody reads, the network waits; then everything comes, in order, in bundles of a bounded size."""
    monkeypatch.setattr(lines, "FRAMES", 10)
    async with Jetstream(US) as host:
        for n in range(100):
            host.keep(b"%d" % n)
        async with connect(host.url + "/?cursor=1000000000000000") as socket:
            line = Line(socket, pause=asyncio.sleep, gather_s=0, ping_s=60, pong_s=60)
            got: list[list[bytes]] = []
            async with line:
                async for bundle in line.bundles():
                    got.append(bundle)
                    if sum(map(len, got)) == 100:
                        host.hang_up()
                        break
                with pytest.raises(ConnectionClosed):
                    async for _ in line.bundles():
                        pass
    assert [frame for bundle in got for frame in bundle] == [b"%d" % n for n in range(100)]
    assert max(map(len, got)) <= 10


def context(folder: Path, match: MatchConfig, **bluesky: Any) -> Context:
    config = Config(bluesky=BlueskyConfig(**bluesky), privacy=PrivacyConfig(contact="desk@kaleido.example"))
    return Context(config=config, now=lambda: NOW, folder=folder, matcher=Matcher(match))


def test_a_source_that_would_hear_nothing_is_refused(tmp_path: Path) -> None:
    """No terms, no hosts and no websocket are faults of the configuration, each with a sentence."""
    terms = MatchConfig(terms=("lantern",))
    with pytest.raises(ValueError, match=r"name terms with \[match\] terms"):
        make("bluesky", context(tmp_path, MatchConfig()))
    with pytest.raises(ValueError, match="has no hosts"):
        make("bluesky", context(tmp_path, terms, hosts=()))
    with pytest.raises(ValueError, match="must begin with wss://"):
        make("bluesky", context(tmp_path, terms, hosts=("https://x",)))
    (source,) = make("bluesky", context(tmp_path, MatchConfig(accounts=("ada.example",))))
    assert (source.name, source.tells_deletions, getattr(source, "remembered", False)) == ("bluesky", True, True)


async def test_what_is_asked_of_a_host(tmp_path: Path) -> None:
    """Collections, kinds and the largest frame, in the words of each version; who we are and whom to write to."""
    for envelope, word in (("v1", "wantedCollections"), ("v2", "collections")):
        async with Jetstream(US, envelope=envelope) as host:  # type: ignore[arg-type]
            made = context(tmp_path, MatchConfig(terms=("lantern",)), hosts=(host.url + "/",), envelope=envelope)
            (source,) = make("bluesky", msgspec.structs.replace(made, pause=asyncio.sleep))
            batches = source.batches("")
            assert (await anext(batches)).items == ()
            await batches.aclose()  # type: ignore[attr-defined]
            assert f"{word}=app.bsky.feed.post&{word}=app.bsky.feed.repost&{word}=app.bsky.feed.like" in host.asked[0]
            assert "maxMessageSizeBytes=1048576" in host.asked[0]
            assert ("kinds=commit&kinds=identity&kinds=account" in host.asked[0]) == (envelope == "v2")
            assert "(+desk@kaleido.example)" in host.agents[0]
