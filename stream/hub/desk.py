"""The desk: what people decide about what is on air and what may be shown, and how it takes effect."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from stream.hub import shedding, subjects
from stream.hub.board import Board
from stream.hub.decisions import Decision, Ledger, Scribe, Value, audited
from stream.hub.feeds import Featured
from stream.hub.metrics import Metrics
from stream.hub.planned import planned
from stream.hub.presenter import Played
from stream.hub.programme import SPEAKER, SWITCHES, TAKE_MS, Conflict, Programme
from stream.hub.stage import Stage, on_air_json
from stream.log import Log, LogUnavailable
from stream.show import say
from stream.wire.messages import Graph, Layout, OnAir, Said, encode

CALM: Final = frozenset({SPEAKER, "test-pattern"})
"""Layouts that nothing stands over."""
CONTENDED_MS: Final = 10_000
"""How long after a decision another person may not have seen it: who decides otherwise is told first."""
UNDO_DEPTH: Final = 10_000
"""How many of the newest decisions can be undone."""


class _UnderWay(NamedTuple):
    """A decision that is being written."""

    by: str
    done: asyncio.Event


class Receipt(str):
    """The audit id of a decision. ``saved`` is False while the log has not taken it ("not saved yet")."""

    __slots__ = ("saved",)
    saved: bool

    def __new__(cls, audit_id: str, saved: bool) -> Receipt:
        receipt = super().__new__(cls, audit_id)
        receipt.saved = saved
        return receipt


def calm(on_air: OnAir) -> bool:
    """Whether no post stands large on a screen now, whatever was decided: something else must be read, or somebody speaks."""
    return on_air.panic or on_air.why == "urgent" or on_air.back is not None or on_air.layout.name in CALM


def features(ledger: Ledger) -> Iterator[Featured]:
    """The posts that staff want large, by screen."""
    for screen, decision in ledger.standing("feature:").items():
        if decision.new is not None:
            yield Featured(int(screen), str(decision.new["post"]), int(decision.new["since"]))


class Moderator(Protocol):
    """Where decisions about posts, authors and terms take effect: the engine, in its own thread."""

    def decide(self, subject: str, value: Value) -> None:
        """Hand a decision over; returns at once."""
        ...

    async def decided(self) -> None:
        """Return when everything that was handed over has taken effect."""
        ...

    async def approval(self, post_id: str) -> str:
        """The fingerprint of what would be approved. Raises ``KeyError`` for a post that is not there."""
        ...

    def play(self, played: Played) -> None:
        """Let feeds follow the programme; returns at once."""
        ...

    async def raiders(self, raid_id: str) -> list[str]:
        """Who takes part in a raid, by id. Raises ``KeyError`` for one that is not there."""
        ...


class Desk:
    """Decisions of the staff, in the event loop. ``clock`` is hub time in ms, ``log_of`` the log once it is open."""

    def __init__(
        self,
        programme: Programme,
        moderator: Moderator,
        *,
        stage: Stage,
        board: Board,
        tablet: Board,
        metrics: Metrics,
        clock: Callable[[], float],
        log_of: Callable[[], Log | None],
        spool: Path,
        seen: Callable[[str, str, int], None],
    ) -> None:
        self.programme = programme
        self.ledger = Ledger()
        self.scribe = Scribe(self.ledger, spool, self._settle)
        self._seen = seen
        self._moderator = moderator
        self._stage = stage
        self._board = board
        self._tablet = tablet
        self._metrics = metrics
        self._clock = clock
        self._log_of = log_of
        self._deciding: dict[str, _UnderWay] = {}
        self._open = False
        self._last: Decision | None = None
        self._told: dict[str, Any] = {}

    @property
    def on_air(self) -> OnAir:
        """What is on air and why."""
        return self.programme.on_air

    def open(self) -> None:
        """What was decided before is known: put on air what it says."""
        self._open = True
        self.programme.look(int(self._clock()))
        self._air()
        self.plan_again()

    async def take(self, layouts: Mapping[str, Layout], layout: str, *, seen_rev: int | None, by: str) -> OnAir:
        """Put a layout on air for 15 minutes or until ``back_to_programme``.

        Raises ``KeyError`` for a layout that does not exist and ``Conflict`` when somebody else decided what is on air after
        ``seen_rev``.
        """
        if layout not in layouts:
            raise KeyError(layout)
        return await self._taken({"layout": layout}, seen_rev, by)

    async def focus(self, graph: Graph, node_id: str, *, seen_rev: int | None, by: str) -> OnAir:
        """Turn the whole wall to one topic or one person, as long as a take lasts. Raises ``Conflict`` as ``take`` does."""
        value = {"layout": self.programme.focused_layout(graph), "focus": {"graph": graph, "id": node_id}}
        return await self._taken(value, seen_rev, by)

    async def _taken(self, value: dict[str, Any], seen_rev: int | None, by: str) -> OnAir:
        self.programme.check(seen_rev, by)
        while seen_rev is not None and (other := self._deciding.get("layout")) and other.by != by:
            await other.done.wait()  # who was quicker is told with what is on air then
            self.programme.check(seen_rev, by)
        at = self.next_at()
        return await self._programmed("layout", {**value, "until": at + TAKE_MS}, by, at)

    async def back_to_programme(self, by: str) -> OnAir:
        """End the take, the focus or the look back."""
        if self.ledger.value("rewind") is not None:
            await self.look_back(None, by, self.next_at())
        return await self._programmed("layout", None, by, self.next_at())

    async def look_back(self, value: Value, by: str, at: int) -> OnAir:
        """Show the past, as ``Rewind`` has it, or with None the present."""
        return await self._programmed("rewind", value, by, at)

    async def put(self, subject: str, value: Value, *, seen: int | None, by: str, reason: str = "") -> Receipt:
        """Write down a plan (``playlist:<id> schedule:<id> announcement:<id> sponsor:<id> agenda fresh playlist``).

        None clears. ``seen`` is the ``rev`` of what the person saw, 0 for nothing: raises ``Conflict`` when somebody else has
        changed it since.
        """
        standing = self.ledger.newest(subject)
        rev, who = (standing.seq, standing.by) if standing else (0, "")
        if seen is not None and rev != seen and who != by:
            raise Conflict(who, rev, subject)
        return await self._decided(subject, value, by, reason, self.next_at())

    async def panic(self, on: bool, by: str) -> OnAir:
        """Show the safe scene on every screen, or release it. Survives restarts."""
        return await self._programmed("panic", {} if on else None, by, self.next_at())

    async def freeze(self, on: bool, by: str) -> OnAir:
        """Hold the picture (hides and deletions still apply), or release it."""
        value = {"layout": self.on_air.layout.name} if on else None
        return await self._programmed("freeze", value, by, self.next_at())

    async def decide(
        self, subject: str, value: Mapping[str, Any] | None, *, by: str, reason: str = "", anyway: bool = True
    ) -> Receipt:
        """Decide about a subject: ``post:<id>`` with ``{"show": "hidden"}`` or ``{"show": "approved"}``, ``block:author:<id>``
        or ``block:term:<term>`` with ``{}``; None clears.

        Returns when it has taken effect. Raises ``ValueError`` for a subject or value that means nothing, and unless
        ``anyway`` ``Conflict`` when somebody else decided otherwise within ``CONTENDED_MS``.
        """
        standing = self.ledger.newest(subject)
        if not anyway and standing is not None and standing.by != by:
            otherwise = (standing.new or {}).get("show") != (value or {}).get("show")
            if otherwise and self._clock() - standing.at < CONTENDED_MS:
                raise Conflict(standing.by, standing.seq, subject)
        value = await self._meant(subject, value)
        return await self._decided(subject, value, by, reason, int(self._clock()))

    async def undo(self, audit_id: str, by: str) -> Receipt:
        """Write the old value of an audited decision back.

        Raises ``KeyError`` when the audit has no such id, ``ValueError`` for what the hub decides by itself.
        """
        known = {decision.id: decision for decision in await self._audited(UNDO_DEPTH)}
        decision = known[audit_id]
        if decision.subject == shedding.SUBJECT:
            raise ValueError("how much is read the hub decides by itself, and takes back when it has caught up")
        return await self._decided(decision.subject, decision.old, by, f"undo {audit_id}", self.next_at())

    async def audit(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest decisions, newest first: ``{id, at, by, subject, old, new, reason}``; ids, never content."""
        return [msgspec.to_builtins(decision) for decision in (await self._audited(limit))[:limit]]

    async def _meant(self, subject: str, value: Mapping[str, Any] | None) -> Value:
        """``value`` as it is written down. Raises ``ValueError`` with what is wrong."""
        about = subjects.parse(subject)
        if about.kind == "raid" and value is not None and value.get("authors") == "all":
            try:
                value = {**value, "authors": await self._moderator.raiders(about.key)}
            except KeyError as fault:
                raise ValueError(f"raid {about.key} is not there any more, so its authors cannot be blocked") from fault
        written = subjects.checked(about, value)
        if about.kind == "post" and written == subjects.APPROVED:
            try:
                return {**written, "of": await self._moderator.approval(about.key)}
            except KeyError as fault:
                raise ValueError(f"post {about.key} is not there any more, so it cannot be approved") from fault
        return written

    async def _decided(self, subject: str, value: Value, by: str, reason: str, at: int) -> Receipt:
        begun = time.perf_counter()
        self._deciding[subject] = under_way = _UnderWay(by, asyncio.Event())
        try:
            decision, saved = await self.scribe.write(subject, value, by=by, reason=reason, at=at)
        finally:
            under_way.done.set()
            if self._deciding.get(subject) is under_way:
                del self._deciding[subject]
        if subject not in SWITCHES or subject == "freeze":
            await self._moderator.decided()
        self._metrics.decision_s.observe(time.perf_counter() - begun)
        return Receipt(decision.id, saved)

    async def _programmed(self, subject: str, value: Value, by: str, at: int) -> OnAir:
        await self._decided(subject, value, by, "", at)
        return self.on_air

    def _settle(self, decision: Decision) -> None:
        """A decision takes effect, read back from the log or not."""
        if not self.ledger.settle(decision):
            return
        if Programme.owns(decision.subject):
            self.programme.decide(decision.subject, decision.new, decision.at, decision.by)
            if decision.subject in SWITCHES and decision.by:
                self._last = decision
            self.look()
            self.plan_again()
        elif decision.subject.startswith("feature:"):
            self.plan_again()
        elif decision.subject.startswith("alert:"):
            self._seen(decision.subject.removeprefix("alert:"), decision.by if decision.new else "", decision.at)
        else:
            self._moderator.decide(decision.subject, decision.new)

    def next_at(self) -> int:
        """Now, after whatever is on air: a decision's revision lies behind the one that its maker saw."""
        return max(int(self._clock()), self.on_air.rev + 1)

    async def _audited(self, limit: int) -> list[Decision]:
        unsaved = {decision.id: decision for decision in reversed(self.ledger.pending())}
        current = self._log_of()
        if current is None:
            raise LogUnavailable("the log is not open yet; its audit cannot be read")
        return [*unsaved.values(), *(d for d in await audited(current, limit) if d.id not in unsaved)]

    def look(self) -> None:
        """See what is on air now, and tell walls and tablets when it is something new."""
        if self.programme.look(int(self._clock())) and self._open:
            self._air()

    def plan_again(self) -> None:
        """Tell tablets what is planned, walls what is said, and the feeds what they follow, where it is something new."""
        if not self._open:
            return
        now = int(self._clock())
        plan = self.programme.plan
        words = tuple(kept.value for kept in plan.kept("announcement").values() if say.matters(kept.value, now))
        sponsors = tuple(kept.value for _, kept in sorted(plan.kept("sponsor").items()) if say.matters(kept.value, now))
        if self._new("said", (words, sponsors)):
            self._board.put("said", encode(Said(now, words, sponsors)))
        for channel, told in planned(self.programme, self.ledger, now).items():
            if self._new(channel, told):
                self._tablet.put(channel, msgspec.json.encode({"at": now, **told}))
        self._play()

    def _new(self, channel: str, told: Any) -> bool:
        """Whether ``told`` differs from what was told on ``channel`` before."""
        if self._told.get(channel) == told:
            return False
        self._told[channel] = told
        return True

    def _play(self) -> None:
        plan = self.programme.plan
        fresh = plan.fresh.value if plan.fresh else 0
        on_air = self.on_air
        featured = () if calm(on_air) else tuple(features(self.ledger))
        played = Played(self.programme.turned_to, on_air.frozen, fresh, plan.agenda, on_air.back, featured)
        if self._new("played", played):
            self._moderator.play(played)

    def _air(self) -> None:
        self._stage.show(self.on_air)
        self._play()
        self.tell_tablets()

    def tell_tablets(self) -> None:
        """What is on air, and whether it is saved."""
        if not self._open:
            return
        saved = not any(Programme.owns(decision.subject) for decision in self.ledger.pending())
        last = self._last
        told = {"id": last.id, "subject": last.subject, "by": last.by, "at": last.at} if last else None
        self._tablet.put("on_air", on_air_json(self.on_air, saved, self.programme.turned_to, told))
