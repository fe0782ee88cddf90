"""What the hub says of itself: hello to walls, notices to the staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from stream.config import Config
from stream.config.logo import NAME, png
from stream.wire.messages import Event, Hello, Logo

Notice = dict[str, str]
"""``kind`` and ``text``."""


def hello(config: Config, t_ms: int, at: int) -> Hello:
    """The first message to a wall, at hub time ``at`` while T is ``t_ms``."""
    return Hello(
        at=at,
        grid=config.wall.grid,
        theme=config.theme.colours,
        event=_event(config),
        mode=config.clock.mode,
        mode_label=mode_label(config, t_ms),
    )


def logo(config: Config, at: int) -> Logo | None:
    """The brand's logo, where there is one. Raises ``ValueError`` when its file is no picture."""
    if not config.theme.logo:
        return None
    return Logo(at, NAME, png(Path(config.theme.logo)))


def mode_label(config: Config, t_ms: int) -> str:
    """What a wall writes when it does not show what is said now."""
    if config.clock.mode == "rehearsal":
        return "Rehearsal"
    if config.clock.mode == "replay":
        day = datetime.fromtimestamp(t_ms / 1000, UTC)
        return f"Replay, {day.day} {day:%B %Y}"
    return ""


def _event(config: Config) -> Event:
    """The event with whom to write to about one's posts, and where to write on the wall."""
    contact = config.event.contact or config.privacy.contact
    is_open = config.guestbook.enabled and config.clock.mode == "live"
    guestbook = config.event.guestbook or (config.guestbook.public if is_open else "")
    return msgspec.structs.replace(config.event, contact=contact, guestbook=guestbook)


def notices(unsaved: int, log_fault: str, caught_up: bool, faults: Sequence[str], share: float = 1.0) -> list[Notice]:
    """What staff should know, the most urgent first, in sentences. ``share`` of the mentions is read."""
    found: list[Notice] = []
    if log_fault:
        found.append({"kind": "log", "text": f"The log does not answer: {log_fault}"})
    elif not caught_up:
        found.append({"kind": "catching-up", "text": "The hub is catching up with the log."})
    if share < 1:
        text = (
            f"More is said than this hub can follow: it reads {100 * share:.0f} of 100 posts, the same share of everybody's, "
            "until it has caught up. Deletions and decisions all count."
        )
        found.append({"kind": "shedding", "text": text})
    if unsaved:
        words = "1 decision is" if unsaved == 1 else f"{unsaved} decisions are"
        text = f"{words} not saved yet: in effect, and saved as soon as the log is back."
        found.append({"kind": "unsaved", "text": text})
    return found + [{"kind": "layout", "text": fault} for fault in faults]
