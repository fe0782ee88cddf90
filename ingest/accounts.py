"""Accounts: since when there is one, as networks write it."""

from __future__ import annotations

from datetime import UTC, datetime


def opened(stamp: str | None) -> int:
    """Milliseconds UTC of an ISO 8601 time; 0 where there is none that can be read."""
    try:
        moment = datetime.fromisoformat(stamp or "")
        return max(0, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000))
    except (ValueError, OverflowError, OSError):
        return 0
