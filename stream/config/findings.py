"""What `agora doctor` finds: one line a thing looked at, whether it works, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import msgspec


class Health(Enum):
    """``FAIR`` works, but not as well as it could."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True):
    """``what`` was looked at, what was ``seen``, and what to ``do`` (empty where nothing needs doing)."""

    what: str
    health: Health
    seen: str
    do: str = ""


def good(what: str, seen: str) -> Finding:
    """It works."""
    return Finding(what, Health.GOOD, seen)


def fair(what: str, seen: str, do: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding(what, Health.FAIR, seen, do)


def bad(what: str, seen: str, do: str) -> Finding:
    """It does not work."""
    return Finding(what, Health.BAD, seen, do)


def sheet(findings: Iterable[Finding]) -> str:
    """All findings for a person: a mark, what, what was seen, and under it what to do."""
    found = list(findings)
    width = max((len(f.what) for f in found), default=0)
    marks = {Health.GOOD: "✓", Health.FAIR: "!", Health.BAD: "✗"}
    lines: list[str] = []
    for finding in found:
        lines.append(f"{marks[finding.health]} {finding.what:{width}}  {finding.seen}")
        if finding.do:
            lines.append(f"  {'':{width}}  → {finding.do}")
    return "\n".join(lines)
