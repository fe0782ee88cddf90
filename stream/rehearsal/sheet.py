"""The go / no-go sheet: for each trouble what was expected and what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATE: Final = "sheet.html"


class Check(msgspec.Struct, frozen=True):
    """One expectation, and what came of it."""

    expected: str
    happened: str
    ok: bool


class Act(msgspec.Struct, frozen=True):
    """A trouble (or the whole rehearsal) with its checks; ``at_s`` after the start."""

    title: str
    at_s: float
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


class Sheet(msgspec.Struct, frozen=True):
    """Everything that a rehearsal showed; ``made`` in ms UTC."""

    title: str
    made: int
    lasted_s: float
    played: str
    acts: tuple[Act, ...]

    @property
    def go(self) -> bool:
        """Whether every expectation was met."""
        return all(act.ok for act in self.acts)


def text(sheet: Sheet) -> str:
    """The sheet for a terminal."""
    lines = [f"{sheet.title}: {'GO' if sheet.go else 'NO-GO'}", f"{sheet.played}, {sheet.lasted_s:.0f} s", ""]
    for act in sheet.acts:
        lines.append(f"{'✓' if act.ok else '✗'} {_clock(act.at_s)}  {act.title}")
        lines += [f"    {'✓' if check.ok else '✗'} {check.expected}: {check.happened}" for check in act.checks]
    return "\n".join(lines)


def page(sheet: Sheet) -> str:
    """The sheet as a page for the event's folder; it needs nothing beside it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["clock"] = _clock
    made = datetime.fromtimestamp(sheet.made / 1000, UTC)
    return environment.get_template(TEMPLATE).render(sheet=sheet, made=f"{made:%-d %B %Y, %H:%M} UTC")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
