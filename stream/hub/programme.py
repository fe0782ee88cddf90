"""The programme: which layout is on air, why, and until when.

The order is panic, urgent announcement, freeze, a person's take, focus or look back, ``speaker`` from the agenda, schedule,
playlist, the default. All of it comes from decisions in ``control``, so that it survives restarts (but for a look back, whose
tape does not); times are hub time in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

import msgspec

from stream.config import ClockConfig, Config
from stream.graphs import key_of
from stream.hub.plan import Plan
from stream.show import agenda_file, playlist, schedule
from stream.wire.geometry import Grid
from stream.wire.lookback import Back
from stream.wire.messages import Focus, Graph, Layout, OnAir, Panel

TAKE_MS: Final = 15 * 60_000
"""How long a person's take lasts when nobody goes back to the programme."""

SWITCHES: Final = frozenset({"panic", "freeze", "layout", "playlist", "rewind"})
"""Subjects that change what is on air at once; two people may be at odds about them."""
SPEAKER: Final = "speaker"
"""The layout while somebody speaks."""

FOCUSED: Final[Mapping[Graph, tuple[str, ...]]] = {"topics": ("topic", "topics"), "people": ("person", "people")}
"""The layouts that turn to one topic or one person, the first that there is."""

SAFE: Final = Layout(name="safe", title="", panels=())
"""What is on air when there is not one layout that can be shown."""


def urgent_layout(grid: Grid) -> Layout:
    """The whole wall for an urgent announcement."""
    return Layout("announcement", "", (Panel("announcement", tuple(range(1, grid.count + 1))),))


class Conflict(Exception):
    """Somebody was quicker: ``by`` decided, and ``rev`` is the revision that holds now. ``what`` says about what it was."""

    def __init__(self, by: str, rev: int, what: str = "") -> None:
        super().__init__(f"{by} was quicker")
        self.by = by
        self.rev = rev
        self.what = what


class _Wish(msgspec.Struct, frozen=True):
    """What somebody decided about one subject, and when."""

    value: Mapping[str, Any]
    at: int
    by: str


class _Running(NamedTuple):
    layout: Layout
    why: str
    by: str = ""
    until: int | None = None
    back: Back | None = None


class Programme:
    """Folds decisions into the one ``OnAir`` that holds; pure, the clock is an argument.

    Revisions grow and are near to hub time, so that they go on growing over a restart. A freeze names the layout that it
    holds. A decision's ``at`` lies after the revision that held when it was made. ``zone`` is the schedule's time zone,
    ``clock`` that of the event, ``urgent`` the layout of an urgent announcement.
    """

    def __init__(
        self,
        default: str,
        layouts: Mapping[str, Layout],
        at: int,
        *,
        zone: ZoneInfo | None = None,
        clock: ClockConfig | None = None,
        urgent: Layout = SAFE,
    ) -> None:
        self._default = default
        self._layouts = dict(layouts)
        self.zone = zone or ZoneInfo("UTC")
        self.clock = clock or ClockConfig()
        self._urgent = urgent
        self._wishes: dict[str, _Wish] = {}
        self.plan = Plan(self.clock)
        self.tape = ""
        """The key of the tape that can be played: a look back without one is over, so that a restarted hub is live."""
        self.faults: list[str] = []
        """What is wrong with the agenda of the configuration."""
        self._decided = (0, "")
        self._on_air = self._outcome(at)

    @classmethod
    def of(cls, config: Config, layouts: Mapping[str, Layout], at: int) -> Self:
        """The programme as configured. Raises ``ValueError`` for a time zone that there is not."""
        zone = schedule.zone_of(config.event.timezone)
        found = cls(
            config.wall.layout, layouts, at, zone=zone, clock=config.clock, urgent=urgent_layout(config.wall.grid)
        )
        found.plan.given, found.faults = agenda_file.load(config.programme.agenda, zone, config.programme.room)
        return found

    @property
    def on_air(self) -> OnAir:
        """What held when the programme last looked."""
        return self._on_air

    @staticmethod
    def owns(subject: str) -> bool:
        """Whether decisions about ``subject`` are for the programme."""
        return subject in SWITCHES or Plan.owns(subject)

    def knows(self, layout: str) -> bool:
        """Whether there is a layout of that name."""
        return layout in self._layouts

    def shelve(self, layouts: Mapping[str, Layout]) -> None:
        """Take new versions of the layouts; the one on air stays on the shelf when its file has gone."""
        own = self._on_air.layout in (SAFE, self._urgent)
        kept = {} if own else {self._on_air.layout.name: self._on_air.layout}
        self._layouts = {**kept, **layouts}

    def decide(self, subject: str, value: Mapping[str, Any] | None, at: int, by: str) -> None:
        """Somebody's decision about a subject that it ``owns``, made at ``at``; None takes the earlier one back."""
        if subject not in SWITCHES:
            self.plan.decide(subject, value, at, by)
            return
        if value is None:
            self._wishes.pop(subject, None)
        else:
            self._wishes[subject] = _Wish(value, at, by)
        self._decided = (max(self._decided[0], at), by)

    def check(self, seen_rev: int | None, by: str) -> None:
        """Raise ``Conflict`` when somebody other than ``by`` decided after the revision that ``by`` saw."""
        rev, who = self._decided
        if seen_rev is not None and rev > seen_rev and who != by:
            raise Conflict(who, self._on_air.rev)

    def look(self, now: int) -> bool:
        """Find out what holds at hub time ``now``; whether that is something new."""
        outcome = self._outcome(now)
        new = msgspec.structs.replace(outcome, at=0, rev=0) != msgspec.structs.replace(self._on_air, at=0, rev=0)
        if new:
            self._on_air = msgspec.structs.replace(outcome, rev=max(now, self._on_air.rev + 1))
        self._decided = (min(self._decided[0], self._on_air.rev), self._decided[1])
        return new

    @property
    def turned_to(self) -> tuple[Graph, str] | None:
        """The graph and the id of the node that the whole wall turns to."""
        wish = self._wishes.get("layout")
        return _turned_to(wish.value) if wish and self._on_air.focus else None

    def focused_layout(self, graph: Graph) -> str:
        """The layout that turns to one node of ``graph``."""
        return next((name for name in FOCUSED[graph] if name in self._layouts), self._on_air.layout.name)

    def playing(self, now: int) -> tuple[str, int, playlist.Position] | None:
        """The playlist that was started: its id, when it was to begin, and where it is, on air or not."""
        wish = self._wishes.get("playlist")
        found = self.plan.playlists.get(str(wish.value.get("id"))) if wish else None
        if wish is None or found is None:
            return None
        since = int(wish.value.get("since") or wish.at)
        position = playlist.position(found, since, now, self._layouts.keys())
        return (str(wish.value["id"]), since, position) if position else None

    def next_since(self, now: int) -> int | None:
        """When the playlist that runs must have begun for its next item to begin at ``now``."""
        playing = self.playing(now)
        if playing is None:
            return None
        return playlist.skipped(self.plan.playlists[playing[0]], playing[1], now, self._layouts.keys())

    def scheduled(self, now: int) -> schedule.Occurrence | None:
        """The slot that the schedule is in."""
        return schedule.current(self.plan.slots, self.zone, now)

    def coming(self, now: int) -> list[schedule.Occurrence]:
        """The next slots of the schedule."""
        return schedule.coming(self.plan.slots, self.zone, now)

    def _outcome(self, now: int) -> OnAir:
        layout, why, by, until, back = self._running(now)
        focus = self._focus() if why == "take" and back is None else None
        freeze, panic = self._wishes.get("freeze"), self._wishes.get("panic")
        if freeze and why != "urgent":
            held = self._layouts.get(str(freeze.value.get("layout")), layout)
            focus = focus if held is layout else None
            layout, why, by, until, back = held, "freeze", freeze.by, None, None
        if panic:
            why, by, until = "panic", panic.by, None
        return OnAir(
            at=now,
            rev=now,
            layout=layout,
            why=why,
            by=by,
            until=until,
            panic=panic is not None,
            frozen=freeze is not None,
            focus=focus,
            back=None if panic else back,
        )

    def _focus(self) -> Focus | None:
        turned = _turned_to(self._wishes["layout"].value)
        return Focus(turned[0], key_of(turned[1])) if turned else None

    def _running(self, now: int) -> _Running:
        """The layout, why it runs, who wanted it and until when, panic and freeze apart."""
        if urgent := self.plan.urgent(now):
            return _Running(self._urgent, "urgent", urgent.by, urgent.value.until or None)
        wish, looking = self._wishes.get("layout"), self._wishes.get("rewind")
        if looking and (wish is None or wish.at < looking.at) and (running := self._looking_back(looking, now)):
            return running
        layout = self._layouts.get(str(wish.value.get("layout"))) if wish else None
        if wish and layout:
            until = int(wish.value.get("until") or wish.at + TAKE_MS)
            if now < until:
                return _Running(layout, "take", wish.by, until)
        return self._planned(now)

    def _looking_back(self, looking: _Wish, now: int) -> _Running | None:
        """The past on a layout, as long as it is being played."""
        value = looking.value
        layout = self._layouts.get(str(value.get("layout")))
        if layout is None or not self.tape or value.get("tape") != self.tape:
            return None
        back = Back(int(value["since"]), int(value["until"]), int(value["begun"]), int(value["ends"]))
        return _Running(layout, "take", looking.by, back.ends, back) if now < back.ends else None

    def _planned(self, now: int) -> _Running:
        """What runs when nobody has taken anything."""
        speaker = self._layouts.get(SPEAKER)
        if speaker and (end := self.plan.speaking_until(now)):
            return _Running(speaker, "speaker", until=end)
        if (slot := self.scheduled(now)) and (running := self._slot(slot, now)):
            return running
        if playing := self.playing(now):
            return _Running(self._layouts[playing[2].layout], "playlist", until=playing[2].until)
        default = self._layouts.get(self._default) or next((self._layouts[n] for n in sorted(self._layouts)), SAFE)
        return _Running(default, "default")

    def _slot(self, slot: schedule.Occurrence, now: int) -> _Running | None:
        """A slot's layout, or where its playlist is, which begins with the slot."""
        if found := self.plan.playlists.get(slot.slot.playlist):
            here = playlist.position(found, slot.since, now, self._layouts.keys())
            return _Running(self._layouts[here.layout], "schedule", until=min(here.until, slot.until)) if here else None
        layout = self._layouts.get(slot.slot.layout)
        return _Running(layout, "schedule", until=slot.until) if layout else None


def _turned_to(value: Mapping[str, Any]) -> tuple[Graph, str] | None:
    """The graph and the node that a take turns to."""
    focus = value.get("focus")
    if not isinstance(focus, Mapping) or focus.get("graph") not in FOCUSED or not focus.get("id"):
        return None
    return focus["graph"], str(focus["id"])
