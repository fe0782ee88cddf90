"""X misbehaves; what the log holds afterwards is exact."""

from __future__ import annotations

import asyncio

import pytest

from stream.config.networks import MatchConfig
from stream.mention import NO_DELETIONS, Retraction
from tests.faults.x_stage import Desk, ids, saying
from tests.ingest.cable import NOW
from tests.standins.x import HEARTBEAT, Refuse, Stage, XStandIn, message, post_id, wire


async def test_what_x_says_is_in_the_log_once(desk: Desk) -> None:
    """Posts told twice, late and out of order are there once, flagged because nobody would tell of their end."""

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 2), message(NOW - 90_000, 1), message(NOW, 2))
        await stage.say(message(NOW, 3), message(NOW - 90_000, 1))
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        found = await desk.mentions(3)
        assert [m.id for m in found] == [
            f"x:{post_id(NOW - 90_000, 1)}",
            f"x:{post_id(NOW, 2)}",
            f"x:{post_id(NOW, 3)}",
        ]
        assert all(NO_DELETIONS in m.flags and m.source == "x" and m.seen == NOW for m in found)
        assert desk.spent == 5


async def test_a_character_cut_in_two_is_whole_again(desk: Desk) -> None:
    """Pieces may end anywhere, also inside a letter or an emoji."""
    data = wire(message(NOW, 1, "Hafenfähre 🚢 harbour"))

    async def play(stage: Stage) -> None:
        for i in range(0, len(data), 7):
            await stage.raw(data[i : i + 7])
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        (mention,) = await desk.mentions(1)
        assert mention.text == "Hafenfähre 🚢 harbour"


@pytest.mark.parametrize("then", ["end", "hang up"])
async def test_a_stream_that_ends_is_opened_again(desk: Desk, then: str) -> None:
    """However it ends, the next one begins after X's shortest pause, and repeats are counted once."""
    async with XStandIn(saying(1, 2, then=then), saying(2, 3)) as x, desk.listening(x):
        assert await desk.ids(3) == ids(1, 2, 3)
        assert desk.pauses == [0.25]


async def test_the_network_is_asked_again_ever_more_slowly(desk: Desk) -> None:
    """Each break in a row adds a quarter of a second; X's rules stay as they are."""
    plays = [saying(n, then="end") for n in range(4)]
    async with XStandIn(*plays) as x, desk.listening(x):
        await desk.until(lambda: len(desk.pauses) == 4)
        assert desk.pauses == [0.25, 0.5, 0.75, 1.0]
        assert len(x.changes) == 1


async def test_a_quiet_stream_is_alive(desk: Desk) -> None:
    """Heartbeats alone are a sign of life and no reason to go."""

    async def play(stage: Stage) -> None:
        for _ in range(5):
            await stage.raw(HEARTBEAT)
        await stage.say(message(NOW, 1))
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        await desk.mentions(1)
        assert (len(x.streams()), desk.pauses) == (1, [])


async def test_a_dead_stream_is_left(desk: Desk) -> None:
    """Without a heartbeat the connection is given up and made again."""
    async with XStandIn(saying(1), saying(2)) as x, desk.listening(x, silence_s=0.2):
        assert await desk.ids(2) == ids(1, 2)
        assert desk.faults[0] == "no post and no heartbeat came for too long"


async def test_a_server_that_is_away_is_waited_for(desk: Desk) -> None:
    """While nobody listens at the address the source waits, by the rules for networks."""
    x = XStandIn(saying(1))
    async with x:
        pass
    async with desk.listening(x):
        await desk.until(lambda: len(desk.pauses) >= 3)
        async with x:
            await desk.mentions(1)
    assert desk.pauses[:3] == [0.25, 0.5, 0.75]
    assert desk.faults[0].startswith("X cannot be reached")


async def test_errors_of_the_server_double_the_pause(desk: Desk) -> None:
    """A 503 is tried again after five seconds, then ten."""
    plays = (Refuse(503), Refuse(503, {"title": "Service Unavailable"}), saying(1))
    async with XStandIn(*plays) as x, desk.listening(x):
        await desk.mentions(1)
    assert desk.pauses == [5.0, 10.0]
    assert desk.faults == ["X answers 503", "X answers 503: Service Unavailable"]


async def test_too_many_requests_are_believed(desk: Desk) -> None:
    """After a 429 nothing is asked before the time that X names, and a minute at least."""
    reset = Refuse(429, x_rate_limit_reset=str(NOW // 1000 + 700))
    plays = (reset, Refuse(429, retry_after="900"), Refuse(429), saying(1))
    async with XStandIn(*plays) as x, desk.listening(x):
        await desk.mentions(1)
    assert desk.pauses == [701.0, 900.0, 480.0]


@pytest.mark.parametrize(
    ("refusal", "advice"),
    [
        (Refuse(401, {"title": "Unauthorized"}), "AGORA_X_TOKEN"),
        (Refuse(402), "buy credits"),
        (Refuse(403, {"detail": "client-not-enrolled"}), "give its app access"),
        (Refuse(429, {"type": "https://api.x.com/2/problems/usage-capped", "title": "UsageCapExceeded"}), "raise it"),
    ],
)
async def test_what_a_person_must_mend_stops_it(desk: Desk, refusal: Refuse, advice: str) -> None:
    """A refused token or an empty purse is told with what to do, and looked at again from time to time."""
    async with XStandIn(refusal, saying(1)) as x, desk.listening(x):
        await desk.mentions(1)
    assert desk.conditions == {"stopped"}
    assert advice in desk.faults[0]
    assert desk.pauses[0] >= 900.0


async def test_a_wrong_or_missing_token_stops_it(desk: Desk) -> None:
    """Without a good token nothing is heard, and the sentence says where it belongs."""
    for token in ("", "bad"):
        desk.pauses.clear()
        async with XStandIn() as x, desk.listening(x, token=token):
            await desk.until(lambda: bool(desk.pauses))
    assert desk.conditions == {"stopped"}
    assert all("AGORA_X_TOKEN" in fault for fault in desk.faults)


@pytest.mark.parametrize("in_band", [True, False])
async def test_a_second_connection_is_told_as_such(desk: Desk, in_band: bool) -> None:
    """X's refusal of one connection too many is named, in the stream or as an answer."""
    problem = {"title": "ConnectionException", "detail": "maximum", "connection_issue": "TooManyConnections"}

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1), problem)
        await stage.hold()

    async with XStandIn(play if in_band else Refuse(429, problem), saying(1, 2)) as x, desk.listening(x):
        assert await desk.ids(2) == ids(1, 2)
    assert "another connection" in desk.faults[0]
    assert desk.pauses == [120.0]


async def test_a_disconnect_is_announced_in_the_stream(desk: Desk) -> None:
    """After an operational disconnect the stream is opened again at once; what was said before it counts."""
    errors = {"errors": [{"title": "operational-disconnect", "disconnect_type": "Upstream", "detail": "for reasons"}]}

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1), errors)
        await stage.hold()

    async with XStandIn(play, saying(2)) as x, desk.listening(x):
        assert await desk.ids(2) == ids(1, 2)
    assert (desk.faults, desk.pauses) == (["X ended the stream: for reasons"], [0.25])


async def test_what_cannot_be_read_becomes_a_dead_letter(desk: Desk) -> None:
    """Broken JSON, an unknown message and a monster are kept aside, and the rest goes on."""

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1))
        await stage.raw(b'{"data":{"id":"5",\r\n{"surprise":1}\r\n')
        for _ in range(10):
            await stage.raw(b"x" * 1_000_000)
        await stage.raw(b"\n[[[[\n" + wire(message(NOW, 2)))
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        assert await desk.ids(2) == ids(1, 2)
        broken, unknown, monster, torn = await desk.letters(4)
    assert (unknown.reason, unknown.raw) == ("no post and no notice: it has surprise", b'{"surprise":1}')
    assert (monster.size, len(monster.raw)) == (10_000_000, 65_536)
    assert (broken.raw, torn.raw) == (b'{"data":{"id":"5",', b"[[[[")


async def test_what_is_not_for_everybody_leaves_no_trace(desk: Desk) -> None:
    """Posts of protected accounts and withheld ones enter no topic; they are paid for and counted."""
    hidden, held = message(NOW, 1), message(NOW, 2, withheld={"country_codes": ["DE"]})
    hidden["includes"]["users"][0]["protected"] = True

    async def play(stage: Stage) -> None:
        await stage.say(hidden, held, message(NOW, 3))
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        assert await desk.ids(1) == ids(3)
        assert (desk.x.dropped, desk.spent) == ({"protected": 1, "withheld": 1, "excluded": 0}, 3)
        assert await desk.letters() == []


async def test_an_edit_changes_the_post(desk: Desk) -> None:
    """A later version is an edit of the first, also where that was never heard."""
    first, second = post_id(NOW, 1), post_id(NOW, 2)
    unheard = post_id(NOW - 60_000, 9)

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1, edit_history_tweet_ids=[first]))
        await stage.say(message(NOW, 2, edit_history_tweet_ids=[first, second]))
        await stage.say(message(NOW, 3, edit_history_tweet_ids=[unheard, post_id(NOW, 3)]))
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        found = await desk.ids(4)
    assert found == {f"x:{first}": 1, f"x:{first}@1": 1, f"x:{unheard}": 1, f"x:{unheard}@1": 1}


async def test_counts_of_the_original_become_tallies(desk: Desk) -> None:
    """A retweet tells what X counted of a post that is ours."""
    original = {**message(NOW, 1)["data"], "public_metrics": {"like_count": 40, "retweet_count": 9, "reply_count": 2}}
    retweet = message(NOW, 2, referenced_tweets=[{"type": "retweeted", "id": original["id"]}])
    retweet["includes"]["tweets"] = [original]

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1), retweet)
        await stage.hold()

    async with XStandIn(play) as x:
        async with desk.listening(x):
            await desk.mentions(2)
        (tally,) = [m for m in await desk.mentions(3) if m.kind == "tally"]
    assert tally.target is not None
    assert tally.target.id == f"x:{original['id']}"
    assert tally.weight is not None
    assert (tally.weight.likes, tally.weight.reposts) == (40, 9)


async def test_a_post_that_x_no_longer_finds_is_gone(desk: Desk) -> None:
    """An error about a post to which another refers retracts it, if it is ours."""
    gone = {"resource_type": "tweet", "type": "https://api.x.com/2/problems/resource-not-found"}

    async def play(stage: Stage) -> None:
        await stage.say(message(NOW, 1), message(NOW, 2))
        errors = [{**gone, "resource_id": post_id(NOW, 1)}, {**gone, "resource_id": "4"}, {"title": "odd"}]
        await stage.say({**message(NOW, 3), "errors": errors})
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        assert await desk.retractions(1) == [Retraction(f"x:{post_id(NOW, 1)}", "post", NOW)]


async def test_exclusions_and_other_people_s_rules_are_kept_out(desk: Desk) -> None:
    """What matched only a rule of somebody else, or says what is excluded, is not ours."""
    desk.matcher.listen(MatchConfig(terms=("harbour",), exclude=("spam*",)), {})
    foreign = {**message(NOW, 1), "matching_rules": [{"id": "900", "tag": "their study"}]}

    async def play(stage: Stage) -> None:
        await stage.say(foreign, message(NOW, 2, "harbour spammers"), message(NOW, 3))
        await stage.hold()

    async with XStandIn(play) as x, desk.listening(x):
        assert await desk.ids(1) == ids(3)
        assert desk.x.dropped == {"another's rule": 1, "excluded": 1}


async def test_an_enterprise_contract_tells_of_deletions(desk: Desk) -> None:
    """Its compliance streams retract posts and authors, also by the id of a later version; backfill is asked for."""
    first, second = post_id(NOW, 1), post_id(NOW, 2)
    heard = asyncio.Event()

    async def compliance(stage: Stage) -> None:
        await heard.wait()
        await stage.say(
            {"data": {"tweet_edit": {"tweet": {"id": first}, "initial_tweet_id": first, "edit_tweet_ids": [second]}}},
            {"data": {"delete": {"tweet": {"id": second, "author_id": "71"}, "event_at": "2025-06-15T15:06:41.000Z"}}},
            {"data": {"delete": {"tweet": {"id": "404", "author_id": "1"}}}},
            {"data": {"undrop": {"tweet": {"id": "404"}}}},
        )
        await stage.raw(b"torn\r\n")
        await stage.hold()

    async def closed(stage: Stage) -> None:
        await heard.wait()
        await stage.say({"data": {"user_delete": {"user": {"id": "73"}, "event_at": "2025-06-15T15:06:42.000Z"}}})
        await stage.end()

    async with XStandIn(saying(1, 3, then="end"), saying(4)) as x:
        x.compliance = {
            ("/2/tweets/compliance/stream", "2"): compliance, ("/2/users/compliance/stream", "1"): closed,
        }  # fmt: skip
        async with desk.listening(x, enterprise=True):
            found = await desk.mentions(3)
            heard.set()
            gone = await desk.retractions(2)
            (letter,) = await desk.letters(1)
    assert not any(NO_DELETIONS in mention.flags for mention in found)
    assert {(r.target, r.scope, r.reason) for r in gone} == {
        (f"x:{first}", "post", "deleted"), ("x:73", "author", "account deleted"),
    }  # fmt: skip
    assert letter.raw == b"torn"
    assert [e.query.get("backfill_minutes") for e in x.streams()] == [None, ["1"]]
    assert len([e for e in x.seen if "compliance" in e.path]) >= 8


@pytest.mark.parametrize(
    "ending",
    [
        wire({"errors": [{"title": "operational-disconnect", "disconnect_type": "Upstream"}]}),
        wire({"title": "ConnectionException", "connection_issue": "TooManyConnections"}),
    ],
)
async def test_notices_end_like_posts(desk: Desk, ending: bytes) -> None:
    """A stream of notices that X ends is opened again, and a monster in it is kept aside."""

    async def play(stage: Stage) -> None:
        await stage.raw(b"y" * 1_100_000 + b"\n" + ending)
        await stage.hold()

    async with XStandIn() as x:
        x.compliance = {("/2/users/compliance/stream", "3"): play}
        async with desk.listening(x, enterprise=True):
            await desk.until(lambda: len([e for e in x.seen if "users" in e.path]) > 4)
