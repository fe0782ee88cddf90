"""The book of posts that want an answer: open, claimed, answered or set aside, by staff or by an answer of our own. Pure.

What it says is a function of the posts that it has heard and of what staff decided, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from stream.act.wants import Judge, Reasons, brands_answers, median
from stream.config import TrackConfig
from stream.mention import Mention
from stream.wire.messages import Answers

State = Literal["open", "claimed", "answered", "aside"]
STATES: Final[tuple[State, ...]] = ("claimed", "answered", "aside")
"""What staff can decide; null opens it again."""
MOST: Final = 3000
"""Posts that are kept; of many more the oldest go."""
SPARE: Final = 500
LISTED: Final = 100


class Want(msgspec.Struct, frozen=True):
    """A post that wants an answer. ``at`` is when it was written; ``by`` and ``since`` (ms) belong to its state."""

    id: str
    at: int
    reasons: Reasons
    state: State = "open"
    by: str = ""
    since: int = 0
    own: bool = False
    """Whether an answer of our own was heard, rather than told by staff."""


class Book:
    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._wants: dict[str, Want] = {}
        self._answers: dict[str, tuple[int, str]] = {}
        """By post the first answer of ours: when, and by whom."""
        self._answer_of: dict[str, tuple[str, int, str]] = {}
        """By answer which post, when, by whom: a deleted answer answers nothing."""
        self._decided: dict[str, Mapping[str, Any]] = {}

    def follow(self, tracks: Mapping[str, TrackConfig]) -> None:
        """The tracks are these now; whoever calls lets the book hear all posts again."""
        self._judge.follow(tracks)

    @property
    def knows_us(self) -> bool:
        """Whether anything says which posts are to us."""
        return self._judge.knows_us

    def hear(self, post_id: str, row: Mention) -> None:
        """A post, or a new edit of it."""
        answered = brands_answers(row, self._judge.is_ours)
        if answered is not None:
            self._answer_of[post_id] = (answered, row.at, row.author.name or row.author.handle or row.author.id)
            self._count(answered)
            return
        reasons = self._judge.reasons(row)
        if reasons is None:
            self._wants.pop(post_id, None)
            return
        self._wants[post_id] = Want(post_id, row.at, reasons)
        if len(self._wants) >= MOST + SPARE:
            oldest = sorted(self._wants.values(), key=lambda want: (want.at, want.id))
            for old in oldest[:SPARE]:
                del self._wants[old.id]

    def forget(self, post_id: str) -> None:
        """A post is gone: it wants nothing, and if it was an answer of ours it answers nothing."""
        self._wants.pop(post_id, None)
        if (answer := self._answer_of.pop(post_id, None)) is not None:
            self._count(answer[0])

    def decide(self, post_id: str, value: Mapping[str, Any] | None) -> None:
        """What staff say of a post: ``{"state", "by", "at"}``; None opens it again."""
        if value is None:
            self._decided.pop(post_id, None)
        else:
            self._decided[post_id] = value

    def wants(self, living: Callable[[Sequence[str]], set[str]]) -> list[Want]:
        """Every post that wants an answer and is ``living`` still: open ones first, the weightiest, then the oldest."""
        if not self._wants:
            return []
        there = living(list(self._wants))
        found = [self._stands(want) for want in self._wants.values() if want.id in there]
        order = {"open": 0, "claimed": 1, "answered": 2, "aside": 3}
        return sorted(found, key=lambda w: (order[w.state], -w.reasons.weight, w.at, w.id))

    def state(self, post_id: str) -> Want | None:
        """One of them as it stands."""
        want = self._wants.get(post_id)
        return self._stands(want) if want is not None else None

    def forget_before(self, at: int) -> None:
        """Posts written before ``at`` are held no longer."""
        for post_id in [id for id, want in self._wants.items() if want.at < at]:
            del self._wants[post_id]
        for answer in [id for id, (_, when, _) in self._answer_of.items() if when < at]:
            post_id = self._answer_of.pop(answer)[0]
            self._count(post_id)

    def _stands(self, want: Want) -> Want:
        decided = self._decided.get(want.id, {})
        told = decided.get("state")
        answer = self._answers.get(want.id)
        if answer is not None and not (told == "answered" and int(decided["at"]) <= answer[0]):
            return msgspec.structs.replace(want, state="answered", by=answer[1], since=answer[0], own=True)
        if told in STATES:
            return msgspec.structs.replace(want, state=told, by=str(decided["by"]), since=int(decided["at"]))
        return want

    def _count(self, post_id: str) -> None:
        answers = [(at, by) for of, at, by in self._answer_of.values() if of == post_id]
        if answers:
            self._answers[post_id] = min(answers)
        else:
            self._answers.pop(post_id, None)


def tally(wants: list[Want]) -> Answers:
    """The figures of what ``Book.wants`` gave."""
    states = [want.state for want in wants]
    took = [max(0, want.since - want.at) for want in wants if want.state == "answered"]
    return Answers(states.count("open"), states.count("claimed"), states.count("answered"), median(took))
