"""A rehearsal on real parts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine import ROOT

PLAN = """
title = "Short"
lasts = "22s"
walls = 1
rate = 10.0
[[troubles]]
kind = "log away"
at = "1s"
lasts = "2s"
[[troubles]]
kind = "hub killed"
at = "5s"
lasts = "1s"
"""


@pytest.mark.gl
def test_a_rehearsal_is_played_and_told(tmp_path: Path) -> None:
    """The parts are lit, troubles befall them, and the sheet tells of each what was expected and what happened."""
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "agora.toml").write_text("[wall]\ncolumns = 1\nrows = 1\nwidth = 640\nheight = 360\npitch_mm = 2.5\n")
    command = [sys.executable, "-m", "agora", "rehearse", "--plan", "plan.toml", "--out", "out"]
    played = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "AGORA_VAR": str(tmp_path / "var"), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    page = (tmp_path / "out" / "rehearsal.html").read_text()
    assert played.returncode == (0 if "Short: GO" in played.stdout else 1), played.stdout + played.stderr
    for expected in (
        "a take holds",
        "decisions are saved",
        "the hub has caught up",
        "the same figures",
        "posts were heard",
    ):
        assert expected in played.stdout
        assert expected in page
    assert "✓ the same figures for the time before: the same" in played.stdout, played.stdout[-4000:]
    assert "✓ decisions are saved" in played.stdout
    assert "✓ no wall goes dark meanwhile" in played.stdout
