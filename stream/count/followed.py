"""What a worker follows beside its partitions: tracks and shedding from ``control``, and who is gone from ``retractions``."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from stream.analysis.extract import key_of
from stream.analysis.gone import Gone
from stream.analysis.tracks import Tracker
from stream.analysis.window import Window
from stream.config import Config, TrackConfig
from stream.count.partial import reading
from stream.hub.decisions import Ledger
from stream.hub.shedding import SUBJECT, Shedding
from stream.hub.tracked import counted
from stream.log import CONTROL, RETRACTIONS, Record
from stream.mention import Author, Mention, Unreadable, decode_retraction
from stream.moderation.alone import Alone

TRACK: Final = "track:"
FORGET_EACH: Final = 10_000
"""After so many retractions those are let go that are kept no longer."""

log = structlog.get_logger(__name__)


class Followed:
    """Pure. ``read_by`` changes when rows are to be read otherwise."""

    def __init__(self, config: Config) -> None:
        self._configured, self._moderation = config.tracks, config.moderation
        self.alone = Alone(config.moderation)
        self._decided: dict[str, TrackConfig] = {}
        self._ledger = Ledger()
        self.gone = Gone()
        self._retracted = 0
        self.shedding = Shedding(Window(config.hub.window_s * 1000))
        self._look()

    def _look(self) -> None:
        tracks = counted(self._configured, self._decided)
        self.tracker = Tracker(tracks)
        self.read_by = reading(tracks, self._moderation)

    def hear(self, record: Record) -> None:
        """A record of ``control`` or ``retractions``; what cannot be read is told in the journal and passed over."""
        try:
            if record.topic == RETRACTIONS.name and record.value is not None:
                self.gone.retract(decode_retraction(record.value), record.time)
                self._retracted += 1
                if self._retracted % FORGET_EACH == 0:
                    self.gone.forget(record.time)
            elif record.topic == CONTROL.name:
                self._decide(record)
        except (Unreadable, ValueError, msgspec.DecodeError) as fault:
            log.warning("a record cannot be read", topic=record.topic, offset=record.offset, fault=str(fault))

    def _decide(self, record: Record) -> None:
        if record.key != SUBJECT and not record.key.startswith(TRACK):
            return
        value = self._ledger.heard(record.key, record.value).new
        if record.key == SUBJECT:
            self.shedding.decide(value)
            return
        before = dict(self._decided)
        name = record.key.removeprefix(TRACK)
        self._decided.pop(name, None)
        if value is not None:
            self._decided[name] = msgspec.convert(value, TrackConfig)
        try:
            self._look()
        except ValueError:
            self._decided = before
            raise

    def spoken(self, mention: Mention) -> Mention:
        """A mention as it may be handed on: without its words and names when it, or its author, was taken back."""
        about = mention.target.id if mention.kind == "edit" and mention.target is not None else mention.id
        if mention.author.id not in self.gone.authors and key_of(about) not in self.gone.posts:
            return mention
        return msgspec.structs.replace(
            mention,
            text="",
            author=Author(id=mention.author.id),
            mentions=(),
            hashtags=(),
            links=(),
            media=(),
            place=None,
        )
