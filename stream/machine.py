"""One machine: which processes ``agora run`` starts, with which clock and log, and what a person is told first."""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from stream.config import ClockConfig, Config, environment_of
from stream.hub import auth
from stream.supervisor import Part
from stream.wire.messages import Mode

HARMLESS: Final = (
    "#astronomy",
    "#birds",
    "#books",
    "#coffee",
    "#gardening",
    "#music",
    "#nature",
    "#photography",
    "#space",
)
"""What a wall listens for whose owner has not said it yet."""

LEAD_IN_MS: Final = 4_000
"""Between the start of a replay's processes and the first moment that it plays."""


def parts(settings: Config, source: Sequence[str], *, headless: bool) -> list[Part]:
    """Hub, wall and ``source`` (the arguments of the command that feeds the log), with log, clock and hub of ``settings``.

    With a window, closing it ends everything. Nobody sits before a rehearsal's or a replay's queue, so words wait for no one.
    """
    command = (sys.executable, "-m", "agora")
    shared = environment_of(settings)
    if settings.clock.mode != "live":
        shared["AGORA_SHOW_DELAY_S"] = os.environ.get("AGORA_SHOW_DELAY_S", "0")
    off_screen = ("--headless",) if headless else ()
    open_to_visitors = settings.guestbook.enabled and settings.clock.mode == "live"
    return [
        Part("hub", (*command, "hub"), shared),
        Part("wall", (*command, "wall", *off_screen), shared, essential=not headless),
        Part("ingest", (*command, *source), shared),
        *([Part("guestbook", (*command, "guestbook"), shared)] if open_to_visitors else []),
    ]


def walls(screens: Sequence[int], hub: str | None, *, headless: bool) -> list[Part]:
    """One process for each of ``screens``, full screen on displays 1, 2, 3 …; ending one of them ends all."""
    command = (sys.executable, "-m", "agora", "wall", *(("--hub", hub) if hub else ()))
    return [
        Part(
            f"wall-{screen}",
            (*command, "--screens", str(screen), *(("--headless",) if headless else ("--display", str(display)))),
            essential=True,
        )
        for display, screen in enumerate(screens, 1)
    ]


def apart(settings: Config, name: str) -> Config:
    """The configuration with a log and a checkpoint of its own, so that ``name`` never enters the live log.

    No worker reads that log, so that its hub reads it itself.
    """
    folder = auth.folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    url = settings.log.url
    if url.startswith("sqlite:"):
        log = msgspec.structs.replace(settings.log, url=f"sqlite:{folder / 'agora.db'}?retention=none")
    else:
        forever = url + ("&" if "?" in url else "?") + "retention=none"
        log = msgspec.structs.replace(settings.log, url=forever, prefix=f"{settings.log.prefix}{name}-")
    hub = msgspec.structs.replace(settings.hub, checkpoint=str(folder / "checkpoint"), partials=False)
    return msgspec.structs.replace(settings, log=log, hub=hub)


def fresh(kind: str) -> str:
    """A name that no log had before; what earlier ones of its kind left on this machine goes."""
    for old in auth.folder().glob(f"{kind}-*"):
        shutil.rmtree(old, ignore_errors=True)
    return f"{kind}-{int(time.time())}"


def listening(settings: Config) -> Config:
    """The configuration where nobody named a source: Bluesky, for the configured terms, or else for a few harmless topics."""
    ingest = msgspec.structs.replace(settings.ingest, sources=("bluesky",))
    heard = settings.match
    if not (heard.terms or heard.accounts or any(track.terms for track in settings.tracks.values())):
        heard = msgspec.structs.replace(heard, terms=HARMLESS)
    return msgspec.structs.replace(settings, ingest=ingest, match=heard)


def rehearsed(settings: Config) -> Config:
    """The configuration for the simulated event."""
    settings = apart(settings, fresh("rehearsal"))
    clock = msgspec.structs.replace(settings.clock, mode="rehearsal")
    return msgspec.structs.replace(settings, clock=clock)


def replayed(settings: Config, first: int, last: int | None, speed: float) -> Config:
    """The configuration for an archive whose time runs from ``first`` (ms) at ``speed``, in a moment from now."""
    settings = apart(settings, fresh("replay"))
    starts = int(time.time() * 1000) + LEAD_IN_MS
    clock = ClockConfig(mode="replay", event_start=first, event_end=last or 0, wall_start=starts, speed=speed)
    return msgspec.structs.replace(settings, clock=clock)


def filmed(settings: Config, first: int, speed: float, *, replay: bool) -> Config:
    """The configuration for a film whose hub time begins with T at ``first`` (ms); nobody sits before its queue."""
    mode: Mode = "replay" if replay else "rehearsal"
    clock = ClockConfig(mode=mode, event_start=first, wall_start=first, speed=speed)
    return msgspec.structs.replace(settings, clock=clock, show=msgspec.structs.replace(settings.show, delay_s=0))


def welcome(settings: Config, headless: bool) -> str:
    """What a person reads first: where the tablet page is, the PIN (on a terminal only), and a QR code of the address."""
    import segno

    pin = "printed to a terminal only; `agora pin` makes new ones there"
    made = auth.ensure(auth.folder())
    if auth.may_print(sys.stdout):
        pin = (made or auth.new_pins(auth.folder(), ["operator"]))["operator"]
    address = f"{settings.hub.public}/"
    code = io.StringIO()
    segno.make(address).terminal(code, compact=True)
    what = {"live": "", "rehearsal": "A made-up event (a rehearsal).\n", "replay": "A replay.\n"}
    if settings.clock.mode == "live" and settings.match.terms == HARMLESS:
        what["live"] = f"Listening to Bluesky for {', '.join(HARMLESS)}. Your own words: [match] terms in agora.toml.\n"
    where = f"No display here: the wall is at {address}wall\n" if headless else ""
    if settings.guestbook.enabled and settings.clock.mode == "live":
        where += f"The guest book is at {settings.guestbook.public}/\n"
    return (
        f"{what[settings.clock.mode]}{where}\n{code.getvalue()}\n"
        f"  Tablet  {address}\n  PIN     {pin}\n  Log     {auth.folder() / 'agora.log'}\n\nCtrl-C ends everything."
    )
