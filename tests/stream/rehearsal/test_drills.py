"""Drills: what counts as the same after a hub was killed."""

from __future__ import annotations

from typing import Any

import pytest

from stream.rehearsal import drills


class Told:
    """A desk to which the hub says one thing."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self._snapshot = snapshot

    async def snapshot(self, at: int) -> dict[str, Any]:
        assert at == self._snapshot["at"]
        return self._snapshot


def snapshot(posts: int, held: int) -> dict[str, Any]:
    return {"at": 7, "numbers": {"posts": posts, "held": held}, "topics": {"weight": posts - held}, "sources": []}


@pytest.mark.parametrize(
    ("after", "ok", "happened"),
    [
        (snapshot(100, 13), True, "the same"),
        (snapshot(100, 15), True, "the same, but 15 posts are held where 13 were"),
        (snapshot(99, 13), False, "different: numbers.posts (was 100, now 99), topics.weight (was 87, now 86)"),
        (snapshot(99, 15), False, "different: numbers.posts (was 100, now 99), topics.weight (was 87, now 84)"),
        ({**snapshot(100, 13), "topics": [1, 2]}, False, "different: topics (was 1 in it, now 2 in it)"),
    ],
)
async def test_every_post_must_be_there_again(
    monkeypatch: pytest.MonkeyPatch, after: dict[str, Any], ok: bool, happened: str
) -> None:
    """A hub that came back may hold other posts, but none may be lost or count twice."""
    monkeypatch.setattr(drills, "PATIENCE", 0)
    desk: Any = Told(after)
    check = await drills._says_the_same(desk, snapshot(100, 13))
    assert (check.ok, check.happened) == (ok, happened)
