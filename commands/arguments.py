"""What several subcommands take, how it is read, and how they speak to the person at the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter, validators

from stream import times
from stream.config import Config, Misconfigured, load

T = TypeVar("T")
ConfigFile = Annotated[
    Path | None, Parameter(name="--config", help="Configuration (default: agora.toml if it exists).")
]
Format = Annotated[str, Parameter(help="Format of the archive: agora, csv, jetstream, mastodon, twitter-v1 or x-v2.")]
From = Annotated[str | None, Parameter(name="--from", help="Begin at this time, such as 2016-01-12T18:00Z.")]
To = Annotated[str | None, Parameter(name="--to", help="End at this time.")]
Speed = Annotated[str, Parameter(help="How many times faster than it happened, or max.")]
Port = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=65535))]
Count = Annotated[int, Parameter(validator=validators.Number(gte=1))]
"""One or more."""
Positive = Annotated[float, Parameter(validator=validators.Number(gt=0))]
"""More than nothing, such as a rate or a length."""


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


def why(fault: Exception) -> str:
    """What went wrong, in words: of the system's faults the file and the sentence, without their numbers."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"{fault.filename}: {fault.strerror}" if fault.filename else fault.strerror
    return str(fault)


def moment(text: str | None) -> int | None:
    """A time of the command line in milliseconds UTC, where one is given."""
    return None if text is None else read(times.moment, text)


def told(line: str) -> None:
    """One fact for the person at the terminal."""
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)
