"""The staff's room: what tablets read of posts, of those that wait for a decision or want an answer, and of raids.

Only here do words go that the wall may not show; a tablet reads them behind its PIN.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from stream.act.book import LISTED as LISTED_WANTS
from stream.act.book import Book, Want, tally
from stream.act.permalink import permalink
from stream.analysis.state import State
from stream.hub import feeds
from stream.hub.alerts import Sign
from stream.hub.board import Board
from stream.hub.gate import Gate
from stream.hub.metrics import Metrics
from stream.hub.pictures import Pictures
from stream.moderation.raid import Raid
from stream.wire.messages import Answers

RECENT: Final = 200
LISTED: Final = 200
RAID_DO: Final = "Look at it on the Posts page, and hide or approve all of it at once."
EXAMPLES: Final = 3
"""Posts of a raid that are shown to the staff."""


class Staffroom:
    """Puts channels on ``tablet``; ``state_of`` is the state as it is now, ``pinned`` the posts that stand first."""

    def __init__(
        self,
        *,
        state_of: Callable[[], State],
        gate: Gate,
        tablet: Board,
        metrics: Metrics,
        act: Book,
        pinned: Collection[str],
        pictures: Pictures | None = None,
    ) -> None:
        self._state_of = state_of
        self._gate = gate
        self._tablet = tablet
        self._metrics = metrics
        self._act = act
        self._pinned = pinned
        self._pictures = pictures
        self.posts: tuple[dict[str, Any], ...] = ()
        self.held: tuple[dict[str, Any], ...] = ()
        self.raids: tuple[dict[str, Any], ...] = ()
        self.recent: deque[str] = deque(maxlen=RECENT)
        """Ids of the newest posts, the newest last."""

    def tell_act(self, hub_ms: int) -> None:
        """Posts that want an answer, as they stand now."""
        wants = self._wants()
        posts = [self._wanted(want, hub_ms) for want in wants[:LISTED_WANTS]]
        told = msgspec.to_builtins(tally(wants))
        self.put("act", hub_ms, {**told, "knows_us": self._act.knows_us, "posts": [p for p in posts if p is not None]})

    def _wants(self) -> list[Want]:
        return self._act.wants(self._state_of().living)

    def _wanted(self, want: Want, hub_ms: int) -> dict[str, Any] | None:
        row = self._state_of().row(want.id)
        if row is None:
            return None
        post = feeds.post(row, want.id, self._gate.passage(want.id, row, hub_ms))
        more = {"followers": row.author.followers, "url": permalink(row), "reasons": want.reasons.words}
        return {**post, **more, "stands": want.state, "by": want.by, "since": want.since, "own": want.own}

    def answers(self) -> Answers:
        """How many want an answer, and how soon the first one came."""
        return tally(self._wants())

    def tell_posts(self, hub_ms: int) -> None:
        """The newest posts, and those that wait for a decision."""
        recent = [self._post(post_id, hub_ms) for post_id in dict.fromkeys(reversed(self.recent))]
        self.posts = tuple(post for post in recent if post is not None)
        held: list[dict[str, Any]] = []
        raided = 0
        for post_id, waiting in self._gate.held():
            if waiting.raid:
                raided += 1
                continue
            if len(held) == LISTED:
                continue
            post = self._post(post_id, hub_ms)
            if post is not None:
                held.append({**post, "since": waiting.since})
        self.held = tuple(reversed(held))
        self._metrics.held.set(self._gate.held_count())
        self.put("posts", hub_ms, {"posts": self.posts})
        # What is only remembered of a raid, with no post of it in the window, leaves nothing to decide.
        self.raids = tuple(self._raid(raid, hub_ms) for raid in self._gate.raids() if raid.members or raid.decided)
        undecided = sum(not raid["decided"] for raid in self.raids)
        self.put("held", hub_ms, {"total": self._gate.held_count() - raided + undecided, "posts": self.held})
        self.put("raids", hub_ms, {"raids": self.raids})

    def raid_signs(self) -> tuple[Sign, ...]:
        """Raids that wait for a decision, for whoever does not look at the tablet."""
        return tuple(
            Sign(
                "raid",
                raid["id"],
                f"A raid: {raid['accounts']} accounts say nearly the same; all of it is held.",
                RAID_DO,
                0,
                1,
            )
            for raid in self.raids
            if not raid["decided"]
        )

    def _raid(self, raid: Raid, hub_ms: int) -> dict[str, Any]:
        """A raid as the staff's tablets read it: one decision, with its evidence."""
        newest = [self._post(post_id, hub_ms) for post_id in list(raid.members)[-4 * EXAMPLES :]]
        examples = {post["text"]: post for post in newest if post is not None}
        return {
            "id": raid.id,
            "start": raid.start,
            "newest": raid.newest,
            "posts": len(raid.members),
            "accounts": len(raid.accounts),
            "strangers": raid.strangers,
            "alike": raid.alike,
            "texts": len(raid.texts),
            "decided": raid.decided,
            "examples": list(examples.values())[-EXAMPLES:],
        }

    def _post(self, post_id: str, hub_ms: int) -> dict[str, Any] | None:
        row = self._state_of().row(post_id)
        if row is None:
            return None
        pictures = self._pictures.of(post_id) if self._pictures is not None else []
        post = feeds.post(row, post_id, self._gate.passage(post_id, row, hub_ms), pinned=post_id in self._pinned)
        return {**post, "pictures": pictures}

    def put(self, channel: str, hub_ms: int, told: Mapping[str, Any]) -> None:
        """What tablets read on a channel from now on."""
        self._tablet.put(channel, msgspec.json.encode({"at": hub_ms, **told}))
