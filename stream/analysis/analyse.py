"""An archive or a log measured at a time, without a server."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention, Retraction
from stream.wire.snapshot import Snapshot

BATCH: Final = 5000


def analyse(
    records: Iterable[Mention | Retraction], config: Config, window_ms: int, at_ms: int | None = None
) -> Snapshot:
    """The snapshot of ``records``, in whatever order, at ``at_ms``; by default at the time of the newest post.

    What was written after ``at_ms`` is not known yet, but a retraction counts whenever it was made. Raises ``ValueError``
    when there is no post, so that there is no time either.
    """
    state = State(config, window_ms)
    if at_ms is not None:
        state.advance(at_ms)
    stream = iter(records)
    while batch := list(islice(stream, BATCH)):
        for record in batch:
            if isinstance(record, Retraction):
                state.retract(record)
        mentions = [r for r in batch if isinstance(r, Mention) and (at_ms is None or r.at <= at_ms)]
        state.add(mentions)
        written = [mention.at for mention in mentions if mention.kind not in ("edit", "tally")]
        if at_ms is None and written:
            state.advance(max(written))
    if state.t is None:
        raise ValueError("there is no post to measure")
    return state.snapshot()
