"""Stories: what is said again, in the same or nearly the same words, or with the same link, is told once."""

from __future__ import annotations

import pytest

from stream.analysis import folding
from stream.analysis.echoes import link_key
from stream.analysis.stories import STRONGEST
from tests.stream.analysis.posts import measured, post

BRIDGE = "The new bridge over the river opens tomorrow at nine, the mayor cuts the ribbon"
MARKET = "Fresh strawberries at the market today, come early because they sell out fast"


def test_reposts_fold_into_their_post() -> None:
    """A post and its reposts are one story, told by the post, counted by posts and by people."""
    stories = measured(
        post("1", "ann", text=BRIDGE),
        post("2", "ben", kind="repost", of=("1", "ann"), text=BRIDGE),
        post("3", "cem", kind="repost", of=("1", "ann"), text=BRIDGE),
        post("4", "cem", text=MARKET),
    ).stories
    assert [(story.id, story.count, story.voices) for story in stories] == [("sim:1", 3, 3), ("sim:4", 1, 1)]


def test_reposts_fold_without_their_post() -> None:
    """Reposts of a post that was never heard are one story all the same."""
    (story,) = measured(
        post("2", "ben", kind="repost", of=("1", "ann"), text=BRIDGE),
        post("3", "cem", kind="repost", of=("1", "ann"), text=BRIDGE),
    ).stories
    assert (story.count, story.voices) == (2, 2)


def test_near_duplicates_fold() -> None:
    """Small changes, another link and other emoji do not make another story."""
    (story,) = measured(
        post("1", "ann", text=BRIDGE),
        post("2", "ben", text=BRIDGE + "!!! 🎉 https://example.org/x"),
        post("3", "cem", text="RT @ann: " + BRIDGE.replace("tomorrow", "Tomorrow")),
    ).stories
    assert (story.count, story.voices) == (3, 3)


def test_different_texts_stay_apart() -> None:
    """Two texts about two things are two stories, and short ones are never alike by accident."""
    assert len(measured(post("1", text=BRIDGE), post("2", text=MARKET)).stories) == 2
    assert len(measured(post("1", text="yes"), post("2", text="yes")).stories) == 2


def test_one_link_is_one_story() -> None:
    """Posts of one page fold, however the link to it is dressed."""
    (story,) = measured(
        post("1", "ann", text="Have you seen this?", links=("https://www.example.org/bridge/?utm_source=x",)),
        post("2", "ben", text=BRIDGE, links=("http://example.org/bridge",)),
    ).stories
    assert story.count == 2


def test_pages_that_differ_by_what_they_show_stay_apart() -> None:
    """A link's query is part of it where it says which page it is."""
    links = ("https://example.org/watch?v=1", "https://example.org/watch?v=2")
    assert (
        len(
            measured(
                *(
                    post(str(i), text=text, links=(link,))
                    for i, (text, link) in enumerate(zip((BRIDGE, MARKET), links, strict=True))
                )
            ).stories
        )
        == 2
    )


def test_a_retraction_takes_the_reposts_along() -> None:
    """When the post of a story is gone, so is the story, but not what others said in their own words."""
    from stream.analysis.state import State
    from stream.config import Config
    from stream.mention import Retraction
    from tests.stream.analysis.worlds import NOW

    state = State(Config(), 1_800_000)
    state.add(
        [
            post("1", "ann", text=BRIDGE),
            post("2", "ben", kind="repost", of=("1", "ann"), text=BRIDGE),
            post("3", "cem", kind="quote", of=("1", "ann"), text=MARKET),
        ]
    )
    state.advance(NOW)
    state.retract(Retraction("sim:1", "post", NOW))
    snapshot = state.snapshot()
    assert [story.id for story in snapshot.stories] == ["sim:3"]
    assert snapshot.people.edges == ()
    assert snapshot.numbers.posts == 1


def test_the_strongest_comes_first() -> None:
    """More voices count more than more posts, and those more than likes."""
    again = [post(f"b{i}", "ben", kind="repost", of=("1", "ann"), text=BRIDGE) for i in range(3)]
    others = [post(f"m{i}", f"p{i}", kind="repost", of=("4", "dee"), text=MARKET) for i in range(3)]
    stories = measured(post("1", "ann", text=BRIDGE), post("4", "dee", text=MARKET), *again, *others).stories
    assert [story.id for story in stories] == ["sim:4", "sim:1"]


def count(*texts: str, **more: object) -> list[int]:
    """How many posts the stories of some texts have."""
    return sorted(
        story.count for story in measured(*(post(str(i), f"p{i}", text=t, **more) for i, t in enumerate(texts))).stories
    )


@pytest.mark.parametrize(
    "again",
    [
        "RT @ann: " + BRIDGE,
        BRIDGE + " via @ann",
        BRIDGE.upper(),
        "@cem @dee " + BRIDGE,
        BRIDGE + " #bridge #news 🎉",
        "“" + BRIDGE.replace(",", " -") + "”",
        BRIDGE[:52] + "…",
        "RT @ann: " + BRIDGE[:60] + "... https://t.co/abc",
        BRIDGE.replace("mayor", "major"),
        BRIDGE.replace("river", "stream"),
    ],
)
def test_retellings_fold(again: str) -> None:
    """Prefixes, credits, capitals, marks, tags, a cut, a slip and another word tell the same story."""
    assert count(BRIDGE, again) == [2]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            "新しい橋が明日の朝九時に開通します。市長がテープを切ります。",
            "@ann新しい橋が明日の朝九時に開通します。市長がテープを切ります。#橋",
        ),
        (
            "新しい橋が明日の朝九時に開通します。市長がテープを切ります。",
            "【速報】新しい橋が明日の朝九時に開通します！市長がテープを切ります",
        ),
        (
            "สะพานใหม่ข้ามแม่น้ำจะเปิดพรุ่งนี้เก้าโมงเช้า นายกเทศมนตรีจะตัดริบบิ้น",
            "สะพานใหม่ข้ามแม่น้ำจะเปิดพรุ่งนี้เก้าโมงเช้า นายกเทศมนตรีจะตัดริบบิ้น 🎉 #ข่าว",
        ),
        (
            "Uusi silta avataan huomenna aamulla yhdeksältä, pormestari leikkaa nauhan",
            "uusi silta avataan huomenna aamulla yhdeksalta pormestari leikkaa nauhan",
        ),
    ],
)
def test_retellings_fold_in_other_scripts(one: str, two: str) -> None:
    """Japanese and Thai have no spaces, and Finnish is typed without its dots."""
    assert count(one, two) == [2]


@pytest.mark.parametrize(
    "other",
    [
        "I never thought that they would finish this at all after so many years “" + BRIDGE + "”",
        BRIDGE.replace("nine", "10") + " or 11",
    ],
)
def test_a_comment_is_no_retelling(other: str) -> None:
    """A quote with words of one's own is a post of its own, and so is one with other figures."""
    assert count(BRIDGE.replace("nine", "9"), other) == [1, 1]


def test_lines_of_machines_stay_apart() -> None:
    """Lines that differ in their figures, or in whom they thank, say different things."""
    assert count(
        "Weather in Oulu now: 12 degrees and wind from the west",
        "Weather in Oulu now: 14 degrees and wind from the west",
    ) == [1, 1]
    assert count(
        "Thanks @ann for speaking at our evening about the bridge!",
        "Thanks @ben for speaking at our evening about the bridge!",
    ) == [1, 1]


def test_short_thanks_to_different_people_stay_apart() -> None:
    """Many say the same few words to different people."""
    assert count("@ann thank you for stopping by", "@ben thank you for stopping by", kind="reply", of=("9", "x")) == [
        1,
        1,
    ]


def test_lines_about_two_pages_stay_apart() -> None:
    """The same short words above two pages are two stories; above one page, one."""
    texts = ("My statement on the new budget:", "My statement on the new budget")
    pages = ("https://example.org/a", "https://example.org/b")
    two = measured(
        *(post(str(i), f"p{i}", text=t, links=(p,)) for i, (t, p) in enumerate(zip(texts, pages, strict=True)))
    )
    assert len(two.stories) == 2
    assert len(measured(*(post(str(i), f"p{i}", text=t, links=pages[:1]) for i, t in enumerate(texts))).stories) == 1


def test_a_front_page_is_no_story() -> None:
    """Posts that only point to the same site stay apart."""
    link = ("https://www.example.org/",)
    assert (
        len(measured(post("1", "ann", text=BRIDGE, links=link), post("2", "ben", text=MARKET, links=link)).stories) == 2
    )


@pytest.mark.parametrize(
    "dressed",
    [
        "http://www.example.org/page?id=7",
        "https://EXAMPLE.org/page/?id=7&utm_source=x#top",
        "https://m.example.org/page?fbclid=abc&id=7",
    ],
)
def test_a_page_has_one_key(dressed: str) -> None:
    """Schemes, prefixes, capitals of the host, fragments and what only tracks do not make another page."""
    assert link_key(dressed) == link_key("https://example.org/page?id=7") != 0


def test_stories_that_begin_with_hardly_a_word_stay_apart() -> None:
    """Two that say the same fold, but not the pages under which others had put a word before."""
    one, other = ("https://example.org/bridge",), ("https://example.net/bridge",)
    stories = measured(
        post("1", "ann", text="wow", links=one, ago_s=50),
        post("2", "ben", text="look", links=other, ago_s=40),
        post("3", "cem", text=BRIDGE, links=one, ago_s=30),
        post("4", "dan", text=BRIDGE + " at last", links=other, ago_s=20),
    ).stories
    assert sorted(story.count for story in stories) == [2, 2]


def test_a_page_linked_again_days_later_is_another_story() -> None:
    """A standing page does not gather the posts of a quarter of a year."""
    hour, day = 3600.0, 86_400.0
    posts = [
        post(str(i), f"p{i}", ago, text=text, links=("https://example.org/live",))
        for i, (ago, text) in enumerate([(hour, BRIDGE), (2 * hour, MARKET), (5 * day, MARKET[::-1])])
    ]
    assert sorted(story.count for story in measured(*posts, window_ms=7 * 86_400_000).stories) == [1, 2]


def test_stories_do_not_drift_into_one_another() -> None:
    """From copy to copy a text may become another one, which is another story."""
    alphabet = [f"{a}{b}{a}or" for a in "bdfgklmnprst" for b in "aeiou"]
    chain = [" ".join(alphabet[i : i + 20]) for i in range(0, 40, 2)]
    stories = measured(*(post(str(i), f"p{i}", 100 - i, text=text) for i, text in enumerate(chain))).stories
    assert len(stories) > 2
    assert max(story.count for story in stories) < 10


def test_a_repost_of_an_unknown_post_folds_by_its_words() -> None:
    """Where a source does not say what is reposted, the words do."""
    assert count(BRIDGE, "RT @ann: " + BRIDGE, kind="repost") == [2]


def test_the_best_tells_the_story() -> None:
    """A whole post rather than one that was cut, one's own rather than a repost, the stronger rather than the first."""
    first = post("1", "ann", 90, text=BRIDGE[:60] + "…")
    whole = post("2", "ben", 80, text=BRIDGE)
    again = [post(f"r{i}", f"p{i}", 70 - i, kind="repost", of=("3", "cem"), text=BRIDGE) for i in range(3)]
    strong = post("3", "cem", 75, text=BRIDGE + "!")
    assert [story.id for story in measured(first, whole).stories] == ["sim:2"]
    assert [story.id for story in measured(first, whole, strong, *again[:1]).stories] == ["sim:2"]
    assert [story.id for story in measured(first, whole, strong, *again).stories] == ["sim:3"]


def test_a_new_story_is_not_kept_out_by_old_ones_that_are_as_strong() -> None:
    """Of more equally strong stories than are told, those that began last are."""
    number = STRONGEST + 7
    told = measured(
        *(post(f"{n:03}", f"author{n}", 500 - n) for n in range(number)),
        *(post(f"{n:03}r", "echo", 500 - n, kind="repost", of=(f"{n:03}", f"author{n}")) for n in range(number)),
    ).stories
    assert [story.id for story in told] == [f"sim:{n:03}" for n in reversed(range(7, number))]


def test_counts_grow_while_posts_come() -> None:
    """A story loses nobody because others come."""
    counts = []
    posts = []
    for i in range(30):
        posts.append(post(str(i), f"p{i}", 90 - i, text=(BRIDGE + " #news" * (i % 3), BRIDGE.lower(), MARKET)[i % 3]))
        counts.append(max(story.count for story in measured(*posts).stories))
    assert counts == sorted(counts)
    assert counts[-1] == 20


def test_the_most_repeated_fold_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more rows than are all compared, those repeated most still fold."""
    monkeypatch.setattr(folding, "ALL", 50)
    others = [
        post(f"o{i}", f"q{i}", text=f"{chr(97 + i % 26) * 3}{i} talks of number {i} for the {i * 7}th time")
        for i in range(100)
    ]
    told = [post(f"b{i}", f"p{i}", text=BRIDGE + "!" * i) for i in range(9)]
    linked = [
        post(f"l{i}", f"r{i}", text=f"{MARKET[i * 3 :]} {i * i}", links=("https://example.org/x",)) for i in range(5)
    ]
    stories = measured(*others, *told, *linked, post("r", "z", kind="repost", of=("o1", "q1"), text="x")).stories
    assert [story.count for story in stories[:3]] == [9, 5, 2]
