"""Stories: what is said again, in the same or nearly the same words, or with the same link, is told once."""

from __future__ import annotations

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
