"""What a log says now: all its mentions and retractions, read once."""

from __future__ import annotations

from stream.config import LogConfig
from stream.log import MENTIONS, RETRACTIONS, open_log
from stream.log.whole import whole
from stream.mention import Mention, Retraction, decode, decode_retraction


async def spoken(settings: LogConfig) -> list[Mention | Retraction]:
    """The retractions, then the mentions. Raises ``LogUnavailable``, or ``ValueError`` for a URL that names no log."""
    found: list[Mention | Retraction] = []
    log = await open_log(settings.url, prefix=settings.prefix, timeout_s=settings.timeout_s)
    try:
        async for batch in whole(log, [RETRACTIONS, MENTIONS]):
            for record in batch:
                read = decode_retraction if record.topic == RETRACTIONS.name else decode
                found.extend([read(record.value)] if record.value is not None else [])
    finally:
        await log.close()
    return found
