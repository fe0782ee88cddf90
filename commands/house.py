"""Subcommands that look after the house: settings and machine, PINs and certificate, and people who want to be gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from commands.arguments import ConfigFile, Port, configuration
from commands.records import log_there
from stream.config import Config
from stream.hub import auth
from stream.mention import terms

DRAWING: Final = "Drawing needs Debian's libegl1 and libgl1, or what holds libEGL.so.1 and libGL.so.1 elsewhere."


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

    settings = configuration(config)
    log_there(settings.log.url)
    return ingest.forget.run(settings, author, reason=reason)


def pin(
    roles: Annotated[list[Literal["viewer", "moderator", "operator"]] | None, Parameter(help="Whose.")] = None,
) -> int:
    """Make new PINs for all roles, or for some; who is signed in with an old one has to sign in again."""
    for role, digits in auth.new_pins(auth.folder(), roles or auth.ROLES).items():
        print(f"{role:10}{digits}")
    return 0


def cert(*, out: Path | None = None, serve: bool = False, port: Port = 8004, config: ConfigFile = None) -> int:
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


def check(*, config: ConfigFile = None) -> int:
    """Check the configuration and the layouts: exit 0, or 2 with every fault and its line.

    Layouts are drawn with a made-up evening, and refused where their words could not be read from [wall] distance_m.
    """
    from stream import layouts
    from stream.show import agenda_file, schedule

    try:
        from wall import readable
        from wall.text import fonts
    except ImportError as fault:
        print(f"Layouts cannot be drawn here: {fault}. {DRAWING}", file=sys.stderr)
        return 2
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
    from stream.config.findings import Health, bad, sheet
    from stream.doctor import examine

    settings = configuration(config)
    found = list(examine(settings, hub))
    if wall:
        try:
            from wall.doctor import examine as examine_wall
        except ImportError as fault:
            found.append(bad("drawing", str(fault), f"{DRAWING} On a server without screens: agora doctor --no-wall"))
        else:
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
