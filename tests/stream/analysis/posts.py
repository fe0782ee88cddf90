"""Posts for stories: only what matters is named."""

from __future__ import annotations

from typing import Any

from stream.analysis.state import State
from stream.config import Config
from stream.mention import Author, Mention, Target
from stream.wire.snapshot import Snapshot
from tests.stream.analysis.worlds import NOW

MINUTE = 60_000


def post(name: str, author: str = "ann", ago_s: float = 60, **more: Any) -> Mention:
    """A post by ``author``, so many seconds before NOW; hashtags are read from the text, ``of`` names its target."""
    target = more.pop("of", None)
    at = NOW - round(ago_s * 1000)
    text = more.get("text", "")
    return Mention(
        id=f"sim:{name}",
        source="sim",
        kind=more.pop("kind", "post"),
        at=at,
        seen=at,
        author=Author(f"sim:{author}", handle=author, role=more.pop("role", "public")),
        target=Target(f"sim:{target[0]}", f"sim:{target[1]}") if target else None,
        hashtags=tuple(word[1:] for word in text.split() if word.startswith("#")),
        **more,
    )


def measured(*mentions: Mention, window_ms: int = 30 * MINUTE, config: Config | None = None) -> Snapshot:
    """The snapshot of some posts at NOW."""
    state = State(config or Config(), window_ms)
    state.add(mentions)
    state.advance(NOW)
    return state.snapshot()
