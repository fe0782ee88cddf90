"""Subcommands for what was said: play, measure, report, keep, make up, and read again what could not be read."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from commands.arguments import (
    ConfigFile,
    Count,
    Format,
    From,
    Positive,
    Speed,
    To,
    configuration,
    moment,
    read,
    why,
)
from commands.records import archive_records, log_records, log_there, sessions_of, told_from
from stream import machine, times
from stream.log import LogUnavailable


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
        raise SystemExit(f"no report: {why(error)}") from None
    print(f"{files[0]} (and {len(files) - 1} tables beside it)")
    return 0


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
        raise SystemExit(f"no archive: {why(error)}") from None
    if not count:
        print(f"{out} holds no post: nothing was said then, or what was given has another --format.", file=sys.stderr)
        return 1
    print(f"{out}: {count:,} mentions")
    return 0


def simulate(
    *,
    rate: Positive = 8.0,
    seed: int = 2012,
    out: Path | None = None,
    truth: Path | None = None,
    from_: From = None,
    seconds: Count = 1800,
    raids_per_hour: Annotated[float, Parameter(validator=validators.Number(gte=0))] = 0,
    raid: str = "",
    accounts: Count = 60,
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
    raid
        Write one raid of this kind (copied, varied, templated, languages, slow, short …) and nothing else.
    accounts
        How many take part in it.
    """
    import ingest.simulate

    return ingest.simulate.run(
        rate, seed, out=out, truth=truth, start=moment(from_), seconds=seconds, raids_per_hour=raids_per_hour,
        raid=raid, accounts=accounts,
    )  # fmt: skip


def rejected(
    *,
    source: str = "",
    reason: str = "",
    since: Annotated[str | None, Parameter(help="Only what came since this time.")] = None,
    limit: Count = 50,
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
    settings = configuration(config)
    log_there(settings.log.url)
    return ingest.rejected.run(settings, filter=chosen, replay=replay, limit=limit)
