"""Repetitions: what an author says too often is held, whatever the order in which it was read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.extract import key_of
from stream.mention import Author, Mention
from stream.moderation import Chain, Verdict
from stream.moderation.filters import Words
from stream.moderation.repeated import MANY, REPEAT_MS, REPEATS, Repeated

TEXT = "Visit our stand in hall five today! https://example.com/"


def post(number: int, *, at: int = 0, text: str = TEXT, author: str = "x:9", name: str = "Ann") -> Mention:
    return Mention(f"x:{number}", "x", "post", at, at, Author(author, "ann", name), text=text, lang="en")


def verdicts(chain: Chain, posts: list[Mention]) -> dict[str, str]:
    return {p.id: chain.judge(p, 0).what for p in posts}


def test_the_fourth_time_is_held() -> None:
    """The fourth time within ten minutes waits for staff; others' posts, and what is said later, do not."""
    chain = Chain()
    posts = [post(i, at=i * 1000, text=f"{TEXT}{i}") for i in range(REPEATS)]
    for p in posts:
        chain.hear(p)
    other = post(8, at=5000, author="x:other")
    fourth = post(9, at=6000, name="Another name")
    later = post(10, at=3_600_000)
    for p in (other, fourth, later):
        chain.hear(p)
    assert set(verdicts(chain, [*posts, other, later]).values()) == {"none"}
    assert chain.judge(fourth, 0) == Verdict("hold", "said 4 times in ten minutes")


def test_small_changes_are_the_same_text() -> None:
    """Capitals, signs and spaces make no other text."""
    chain = Chain()
    said = [
        "Come to our stand today, friends",
        "COME to our stand today friends!!",
        "come to our  stand, today: friends",
    ]
    for i, text in enumerate(said):
        chain.hear(post(i, at=i, text=text))
    assert chain.judge(post(4, at=10, text="Come, to our stand today friends…"), 0).what == "hold"


def test_thanks_may_be_said_often() -> None:
    """Short courtesies are no spam."""
    chain = Chain()
    posts = [post(i, at=i, text="Thank you!") for i in range(20)]
    assert [other for p in posts for other in chain.hear(p)] == []
    assert set(verdicts(chain, posts).values()) == {"none"}


def test_heard_again() -> None:
    """A post that is heard twice counts once."""
    chain = Chain()
    for _ in range(5):
        chain.hear(post(1))
    assert chain.judge(post(2, at=1), 0).what == "none"


def test_a_late_one_holds_the_next() -> None:
    """Who reads an earlier post late is told which later ones are held now, and freed when it goes."""
    chain = Chain()
    posts = [post(i, at=i * 1000) for i in range(4)]
    for p in posts[1:]:
        assert chain.hear(p) == []
    assert verdicts(chain, posts)["x:3"] == "none"
    assert key_of("x:3") in chain.hear(posts[0])
    assert verdicts(chain, posts)["x:3"] == "hold"
    assert key_of("x:3") in chain.forget(posts[1])
    assert verdicts(chain, posts)["x:3"] == "none"


def test_pruned() -> None:
    """What is forgotten does not count, and who stays is named to be judged anew."""
    chain = Chain()
    posts = [post(i, at=i * 1000) for i in range(4)]
    for p in posts:
        chain.hear(p)
    assert chain.prune(500) == [key_of(p.id) for p in posts[1:]]
    assert verdicts(chain, posts[1:]) == {"x:1": "none", "x:2": "none", "x:3": "none"}
    assert chain.prune(10_000) == []
    assert len(chain._repeated._heard) == 0


def test_only_who_changes_is_named() -> None:
    """Whoever says the same a thousand times is held but for the first three of what is known, and only these are named."""
    chain = Chain()
    posts = [post(i, at=i * 1000) for i in range(2 * MANY)]
    assert chain.hear_all(posts) == []
    assert chain.judge(posts[300], 0) == Verdict("hold", "said 301 times in ten minutes")
    assert chain.prune(20_000) == [key_of(p.id) for p in posts[20:23]]
    assert chain.forget(posts[20]) == [key_of("x:23")]
    late = post(9_999, at=19_500)
    assert chain.hear(late) == [key_of("x:23")]


def test_beyond_a_thousand_nobody_counts() -> None:
    """A flood is counted to a thousand."""
    chain = Chain()
    posts = [post(i, at=i) for i in range(2 * MANY)]
    chain.hear_all(posts)
    assert chain.judge(posts[-1], 0) == Verdict("hold", "said more than 1000 times in ten minutes")


@pytest.mark.parametrize("gone", [0, 3])
@given(times=st.lists(st.integers(0, 2 * REPEAT_MS), min_size=1, max_size=12), random=st.randoms(use_true_random=False))
def test_any_order(gone: int, times: list[int], random) -> None:
    """In any order, with retractions and a restart in between, the verdicts are the same, and who changed is named."""
    said = {f"x:{i}": Words(TEXT, mention=post(i, at=at)) for i, at in enumerate(times)}
    left = list(said)[gone:]
    one, other = Repeated(), Repeated()
    for name in left:
        one.hear(said[name])
    shuffled = list(said)
    random.shuffle(shuffled)
    known: dict[str, str] = {}

    def look(posts: list[int]) -> None:
        names = [name for name in said if key_of(name) in posts]
        known.update({name: other.judge(said[name], 0).what for name in names})

    for i, name in enumerate(shuffled):
        look([*other.hear(said[name]), key_of(name)])
        if i == len(shuffled) // 2:
            saved, other = other.save(), Repeated()
            other.restore(saved)
    for name in list(said)[:gone]:
        look(other.forget(said[name]))
    assert {name: known[name] for name in left} == {name: one.judge(said[name], 0).what for name in left}
