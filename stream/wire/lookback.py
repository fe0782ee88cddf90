"""A look back on the wall: which moment of the conversation is shown when, as it travels."""

from __future__ import annotations

import msgspec


class Back(msgspec.Struct, frozen=True):
    """The wall shows T from ``since`` to ``until`` in place of now, evenly from hub time ``begun`` to ``ends``; all in ms."""

    since: int
    until: int
    begun: int
    ends: int

    def shown(self, hub_ms: float) -> int:
        """The T that is shown at hub time ``hub_ms``."""
        share = (hub_ms - self.begun) / max(1, self.ends - self.begun)
        return self.since + round((self.until - self.since) * min(1.0, max(0.0, share)))
