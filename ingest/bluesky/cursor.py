"""Where we stand in Jetstream: a time that every host understands, and in v2 also a number that only its own host does."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

REWIND_US: Final = 5_000_000
"""Hosts see an event at slightly different times; what is heard twice is said once."""
AHEAD_US: Final = 3_600_000_000
"""An event that claims to be further ahead of our clock does not move the cursor: a cursor in the future means "live"."""


class Cursor(msgspec.Struct, frozen=True):
    """``time_us`` is Jetstream's clock in microseconds since 1970, 0 for unknown; ``seq`` is ``host``'s, 0 in v1."""

    time_us: int = 0
    seq: int = 0
    host: str = ""

    @classmethod
    def read(cls, written: str) -> Cursor:
        """The cursor that ``str`` wrote; from anything else one that means "live".

        >>> Cursor.read("v2:7:1725000000000000:wss://a.example").seq
        7
        """
        match written.split(":", 3):
            case ["v1", time_us] if time_us.isdecimal():
                return cls(int(time_us))
            case ["v2", seq, time_us, host] if seq.isdecimal() and time_us.isdecimal():
                return cls(int(time_us), int(seq), host)
        return cls()

    def __str__(self) -> str:
        if not self.time_us:
            return ""
        return f"v2:{self.seq}:{self.time_us}:{self.host}" if self.seq else f"v1:{self.time_us}"

    def asked(self, envelope: Literal["v1", "v2"], host: str, *, trust_seq: bool = True) -> int | None:
        """What to ask ``host`` for: its own number, or a time some seconds back; None for what comes from now on.

        Both versions take a time (v2 anything from 10¹⁵ up), so that one can go on where the other stood.
        """
        if envelope == "v2" and self.seq and self.host == host and trust_seq:
            return self.seq
        return max(1, self.time_us - REWIND_US) if self.time_us else None

    def after(self, time_us: int, seq: int, host: str, now_us: int) -> Cursor:
        """Where we stand after an event: never further back than before, and never in the future."""
        if time_us > now_us + AHEAD_US:
            return self
        return Cursor(max(time_us, self.time_us), seq, host if seq else "")

    def beyond(self, step_us: int) -> Cursor:
        """A place ``step_us`` further on, which is asked for without going back: past something that cannot be read."""
        return Cursor(self.time_us + REWIND_US + step_us) if self.time_us else self
