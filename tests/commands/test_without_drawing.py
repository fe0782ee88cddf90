"""Commands on a server that has no libraries to draw with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine import ROOT, free_port

MISSING = "libEGL.so.1: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(("command", "code"), [(("doctor",), 1), (("doctor", "--no-wall"), 0), (("check",), 2)])
def test_what_draws_says_what_is_missing(tmp_path: Path, command: tuple[str, ...], code: int) -> None:
    """Whoever asks for what must be drawn is told which library is missing and how to get it, in a sentence."""
    (tmp_path / "skia.py").write_text(f"raise ImportError({MISSING!r})\n")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "AGORA_VAR": str(tmp_path / "var")}
    environment |= {"AGORA_HUB_PORT": str(free_port()), "AGORA_LOG_URL": f"sqlite:{tmp_path / 'agora.db'}"}
    asked = subprocess.run(
        [sys.executable, "-m", "agora", *command], cwd=tmp_path, env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    said = " ".join((asked.stdout + asked.stderr).split())
    assert asked.returncode == code, said
    assert "Traceback" not in said
    assert (MISSING in said, "libegl1" in said) == (code != 0, code != 0)
