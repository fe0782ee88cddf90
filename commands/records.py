"""Records of an archive or of a log, for the subcommands that look at what was said."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stream.config import Config
from stream.log import LogUnavailable
from stream.mention import Mention, Rejected, Retraction
from stream.wire.said import Session


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


def told_from(
    archive: str | None, format: str, settings: Config
) -> tuple[Config, Iterator[Mention | Retraction] | None]:
    """The settings with the log that is meant, or an archive's records."""
    if archive is None:
        return settings, None
    if archive.startswith(("sqlite:", "kafka:")):
        return msgspec.structs.replace(settings, log=msgspec.structs.replace(settings.log, url=archive)), None
    return settings, archive_records(Path(archive), format, settings)


def sessions_of(agenda: Path | str, settings: Config) -> tuple[Session, ...]:
    """The sessions of an agenda's file, times without a zone in the event's; what cannot be read is told on standard error."""
    from stream.show.agenda_file import read as read_agenda
    from stream.show.schedule import zone_of

    if not str(agenda):
        return ()
    found = read_agenda(Path(agenda).read_text(encoding="utf-8"), zone_of(settings.event.timezone or "UTC"))
    print("\n".join(found.faults), end="\n" if found.faults else "", file=sys.stderr)
    return found.sessions
