"""An event through the raid shield alone: what is held when, and what of it stays held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from stream.mention import Mention
from stream.moderation.filters import Words
from stream.moderation.raids import Raids

STEP_MS: Final = 200
"""How often the hub looks."""
SHOWN_MS: Final = 10_000
"""The delay after which words are shown."""


class Played(NamedTuple):
    """When each post was told and, if ever, first held (ms); ``held`` are those that are held in the end."""

    told: dict[str, int]
    first: dict[str, int]
    held: frozenset[str]

    def unshown(self, ids: Sequence[str]) -> float:
        """The share of posts that were held before their delay ended: no wall ever showed them."""
        return sum(self.first.get(i, 1 << 60) < self.told[i] + SHOWN_MS for i in ids) / max(1, len(ids))

    def early(self, ids: Sequence[str], begun: int) -> float:
        """The share that was held 10 s after a raid had ``begun``, or when they were told later."""
        return sum(
            self.first.get(i, 1 << 60) <= max(begun + 10_000, self.told[i] + STEP_MS) for i in ids
        ) / max(1, len(ids))  # fmt: skip

    def wrongly(self, ids: Sequence[str]) -> float:
        """The share that was ever held."""
        return sum(i in self.first for i in ids) / max(1, len(ids))


def played(items: Iterable[tuple[int, Mention]]) -> Played:
    """Posts, and when each is told (ms), in order; who spoke before is known as a hub knows it that has no other days."""
    raids = Raids()
    spoke: dict[str, int] = {}

    def acquainted(authors: Sequence[str], before_ms: int) -> list[bool]:
        return [spoke.get(author, before_ms) < before_ms for author in authors]

    told: dict[str, int] = {}
    first: dict[str, int] = {}
    held: set[str] = set()
    heard: dict[str, Words] = {}
    step = 0

    def review(ids: Iterable[str], now: int) -> None:
        for post_id in ids:
            if raids.judge(heard[post_id], now).what == "hold":
                first.setdefault(post_id, now)
                held.add(post_id)
            else:
                held.discard(post_id)

    for due, mention in items:
        if step and due >= step:
            review(raids.look(acquainted), step)
        if due >= step:
            step = due + STEP_MS
        post_id = mention.id
        told[post_id] = due
        heard[post_id] = Words.of(mention)
        raids.hear_all((heard[post_id],))
        spoke[mention.author.id] = min(mention.at, spoke.get(mention.author.id, mention.at))
        review([post_id], due)
    review(raids.look(acquainted), step)
    return Played(told, first, frozenset(held))
