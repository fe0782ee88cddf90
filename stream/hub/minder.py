"""The minder: whatever follows the clock alone. It looks a few times a second, and tells walls and staff what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from stream.config import Config
from stream.hub import greeting
from stream.hub.board import Board
from stream.hub.desk import Desk
from stream.hub.keepsakes import Keepsakes
from stream.hub.lamp import Lamp
from stream.hub.metrics import Metrics
from stream.hub.pace import Pacer
from stream.hub.presenter import Presenter
from stream.hub.reader import Follower
from stream.hub.screen_time import on_the_wall
from stream.hub.shedding import WHOLE
from stream.hub.tracked import tracked
from stream.hub.walls import WallBook
from stream.hub.warden import Seen, Warden
from stream.show.say import matters
from stream.wire.messages import Hello, encode

MIND_S: Final = 0.25
SWITCH_MS: Final = 3000
"""How long a wall may take to show what is on air before it is called late."""


class Minder:
    """Belongs to the event loop. ``clock`` is hub time in ms, ``now`` gives T, ``heard`` when each source was heard last."""

    def __init__(
        self,
        config: Config,
        *,
        board: Board,
        tablet: Board,
        metrics: Metrics,
        walls: WallBook,
        presenter: Presenter,
        heard: Callable[[], Mapping[str, int]],
        follower: Follower,
        pacer: Pacer,
        warden: Warden,
        desk: Desk,
        keepsakes: Keepsakes,
        clock: Callable[[], float],
        now: Callable[[], int],
        signed_in: Callable[[], tuple[int, int]],
        faults: Callable[[], list[str]],
    ) -> None:
        self._config = config
        self._board = board
        self._tablet = tablet
        self._metrics = metrics
        self._walls = walls
        self._presenter = presenter
        self._heard = heard
        self._follower = follower
        self._pacer = pacer
        self._warden = warden
        self._desk = desk
        self._keepsakes = keepsakes
        self._clock = clock
        self._now = now
        self._signed_in = signed_in
        self._faults = faults
        self._lamp = Lamp(config, board, clock)
        self._hello: Hello | None = None
        self._notices: list[dict[str, str]] | None = None
        self._tracks_told = b""

    async def keep(self) -> None:
        """Look, for ever."""
        while True:
            self.look()
            await asyncio.sleep(MIND_S)

    def greet(self) -> None:
        """Hello, when it says something new (a replay comes to another day)."""
        hello = greeting.hello(self._config, self._now(), 0)
        if hello != self._hello:
            self._hello = hello
            self._board.put("hello", encode(msgspec.structs.replace(hello, at=int(self._clock()))))

    def look(self) -> None:
        """Whatever follows the clock alone: takes that end, walls that do not confirm, lags."""
        self._desk.look()
        self._desk.plan_again()
        self.greet()
        self._show()
        self._lamp.shine()
        at = int(self._clock())
        walls = self._walls.report(self._desk.on_air.rev, self._desk.on_air.at)
        self._tablet.put("walls", msgspec.json.encode({"at": at, "walls": walls}))
        self._pacer.tell()
        self._metrics.unsaved.set(len(self._desk.ledger.pending()))
        for name, heard in self._heard().items():
            self._metrics.source_age.labels(name).set(max(0, at - heard) / 1000)
        self._warden.look(self._seen)
        self._tell_tracks()
        self.notice()

    def _seen(self) -> Seen:
        """Everything as it is now, for the warden."""
        presenter, on_air = self._presenter, self._desk.on_air
        signed_in, idle = self._signed_in()
        return Seen(
            sources=presenter.source_states,
            walls=self._walls.states(),
            rev=on_air.rev,
            changing=self._clock() - on_air.at < SWITCH_MS,
            log_fault=self._follower.fault,
            unsaved=len(self._desk.ledger.pending()),
            caught_up=self._follower.caught_up,
            numbers=presenter.snapshot.numbers if presenter.snapshot is not None else None,
            raids=presenter.staff.raid_signs(),
            signed_in=signed_in,
            idle=idle,
        )

    def _tell_tracks(self) -> None:
        """What is tracked, when it is something new."""
        told = msgspec.json.encode({"tracks": tracked(self._config.tracks, self._desk.ledger)})
        if told != self._tracks_told:
            self._tracks_told = told
            self._tablet.put("tracks", told)

    def _show(self) -> None:
        """Send walls the logos that they need, and count for how long what is on them was."""
        now, plan = int(self._clock()), self._desk.programme.plan
        self._keepsakes.send(kept.value.picture for kept in plan.kept("sponsor").values() if matters(kept.value, now))
        lit = any(state.on_air_rev == self._desk.on_air.rev and not state.panic for state, _ in self._walls.states())
        self._keepsakes.screen_time.look(now, on_the_wall(plan, self._desk.on_air, now) if lit else {})

    def notice(self) -> None:
        """What staff should know, when it is something new."""
        follower = self._follower
        unsaved, share = len(self._desk.ledger.pending()), self._pacer.share / WHOLE
        notices = greeting.notices(unsaved, follower.fault, follower.caught_up, self._faults(), share)
        notices += self._lamp.notice()
        if notices != self._notices:
            self._notices = notices
            self._tablet.put("notice", msgspec.json.encode({"at": int(self._clock()), "notices": notices}))
            self._desk.tell_tablets()
