"""Records of an archive or of a log, for the subcommands that look at what was said."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from commands.arguments import why
from stream.config import Config
from stream.hub import auth
from stream.log import LogUnavailable
from stream.mention import Mention, Rejected, Retraction
from stream.wire.said import Session


def log_there(url: str) -> str:
    """``url``, or an exit where it names a file that is not there: to open it would make an empty log, and find nothing."""
    kind, _, place = url.partition("?")[0].partition(":")
    if kind != "sqlite" or Path(place).exists():
        return url
    others = [f"sqlite:{file}" for file in sorted(auth.folder().glob("*/agora.db"))]
    known = f" There are also {', '.join(others)}." if others else ""
    raise SystemExit(
        f"There is no log {place} yet. Go where `agora run` was started, or name it in AGORA_LOG_URL or [log] url.{known}"
    )


def first_moment(archive: Path, format: str, settings: Config) -> int:
    """The time of the first post of an archive, in milliseconds UTC."""
    from ingest.replay import first_time

    try:
        return first_time(archive, format, settings.csv)
    except (OSError, ValueError) as error:
        raise SystemExit(f"the archive cannot be played: {why(error)}") from None


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
        raise SystemExit(f"the archive cannot be read: {why(error)}") from None
    if refused:
        print(f"{refused} lines could not be read; `agora replay` keeps them with their reasons.", file=sys.stderr)


def log_records(url: str, settings: Config) -> list[Mention | Retraction]:
    """Everything that the mentions and retractions of a log hold now."""
    from stream.log.spoken import spoken

    try:
        return asyncio.run(spoken(msgspec.structs.replace(settings.log, url=log_there(url))))
    except (LogUnavailable, ValueError) as error:
        raise SystemExit(f"{url} cannot be read: {error}") from None


def told_from(
    archive: str | None, format: str, settings: Config
) -> tuple[Config, Iterator[Mention | Retraction] | None]:
    """The settings with the log that is meant, or an archive's records. Exits where there is no such log."""
    if archive is None:
        log_there(settings.log.url)
        return settings, None
    if archive.startswith(("sqlite:", "kafka:")):
        return msgspec.structs.replace(
            settings, log=msgspec.structs.replace(settings.log, url=log_there(archive))
        ), None
    return settings, archive_records(Path(archive), format, settings)


def sessions_of(agenda: Path | str, settings: Config) -> tuple[Session, ...]:
    """The sessions of an agenda's file, times without a zone in the schedule's; what is wrong in it goes to standard error."""
    from stream.show.agenda_file import decoded
    from stream.show.agenda_file import read as read_agenda
    from stream.show.schedule import zone_of

    if not str(agenda):
        return ()
    found = read_agenda(decoded(Path(agenda).read_bytes()), zone_of(settings.event.timezone))
    print("\n".join(found.faults), end="\n" if found.faults else "", file=sys.stderr)
    return found.sessions
