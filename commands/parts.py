"""Subcommands that start the parts: one each, all of them on this machine, or all of them with planned troubles."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from commands.arguments import (
    ConfigFile,
    Count,
    Format,
    From,
    Port,
    Speed,
    To,
    configuration,
    moment,
    read,
    told,
    why,
)
from commands.records import first_moment
from stream import machine, times
from stream.config import Config, sources_of
from stream.hub import auth
from stream.supervisor import Supervisor
from stream.wire.messages import Event


def run(
    *,
    headless: bool = False,
    archive: Annotated[Path | None, Parameter(name="--replay")] = None,
    format: Format = "agora",
    from_: From = None,
    to: To = None,
    speed: Speed = "1",
    config: ConfigFile = None,
) -> int:
    """Light the wall: log, ingest, hub and six screens on this machine.

    Parameters
    ----------
    headless
        Draw off-screen even where there is a display; the wall is at /wall in a browser.
    archive
        Play this archive instead of listening.
    """
    settings = configuration(config)
    if archive is not None:
        first = moment(from_) or first_moment(archive, format, settings)
        rate = read(times.pace, speed)
        if rate is None:
            raise SystemExit("a wall cannot play at --speed max; write a number")
        settings = machine.replayed(settings, first, moment(to), rate)
    elif not sources_of(settings):
        settings = unconfigured(settings)
    headless = headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    print(machine.welcome(settings, headless), flush=True)
    source = ["ingest"]
    if archive is not None:
        source = ["replay", str(archive), "--format", format, "--speed", speed]
        source += [*(("--from", from_) if from_ else ()), *(("--to", to) if to else ())]
    parts = machine.parts(settings, source, headless=headless)
    return asyncio.run(Supervisor(parts, auth.folder() / "agora.log", told).run())


def ingest(*, config: ConfigFile = None) -> int:
    """Listen to the sources and write what they say to the log."""
    import ingest.app

    return ingest.app.run(configuration(config))


def hub(
    *, host: str | None = None, port: Port | None = None, insecure_http: bool = False, config: ConfigFile = None
) -> int:
    """Read the log, keep the state, and serve walls and tablets.

    Parameters
    ----------
    host
        Listen at this address of the machine, 0.0.0.0 for all of them (default: [hub] host).
    port
        Listen on this port (default: [hub] port).
    insecure_http
        Speak plain HTTP beyond this machine, too: whoever shares the network reads along.
    """
    from stream.hub.app import serve

    settings = configuration(config)
    changes = {"host": host, "port": port, "insecure_http": insecure_http or None}
    listen = msgspec.structs.replace(settings.hub, **{k: v for k, v in changes.items() if v is not None})
    return serve(msgspec.structs.replace(settings, hub=listen))


def count(*, config: ConfigFile = None) -> int:
    """Read a share of the mentions for the hub; as many workers as there are cores may share them (docs/scaling.md)."""
    from stream.count import app as worker

    return worker.run(configuration(config))


def guestbook(
    *, host: str | None = None, port: Port | None = None, insecure_http: bool = False, config: ConfigFile = None
) -> int:
    """Let visitors write to the wall: one form, every message held until staff approve it.

    Parameters
    ----------
    host
        Listen at this address of the machine, 0.0.0.0 for all of them (default: [guestbook] host).
    port
        Listen on this port (default: [guestbook] port).
    insecure_http
        Speak plain HTTP beyond this machine, too: whoever shares the network reads along.
    """
    import ingest.guestbook.app

    settings = configuration(config)
    changes = {"host": host, "port": port, "insecure_http": insecure_http or None}
    door = msgspec.structs.replace(settings.guestbook, **{k: v for k, v in changes.items() if v is not None})
    return ingest.guestbook.app.run(msgspec.structs.replace(settings, guestbook=door))


def wall(
    *,
    hub: str | None = None,
    screens: str | None = None,
    display: int | None = None,
    headless: bool = False,
    shot: Path | None = None,
    frames: Count | None = None,
    name: str | None = None,
    each: bool = False,
    preview: bool = False,
    config: ConfigFile = None,
) -> int:
    """Draw one or more screens.

    Parameters
    ----------
    hub
        Address of the hub, such as http://127.0.0.1:8000.
    screens
        Which screens this process drives, such as 1-6 or 3 (default: all).
    display
        The display to open the window on.
    headless
        Draw off-screen, without a window.
    shot
        Write what the screens show to this PNG and exit.
    frames
        Exit after this many frames.
    name
        What the tablet calls this wall.
    each
        A process for each screen, full screen on displays 1, 2, 3 and so on, each started again when it dies.
    preview
        Draw what a tablet looks at before it is taken; the hub starts and ends this by itself.
    """
    import wall.app
    from wall.outputs import NotScreens, parse_screens

    settings = configuration(config)
    if each:
        try:
            chosen = parse_screens(screens, settings.wall.grid)
        except NotScreens as fault:
            raise SystemExit(str(fault)) from None
        parts = machine.walls(chosen, hub, headless=headless)
        return asyncio.run(Supervisor(parts, auth.folder() / "walls.log", told).run())
    return wall.app.run(
        settings,
        hub_url=hub,
        screens=screens,
        display=display,
        headless=headless,
        shot=shot,
        frames=frames,
        name=name,
        preview=preview,
    )


def unconfigured(settings: Config) -> Config:
    """What runs where no source is named: Bluesky, or without a network the simulated event, and says so."""
    from ingest.reach import reachable
    from ingest.simulation.festival import SETTINGS

    if reachable(settings.bluesky.hosts):
        return machine.listening(settings)
    print("Bluesky cannot be reached, so this is a made-up event.", flush=True)
    if settings.event == Event():
        os.environ.update(SETTINGS)
    return machine.rehearsed(settings)


def rehearse(plan: Path | None = None, *, out: Path = Path("rehearsal"), config: ConfigFile = None) -> int:
    """Play an event with planned troubles and say go or no-go. Exit 0 for go, 1 for no-go.

    Parameters
    ----------
    plan
        The plan, a TOML file (default: four minutes of the simulated event with one trouble of each kind).
    out
        The folder for the sheet as a page.
    """
    from stream.rehearsal import plan as plans
    from stream.rehearsal.run import rehearse as play
    from stream.rehearsal.run import write
    from stream.rehearsal.sheet import text
    from stream.rehearsal.stage import NotLit

    settings = configuration(config)
    file = plan or plans.SHIPPED
    try:
        written = plans.parse(file.read_text(encoding="utf-8"), str(file), settings.wall.grid.count)
    except (OSError, UnicodeDecodeError) as fault:
        raise SystemExit(f"the plan cannot be read: {why(fault)}") from None
    if not isinstance(written, plans.Plan):
        print("\n".join(map(str, written)), file=sys.stderr)
        return 2
    source = ["ingest"]
    if written.archive:
        first = moment(written.begin or None) or first_moment(Path(written.archive), written.format, settings)
        settings = machine.replayed(settings, first, None, written.speed)
        source = ["replay", written.archive, "--format", written.format, "--speed", f"{written.speed:g}"]
        source += ["--from", written.begin] if written.begin else []
    else:
        simulated = msgspec.structs.replace(settings.simulation, rate=written.rate)
        ingest = msgspec.structs.replace(settings.ingest, sources=("simulation",))
        settings = machine.rehearsed(msgspec.structs.replace(settings, simulation=simulated, ingest=ingest))
    var = Path(settings.hub.checkpoint).parent
    try:
        sheet = asyncio.run(play(settings, written, source, var, told))
    except NotLit as fault:
        raise SystemExit(str(fault)) from None
    print(f"\n{text(sheet)}\n\n{write(sheet, out)}")
    return 0 if sheet.go else 1
