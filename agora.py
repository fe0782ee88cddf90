"""The front door: the ``agora`` command and its subcommands."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
import structlog
from cyclopts import App, Parameter

from stream import machine, times
from stream.compiled import clear_stale
from stream.config import Config, Misconfigured, load, sources_of
from stream.hub import auth
from stream.log import LogUnavailable
from stream.mention import Mention, Rejected, Retraction, terms
from stream.supervisor import Supervisor
from stream.wire.messages import Event
from stream.wire.said import Session

app = App(
    name="agora",
    help="A real-time conversation wall: stories, conversations and numbers on six screens.",
    version=version("agora-wall"),
    default_parameter=Parameter(negative=()),
)

T = TypeVar("T")
ConfigFile = Annotated[
    Path | None, Parameter(name="--config", help="Configuration (default: agora.toml if it exists).")
]
Format = Annotated[str, Parameter(help="Format of the archive: agora, csv, jetstream, mastodon, twitter-v1 or x-v2.")]
From = Annotated[str | None, Parameter(name="--from", help="Begin at this time, such as 2016-01-12T18:00Z.")]
To = Annotated[str | None, Parameter(name="--to", help="End at this time.")]
Speed = Annotated[str, Parameter(help="How many times faster than it happened, or max.")]


def configuration(path: Path | None) -> Config:
    """The configuration, or an exit with code 2 and every fault on its own line."""
    if path is not None:
        os.environ["AGORA_CONFIG"] = str(path.absolute())  # for the processes that this one starts
    try:
        return load()
    except Misconfigured as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def read(parse: Callable[[str], T], text: str) -> T:
    """What ``text`` of the command line means, or an exit with the sentence that says how to write it."""
    try:
        return parse(text)
    except ValueError as error:
        raise SystemExit(str(error)) from None


def moment(text: str | None) -> int | None:
    """A time of the command line in milliseconds UTC, where one is given."""
    return None if text is None else read(times.moment, text)


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


def first_moment(archive: Path, format: str, settings: Config) -> int:
    """The time of the first post of an archive, in milliseconds UTC."""
    from ingest.replay import first_time

    try:
        return first_time(archive, format, settings.csv)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{archive} cannot be played: {error}") from None


def archive_records(archive: Path, format: str, settings: Config) -> Iterator[Mention | Retraction]:
    """What can be read in an archive; how many lines could not be is told at the end."""
    from ingest.archive import read as lines

    refused = 0
    try:
        for item in lines(archive, format, accounts=settings.accounts, table=settings.csv):
            if isinstance(item, Rejected):
                refused += 1
            else:
                yield item
    except (OSError, ValueError) as error:
        raise SystemExit(f"{archive} cannot be read: {error}") from None
    if refused:
        print(f"{refused} lines could not be read; `agora replay` keeps them with their reasons.", file=sys.stderr)


def log_records(url: str, settings: Config) -> list[Mention | Retraction]:
    """Everything that the mentions and retractions of a log hold now."""
    from stream.log.spoken import spoken

    try:
        return asyncio.run(spoken(msgspec.structs.replace(settings.log, url=url)))
    except (LogUnavailable, ValueError) as error:
        raise SystemExit(f"{url} cannot be read: {error}") from None


@app.command
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
def guestbook(
    *, host: str | None = None, port: int | None = None, insecure_http: bool = False, config: ConfigFile = None
) -> int:
    """Let visitors write to the wall: one form, every message held until staff approve it."""
    import ingest.guestbook.app

    settings = configuration(config)
    changes = {"host": host, "port": port, "insecure_http": insecure_http or None}
    door = msgspec.structs.replace(settings.guestbook, **{k: v for k, v in changes.items() if v is not None})
    return ingest.guestbook.app.run(msgspec.structs.replace(settings, guestbook=door))


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


@app.command
def film(
    archive: Path | None = None,
    *,
    layout: str,
    seconds: float = 10.0,
    out: Path,
    format: Format = "agora",
    from_: From = None,
    speed: float = 1.0,
    fps: Literal[30, 60] = 30,
    width: int = 1944,
    config: ConfigFile = None,
) -> int:
    """Write a film of the wall, from the made-up event or an archive; the same every time.

    Parameters
    ----------
    archive
        An archive; without one, the made-up event.
    layout
        What is on air.
    seconds
        How long the film is.
    out
        A file that ends in .mp4, .mov or .webm (made by the machine's ffmpeg), or a folder for PNG files.
    from_
        Begin at this time (default: shortly before the archive's end, or into a burst of the made-up event).
    speed
        How many times faster than it happened.
    fps
        Frames a second.
    width
        Pixels that the film is wide, all screens and the frames between them.
    """
    from ingest import story
    from ingest.simulation import World, festival
    from stream import layouts
    from stream.hub import greeting
    from stream.hub.alone import Alone
    from wall.film import NoFilm, shoot
    from wall.window import NoPicture

    settings = configuration(config)
    shelf = layouts.load(layouts.folder(settings.wall.layouts), settings.wall.grid).layouts
    if layout not in shelf:
        raise SystemExit(f"there is no layout {layout}; there are {', '.join(sorted(shelf))}")
    length, reach = round(seconds * 1000 * speed) + 1000, 2 * settings.hub.window_s * 1000 + story.SETTLING_MS
    if archive is None:
        world = World(settings.simulation.seed, settings.simulation.rate)
        begin = story.sudden(world)
        said = story.told(world.events(begin - reach, begin + length), begin - reach, begin + length)
        if settings.event == Event():
            event = Event(festival.NAME, festival.HASHTAG, festival.TOWN, festival.SITE)
            settings = msgspec.structs.replace(settings, event=event)
    else:
        records = list(archive_records(archive, format, settings))
        begin = moment(from_) or max((record.at for record in records), default=0) - length
        said = story.told(records, begin - reach, begin + length)
    settings = machine.filmed(settings, begin - story.SETTLING_MS, speed, replay=archive is not None)
    hub = Alone(settings, begin - story.SETTLING_MS, said)
    hub.show(shelf[layout])
    hello = greeting.hello(settings, begin, begin)
    try:
        count = shoot(hello, hub.pass_to, out, begin=begin, seconds=seconds, fps=fps, width=width)
    except (NoFilm, NoPicture, OSError) as fault:
        raise SystemExit(f"no film: {fault}") from None
    print(f"{out}: {count} frames")
    return 0


@app.command
def replay(
    archive: Path,
    *,
    format: Format = "agora",
    from_: From = None,
    to: To = None,
    speed: Speed = "1",
    into_live: bool = False,
    config: ConfigFile = None,
) -> int:
    """Play an archive into a log of its own, or into the live one as if it happened now.

    Parameters
    ----------
    archive
        The file; gzip is read as it is.
    into_live
        At speed 1 into the live log, shifted so that the first post is now.
    """
    import ingest.replay

    settings = configuration(config)
    if settings.clock.mode != "replay" and not into_live:
        settings = machine.apart(settings, f"archive-{archive.name.split('.')[0]}")
    begins, ends = moment(from_), moment(to)
    return ingest.replay.run(
        settings, archive, format, start=begins, end=ends, speed=read(times.pace, speed), into_live=into_live
    )


@app.command
def analyse(
    archive: str,
    *,
    format: Format = "agora",
    window: Annotated[str, Parameter(help="How far back to look: 30m, 24h, 92d.")] = "30m",
    at: Annotated[str | None, Parameter(help="At this time (default: the last post).")] = None,
    json: bool = False,
    config: ConfigFile = None,
) -> int:
    """Measure an archive, or a log, at a time: the snapshot, without a server.

    Parameters
    ----------
    archive
        The file, or the URL of a log such as sqlite:var/agora.db.
    json
        The whole snapshot as JSON; otherwise a few lines for a person.
    """
    from stream.analysis.analyse import analyse as measure
    from stream.analysis.summary import summary
    from stream.wire.snapshot import encode

    settings = configuration(config)
    is_log = archive.startswith(("sqlite:", "kafka:"))
    records = log_records(archive, settings) if is_log else archive_records(Path(archive), format, settings)
    snapshot = measure(records, settings, read(times.span, window), moment(at))
    if json:
        sys.stdout.buffer.write(encode(snapshot) + b"\n")
    else:
        print(summary(snapshot))
    return 0


@app.command
def rehearse(plan: Path | None = None, *, out: Path = Path("rehearsal"), config: ConfigFile = None) -> int:
    """Play an event with planned troubles and say go or no-go. Exit 0 for go, 1 for no-go.

    Parameters
    ----------
    plan
        The plan, a TOML file (default: three minutes of the simulated event with one trouble of each kind).
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
        raise SystemExit(f"{file} cannot be read: {fault}") from None
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


@app.command
def report(
    archive: str | None = None,
    *,
    format: Format = "agora",
    from_: From = None,
    to: To = None,
    agenda: Path | None = None,
    out: Path = Path("report"),
    config: ConfigFile = None,
) -> int:
    """Write what happened as a page to hand on, with its tables; without what was deleted, hidden or opted out.

    Parameters
    ----------
    archive
        An archive, or the URL of a log (default: the configured log).
    agenda
        Sessions as CSV or iCalendar (default: [programme] agenda); those that staff imported go before them.
    out
        The folder for the page, CSV and Parquet.
    """
    from stream.report import run as reports

    settings, records = told_from(archive, format, configuration(config))
    try:
        files = reports.report(
            settings,
            out,
            start=moment(from_),
            end=moment(to),
            records=records,
            agenda=sessions_of(agenda or settings.programme.agenda, settings),
            made=int(datetime.now().timestamp() * 1000),
        )
    except (LogUnavailable, ValueError, OSError) as error:
        raise SystemExit(f"no report: {error}") from None
    print(f"{files[0]} (and {len(files) - 1} tables beside it)")
    return 0


@app.command
def export(
    archive: str | None = None,
    *,
    out: Path,
    format: Format = "agora",
    from_: From = None,
    to: To = None,
    config: ConfigFile = None,
) -> int:
    """Write the posts of a log as an archive that `agora replay` plays; without what was deleted, hidden or opted out.

    Parameters
    ----------
    archive
        An archive, or the URL of a log (default: the configured log).
    out
        The archive to write, such as event.jsonl.gz.
    """
    from stream.report import run as reports

    settings, records = told_from(archive, format, configuration(config))
    try:
        count = reports.export(settings, out, start=moment(from_), end=moment(to), records=records)
    except (LogUnavailable, ValueError, OSError) as error:
        raise SystemExit(f"no archive: {error}") from None
    print(f"{out}: {count:,} mentions")
    return 0


def sessions_of(agenda: Path | str, settings: Config) -> tuple[Session, ...]:
    """The sessions of an agenda's file, times without a zone in the event's; what cannot be read is told on standard error."""
    from stream.show.agenda_file import read as read_agenda
    from stream.show.schedule import zone_of

    if not str(agenda):
        return ()
    found = read_agenda(Path(agenda).read_text(encoding="utf-8"), zone_of(settings.event.timezone or "UTC"))
    print("\n".join(found.faults), end="\n" if found.faults else "", file=sys.stderr)
    return found.sessions


def told_from(
    archive: str | None, format: str, settings: Config
) -> tuple[Config, Iterator[Mention | Retraction] | None]:
    """The settings with the log that is meant, or an archive's records."""
    if archive is None:
        return settings, None
    if archive.startswith(("sqlite:", "kafka:")):
        return msgspec.structs.replace(settings, log=msgspec.structs.replace(settings.log, url=archive)), None
    return settings, archive_records(Path(archive), format, settings)


@app.command
def simulate(
    *,
    rate: float = 8.0,
    seed: int = 2012,
    out: Path | None = None,
    truth: Path | None = None,
    from_: From = None,
    seconds: int = 1800,
    raids_per_hour: float = 0,
) -> int:
    """Write a stretch of the made-up event as an archive in our own format.

    Parameters
    ----------
    rate
        Mentions a second, on average.
    seed
        Another seed is another event.
    out
        The archive (default: standard output).
    truth
        Write what was planted (communities, bursts, weak ties, spam) to this file, as JSON.
    seconds
        How long a stretch.
    raids_per_hour
        How often accounts made for it attack the event: 20 to 2,000 of them each time.
    """
    import ingest.simulate

    return ingest.simulate.run(
        rate, seed, out=out, truth=truth, start=moment(from_), seconds=seconds, raids_per_hour=raids_per_hour
    )


@app.command
def rejected(
    *,
    source: str = "",
    reason: str = "",
    since: Annotated[str | None, Parameter(help="Only what came since this time.")] = None,
    limit: int = 50,
    replay: bool = False,
    config: ConfigFile = None,
) -> int:
    """List what could not be read, and why.

    Parameters
    ----------
    source
        Only from this source.
    reason
        Only with these words in the reason.
    limit
        List so many, the newest.
    replay
        Read them again and publish what can be read now; what was retracted since is skipped.
    """
    import ingest.rejected

    chosen = ingest.rejected.Filter(source=source, reason=reason, since=moment(since) or 0)
    return ingest.rejected.run(configuration(config), filter=chosen, replay=replay, limit=limit)


@app.command
def forget(author: str, *, reason: str = "opt-out", config: ConfigFile = None) -> int:
    """Carry out a person's wish to be gone: from every screen at once, from later exports, and from the log.

    Parameters
    ----------
    author
        The stable id, such as bluesky:did:plc:…, or the handle.
    reason
        What the retraction says.
    """
    import ingest.forget

    return ingest.forget.run(configuration(config), author, reason=reason)


@app.command
def pin(
    roles: Annotated[list[Literal["viewer", "moderator", "operator"]] | None, Parameter(help="Whose.")] = None,
) -> int:
    """Make new PINs for all roles, or for some; who is signed in with an old one has to sign in again."""
    for role, digits in auth.new_pins(auth.folder(), roles or auth.ROLES).items():
        print(f"{role:10}{digits}")
    return 0


@app.command
def cert(*, out: Path | None = None, serve: bool = False, port: int = 8004, config: ConfigFile = None) -> int:
    """Show the certificate of the hub's own authority, and how tablets learn to trust it.

    Parameters
    ----------
    out
        Write it to this file (PEM; .crt or .der for devices).
    serve
        Offer it to devices on this network, over plain HTTP, until Ctrl-C.
    port
        Where to offer it.
    """
    from stream.hub import install

    return install.run(configuration(config), out=out, serve=serve, port=port)


@app.command
def check(*, config: ConfigFile = None) -> int:
    """Check the configuration and the layouts: exit 0, or 2 with every fault and its line.

    Layouts are drawn with a made-up evening, and refused where their words could not be read from [wall] distance_m.
    """
    from stream import layouts
    from stream.show import agenda_file, schedule
    from wall import readable
    from wall.text import fonts

    settings = configuration(config)
    fonts.brand(settings.theme.font)
    folder = layouts.folder(settings.wall.layouts)
    shelf = layouts.load(folder, settings.wall.grid)
    agenda_faults = agenda_file.load(settings.programme.agenda, schedule.zone_of(settings.event.timezone))[1]
    faults = [*term_faults(settings), *map(str, shelf.faults), *agenda_faults]
    try:
        faults += map(str, readable.faults(shelf.layouts, folder, settings))
    except fonts.FontsMissing as fault:
        faults.append(str(fault))
    if settings.wall.layout not in shelf.layouts:
        faults.append(
            f"wall.layout: there is no layout {settings.wall.layout!r}; there are {', '.join(sorted(shelf.layouts))}"
        )
    print(
        "\n".join(faults) if faults else f"All is well: {len(shelf.layouts)} layouts.",
        file=sys.stderr if faults else sys.stdout,
    )
    return 2 if faults else 0


@app.command
def doctor(
    *,
    hub: str | None = None,
    wall: Annotated[bool, Parameter(negative="--no-wall")] = True,
    config: ConfigFile = None,
) -> int:
    """Look at this machine: what works, what does not, and what to do. Exit 0, or 1 when something does not work.

    Parameters
    ----------
    hub
        The hub on another machine whose walls this one is to show, such as https://hub:8000.
    wall
        Look at display, OpenGL and fonts too (--no-wall on a server without screens).
    """
    from stream.config.findings import Health, sheet
    from stream.doctor import examine

    settings = configuration(config)
    found = list(examine(settings, hub))
    if wall:
        from wall.doctor import examine as examine_wall

        found += examine_wall(settings)
    print(sheet(found))
    return 1 if any(finding.health is Health.BAD for finding in found) else 0


def term_faults(settings: Config) -> list[str]:
    """A sentence for each term of ``[match]`` and the tracks that can never be found, after the setting that holds it."""
    places = {"match": settings.match} | {f"tracks.{name}": track for name, track in settings.tracks.items()}
    return [
        f"{place}.{key}: {sentence}"
        for place, table in places.items()
        for key in ("terms", "exclude")
        for sentence in terms.faults(getattr(table, key))
    ]


def told(line: str) -> None:
    """One fact for the person at the terminal."""
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)


def main() -> None:
    """Run the command line; one line a fact goes to standard error, so that standard output stays what was asked for."""
    clear_stale()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    raise SystemExit(app(result_action="return_value") or 0)


if __name__ == "__main__":
    main()
