"""The plan of a rehearsal: a TOML file that says what is played, for how long, and which troubles come when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from stream import times, toml
from stream.toml import Fault

Kind = Literal[
    "hub killed", "ingest killed", "ingest silent", "screen lost", "screen frozen", "log away", "network slow", "tablet gone",
    "raid",
]  # fmt: skip
SHIPPED: Final = Path(__file__).parent / "shipped.toml"
TAIL_MS: Final = 15_000
"""After the last trouble so much time must be left, in which everything comes back."""


class Trouble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One trouble: ``at`` after the start, ``lasts`` where it has a length. ``screen`` is the one whose wall is hit.

    ``stop`` and ``start`` are commands that take the log away and bring it back, where it is not a file. A raid comes from so
    many ``accounts``.
    """

    kind: Kind
    at: str
    lasts: str = "10s"
    screen: int = 1
    delay_ms: Annotated[int, Meta(ge=0, le=5000)] = 150
    jitter_ms: Annotated[int, Meta(ge=0, le=2000)] = 50
    stop: str = ""
    start: str = ""
    accounts: Annotated[int, Meta(ge=20, le=2000)] = 60

    @property
    def at_s(self) -> float:
        """Seconds after the start."""
        return times.span(self.at) / 1000

    @property
    def lasts_s(self) -> float:
        """Seconds that it lasts."""
        return times.span(self.lasts) / 1000


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``archive`` is played at ``speed`` from its time ``begin``; without one the simulated event, ``rate`` posts a second.

    ``walls`` processes share the screens.
    """

    title: str = "Rehearsal"
    lasts: str = "3m"
    walls: Annotated[int, Meta(ge=1, le=32)] = 2
    archive: str = ""
    format: str = "agora"
    begin: str = ""
    speed: Annotated[float, Meta(ge=1, le=50)] = 1.0
    rate: Annotated[float, Meta(gt=0)] = 8.0
    troubles: tuple[Trouble, ...] = ()

    @property
    def lasts_s(self) -> float:
        """Seconds that the rehearsal lasts."""
        return times.span(self.lasts) / 1000


def parse(text: str, file: str, screens: int) -> Plan | list[Fault]:
    """The plan in ``text`` for a wall of so many screens, or everything that is wrong with it, in order of lines."""
    document = toml.read(text, file)
    if isinstance(document, Fault):
        return [document]
    if faults := toml.faults(document, Plan, file):
        return faults
    plan = msgspec.convert(document.data, Plan)
    found = [Fault(file, document.line(path), sentence) for path, sentence in _wrong(plan, screens)]
    return sorted(found, key=lambda fault: fault.line) if found else plan


def _wrong(plan: Plan, screens: int) -> Iterator[tuple[toml.Path, str]]:
    """What the types cannot say."""
    try:
        whole = plan.lasts_s
    except ValueError as fault:
        yield ("lasts",), str(fault)
        return
    if plan.walls > screens:
        yield ("walls",), f"{plan.walls} walls cannot share {screens} screens"
    free = 0.0
    for i, trouble in enumerate(plan.troubles):
        where = ("troubles", i)
        try:
            begin, end = trouble.at_s, trouble.at_s + trouble.lasts_s
        except ValueError as fault:
            yield where, str(fault)
            continue
        if begin < free:
            yield (*where, "at"), "the trouble before it is not over; one at a time tells what came of which"
        if end + TAIL_MS / 1000 > whole:
            yield (*where, "at"), f"ends less than {TAIL_MS // 1000} s before the rehearsal does; let it last longer"
        if not 1 <= trouble.screen <= screens:
            yield (*where, "screen"), f"there are screens 1 to {screens}"
        if bool(trouble.stop) != bool(trouble.start):
            yield (*where, "stop"), "stop and start belong together; give both, or neither"
        free = end
