"""The subcommand that writes a film of the wall."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter, validators

from commands.arguments import ConfigFile, Format, From, Positive, configuration, moment, why
from commands.records import archive_records
from stream import machine
from stream.wire.messages import Event


def film(
    archive: Path | None = None,
    *,
    layout: str,
    seconds: Positive = 10.0,
    out: Path,
    format: Format = "agora",
    from_: From = None,
    speed: Positive = 1.0,
    fps: Literal[30, 60] = 30,
    width: Annotated[int, Parameter(validator=validators.Number(gte=64))] = 1944,
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
        raise SystemExit(f"no film: {why(fault)}") from None
    print(f"{out}: {count} frames")
    return 0
