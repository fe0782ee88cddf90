"""Rising: what more people speak of than before, since when and why; and what is no rise at all."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from stream.analysis import baselines
from stream.analysis.scan import surprise
from stream.analysis.state import State
from stream.config import Config
from stream.hub.feeds import figures, said
from stream.hub.gate import Passage
from stream.mention import Mention
from stream.wire.snapshot import Rising, Snapshot
from tests.stream.analysis.posts import MINUTE, measured, post
from tests.stream.analysis.worlds import LAWS, NOW

WINDOW = 30 * MINUTE
CHATTER = [post(f"c{i}", f"c{i % 40}", text=f"#daily{i % 5} hello", ago_s=i * 6) for i in range(590)]


def rising(*mentions: Mention) -> tuple[Rising, ...]:
    return measured(*mentions).rising


def storm(number: int, text: str = "#storm", people: int = 1000) -> list[Mention]:
    """So many posts in the last three minutes."""
    return [post(f"x{i}", f"x{i % people}", text=text, ago_s=i * 180 / number) for i in range(number)]


@LAWS
@given(st.integers(0, 300), st.floats(0.1, 60), st.integers(0, 300), st.floats(0, 200))
def test_more_is_more_surprising(count: int, length: float, posts: int, buckets: float) -> None:
    """Surprise is a number of nats that grows with the count and with the length of the silence before."""
    found = surprise(float(count), length, float(posts), buckets)
    assert 0.0 <= found <= surprise(count + 1.0, length, float(posts), buckets) + 1e-9 < math.inf
    if posts == 0:
        assert found <= surprise(float(count), length, 0.0, buckets + 10.0) + 1e-9


def test_a_cold_start_is_no_burst() -> None:
    """When all that is known began a minute ago, nothing rises: there is no past to rise from."""
    first = [post(f"f{i}", f"f{i}", text=f"#new{i % 6}", ago_s=i) for i in range(60)]
    assert rising(*first) == ()
    assert rising(*(post(f"t{i}", f"t{i}", text="#three", ago_s=i) for i in range(3)), *CHATTER) == ()


def test_one_who_repeats_himself_is_no_rise() -> None:
    """Thirty posts of three people are no burst; those of thirty are."""
    assert rising(*CHATTER, *storm(30, people=3)) == ()
    assert [found.topic for found in rising(*CHATTER, *storm(30))] == ["#storm"]


def test_what_is_over_rises_no_longer() -> None:
    """A burst ten minutes ago with nothing since is not rising now."""
    past = [post(f"x{i}", f"x{i}", text="#storm", ago_s=600 + i * 6) for i in range(30)]
    assert rising(*CHATTER, *past) == ()


def test_everything_grows_a_little() -> None:
    """Half as much again of what is always said is no burst."""
    more = [post(f"m{i}", f"m{i % 90}", text=f"#daily{i % 5} hello", ago_s=i * 6) for i in range(50)]
    assert rising(*CHATTER, *more) == ()


def test_causes() -> None:
    """A rise names the post that was echoed most, who began, how many spoke, and the topic that came with it."""
    loud = post("loud", "ann", text="The bridge is closed #storm #bridge", ago_s=170)
    echoes = [
        post(f"r{i}", f"r{i}", kind="repost", of=("loud", "ann"), text=loud.text, ago_s=150 - i) for i in range(9)
    ]
    for mention in echoes:
        assert mention.target is not None
    found = rising(*CHATTER, loud, *echoes, *storm(12, "#storm #bridge"))[0]
    assert found.topic in ("#bridge", "#storm")
    assert found.causes is not None
    assert found.causes.posts[0] == "sim:loud"
    assert found.causes.people[0] in ("sim:x11", "sim:ann")
    assert found.causes.voices == 22
    assert {found.topic, *found.causes.topics} >= {"#storm", "#bridge"}


def stormy() -> Snapshot:
    return measured(*CHATTER, *storm(30, "#storm #bridge"))


def passes(post_id: str) -> tuple[Mention, Passage] | None:
    return None if post_id == "sim:x28" else (post(post_id[4:]), Passage("held" if post_id == "sim:x27" else "shown"))


def anything(_: str) -> bool:
    return True


def no_storm(word: str) -> bool:
    return word != "#storm" and "x29" not in word


def test_causes_pass_moderation() -> None:
    """Only posts that are shown are causes, and only words that may be said; the wall's figures have none."""
    causes = stormy().rising[0].causes
    assert causes is not None
    assert causes.posts == ("sim:x28", "sim:x27", "sim:x26")
    for say in (anything, no_storm):
        told = said(stormy(), (), passes, say).rising
        left = told[0].causes
        assert left is not None
        assert left.posts == ("sim:x26",)
        assert all(say(word) for word in (*left.people, *left.topics))
    assert [r.topic for r in told] == ["#bridge"]
    assert left.topics == ()
    assert figures(stormy(), 0, NOW, 0.0, anything).rising[0].causes is None


def remembered(posts: int) -> tuple[Rising, ...]:
    """What rises when memory has two days in each hour of which the topic was said so many times."""
    state = State(Config(), WINDOW)
    last = NOW // baselines.HOUR_MS * baselines.HOUR_MS - baselines.HOUR_MS
    for hour in range(48):
        record = baselines.record(last - hour * baselines.HOUR_MS, WINDOW, {"#storm": posts})
        for subject, value in record.items():
            state.memory.remember(subject, value)
    state.add([*CHATTER, *(post(f"x{i}", f"x{i}", text="#storm", ago_s=i * 60) for i in range(12))])
    state.advance(NOW)
    assert State.from_bytes(state.to_bytes(), Config()).snapshot() == state.snapshot()
    return state.snapshot().rising


def test_memory_knows_what_is_usual() -> None:
    """Twelve posts in twelve minutes after half an hour of silence rise only if earlier hours were silent too."""
    assert [found.topic for found in remembered(0)] == ["#storm"]
    assert remembered(20) == ()
