"""Commands that read a log: one that is not there is told, and never made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commands import archives, house


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nobody ever started Agora, but for one rehearsal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_VAR", "var")
    monkeypatch.setenv("AGORA_LOG_URL", "sqlite:var/agora.db")
    (tmp_path / "var" / "rehearsal-1").mkdir(parents=True)
    (tmp_path / "var" / "rehearsal-1" / "agora.db").touch()
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        lambda: house.forget("bluesky:did:plc:nobody"),
        archives.report,
        lambda: archives.export(out=Path("event.jsonl.gz")),
        archives.rejected,
        lambda: archives.analyse("sqlite:var/agora.db"),
        lambda: archives.report("sqlite:var/agora.db?retention=none"),
    ],
    ids=["forget", "report", "export", "rejected", "analyse", "report of a log"],
)
def test_a_log_that_is_not_there_is_told(away: Path, command: Callable[[], int]) -> None:
    """In a folder without a log every command says so, with what to do, instead of finding nothing in a new one."""
    with pytest.raises(SystemExit) as told:
        command()
    assert str(told.value) == (
        "There is no log var/agora.db yet. Go where `agora run` was started, or name it in AGORA_LOG_URL or [log] url. "
        "There are also sqlite:var/rehearsal-1/agora.db."
    )
    assert not (away / "var" / "agora.db").exists()
