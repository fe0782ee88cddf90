"""Where the real data lie, and what is said when they do not."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Absent(Exception):
    """Data that a row needs are not here; the row is skipped, and says so."""


def folder() -> Path:
    """The folder of the data: ``AGORA_EVAL_DATA``, else ``../shared/data`` beside the repository."""
    return Path(os.environ.get("AGORA_EVAL_DATA") or ROOT.parent / "shared" / "data")


def find(name: str) -> Path:
    """The file or folder ``name`` of the data. Raises ``Absent`` where it is not."""
    path = folder() / name
    if not path.exists():
        raise Absent(f"{path} is absent")
    return path
