"""The hub: reads the log, knows the conversation, decides what is on air, and keeps the newest of everything on two boards.

Its doors (HTTP and websockets) are in ``stream.hub.app``; they only move what stands on ``board`` and ``tablet``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from stream.config import Config
from stream.hub.board import Board
from stream.hub.metrics import Metrics
from stream.hub.walls import WallBook
from stream.wire.messages import Layout, OnAir


def now_ms() -> int:
    """The wall clock in milliseconds UTC."""
    return time.time_ns() // 1_000_000


class Conflict(Exception):
    """Somebody was quicker: ``by`` took what is on air since, at revision ``rev``."""

    def __init__(self, by: str, rev: int) -> None:
        super().__init__(f"{by} was quicker")
        self.by = by
        self.rev = rev


class Receipt(str):
    """The audit id of a decision. ``saved`` is False while the log has not taken it ("not saved yet")."""

    saved: bool

    def __new__(cls, audit_id: str, saved: bool) -> Receipt:
        receipt = super().__new__(cls, audit_id)
        receipt.saved = saved
        return receipt


class Hub:
    """One hub on one log. All methods belong to the event loop that ``start`` ran in; the boards to any thread.

    ``board`` holds MessagePack frames for walls: ``hello on_air graph:topics motion:topics graph:people motion:people
    labels:<panel> stories figures watch``. ``tablet`` holds JSON for tablets, each an object with ``at`` (hub time):

    - ``on_air``: ``{at, rev, layout, title, why, by, until, panic, frozen, saved}``
    - ``posts``: ``{at, posts: [Post]}``, newest first; ``held``: ``{at, total, posts: [Post]}``, oldest first; a ``Post`` is
      ``{id, text, name, handle, source, lang, role, at, seen, state, reason, due}`` with the states
      ``shown waiting held hidden``
    - ``numbers``: ``{at, T, window_s, numbers, rising}`` · ``sources``: ``{at, sources}``
    - ``walls``: ``{at, walls: [{…WallState, age_ms, confirmed}]}`` · ``notice``: ``{at, notices: [{kind, text}]}``
    """

    board: Board
    tablet: Board
    config: Config
    walls: WallBook
    metrics: Metrics

    def __init__(self, config: Config, *, wall_clock: Callable[[], int] = now_ms) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Load the checkpoint, begin to read the log, and light the board. Returns before the log is caught up."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Write a checkpoint and end every task and thread; safe to call twice."""
        raise NotImplementedError

    def now(self) -> int:
        """T, event time in milliseconds."""
        raise NotImplementedError

    def clock(self) -> float:
        """Hub time in milliseconds: what ``at`` means in every message; never falls."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether the hub has caught up with the log and lags less than five seconds behind it."""
        raise NotImplementedError

    async def snapshot(self, at: int | None) -> bytes:
        """The snapshot at T, or at an earlier T still in the window, as JSON. Raises ``ValueError`` for a time not held."""
        raise NotImplementedError

    def layouts(self) -> Mapping[str, Layout]:
        """The layouts that may be taken, by name."""
        raise NotImplementedError

    def faults(self) -> list[str]:
        """What is wrong in the layout files now, one ``file:line: sentence`` each."""
        raise NotImplementedError

    @property
    def on_air(self) -> OnAir:
        """What is on air and why."""
        raise NotImplementedError

    async def take(self, layout: str, *, seen_rev: int | None, by: str) -> OnAir:
        """Put a layout on air for 15 minutes or until ``back_to_programme``.

        Raises ``KeyError`` for a layout that does not exist and ``Conflict`` when somebody else decided what is on air after
        ``seen_rev``.
        """
        raise NotImplementedError

    async def back_to_programme(self, by: str) -> OnAir:
        """End the take."""
        raise NotImplementedError

    async def panic(self, on: bool, by: str) -> OnAir:
        """Show the safe scene on every screen, or release it. Survives restarts."""
        raise NotImplementedError

    async def freeze(self, on: bool, by: str) -> OnAir:
        """Hold the picture (hides and deletions still apply), or release it."""
        raise NotImplementedError

    async def decide(self, subject: str, value: Mapping[str, Any] | None, *, by: str, reason: str = "") -> Receipt:
        """Decide about ``post:<id>`` (``{"show": "hidden" | "approved"}``), ``block:author:<id>`` or ``block:term:<term>`` (``{}``).

        None clears. Returns when it has taken effect. Raises ``ValueError`` for a subject or value that means nothing.
        """
        raise NotImplementedError

    async def undo(self, audit_id: str, by: str) -> Receipt:
        """Write the old value of an audited decision back. Raises ``KeyError`` when the audit has no such id."""
        raise NotImplementedError

    def held(self) -> list[dict[str, Any]]:
        """Posts that wait for a decision, oldest first, with the reason (as on the tablet's ``held``)."""
        raise NotImplementedError

    def posts(self) -> list[dict[str, Any]]:
        """The newest posts with their state, newest first (as on the tablet's ``posts``)."""
        raise NotImplementedError

    async def audit(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest decisions, newest first: ``{id, at, by, subject, old, new, reason}``; ids, never content."""
        raise NotImplementedError
