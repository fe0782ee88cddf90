"""The gate: which posts' words, names and labels may leave the hub, and why not.

Every post is judged when it is heard, so that it counts as it should, and once more whenever its words are about to leave:
nothing that is remembered here can let a word through that the chain rejects now.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec
import xxhash

from stream.analysis.extract import key_of
from stream.config import ShowConfig
from stream.mention import NO_DELETIONS, Mention
from stream.moderation import Chain
from stream.moderation.chain import NOTHING
from stream.moderation.filters import Judged
from stream.moderation.raid import Raid
from stream.moderation.voices import Acquainted

Standing = Literal["shown", "waiting", "held", "hidden"]

HELD_LIMIT: Final = 10_000
"""How many held posts are listed; older ones stay unseen without being listed."""
MUTE_MS: Final = 15 * 60_000
"""How long a post is shown whose source does not tell of deletions."""
WORDS_LIMIT: Final = 50_000
"""How many judged labels and names are remembered."""


class Passage(NamedTuple):
    """Whether words may leave: ``due`` is the log time at which a waiting post will; ``raid`` the raid that it belongs to."""

    state: Standing
    reason: str = ""
    due: int = 0
    raid: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """A post in the list of the held: since when (log time), and why."""

    since: int
    reason: str
    raid: str = ""


SHOWN: Final = Passage("shown")
UNAPPROVED: Final = "waits for approval"
GUESTBOOK: Final = "guestbook"
UNREAD: Final = "written in the guest book: shown only when approved"
OUTLIVED: Final = Passage("hidden", f"shown for {MUTE_MS // 60_000} minutes: its source does not tell of deletions")


def fingerprint(row: Mention) -> str:
    """What an approval is for: the words, the name and the picture of a post. Another edit has another."""
    parts = (row.text, row.author.name, row.author.handle, row.author.avatar)
    return xxhash.xxh3_64_hexdigest("\x00".join(parts).encode("utf-8", "surrogatepass"))


class Gate:
    """Between the state and every feed. Times are log time in ms; pure. ``live`` is False where the day is over already."""

    def __init__(self, show: ShowConfig, chain: Chain, *, live: bool = True) -> None:
        self._show = show
        self._chain = chain
        self._live = live
        self._delay = int(show.delay_s * 1000)
        self._decided: dict[str, Mapping[str, Any]] = {}
        self._due: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []
        self._until: dict[str, int] = {}
        self._ends: list[tuple[int, str]] = []
        self._anew: set[int] = set()
        self._held: dict[str, Waiting] = {}
        self._words: dict[str, bool] = {}
        self._approvals: dict[str, str] = {}
        self._vouched: frozenset[str] | None = None

    def hear(self, post_id: str, row: Mention, heard: int) -> bool:
        """Note a new post, or a new edit of it, that the log took at ``heard``; whether it counts beyond the numbers."""
        return self.hear_all([(post_id, row, heard)])[0]

    def hear_all(self, posts: Sequence[tuple[str, Mention, int]], known: Mapping[int, Judged] = NOTHING) -> list[bool]:
        """Note posts, each with its id and when it was heard; ``known`` is what a worker has found out of some already,
        by ``id`` of the object. Whether each counts beyond the numbers.
        """
        self._anew.update(self._chain.hear_all([row for _, row, _ in posts], known))
        return [self._note(*post) for post in posts]

    def _note(self, post_id: str, row: Mention, heard: int) -> bool:
        if self._show.mode == "delay" and self._delay:
            due = heard + self._delay
            if due > self._due.get(post_id, 0):
                self._due[post_id] = due
                heapq.heappush(self._queue, (due, post_id))
        if self._live and NO_DELETIONS in row.flags:
            until = heard + MUTE_MS
            if until > self._until.get(post_id, 0):
                self._until[post_id] = until
                heapq.heappush(self._ends, (until, post_id))
        return self._list(post_id, row, heard)

    def unhear(self, row: Mention) -> None:
        """A post that was heard is gone, or is another now."""
        self._anew.update(self._chain.forget(row))

    def take_anew(self) -> set[int]:
        """Keys of posts to ``review``, since others of their author came or went that say the same."""
        anew, self._anew = self._anew, set()
        return anew

    def review(self, post_id: str, row: Mention, heard: int) -> bool:
        """Judge a post anew after a decision; lists it when it is held. Whether it counts beyond the numbers."""
        return self._list(post_id, row, heard)

    def _list(self, post_id: str, row: Mention, heard: int) -> bool:
        passage = self._judged(post_id, row, heard, anew=True)
        if passage.raid:
            self._chain.raids.take(passage.raid, row)
        if passage.state == "held":
            before = self._held.get(post_id)
            self._held[post_id] = Waiting(before.since if before else heard, passage.reason, passage.raid)
        else:
            self._held.pop(post_id, None)
        return passage.state == "shown" or passage.reason == UNAPPROVED

    def decide(self, post_id: str, value: Mapping[str, Any] | None) -> None:
        """What the staff says of one post: ``{"show": "hidden"}`` or ``{"show": "approved", "of": fingerprint}``."""
        self._disapprove(post_id)
        if value is None:
            self._decided.pop(post_id, None)
        else:
            self._decided[post_id] = value

    def block(self, subject: str, key: str, on: bool) -> None:
        """Block or free an author's id or a term."""
        if subject == "author":
            self._chain.block_author(key, on)
        else:
            self._chain.block_term(key, on)
            self._words.clear()

    def look(self, acquainted: Acquainted) -> None:
        """See whether there is a raid; whom it holds is among those to judge anew."""
        self._anew.update(map(key_of, self._chain.raids.look(acquainted)))

    def decide_raid(self, raid_id: str, value: Mapping[str, Any] | None) -> Iterable[int]:
        """What the staff says of a raid: ``{"show": "hidden"}`` or ``{"show": "approved"}``; its posts, by key."""
        return map(key_of, self._chain.raids.decide(raid_id, value))

    def raids(self) -> list[Raid]:
        """The raids in the window, the newest first."""
        return self._chain.raids.all()

    def raid_records(self) -> dict[str, bytes]:
        """What is to be remembered of raids, by id."""
        return self._chain.raids.records()

    def remember_raid(self, raid_id: str, data: bytes | None) -> None:
        """A raid as the log has it. Raises ``ValueError`` for a broken record."""
        self._anew.update(map(key_of, self._chain.raids.remember(raid_id, data)))

    def raids_changed(self) -> tuple[int, int] | None:
        """Once what raids say has stayed the same since the last call, after it had changed: from when until when posts can
        belong to one; those are to be judged anew, as by a hub that knew of the raids from the beginning.
        """
        return self._chain.raids.changed()

    def prune_raids(self, before_ms: int) -> list[str]:
        """Let go of raids whose last post was written before; their ids."""
        return self._chain.raids.prune(before_ms)

    def forget(self, post_id: str) -> None:
        """The post is retracted or has left the window."""
        self._held.pop(post_id, None)
        self._due.pop(post_id, None)
        self._until.pop(post_id, None)
        self._disapprove(post_id)

    def passage(self, post_id: str, row: Mention, now: int) -> Passage:
        """Whether the words of ``row``, the newest edit of the post, may leave at log time ``now``."""
        passage = self._judged(post_id, row, now, anew=False)
        due = self._due.get(post_id, 0)
        if passage.state == "shown" and due > now and not self._approved(post_id, row):
            return Passage("waiting", f"shown {self._show.delay_s:g} s after it was heard", due)
        return passage

    def waits(self, post_id: str, now: int) -> bool:
        """Whether the delay of a post lasts yet."""
        return self._due.get(post_id, 0) > now

    def say(self, words: str) -> bool:
        """Whether a name or a label may be shown."""
        allowed = self._words.get(words)
        if allowed is None:
            if len(self._words) >= WORDS_LIMIT:
                self._words.clear()
            allowed = self._words[words] = self._chain.judge_words(words).what in ("accept", "none")
        return allowed

    def approved_author(self, author_id: str) -> bool:
        """Whether a post of the author was approved, as it is now."""
        if self._vouched is None:
            self._vouched = frozenset(self._approvals.values())
        return author_id in self._vouched

    def ripe(self, now: int) -> bool:
        """Whether a post's delay ended since the last call."""
        found = False
        while self._queue and self._queue[0][0] <= now:
            due, post_id = heapq.heappop(self._queue)
            if self._due.get(post_id) == due:
                del self._due[post_id]
                found = True
        return found

    def outlived(self, now: int) -> list[int]:
        """Keys of posts whose time ended since the last call: of them only the numbers count from now on."""
        found = []
        while self._ends and self._ends[0][0] <= now:
            until, post_id = heapq.heappop(self._ends)
            if self._until.get(post_id) == until:
                del self._until[post_id]
                found.append(key_of(post_id))
        return found

    def unlearn(self, before_ms: int) -> list[int]:
        """Let the chain forget what was written before ``before_ms``, a time that the state has forgotten too; keys of posts
        to ``review``, all within the span of repetitions after it.
        """
        return self._chain.prune(before_ms)

    def prune(self, before: int) -> None:
        """Drop held posts heard before ``before``, and the oldest beyond ``HELD_LIMIT``; they stay unseen."""
        listed = list(self._held.items())
        for i, (post_id, waiting) in enumerate(listed):
            if waiting.since < before or i < len(listed) - HELD_LIMIT:
                del self._held[post_id]

    def held(self) -> Iterator[tuple[str, Waiting]]:
        """Posts that wait for a decision, newest first."""
        return reversed(self._held.items())

    def held_count(self) -> int:
        return len(self._held)

    def save(self) -> dict[str, Any]:
        """What a checkpoint keeps. Decisions are not in it: ``control`` is read anew."""
        return {
            "due": dict(self._due),
            "until": dict(self._until),
            "held": {k: [w.since, w.reason, w.raid] for k, w in self._held.items()},
            "chain": self._chain.save(),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """What ``save`` gave in an earlier life."""
        self._chain.restore(saved["chain"])
        self._due = {k: int(due) for k, due in saved["due"].items()}
        self._queue = [(due, k) for k, due in self._due.items()]
        heapq.heapify(self._queue)
        self._until = {k: int(until) for k, until in saved["until"].items()}
        self._ends = [(until, k) for k, until in self._until.items()]
        heapq.heapify(self._ends)
        self._held = {k: Waiting(int(since), *why) for k, (since, *why) in saved["held"].items()}

    def _approved(self, post_id: str, row: Mention) -> bool:
        """Whether the post was approved as it is now; its author may then be named."""
        decided = self._decided.get(post_id)
        if decided is None or decided.get("show") != "approved" or decided.get("of") != fingerprint(row):
            return False
        if post_id not in self._approvals:
            self._approvals[post_id] = row.author.id
            self._vouched = None
        return True

    def _disapprove(self, post_id: str) -> None:
        if self._approvals.pop(post_id, None) is not None:
            self._vouched = None

    def _judged(self, post_id: str, row: Mention, now: int, *, anew: bool) -> Passage:
        """The standing of a post apart from its delay. A hold lasts until it is judged ``anew``: filters may forget."""
        shown = self._decided.get(post_id, {}).get("show")
        if shown == "hidden":
            return Passage("hidden", "hidden by the staff")
        if row.target is not None and row.kind in ("repost", "quote"):
            original = self._decided.get(row.target.id, {})
            if original.get("show") == "hidden":
                return Passage("hidden", "repeats a post that the staff hid")
        if self._live and NO_DELETIONS in row.flags and post_id not in self._until:
            return OUTLIVED
        verdict = self._chain.judge(row, now)
        if verdict.what == "reject":
            return Passage("hidden", verdict.reason, raid=verdict.raid)
        if self._approved(post_id, row):
            return SHOWN
        if shown == "approved":
            self._disapprove(post_id)
            return Passage("held", "changed since it was approved")
        if verdict.what == "hold":
            return Passage("held", verdict.reason, raid=verdict.raid)
        before = self._held.get(post_id)
        if before is not None and before.reason != UNAPPROVED and not anew:
            return Passage("held", before.reason, raid=before.raid)
        if row.source == GUESTBOOK:
            return Passage("held", UNREAD)
        if self._show.mode == "approve" and verdict.what != "accept":
            return Passage("held", UNAPPROVED)
        return SHOWN
