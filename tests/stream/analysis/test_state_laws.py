"""Laws of the state: what it says is a function of the records it has seen, whatever their order and whoever saw them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from itertools import islice

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis import still
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention
from stream.wire.snapshot import encode
from tests.stream.analysis.worlds import CONFIG, LAWS, NOW, WINDOW, World, worlds

EARLIER = NOW - WINDOW // 4

Step = Callable[[State], None]


def steps(world: World) -> list[Step]:
    """What happens in a world, as calls in an order to be shuffled."""
    found: list[Step] = [partial(_add, mention) for mention in world.mentions]
    found += [lambda state, r=retraction: state.retract(r) for retraction in world.retractions]
    found += [lambda state, a=author: state.block(a, True) for author in world.blocked]
    found += [lambda state, p=post: state.show(p, False) for post in world.hidden]
    return found


def _add(mention: Mention, state: State) -> None:
    state.add([mention])


def after(calls: list[Step], times: tuple[int, ...] = (), config: Config = CONFIG) -> State:
    """A state that has seen all calls, its time moved on to each of ``times`` on the way, when somebody looks at it."""
    state = State(config, WINDOW)
    every = max(1, len(calls) // (len(times) + 1))
    moments = iter(times)
    for number, call in enumerate(calls):
        if number % every == 0 and (moment := next(moments, None)) is not None:
            state.snapshot(moment)
        call(state)
    state.advance(NOW)
    return state


def said(state: State) -> tuple[bytes, bytes]:
    """The snapshots now and a quarter of a window ago."""
    return encode(state.snapshot()), encode(state.snapshot(EARLIER))


@LAWS
@given(worlds(), st.randoms(use_true_random=False), st.lists(st.integers(NOW - 3 * WINDOW, NOW), max_size=3))
def test_order_does_not_matter(world: World, shuffle: random.Random, times: list[int]) -> None:
    """Two states that saw the same in different orders, one looked at meanwhile, say the same."""
    calls = steps(world)
    expected = said(after(calls))
    shuffle.shuffle(calls)
    assert said(after(calls, tuple(sorted(times)))) == expected


@LAWS
@given(worlds(), st.randoms(use_true_random=False))
def test_batches_do_not_matter(world: World, shuffle: random.Random) -> None:
    """All mentions at once are the same as one after the other."""
    together = State(CONFIG, WINDOW)
    mentions = list(world.mentions)
    shuffle.shuffle(mentions)
    together.add(mentions)
    for call in steps(msgspec.structs.replace(world, mentions=[])):
        call(together)
    together.advance(NOW)
    assert said(together) == said(after(steps(world)))


@LAWS
@given(worlds(), st.randoms(use_true_random=False), st.sampled_from((None, NOW - WINDOW, NOW)))
def test_merge_is_the_union(world: World, chance: random.Random, moment: int | None) -> None:
    """merge(a, b) says what a state says that saw both halves, and so does merge(b, a)."""
    calls = steps(world)
    parts: tuple[list[Step], list[Step]] = ([], [])
    for call in calls:
        parts[chance.randrange(2)].append(call)
        if chance.random() < 0.2:
            parts[chance.randrange(2)].append(call)
    expected = said(after(calls))
    times = (moment,) if moment is not None else ()
    for one, two in (parts, parts[::-1]):
        state = after(one, times)
        state.merge(after(two))
        assert said(state) == expected


@LAWS
@given(worlds(), st.integers(0, 40), st.sampled_from((None, NOW - WINDOW, NOW)))
def test_restart_equals_no_restart(world: World, cut: int, moment: int | None) -> None:
    """A state that went through bytes in the middle says what one says that did not."""
    calls = steps(world)
    state = State(CONFIG, WINDOW)
    for call in calls[:cut]:
        call(state)
    if moment is not None:
        state.advance(moment)
    state = State.from_bytes(state.to_bytes(), CONFIG)
    for call in calls[cut:]:
        call(state)
    state.advance(NOW)
    assert said(state) == said(after(calls))


@LAWS
@given(worlds(), st.integers(0, 40), st.integers(0, 60))
def test_a_checkpoint_holds_one_moment(world: World, cut: int, read: int) -> None:
    """Whatever comes, changes and goes while a checkpoint is written, it says what was so when it was begun."""
    calls = steps(world)
    state = State(CONFIG, WINDOW)
    for call in calls[:cut]:
        call(state)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(still, "PIECE", 2)
        expected = state.to_bytes()
        pieces = state.save()
        written = list(islice(pieces, read))
        for call in calls[cut:]:
            call(state)
        state.advance(NOW)
        assert written + list(pieces) == expected


def living(world: World) -> list[Mention]:
    """The posts that count, worked out in the plainest way: newest edits applied, what is gone left out."""
    gone = {r.target.partition("@")[0] for r in world.retractions if r.scope == "post"}
    authors = {r.target for r in world.retractions if r.scope == "author"} | set(world.blocked)
    posts: dict[str, Mention] = {}
    for mention in world.mentions:
        if mention.kind not in ("edit", "tally"):
            posts[mention.id] = mention
    lost = gone | {post.id for post in posts.values() if post.author.id in authors}

    def counts(post: Mention) -> bool:
        repost_of = post.target if post.kind == "repost" else None
        return post.id not in lost and (
            repost_of is None or (repost_of.id not in lost and repost_of.author not in authors)
        )

    return [post for post in posts.values() if counts(post)]


@LAWS
@given(worlds())
def test_numbers_are_those_of_the_living(world: World) -> None:
    """Posts, voices, kinds and sources are those of a plain count over what is neither gone nor out of the window."""
    numbers = after(steps(world)).snapshot().numbers
    inside = [post for post in living(world) if NOW - WINDOW < post.at <= NOW]
    assert numbers.posts == len(inside) == sum(numbers.timeline)
    assert numbers.voices == len({post.author.id for post in inside})
    assert numbers.creators == len({post.author.id for post in inside if post.kind == "post"})
    assert sum(numbers.languages.values()) == sum(numbers.sources.values()) == len(inside)
    assert numbers.owned == sum(post.author.role != "public" for post in inside)
    mood = numbers.sentiment
    for counts, share in ((numbers.timeline_positive, mood.positive), (numbers.timeline_negative, mood.negative)):
        assert len(counts) == len(numbers.timeline)
        assert sum(counts) == round(share * mood.known)


@LAWS
@given(worlds())
def test_what_is_gone_leaves_no_trace(world: World) -> None:
    """No section of a snapshot names a retracted or blocked author, and no story or row is one of theirs."""
    state = after(steps(world))
    gone = {r.target for r in world.retractions if r.scope == "author"} | set(world.blocked)
    posts = {r.target for r in world.retractions if r.scope == "post"}
    snapshot = state.snapshot()
    assert not gone & {node.id for node in snapshot.people.nodes}
    assert not gone & {story.author for story in snapshot.stories}
    assert not (posts | set(world.hidden)) & {story.id for story in snapshot.stories}
    assert all(state.row(post) is None for post in posts)


@LAWS
@given(worlds())
def test_unblock_and_show_undo(world: World) -> None:
    """A block and a hide that are taken back leave nothing behind."""
    state = after(steps(world))
    for author in world.blocked:
        state.block(author, False)
    for post in world.hidden:
        state.show(post, True)
    assert said(state) == said(after(steps(msgspec.structs.replace(world, blocked=[], hidden=[]))))


@LAWS
@given(worlds(), st.integers(1, 50))
def test_an_earlier_time_is_what_was_said_then(world: World, ago: int) -> None:
    """snapshot(T') equals the snapshot of a state whose time is T', for the records that both have."""
    then = NOW - ago * WINDOW // 200
    late = after(steps(world))
    early = State(CONFIG, WINDOW)
    for call in steps(world):
        call(early)
    early.advance(then)
    assert encode(late.snapshot(then)) == encode(early.snapshot())


@LAWS
@given(worlds(), st.lists(st.integers(1, 50), max_size=3), st.integers(0, 200))
def test_a_look_at_an_earlier_time_leaves_no_trace(world: World, agos: list[int], on: int) -> None:
    """What is said at T, and later, is the same whether or not anybody asked what had been said before."""
    asked, plain = State(CONFIG, WINDOW), State(CONFIG, WINDOW)
    for state in (asked, plain):
        state.advance(NOW)
    for call in steps(world):
        for state in (asked, plain):
            call(state)
        for ago in agos:
            asked.snapshot(NOW - ago * WINDOW // 200)
        assert encode(asked.snapshot()) == encode(plain.snapshot())
    later = NOW + on * WINDOW // 100
    assert encode(asked.snapshot(later)) == encode(plain.snapshot(later))


@LAWS
@given(worlds())
def test_memory_colours_communities_alike(world: World) -> None:
    """Two states with the same memory give communities the colours that it remembers."""
    first = after(steps(world))
    snapshot = first.snapshot()
    colours = {node.id: 7 for node in snapshot.topics.nodes if node.community == 0}
    memory = Memory(b"key")
    for subject, value in memory.colouring("topics", 1, NOW, colours).items():
        memory.remember(subject, value)
    first.memory = memory
    for node in first.snapshot().topics.nodes:
        assert (node.community == 7) == (node.id in colours)
