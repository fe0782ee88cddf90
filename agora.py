"""The front door: the ``agora`` command and its subcommands."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from cyclopts import App, Parameter

from stream.config import ClockConfig, Config, Misconfigured, environment_of, load
from stream.supervisor import Part, Supervisor

if TYPE_CHECKING:
    from ingest.source import Item

LEAD_IN_MS: Final = 4_000
"""Between the start of a replay's processes and the first moment that it plays."""

app = App(
    name="agora",
    help="A real-time conversation wall: stories, conversations and numbers on six screens.",
    version=version("agora-wall"),
    default_parameter=Parameter(negative=()),
)

ConfigFile = Annotated[
    Path | None, Parameter(name="--config", help="Configuration (default: agora.toml if it exists).")
]
Format = Annotated[str, Parameter(help="Format of the archive: agora or twitter-v1.")]
From = Annotated[str | None, Parameter(name="--from", help="Begin at this time, such as 2016-01-12T18:00Z.")]
To = Annotated[str | None, Parameter(name="--to", help="End at this time.")]
Speed = Annotated[str, Parameter(help="How many times faster than it happened, or max.")]


def configuration(path: Path | None) -> Config:
    """The configuration, or an exit with code 2 and every fault on its own line."""
    try:
        return load(str(path) if path else None)
    except Misconfigured as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def moment(text: str | None) -> int | None:
    """A time of the command line in milliseconds UTC; a time without a zone is UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SystemExit(f"{text!r} is no time; write it like 2016-01-12T18:00Z") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def span(text: str) -> int:
    """A length of time such as ``30m``, ``24h`` or ``92d``, in milliseconds."""
    units = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
    if text[-1:] not in units or not text[:-1].isdigit() or int(text[:-1]) == 0:
        raise SystemExit(f"{text!r} is no length of time; write it like 30m, 24h or 92d")
    return int(text[:-1]) * units[text[-1]]


def pace(text: str) -> float | None:
    """The speed of a replay; None is as fast as the machine can."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if speed <= 0:
        raise SystemExit(f"{text!r} is no speed; write a number above 0, or max")
    return speed


def first_moment(archive: Path, format: str) -> int:
    """The time of the first post that can be read in an archive, in milliseconds UTC."""
    from ingest.archive import read
    from stream.mention import Mention

    for item in records_of(archive, lambda: read(archive, format)):
        if isinstance(item, Mention):
            return item.at
    raise SystemExit(f"{archive} holds no post of the format {format}")


def records_of(archive: Path, opened: Callable[[], Iterator[Item]]) -> Iterator[Item]:
    """What ``opened`` reads from an archive; a file or a format that is not there ends the command with a sentence."""
    try:
        return opened()
    except OSError as error:
        raise SystemExit(f"{archive} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise SystemExit(str(error)) from None


def var() -> Path:
    """The folder for everything that Agora writes: ``AGORA_VAR``, or ``var`` here."""
    return Path(os.environ.get("AGORA_VAR", "var"))


@app.command
def run(
    *,
    headless: bool = False,
    replay: Path | None = None,
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
    replay
        Play this archive instead of listening.
    """
    settings = configuration(config)
    if replay is not None:
        first = moment(from_) or first_moment(replay, format)
        rate = pace(speed)
        if rate is None:
            raise SystemExit("a wall cannot play at --speed max; write a number")
        settings = replayed(settings, first, moment(to), rate)
    elif not settings.ingest.sources:
        settings = rehearsed(settings)
    headless = headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    print(welcome(settings, headless), flush=True)
    shared = environment_of(settings)
    source: list[str] = ["ingest"]
    if replay is not None:
        shared["AGORA_SHOW_DELAY_S"] = "0"
        source = ["replay", str(replay), "--format", format, "--speed", speed]
        source += [*(("--from", from_) if from_ else ()), *(("--to", to) if to else ())]
    command = (sys.executable, "-m", "agora")
    parts = [
        Part("hub", (*command, "hub"), shared),
        Part("wall", (*command, "wall", *(("--headless",) if headless else ())), shared, essential=not headless),
        Part("ingest", (*command, *source), shared),
    ]
    return asyncio.run(Supervisor(parts, var() / "agora.log", told).run())


@app.command
def ingest(*, config: ConfigFile = None) -> int:
    """Listen to the sources and write what they say to the log."""
    import ingest.app

    return ingest.app.run(configuration(config))


@app.command
def hub(
    *, host: str | None = None, port: int | None = None, insecure_http: bool = False, config: ConfigFile = None
) -> int:
    """Read the log, keep the state, and serve walls and tablets."""
    from stream.hub.app import serve

    settings = configuration(config)
    changes = {"host": host, "port": port, "insecure_http": insecure_http or None}
    listen = msgspec.structs.replace(settings.hub, **{k: v for k, v in changes.items() if v is not None})
    return serve(msgspec.structs.replace(settings, hub=listen))


@app.command
def wall(
    *,
    hub: str | None = None,
    screens: str | None = None,
    display: int | None = None,
    headless: bool = False,
    shot: Path | None = None,
    frames: int | None = None,
    name: str | None = None,
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
    """
    import wall.app

    return wall.app.run(
        configuration(config),
        hub_url=hub,
        screens=screens,
        display=display,
        headless=headless,
        shot=shot,
        frames=frames,
        name=name,
    )


@app.command
def pin(
    roles: Annotated[list[Literal["viewer", "moderator", "operator"]] | None, Parameter(help="Whose.")] = None,
) -> int:
    """Make new PINs for all roles, or for some; who is signed in with an old one has to sign in again."""
    from stream.hub import auth

    for role, digits in auth.new_pins(var(), roles or auth.ROLES).items():
        print(f"{role:10}{digits}")
    return 0


@app.command
def check(*, config: ConfigFile = None) -> int:
    """Check the configuration and the layouts: exit 0, or 2 with every fault and its line."""
    from stream import layouts

    settings = configuration(config)
    shelf = layouts.load(layouts.folder(settings.wall.layouts), settings.wall.grid)
    faults = [str(fault) for fault in shelf.faults]
    if settings.wall.layout not in shelf.layouts:
        faults.append(
            f"wall.layout: there is no layout {settings.wall.layout!r}; there are {', '.join(sorted(shelf.layouts))}"
        )
    print(
        "\n".join(faults) if faults else f"All is well: {len(shelf.layouts)} layouts.",
        file=sys.stderr if faults else sys.stdout,
    )
    return 2 if faults else 0


def told(line: str) -> None:
    """One fact for the person at the terminal."""
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)


def apart(settings: Config, name: str) -> Config:
    """The configuration with a log and a checkpoint of its own, both empty, so that ``name`` never enters the live log."""
    folder = var() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if settings.log.url.startswith("sqlite:"):
        log = msgspec.structs.replace(settings.log, url=f"sqlite:{folder / 'agora.db'}")
    else:
        log = msgspec.structs.replace(settings.log, prefix=f"{settings.log.prefix}{name}-{int(time.time())}-")
    hub = msgspec.structs.replace(settings.hub, checkpoint=str(folder / "checkpoint"))
    ingest = msgspec.structs.replace(settings.ingest, spool=str(folder / "spool"))
    return msgspec.structs.replace(settings, log=log, hub=hub, ingest=ingest)


def rehearsed(settings: Config) -> Config:
    """The configuration for the simulated event."""
    settings = apart(settings, "rehearsal")
    clock = msgspec.structs.replace(settings.clock, mode="rehearsal")
    ingest = msgspec.structs.replace(settings.ingest, sources=("simulation",))
    return msgspec.structs.replace(settings, clock=clock, ingest=ingest)


def replayed(settings: Config, first: int, last: int | None, speed: float) -> Config:
    """The configuration for an archive whose time runs from ``first`` (ms) at ``speed``, in a moment from now."""
    settings = apart(settings, "replay")
    starts = int(time.time() * 1000) + LEAD_IN_MS
    clock = ClockConfig(mode="replay", event_start=first, event_end=last or 0, wall_start=starts, speed=speed)
    return msgspec.structs.replace(settings, clock=clock)


def welcome(settings: Config, headless: bool) -> str:
    """What a person reads first: where the tablet page is, the PIN (on a terminal only), and a QR code of the address."""
    import segno

    from stream.hub import auth

    pin = "as before; `agora pin` makes new ones"
    made = auth.ensure(var())
    if auth.may_print(sys.stdout):
        pin = (made or auth.new_pins(var(), ["operator"]))["operator"]
    address = f"{'https' if settings.hub.certificate else 'http'}://{settings.hub.host}:{settings.hub.port}/"
    code = io.StringIO()
    segno.make(address).terminal(code, compact=True)
    what = {
        "live": "",
        "rehearsal": "A made-up event (a rehearsal), because no source is configured.\n",
        "replay": "A replay.\n",
    }
    where = f"No display here: the wall is at {address}wall\n" if headless else ""
    return (
        f"{what[settings.clock.mode]}{where}\n{code.getvalue()}\n"
        f"  Tablet  {address}\n  PIN     {pin}\n  Log     {var() / 'agora.log'}\n\nCtrl-C ends everything."
    )


def main() -> None:
    """Run the command line."""
    raise SystemExit(app(result_action="return_value") or 0)


if __name__ == "__main__":
    main()
