"""A snapshot in a few lines, for a person at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from stream.wire.snapshot import Snapshot


def summary(snapshot: Snapshot) -> str:
    """How much, by how many, about what, and the strongest stories."""
    numbers = snapshot.numbers
    rising = ", ".join(r.label or r.topic for r in snapshot.rising[:5]) or "nothing"
    topics = ", ".join(t.label for t in snapshot.topics.nodes[:8]) or "none"
    at = datetime.fromtimestamp(snapshot.at / 1000, UTC)
    return "\n".join(
        [
            f"{at:%Y-%m-%d %H:%M} UTC, the last {snapshot.window_s // 60} minutes",
            f"{numbers.posts:,} posts by {numbers.voices:,} voices, mood {numbers.sentiment.mean:+.2f}",
            f"Topics: {topics}",
            f"Rising: {rising}",
            *(f"{story.count:>5} × {story.text[:100]}" for story in snapshot.stories[:3]),
        ]
    )
