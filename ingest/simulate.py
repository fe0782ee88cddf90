"""``agora simulate``: a stretch of the made-up event as an archive in our own format, and the truth about it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from ingest.app import now_ms
from ingest.simulation.raid import Raid, kind_of, planned
from ingest.simulation.world import PREFIX, World
from stream.mention import Mention, Retraction, encode


def run(
    rate: float,
    seed: int,
    *,
    out: Path | None = None,
    truth: Path | None = None,
    start: int | None = None,
    seconds: int = 1800,
    raids_per_hour: float = 0,
    raid: str = "",
    accounts: int = 60,
) -> int:
    """Write ``seconds`` of the world from ``start`` (ms UTC; default: so that it ends now) to ``out`` or standard output.

    ``truth`` gets what was planted, as JSON. With ``raid`` (its kind) only a raid of so many ``accounts`` that begins then is
    written. Returns the exit code.
    """
    start = now_ms() - seconds * 1000 if start is None else start
    try:
        alone = Raid(kind_of(raid), accounts, start, seed) if raid else None
    except ValueError as fault:
        print(f"agora simulate: {fault}", file=sys.stderr)
        return 2
    world = World(seed, rate, raids_per_hour=raids_per_hour)
    events: Iterable[Mention | Retraction] = world.events(start, start + seconds * 1000)
    if alone is not None:
        events = (told.item for told in sorted(planned(alone, PREFIX), key=lambda told: told.due))
    try:
        with ExitStack() as stack:
            sink = sys.stdout.buffer if out is None else stack.enter_context(out.open("wb"))
            for item in events:
                sink.write(encode(item) + b"\n")
        if truth is not None:
            told = world.truth(start, start + seconds * 1000)
            truth.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
    except BrokenPipeError:
        return 0
    except OSError as fault:
        print(f"agora simulate: {fault.filename} cannot be written: {fault.strerror}", file=sys.stderr)
        return 2
    return 0
