"""What a source has seen already."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ingest.revisions import Known, Revisions


def test_what_is_put_is_known_after_a_restart(tmp_path: Path) -> None:
    """Posts and notes are there again, however many are asked for."""
    seen = Revisions(tmp_path / "there" / "seen.db")
    posts = {f"p{n}": Known(f"r{n}", n - 1) for n in range(1200)}
    seen.put(posts, 5, notes={"feed": b"note"})
    seen.close()
    again = Revisions(tmp_path / "there" / "seen.db")
    assert again.get([*posts, "other"]) == posts
    assert (again.note("feed"), again.note("other")) == (b"note", b"")
    again.close()


def test_the_longest_unseen_are_forgotten(tmp_path: Path) -> None:
    """Beyond the limit, and before a time, what was seen last stays."""
    seen = Revisions(tmp_path / "seen.db")
    seen.put({"a": Known("1", 0), "b": Known("1", 0)}, 1)
    seen.put({"a": Known("2", 1)}, 2)
    seen.put({"c": Known("1", 0)}, 3, rows=2)
    assert set(seen.get("abc")) == {"a", "c"}
    seen.forget(3)
    assert seen.get("abc") == {"c": Known("1", 0)}
    seen.close()


def test_all_or_nothing(tmp_path: Path) -> None:
    """A note that cannot be kept takes its posts along."""
    seen = Revisions(tmp_path / "seen.db")
    with pytest.raises(sqlite3.Error):
        seen.put({"a": Known("1", 0)}, 1, notes={"feed": object()})  # type: ignore[dict-item]
    assert seen.get("a") == {}
    seen.put({"a": Known("1", 0)}, 1)
    assert seen.get("a")
    seen.close()
