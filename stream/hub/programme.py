"""The programme: which layout is on air, why, and until when.

The order is panic, urgent announcement, freeze, a person's take, the default. All of it comes from decisions in ``control``
(subjects ``panic urgent freeze layout``), so that it survives restarts; times are hub time in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from stream.graphs import key_of
from stream.wire.messages import Focus, Graph, Layout, OnAir

TAKE_MS: Final = 15 * 60_000
"""How long a person's take lasts when nobody goes back to the programme."""

SUBJECTS: Final = frozenset({"panic", "urgent", "freeze", "layout"})

FOCUSED: Final[Mapping[Graph, tuple[str, ...]]] = {"topics": ("topic", "topics"), "people": ("person", "people")}
"""The layouts that turn to one topic or one person, the first that there is."""

SAFE: Final = Layout(name="safe", title="", panels=())
"""What is on air when there is not one layout that can be shown."""


class Conflict(Exception):
    """Somebody was quicker: ``by`` decided what is on air at revision ``rev``."""

    def __init__(self, by: str, rev: int) -> None:
        super().__init__(f"{by} was quicker")
        self.by = by
        self.rev = rev


class _Wish(msgspec.Struct, frozen=True):
    """What somebody decided about one subject, and when."""

    value: Mapping[str, Any]
    at: int
    by: str


class Programme:
    """Folds decisions into the one ``OnAir`` that holds; pure, the clock is an argument.

    Revisions grow and are near to hub time, so that they go on growing over a restart. A freeze names the layout that it
    holds. A decision's ``at`` lies after the revision that held when it was made.
    """

    def __init__(self, default: str, layouts: Mapping[str, Layout], at: int) -> None:
        self._default = default
        self._layouts = dict(layouts)
        self._wishes: dict[str, _Wish] = {}
        self._decided = (0, "")
        self._on_air = self._outcome(at)

    @property
    def on_air(self) -> OnAir:
        """What held when the programme last looked."""
        return self._on_air

    def shelve(self, layouts: Mapping[str, Layout]) -> None:
        """Take new versions of the layouts; the one on air stays on the shelf when its file has gone."""
        kept = {self._on_air.layout.name: self._on_air.layout} if self._on_air.layout is not SAFE else {}
        self._layouts = {**kept, **layouts}

    def decide(self, subject: str, value: Mapping[str, Any] | None, at: int, by: str) -> None:
        """Somebody's decision about one of ``SUBJECTS``, made at ``at``; None takes the earlier one back."""
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

    def _outcome(self, now: int) -> OnAir:
        layout, why, by, until = self._running(now)
        focus = self._focus() if why == "take" else None
        freeze, panic = self._wishes.get("freeze"), self._wishes.get("panic")
        if freeze and why != "urgent":
            held = self._layouts.get(str(freeze.value.get("layout")), layout)
            focus = focus if held is layout else None
            layout, why, by, until = held, "freeze", freeze.by, None
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
        )

    def _focus(self) -> Focus | None:
        turned = _turned_to(self._wishes["layout"].value)
        return Focus(turned[0], key_of(turned[1])) if turned else None

    def _running(self, now: int) -> tuple[Layout, str, str, int | None]:
        """The layout, why it runs, who wanted it and until when, panic and freeze apart."""
        for subject, why in (("urgent", "urgent"), ("layout", "take")):
            wish = self._wishes.get(subject)
            layout = self._layouts.get(str(wish.value.get("layout"))) if wish else None
            if wish and layout:
                until = int(wish.value.get("until") or wish.at + TAKE_MS)
                if now < until:
                    return layout, why, wish.by, until
        default = self._layouts.get(self._default) or next((self._layouts[n] for n in sorted(self._layouts)), SAFE)
        return default, "default", "", None


def _turned_to(value: Mapping[str, Any]) -> tuple[Graph, str] | None:
    """The graph and the node that a take turns to."""
    focus = value.get("focus")
    if not isinstance(focus, Mapping) or focus.get("graph") not in FOCUSED or not focus.get("id"):
        return None
    return focus["graph"], str(focus["id"])
