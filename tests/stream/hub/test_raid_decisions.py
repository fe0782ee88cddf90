"""A raid at the hub: held as one, one decision for all of it, and the same after a restart."""

from __future__ import annotations

from stream.config import ModerationConfig
from stream.mention import Author, Mention
from tests.stream.hub.house import NOW, House, config, post

TEXT = "Shame on this festival, they cheat their artists and nobody gets paid #kaleido"


def house() -> House:
    found = House(config(moderation=ModerationConfig()))
    regulars = [
        post(i, f"Number {i} of {i * 7} lovely things {i * 13}", author=f"regular{i % 9}", at=NOW - 400_000)
        for i in range(30)
    ]
    found.hear(*regulars)
    found.later()
    return found


def raid(count: int = 24) -> list[Mention]:
    return [
        post(
            100 + i,
            f"{TEXT} {'!' * (i % 4)}",
            by=Author(id=f"simulation:r{i}", handle=f"r{i}", name="R"),
            at=NOW - 20_000 + i * 500,
        )
        for i in range(count)
    ]


def test_a_raid_is_one_decision() -> None:
    """Its posts are on no wall and count nowhere but in the numbers; the tablet has one entry with the evidence."""
    here = house()
    here.hear(*raid())
    here.later()
    assert not here.leaks("cheat")
    (told,) = here.told("raids")["raids"]
    assert (told["posts"], told["accounts"], told["strangers"], told["decided"]) == (24, 24, 1.0, "")
    assert told["examples"][0]["text"].startswith("Shame on this festival")
    assert here.told("held")["total"] == 1
    assert here.told("held")["posts"] == []
    states = {p["state"]: p["raid"] for p in here.told("posts")["posts"] if p["id"].startswith("simulation:1")}
    assert states["held"] == told["id"]


def test_hidden_with_its_authors_and_taken_back() -> None:
    """Hiding blocks whom the decision names, in everything they say; taking it back frees them and holds the raid again."""
    here = house()
    here.hear(*raid())
    here.later()
    raid_id = here.told("raids")["raids"][0]["id"]
    authors = here.engine.raiders(raid_id)
    assert len(authors) == 24
    here.engine.decide(f"raid:{raid_id}", {"show": "hidden", "authors": authors})
    here.hear(post(500, "Such a nice day", by=Author(id=authors[0], handle="r0", name="R")))
    here.later()
    assert not here.leaks("nice day")
    assert here.told("held")["total"] == 0
    here.engine.decide(f"raid:{raid_id}", None)
    here.later()
    assert "Such a nice day" in here.cards().values()
    assert here.told("held")["total"] == 1


def test_approved_shows_all_of_it() -> None:
    """A false alarm is one tap."""
    here = house()
    here.hear(*raid())
    here.later()
    here.engine.decide(f"raid:{here.told('raids')['raids'][0]['id']}", {"show": "approved"})
    here.later()
    assert here.leaks("cheat")


def test_a_restart_from_the_log_holds_the_same() -> None:
    """A hub that reads ``memory`` first and then the posts in another order holds what the one before held."""
    here = house()
    here.hear(*raid(40))
    here.later()
    records = [
        here.record("memory", k, v)
        for k, v in here.engine.memories(here.now, here.now).items()
        if k.startswith("raid:")
    ]
    assert records
    after = House(config(moderation=ModerationConfig()), now=here.now)
    after.engine.apply(records, after.now)
    after.hear(*reversed(raid(40)))
    after.later()
    ids = [{p for p, waiting in one.engine.gate.held() if waiting.raid} for one in (here, after)]
    assert len(ids[0]) == 40
    assert ids[0] == ids[1]


def guests(count: int) -> list[Mention]:
    """Different things that regulars say."""
    words = ["lamp", "harbour", "violin", "river", "orchard", "tunnel", "velvet", "copper", "meadow", "signal"]
    texts = (" ".join(f"{word}{i}" for word in words) for i in range(count))
    return [post(1000 + i, text, author=f"regular{i % 9}", at=NOW - 90_000) for i, text in enumerate(texts)]


def raider(number: int, at: int) -> Mention:
    return post(number, TEXT, by=Author(id=f"simulation:r{number}", handle=f"r{number}", name="R"), at=at)


def held(here: House) -> set[str]:
    return {post_id for post_id, waiting in here.engine.gate.held() if waiting.raid}


def test_a_raid_is_held_by_a_hub_that_is_late() -> None:
    """What is read at once after an absence is held as if it had been read as it came."""
    here, others = house(), guests(12_000)
    latecomers = [raider(900 + i, NOW + 150_000 + 40_000 * i) for i in range(3)]
    here.hear(*raid(), *others[:2_000], *latecomers, *others[2_000:])
    here.later()
    assert held(here) == {p.id for p in (*raid(), *latecomers)}


def test_who_came_long_before_a_raid_was_recognised_is_held_with_it() -> None:
    """Thousands of posts later the shield does not remember it; all posts of a raid's time are judged anew once it rests."""
    here, first = house(), raider(900, NOW - 100_000)
    here.hear(first, *guests(9_000), *raid())
    here.later()
    assert first.id not in held(here)
    for _ in range(5):
        here.later()
    assert held(here) == {first.id, *(p.id for p in raid())}
    (told,) = here.told("raids")["raids"]
    assert told["posts"] == 25


def test_a_decision_about_all_posts_does_not_distract_the_shield() -> None:
    """A raid that has begun is recognised, though thousands of posts were judged anew in between."""
    here, raiders = house(), raid()
    here.hear(*guests(9_000), *raiders[:6])
    here.engine.decide("block:term:nothing", {})
    for _ in range(12):
        here.later()
    here.hear(*raiders[6:])
    here.later()
    assert held(here) == {p.id for p in raiders}


def test_a_raid_without_a_post_asks_nobody() -> None:
    """What is only remembered of a raid stands on no tablet and alerts nobody: no post of it is left to decide about."""
    here = house()
    here.hear(*raid())
    here.later()
    records = [
        here.record("memory", k, v)
        for k, v in here.engine.memories(here.now, here.now).items()
        if k.startswith("raid:")
    ]
    after = House(config(moderation=ModerationConfig()), now=here.now)
    after.engine.apply(records, after.now)
    after.later()
    assert after.told("raids")["raids"] == []
    assert after.told("held")["total"] == 0
