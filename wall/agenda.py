"""The agenda on the wall: which session a moment of the conversation belongs to."""

from __future__ import annotations

from typing import Final

from stream.wire.messages import Figures
from stream.wire.said import under

LONGEST: Final = 28
"""Characters of a session's title beside a spike."""


def session_at(figures: Figures, t: float) -> str:
    """The title of the session that people talked about at event time ``t``, short; empty without any."""
    session = under(figures.sessions, int(t))
    if session is None:
        return ""
    title = session.title
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"
