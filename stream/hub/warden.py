"""The warden: looks after everything once a second, tells the tablets how it does, and raises alerts.

What was raised stands in a file of the hub's, not in the log: one of the things that it watches over is the log.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from stream.config import Config
from stream.config.signing import key_of
from stream.hub import signs, wellbeing
from stream.hub.alerts import Alert, Lookout, Sign
from stream.hub.board import Board
from stream.hub.messenger import Messenger
from stream.hub.outbox import Letter, Outbox
from stream.wire.messages import WallState
from stream.wire.snapshot import Numbers, SourceState

LOOK_MS: Final = 1000

log = structlog.get_logger(__name__)


class Seen(msgspec.Struct, frozen=True):
    """Everything as it is at one moment. ``walls`` with the age of their word in ms; ``raids`` are signs already."""

    sources: Sequence[SourceState]
    walls: Sequence[tuple[WallState, int]]
    rev: int
    changing: bool
    log_fault: str
    unsaved: int
    caught_up: bool
    numbers: Numbers | None
    raids: Sequence[Sign]
    signed_in: int
    idle: int


class _Kept(msgspec.Struct):
    alerts: list[Alert] = []
    letters: list[Letter] = []
    lit: list[int] = []


class Warden:
    """``look`` is called often, in the event loop; ``clock`` is hub time in ms, ``path`` the file of what was raised."""

    def __init__(self, config: Config, *, clock: Callable[[], float], tablet: Board, path: Path) -> None:
        kept = _read(path)
        self.lookout = Lookout(kept.alerts)
        self.messenger: Messenger | None = None
        self._config, self._clock, self._tablet, self._path = config, clock, tablet, path
        self._lit = set(kept.lit)
        self._looked = 0
        self._told = b""
        self._lines: tuple[wellbeing.Line, ...] | None = None
        self._outbox = Outbox(random.random, kept.letters)
        if config.alerts.url:
            self.messenger = Messenger(
                config.alerts.url, key_of(config.alerts.secret), config.event.name, self._outbox, clock, self._save
            )

    def look(self, see: Callable[[], Seen]) -> None:
        """Look at what ``see`` gives, once a second."""
        now = int(self._clock())
        if now - self._looked < LOOK_MS:
            return
        self._looked = now
        seen = see()
        self._tell_health(now, seen)
        if not seen.caught_up and not seen.log_fault:
            return  # a hub that is just starting knows too little to be alarmed
        news = self.lookout.look(now, self._signs(seen))
        wanted = self._config.alerts.kinds
        for alert in news:
            log.warning("alert", kind=alert.kind, says=alert.says, over=bool(alert.ended))
            if self.messenger is not None and (not wanted or alert.kind in wanted):
                self.messenger.tell(alert)
        if news:
            self._save()
        self.tell()

    def see(self, id: str, by: str, at: int) -> None:
        """Somebody has seen an alert; empty ``by`` takes it back."""
        if by:
            self.lookout.see(id, by, at)
        else:
            self.lookout.unsee(id)
        self._save()
        self.tell()

    def tell(self) -> None:
        """Tell the tablets, when it is something new."""
        told = msgspec.json.encode({"alerts": self.lookout.waiting()})
        if told != self._told:
            self._told = told
            self._tablet.put("alerts", told)

    def _signs(self, seen: Seen) -> list[Sign]:
        alive = {screen for state, _ in seen.walls for screen in state.screens}
        if alive - self._lit:
            self._lit |= alive
            self._save()
        mood_told = any(a.kind == "mood" and not a.ended for a in self.lookout.alerts)
        count = self._config.wall.grid.count
        return [
            *seen.raids,
            *signs.of_sources(seen.sources, wellbeing.network),
            *signs.of_screens([n for n in range(1, count + 1) if n not in alive], self._lit),
            *signs.of_log(seen.log_fault, seen.unsaved),
            *(signs.of_mood(seen.numbers, told=mood_told) if seen.numbers is not None else ()),
        ]

    def _tell_health(self, now: int, seen: Seen) -> None:
        messenger = self.messenger
        lines = (
            wellbeing.of_log(seen.log_fault, seen.unsaved, seen.caught_up),
            *wellbeing.of_screens(self._config.wall.grid.count, seen.walls, seen.rev, seen.changing),
            *map(wellbeing.of_source, seen.sources),
            *wellbeing.of_guestbook(self._config.guestbook.enabled, seen.sources),
            wellbeing.of_desks(seen.signed_in, seen.idle),
            *wellbeing.of_webhook(
                messenger is not None, len(self._outbox.letters), messenger.fault if messenger else ""
            ),
        )
        if lines != self._lines:
            self._lines = lines
            self._tablet.put("health", wellbeing.as_json(now, lines))

    def _save(self) -> None:
        kept = _Kept(self.lookout.alerts, self._outbox.letters, sorted(self._lit))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            scratch = self._path.with_name(self._path.name + ".new")
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(kept))
            os.replace(scratch, self._path)
        except OSError as fault:
            log.warning("alerts cannot be kept over a restart", fault=str(fault))


def _read(path: Path) -> _Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        return _Kept()
    except (OSError, msgspec.DecodeError) as fault:
        log.warning("earlier alerts cannot be read", fault=str(fault))
        return _Kept()
