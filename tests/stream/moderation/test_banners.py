"""Banners: strangers under a new tag, a new site or one answered post are a raid where their accounts look made."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from stream.mention import Author, Mention, Person, Target
from stream.moderation import Chain
from stream.moderation.banners import FRESH_MS, LISTENED_MS, Banners
from stream.moderation.evidence import by_sign

NOW = 1_700_000_000_000
INSULTS = [
    "clown", "what a joke", "sit down", "nobody asked", "delete this", "resign already", "so embarrassing", "stop lying",
    "you are done", "no",
]  # fmt: skip


def said(number: int, text: str, at: int, who: str, *, target: str = "", tags: tuple[str, ...] = ()) -> Mention:
    author = Author(f"x:{who}", who, followers=300 + number)
    answered = Target(target, "x:star") if target else None
    kind = "reply" if target else "post"
    return Mention(
        f"x:{who}.{number}", "x", kind, NOW + at, NOW + at, author, text=text, lang="en", target=answered, hashtags=tags
    )


def people(until: int) -> list[Mention]:
    """Forty who are there: one post every ten seconds."""
    words = ["bridge", "harbour", "lantern", "stage", "kitchen", "ticket", "morning", "garden", "window", "engine"]
    return [
        said(n, f"{words[n % 10]} {words[n * 3 % 10]} {words[n * 7 % 10]} number{n}", n * 10_000, f"regular{n % 40}")
        for n in range(until // 10_000)
    ]


def here(authors: Sequence[str], before: int) -> list[bool]:
    return [author.startswith("x:regular") for author in authors]


def raided(posts: Sequence[Mention]) -> set[str]:
    """The posts that are held after an hour of ordinary talk."""
    chain = Chain()
    chain.hear_all([*people(3_600_000), *posts])
    chain.raids.look(here)
    return {p.id for p in posts if chain.judge(p, 0).what == "hold"}


def test_strangers_who_insult_one_in_many_ways_are_held() -> None:
    """Replies of accounts named by number to one post are one raid, though no two say the same; and so is who joins them."""
    posts = [
        said(n, INSULTS[n % 10], 3_600_000 + n * 900, f"user{n * 7919 + 100_000}", target="x:talk") for n in range(20)
    ]
    assert raided(posts) == {p.id for p in posts}


def test_strangers_who_insult_one_below_many_posts_are_held() -> None:
    """Replies to five posts of one person, a few to each, are one raid, and so are posts that begin with the name."""
    posts = [
        said(n, INSULTS[n % 10], 3_600_000 + n * 900, f"user{n * 7919 + 100_000}", target=f"x:talk{n % 5}")
        for n in range(20)
    ]
    assert raided(posts) == {p.id for p in posts}
    named = [
        msgspec.structs.replace(
            p, kind="post", target=None, mentions=(Person("x:star", "star"),), text=f"@star {p.text}"
        )
        for p in posts
    ]
    assert raided(named) == {p.id for p in named}
    assert raided([msgspec.structs.replace(p, text=f"with {p.text}") for p in named]) == set()


def test_a_person_whom_others_answer_too_is_no_banner() -> None:
    """Where those who were there before answer the same person, nobody's reply is held because strangers insult there."""
    posts = [
        said(n, INSULTS[n % 10], 3_600_000 + n * 900, f"user{n * 7919 + 100_000}", target=f"x:talk{n % 5}")
        for n in range(20)
    ]
    guests = [said(100 + n, f"see you at {n}", 3_590_000 + n, f"regular{n}", target=f"x:hello{n}") for n in range(5)]
    assert raided([*guests, *posts]) == set()


def test_strangers_who_cheer_under_one_post_pass() -> None:
    """What draws strangers of every kind to one post is no raid."""
    posts = [
        said(n, INSULTS[n % 10], 3_600_000 + n * 900, f"{'abcdefghij'[n % 10]}.{n}", target="x:talk") for n in range(20)
    ]
    assert raided(posts) == set()


def test_a_tag_that_was_there_is_no_banner() -> None:
    """A tag is one while it is new, in any spelling; the event's own never is."""
    banners = Banners()
    banners.fresh(said(0, "", 0, "ann", tags=("Kaleido",)))
    assert banners.fresh(said(1, "", 1000, "bob", tags=("kaleido",))) == ()
    new = banners.fresh(said(2, "", LISTENED_MS, "eve", tags=("Kaleido", "Exposed")))
    assert len(new) == 1
    assert banners.fresh(said(3, "", LISTENED_MS + 1000, "mal", tags=("EXPOSED",))) == new
    assert banners.fresh(said(4, "", LISTENED_MS + FRESH_MS + 1, "mal", tags=("EXPOSED",))) == ()


def test_what_was_brought_up_is_remembered_by_a_later_life() -> None:
    """A hub that is started again takes no standing tag for a new one."""
    before, after = Banners(), Banners()
    before.fresh(said(0, "", 0, "ann", tags=("Kaleido",)))
    after.restore(before.save())
    assert after.fresh(said(1, "", FRESH_MS + 1, "bob", tags=("Kaleido",))) == ()
    assert len(after.fresh(said(2, "", FRESH_MS + 1, "bob", tags=("New",)))) == 1


def test_what_others_say_here_is_no_raid() -> None:
    """Strangers who use the words that everybody here uses are not held, for those would be, too."""
    how = "How long was the queue at the kitchen"
    before = [said(n, how, 3_500_000 - n * 70_000, f"regular{n}") for n in range(8)]
    posts = [said(n, how, 3_600_000 + n * 900, f"user{n * 7919 + 100_000}") for n in range(9)]
    assert raided([*before, *posts]) == set()
    assert raided(posts) == {p.id for p in posts}


def test_emoji_alone_are_what_is_said() -> None:
    """Strangers who flood a tag with the same few emoji, in any order and number, are a raid."""
    posts = [
        said(
            n,
            f"{'🤡💩🐍'[n % 3] * (n % 4 + 1)}{'💩🐍🤡'[n % 2]} #Kaleido",
            3_600_000 + n * 900,
            f"user{n * 7919 + 100_000}",
        )
        for n in range(20)
    ]
    assert raided(posts) == {p.id for p in posts}


def test_look_alike_letters_hide_no_text() -> None:
    """Copies in which letters are of other alphabets are copies."""
    text = "The band tonight is fake and the real singers were paid"
    alike = ["a", "e", "i", "o", "p"]
    posts = [
        said(n, text.replace(alike[n % 5], "аеіор"[n % 5]), 3_600_000 + n * 900, f"user{n * 7919 + 100_000}")
        for n in range(20)
    ]
    assert raided(posts) == {p.id for p in posts}


def test_young_accounts_count_where_their_age_is_told() -> None:
    """The same cheers are held where all accounts were opened in the week before."""
    posts = [
        said(n, INSULTS[n % 10], 3_600_000 + n * 900, f"{'abcdefghij'[n % 10]}.{n}", target="x:talk") for n in range(20)
    ]
    young = [
        msgspec.structs.replace(p, author=msgspec.structs.replace(p.author, since=p.at - 5 * 86_400_000, followers=2))
        for p in posts
    ]
    assert raided(young) == {p.id for p in posts}


def test_the_absence_of_a_sign_says_little() -> None:
    """A sign that all have is strong, one that few have no reason against, and one that is usual here none for."""
    assert by_sign(10, 0, 0.0) > 5.0
    assert -0.7 < by_sign(0, 30, 0.0) < 0.0
    assert by_sign(10, 0, 0.8) < 1.0


def test_a_template_of_slots_is_one_text() -> None:
    """Strangers whose texts share a few rare words each, from slots of three, are a raid."""
    slots = [
        ["organisers", "founders", "bosses"], ["swindle", "cheated", "defraud"], ["riggers", "drummers", "carpenters"],
        ["since", "during", "throughout"], ["january", "springtime", "weeks"], ["demand", "request", "reclaim"],
        ["refunds", "tickets", "deposits"], ["tonight", "today", "immediately"],
    ]  # fmt: skip
    posts = [
        said(
            n,
            " ".join(slot[(n * (k + 1) + n // 3) % 3] for k, slot in enumerate(slots)),
            3_600_000 + n * 900,
            f"user{n}00000",
        )
        for n in range(30)
    ]
    assert len({p.text for p in posts}) > 8
    assert len(raided(posts)) > 25


def test_a_tag_under_which_others_stand_too_is_not_held_whole() -> None:
    """Raiders who take a crowd's new tag hide behind it, but who was there before is not held with them."""
    tags = ("Derby",)
    raiders = [said(n, INSULTS[n % 10], 3_600_000 + n * 900, f"user{n * 7919 + 100_000}", tags=tags) for n in range(60)]
    guests = [said(1000 + n, f"goal number {n}", 3_599_000 + n * 7000, f"regular{n}", tags=tags) for n in range(6)]
    assert raided(raiders) == {p.id for p in raiders}
    assert not raided([*raiders, *guests]) & {p.id for p in guests}


def test_one_of_the_many_texts_of_a_crowd_takes_more() -> None:
    """What a few strangers say alike is held where they stand alone, not where they answer a post as a crowd does."""
    few = [
        said(n, "fireworks over the water", 3_600_000 + n * 900, f"{'abcdefghij'[n % 10]}.{n}", target="x:favourite")
        for n in range(16)
    ]
    crowd = [
        said(100 + n, INSULTS[n % 10] * 2, 3_590_000 + n * 500, f"regular{n}", target="x:favourite") for n in range(40)
    ]
    assert raided(few) == {p.id for p in few}
    assert raided([*crowd, *few]) == set()


def test_a_raid_that_takes_up_what_others_say_does_not_take_them_with_it() -> None:
    """Raiders who go on in the words that everybody here uses make nobody's post theirs who was there before."""
    chain = Chain()
    guests = [said(n, "How long was the queue", 3_560_000 + n * 2000, f"regular{n}") for n in range(12)]
    chain.hear_all([*people(3_600_000), *guests])
    words = "kitchen terrible shameful robbery"
    raiders = [said(n, f"queue {words}", 3_600_000 + n * 900, f"user{n * 7919 + 100_000}") for n in range(12)]
    chain.hear_all(raiders[:6])
    chain.raids.look(here)
    assert {chain.judge(p, 0).what for p in raiders[:6]} == {"hold"}
    raiders[6:] = [msgspec.structs.replace(p, text=f"long queue {words}") for p in raiders[6:]]
    chain.hear_all(raiders[6:])
    chain.raids.look(here)
    assert {chain.judge(p, 0).what for p in raiders} == {"hold"}
    assert {chain.judge(p, 0).what for p in guests} == {"none"}
