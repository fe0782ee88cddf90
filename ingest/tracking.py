"""What is listened for follows the staff: tracks and matching in ``control`` go before those of ``agora.toml``, at once.

The value of ``track:<NAME>`` holds the fields of a ``TrackConfig``, that of ``match`` those of a ``MatchConfig``; a subject
that is cleared gives back what the configuration says, and a track with no terms is switched off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec
import structlog

from ingest.matching import Matcher
from stream.config import Config, TrackConfig
from stream.config.networks import MatchConfig
from stream.log import CONTROL, Log, LogUnavailable, Reader, Record

TRACK: Final = "track:"
MATCH: Final = "match"
POLL_S: Final = 1.0
RETRY_S: Final = 2.0


class _Stands(msgspec.Struct, frozen=True):
    """What ``control`` holds for a subject, as far as it matters here."""

    value: msgspec.Raw


_stands = msgspec.json.Decoder(_Stands)
_track = msgspec.json.Decoder(TrackConfig)
_match = msgspec.json.Decoder(MatchConfig)

logger = structlog.get_logger("ingest")


class Tracking:
    """The tracks and the matching of ``config`` under those of ``control``; ``matcher`` is told of every change."""

    def __init__(self, config: Config, matcher: Matcher) -> None:
        self._config, self._matcher = config, matcher
        self._tracks: dict[str, TrackConfig] = {}
        self._match: MatchConfig | None = None
        self._heard: tuple[MatchConfig, dict[str, TrackConfig]] | None = None

    def take(self, records: Iterable[Record]) -> None:
        """Records of ``control`` in the order of the log; those about other things are passed over, broken ones are told."""
        for record in records:
            try:
                self._decide(record.key, record.value)
            except (msgspec.DecodeError, ValueError) as fault:
                logger.warning("a decision about tracks cannot be read", subject=record.key, reason=str(fault))
        self._listen()

    def _decide(self, subject: str, data: bytes | None) -> None:
        if subject == MATCH:
            match = _match.decode(_stands.decode(data).value) if data else None
            Matcher(match or MatchConfig())  # raises ValueError for a term that can never be found
            self._match = match
        elif subject.startswith(TRACK) and len(subject) > len(TRACK):
            name = subject.removeprefix(TRACK)
            if data is None:
                self._tracks.pop(name, None)
                return
            track = _track.decode(_stands.decode(data).value)
            Matcher(tracks={name: track})
            self._tracks[name] = track

    def _listen(self) -> None:
        """Tell the matcher, when it is something new."""
        match = self._match or self._config.match
        tracks = {name: track for name, track in {**self._config.tracks, **self._tracks}.items() if track.terms}
        if (match, tracks) != self._heard:
            self._heard = (match, tracks)
            self._matcher.listen(match, tracks)
            logger.info("listening", terms=len(self._matcher.terms), accounts=len(self._matcher.accounts))


async def begin(log: Log, tracking: Tracking, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Reader:
    """Read ``control`` to the end that it has now, however long the log is away; returns the reader for ``follow``."""
    while True:
        try:
            end = await log.end(CONTROL)
            reader = await log.reader({CONTROL: None})
            while any(reader.position(CONTROL).get(p, 0) < offset for p, offset in end.items()):
                tracking.take(await reader.poll(POLL_S))
            tracking.take(())
            return reader
        except LogUnavailable as fault:
            logger.warning("waiting for the log", reason=str(fault))
            await pause(RETRY_S)


async def follow(
    reader: Reader, tracking: Tracking, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Follow ``control`` until cancelled; while the log is away what was decided last holds."""
    async with reader:
        while True:
            try:
                tracking.take(await reader.poll(POLL_S))
            except LogUnavailable:
                await pause(RETRY_S)
