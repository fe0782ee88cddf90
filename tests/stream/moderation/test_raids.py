"""The raid shield: many strangers who say nearly the same are held as one; guests who cheer are not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from stream.mention import Author, Media, Mention
from stream.moderation import Chain
from stream.moderation.evidence import SURE, by_followers, by_strangers
from stream.moderation.sketch import likeness, sketch

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
    """Twenty strangers with one text in a minute are a raid: also what they said before it was one, and who joins."""
    chain = Chain()
    raiders = [post(i, f"{TEXT} {'!' * i}", at=i * 1000) for i in range(20)]
    hear(chain, raiders)
    assert chain.judge(raiders[0], 0).what == "none"
    assert set(chain.raids.look(nobody)) == {p.id for p in raiders}
    verdicts = {chain.judge(p, 0) for p in [*raiders, post(99, at=20_000)]}
    assert {v.what for v in verdicts} == {"hold"}
    assert len({v.raid for v in verdicts}) == 1
    assert chain.judge(post(100, "A lovely evening by the harbour with friends"), 0).what == "none"


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
    raiders = [post(i, at=i * 1000) for i in range(20)]
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
    raiders = [post(i, at=i * 1000) for i in range(20)]
    hear(chain, raiders[:9])
    after.restore(chain.save())
    hear(after, raiders[9:])
    after.raids.look(nobody)
    assert {after.judge(p, 0).what for p in raiders} == {"hold"}


def test_it_is_over_when_the_window_forgets_it() -> None:
    """A raid that ended before the window is let go."""
    chain = Chain()
    hear(chain, [post(i, at=i * 1000) for i in range(20)])
    chain.raids.look(nobody)
    assert chain.raids.prune(NOW) == []
    assert len(chain.raids.prune(NOW + 3_600_000)) == 1
    assert chain.judge(post(50), 0).what == "none"


def test_likeness_of_sketches() -> None:
    """The same words are alike whatever their order, and others are not."""
    one, other = sketch("shame upon this festival they cheat"), sketch("they cheat this festival shame upon")
    assert likeness(one, other) == 1.0
    assert likeness(one, sketch("lovely evening with friends down here")) == 0.0
    assert len(sketch("東京でひどいことが起きている")) > 5


def test_a_crowd_that_known_voices_join_is_let_go() -> None:
    """What began as a raid of strangers is none when those who were there before say it too; its record is cleared."""
    chain = Chain()
    first = [post(i, at=i * 500) for i in range(20)]
    hear(chain, first)
    chain.raids.look(nobody)
    (raid,) = chain.raids.all()
    assert chain.judge(first[0], 0).what == "hold"
    hear(chain, [post(100 + i, author=f"x:regular{i}", at=11_000 + i * 100) for i in range(30)])
    anew = chain.raids.look(lambda authors, _: [author.startswith("x:regular") for author in authors])
    assert {p.id for p in first} <= set(anew)
    assert chain.judge(first[0], 0).what == "none"
    assert chain.raids.prune(0) == [raid.id]
    assert chain.raids.all() == []


def test_pictures_without_words() -> None:
    """Strangers who all bring the same picture are a raid, whatever folder it lies in; other pictures pass."""
    chain = Chain()
    raiders = [
        msgspec.structs.replace(
            post(i, "#Kaleido", at=i * 1000), media=(Media(f"https://cdn.example/{i}/bafy77@jpeg"),)
        )
        for i in range(20)
    ]
    hear(chain, raiders)
    assert len(chain.raids.look(nobody)) == 20
    assert {chain.judge(p, 0).what for p in raiders} == {"hold"}
    other = msgspec.structs.replace(
        post(50, "Our stage", at=21_000), media=(Media("https://cdn.example/51/other@jpeg"),)
    )
    assert chain.judge(other, 0).what == "none"


def test_a_link_that_others_bring_too_is_no_mark_of_a_raid() -> None:
    """Who brings the event's own link is not held because raiders bring it as well."""
    chain, link = Chain(), ("https://kaleido.example/tickets",)
    hear(chain, [msgspec.structs.replace(post(200, "Tickets for the open stage are here", at=-200_000), links=link)])
    hear(chain, [msgspec.structs.replace(post(i, at=i * 1000), links=link) for i in range(20)])
    assert len(chain.raids.look(nobody)) == 20
    later = msgspec.structs.replace(post(300, "My ticket for Friday has come", at=30_000), links=link)
    assert chain.judge(later, 0).what == "none"


def test_the_ratio_tells_raids_from_crowds() -> None:
    """Strangers alone are a raid sooner or later, sooner with few followers; a crowd of which many are new never is."""
    assert by_strangers(12, 12, 0.63) < SURE < by_strangers(16, 16, 0.63)
    assert by_strangers(9, 9, 0.63) + by_followers(9, 0) > SURE
    assert max(by_strangers(n, round(0.65 * n), 0.63) for n in range(1, 500)) < SURE
    assert by_strangers(20, 20, 0.9) < SURE


def test_what_others_repeat_meanwhile_hides_no_raid() -> None:
    """A raid that began before hundreds of others said something twice is recognised all the same."""

    def guests_are_known(authors: Sequence[str], before: int) -> list[bool]:
        return ["guest" in author for author in authors]

    chain = Chain()
    hear(chain, [post(i, at=i) for i in range(3)])
    chain.raids.look(guests_are_known)
    for i in range(400):
        text = f"wonderful{i} lantern{i} parade{i} harbour{i} evening{i}"
        hear(chain, [post(1000 + 2 * i + k, text, author=f"x:guest{i}_{k}", at=10 + i) for k in range(2)])
    chain.raids.look(guests_are_known)
    raiders = [post(i, at=1000 + i) for i in range(3, 20)]
    hear(chain, raiders)
    assert {p.id for p in raiders} <= set(chain.raids.look(guests_are_known))


def test_a_raid_is_found_once() -> None:
    """A hub that knows a raid from its record, and then reads the posts with which it began, finds no second one."""
    chain, after = Chain(), Chain()
    early, late = ([post(begin + i, at=begin * 1000 + i * 1000) for i in range(20)] for begin in (0, 300))
    for raiders in (early, late):
        hear(chain, raiders)
        chain.raids.look(nobody)
    ((raid_id, data),) = chain.raids.records().items()
    after.raids.remember(raid_id, data)
    hear(after, early[2:])
    after.raids.look(nobody)
    (raid,) = after.raids.all()
    assert (raid.id, len(raid.members)) == (raid_id, 18)


def test_from_when_on_a_raid_holds() -> None:
    """Two minutes before it was recognised, however early the posts that it took; the hub that reads its record agrees."""
    chain, after = Chain(), Chain()
    before = [post(100 + i, at=at) for i, at in enumerate((-210_000, -100_000))]
    raiders = [post(i, at=i * 1000) for i in range(20)]
    hear(chain, [*before, *raiders])
    chain.raids.look(nobody)
    for raid_id, data in chain.raids.records().items():
        after.raids.remember(raid_id, data)
    late = post(200, at=19_000 + 600_000 + 500)
    for posts in (before, raiders, [late]):
        hear(after, posts)
    asked = [*before, *raiders, late]
    assert [chain.judge(p, 0).what for p in asked] == ["none", *["hold"] * 22]
    assert [after.judge(p, 0).what for p in asked] == ["none", *["hold"] * 22]
    assert {len(each.raids.all()[0].members) for each in (chain, after)} == {21, 22}


def test_the_record_of_a_hidden_raid_outlives_the_window() -> None:
    """Reports leave a hidden raid out by its record; that of any other is cleared when the window has forgotten it."""
    for decided, cleared in ((None, 1), ({"show": "approved"}, 1), ({"show": "hidden"}, 0)):
        chain = Chain()
        hear(chain, [post(i, at=i * 1000) for i in range(20)])
        chain.raids.look(nobody)
        (raid,) = chain.raids.all()
        chain.raids.decide(raid.id, decided)
        assert len(chain.raids.prune(NOW + 3_600_000)) == cleared
        assert chain.raids.all() == []
