"""The raid shield: many strangers who say nearly the same are held as one; guests who cheer are not."""

from __future__ import annotations

from collections.abc import Sequence

from stream.mention import Author, Mention
from stream.moderation import Chain
from stream.moderation.raids import tail
from stream.moderation.sketch import keys, likeness, sketch

TEXT = "Shame on this festival, they cheat their artists and nobody gets paid. Stay away tonight"
NOW = 1_700_000_000_000


def post(number: int, text: str = TEXT, *, author: str = "", at: int = 0, followers: int = 0) -> Mention:
    who = author or f"x:stranger{number}"
    return Mention(
        f"x:{number}", "x", "post", NOW + at, NOW + at, Author(who, who, followers=followers), text=text, lang="en"
    )


def nobody(authors: Sequence[str], before: int) -> list[bool]:
    return [False for _ in authors]


def everybody(authors: Sequence[str], before: int) -> list[bool]:
    return [True for _ in authors]


def hear(chain: Chain, posts: Sequence[Mention]) -> None:
    for p in posts:
        chain.hear(p)


def test_strangers_who_say_the_same_are_held_as_one() -> None:
    """Five strangers with one text in a minute are a raid: also what they said before it was one, and who joins."""
    chain = Chain()
    raiders = [post(i, f"{TEXT} {'!' * i}", at=i * 1000) for i in range(6)]
    hear(chain, raiders)
    assert chain.judge(raiders[0], 0).what == "none"
    assert set(chain.raids.look(nobody)) == {p.id for p in raiders}
    verdicts = {chain.judge(p, 0) for p in [*raiders, post(9, at=20_000)]}
    assert {v.what for v in verdicts} == {"hold"}
    assert len({v.raid for v in verdicts}) == 1
    assert chain.judge(post(10, "A lovely evening by the harbour with friends"), 0).what == "none"


def test_people_who_were_there_before_are_no_raid() -> None:
    """The same text from regulars, or from people with many followers, passes."""
    chain = Chain()
    hear(chain, [post(i, at=i * 1000) for i in range(20)])
    assert chain.raids.look(everybody) == []
    chain = Chain()
    hear(chain, [post(i, at=i * 1000, followers=5000) for i in range(20)])
    assert chain.raids.look(nobody) == []


def test_one_who_repeats_is_no_raid() -> None:
    """One account does not make many, however often it speaks."""
    chain = Chain()
    hear(chain, [post(i, author="x:one", at=i * 1000) for i in range(20)])
    assert chain.raids.look(nobody) == []


def test_what_comes_slowly_is_no_raid() -> None:
    """The same words once in five minutes are a habit, not an attack."""
    chain = Chain()
    for i in range(12):
        chain.hear(post(i, at=i * 300_000))
        assert chain.raids.look(nobody) == []


def test_a_decision_is_for_all_of_it() -> None:
    """Hidden rejects every post of the raid, approved lets them pass, and taking it back holds them again."""
    chain = Chain()
    raiders = [post(i, at=i * 1000) for i in range(8)]
    hear(chain, raiders)
    chain.raids.look(nobody)
    (raid,) = chain.raids.all()
    for value, expected in (({"show": "hidden"}, "reject"), ({"show": "approved"}, "none"), (None, "hold")):
        assert set(chain.raids.decide(raid.id, value)) == {p.id for p in raiders}
        assert {chain.judge(p, 0).what for p in raiders} == {expected}


def test_a_record_holds_what_the_hub_that_wrote_it_held() -> None:
    """A hub that reads the record back judges every post as the one that wrote it, before it has heard any."""
    chain = Chain()
    raiders = [post(i, f"{TEXT} {'really ' * (i % 3)}", at=i * 1000) for i in range(30)]
    other = post(99, "They pay the artists well, I know several of them and everybody was happy")
    hear(chain, [*raiders, other])
    chain.raids.look(nobody)
    records = chain.raids.records()
    assert records
    assert chain.raids.records() == {}
    after = Chain()
    for raid_id, data in records.items():
        after.raids.remember(raid_id, data)
    assert [after.judge(p, 0).what for p in [*raiders, other]] == [chain.judge(p, 0).what for p in [*raiders, other]]
    assert b"festival" not in b"".join(records.values())


def test_a_checkpoint_goes_on_in_the_middle() -> None:
    """A raid that has begun before a restart and goes on after it is found as if there had been none."""
    chain, after = Chain(), Chain()
    raiders = [post(i, at=i * 1000) for i in range(6)]
    hear(chain, raiders[:3])
    after.restore(chain.save())
    hear(after, raiders[3:])
    after.raids.look(nobody)
    assert {after.judge(p, 0).what for p in raiders} == {"hold"}


def test_it_is_over_when_the_window_forgets_it() -> None:
    """A raid that ended before the window is let go."""
    chain = Chain()
    hear(chain, [post(i, at=i * 1000) for i in range(8)])
    chain.raids.look(nobody)
    assert chain.raids.prune(NOW) == []
    assert len(chain.raids.prune(NOW + 3_600_000)) == 1
    assert chain.judge(post(50), 0).what == "none"


def test_likeness_of_sketches() -> None:
    """The same words are alike whatever their order, others are not, and like texts mostly share a key."""
    one, other = sketch("shame upon this festival they cheat"), sketch("they cheat this festival shame upon")
    assert likeness(one, other) == 1.0
    assert likeness(one, sketch("lovely evening with friends down here")) == 0.0
    assert set(keys(one)) & set(keys(sketch("shame upon this festival they cheat everybody")))
    assert keys(sketch("hello")) == ()
    assert len(sketch("東京でひどいことが起きている")) > 5


def test_chance() -> None:
    """Four strangers of four are a surprise where nearly all are known, twenty where half are."""
    assert tail(4, 1.0, 0.0) < 0.0001 < tail(4, 1.0, 0.2)
    assert tail(20, 0.95, 0.5) < 0.0001 < tail(20, 0.6, 0.5)
