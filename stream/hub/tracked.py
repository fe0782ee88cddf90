"""What is tracked, as staff read it: tracks of the configuration, and before them what staff decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stream.config import TrackConfig
from stream.hub.decisions import Ledger


def counted(configured: Mapping[str, TrackConfig], decided: Mapping[str, TrackConfig]) -> dict[str, TrackConfig]:
    """The tracks that are counted: those of the configuration, and before them what staff decided."""
    return {name: track for name, track in {**configured, **decided}.items() if track.terms}


def tracked(configured: Mapping[str, TrackConfig], ledger: Ledger) -> list[dict[str, Any]]:
    """By name ``{name, configured, kind, terms, exclude, since, by, at}``; ``by`` is empty where no one changed it."""
    told: dict[str, dict[str, Any]] = {
        name: {**msgspec.to_builtins(track), "by": "", "at": 0} for name, track in configured.items()
    }
    for name, decision in ledger.standing("track:").items():
        told[name] = {**(decision.new or {}), "by": decision.by, "at": decision.at}
    return [{"name": name, "configured": name in configured, **track} for name, track in sorted(told.items())]
