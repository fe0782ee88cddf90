"""The front door: the ``agora`` command and its subcommands."""

from __future__ import annotations

import sys
from importlib.metadata import version

import structlog
from cyclopts import App, Parameter

from commands import archives, film, house, parts
from stream import allocator
from stream.compiled import clear_stale
from stream.hub.auth import SecretsUnreadable

app = App(
    name="agora",
    help="A real-time conversation wall: stories, conversations and numbers on six screens.",
    version=version("agora-wall"),
    default_parameter=Parameter(negative=()),
)
for subcommand in (
    *(parts.run, parts.ingest, parts.hub, parts.count, parts.guestbook, parts.wall, parts.rehearse),
    *(archives.replay, archives.analyse, archives.report, archives.export, archives.simulate, archives.rejected),
    *(film.film, house.forget, house.pin, house.cert, house.check, house.doctor),
):
    app.command(subcommand)


def main() -> None:
    """Run the command line; one line a fact goes to standard error, so that standard output stays what was asked for."""
    allocator.settle()
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
    try:
        code = app(result_action="return_value") or 0
    except SecretsUnreadable as fault:
        raise SystemExit(f"agora: {fault}") from None
    raise SystemExit(code)


if __name__ == "__main__":
    main()
