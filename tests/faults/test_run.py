"""``agora run`` as a person starts it: everything comes up, what dies comes back, Ctrl-C ends all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.sky import terms
from tests.machine import ROOT, SMALL, Machine, free_port, machine


def children(pid: int) -> dict[str, int]:
    """The subcommands that ``agora run`` started, with their process ids."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended just now
        if "agora" in words:
            found[words[words.index("agora") + 1]] = int(child)
    return found


@pytest.mark.gl
def test_one_machine(tmp_path: Path) -> None:
    """Hub, wall and ingest run; a killed hub and a killed wall are started again; SIGINT ends all with code 0."""
    with machine(tmp_path, SMALL) as agora:
        run = agora.start("run", "--headless")
        agora.until(lambda: agora.status("/readyz") == 200, 60, run)
        agora.until(lambda: agora.snapshot()["numbers"]["posts"] > 100, 60, run)
        first = children(run.pid)
        assert set(first) == {"hub", "wall", "ingest"}
        for name in ("hub", "wall"):
            os.kill(first[name], signal.SIGKILL)
        agora.until(
            lambda: set(children(run.pid)) == set(first) and children(run.pid).get("hub") != first["hub"], 30, run
        )
        agora.until(lambda: agora.status("/readyz") == 200, 60, run)
        last = children(run.pid)
        os.kill(run.pid, signal.SIGINT)
        assert run.wait(10) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in last.values())
        assert "hub was killed by SIGKILL" in (tmp_path / "run.log").read_text()


@pytest.mark.gl
def test_without_a_source_it_listens_to_bluesky(tmp_path: Path) -> None:
    """Where Bluesky answers and no source is named, agora run is live and hears the terms."""
    sky = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sky", "200", "20"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert sky.stdout is not None
    stream, people = sky.stdout.readline().split()
    here = SMALL | {
        "AGORA_BLUESKY_HOSTS": f"ws://127.0.0.1:{stream}",
        "AGORA_BLUESKY_PROFILES": f"http://127.0.0.1:{people}",
        "AGORA_MATCH_TERMS": ",".join(terms(20)),
    }
    try:
        with machine(tmp_path, here) as agora:
            run = agora.start("run", "--headless")
            agora.until(lambda: agora.status("/readyz") == 200, 60, run)
            agora.until(lambda: agora.snapshot()["numbers"]["posts"] > 0, 60, run)
            assert list(agora.snapshot()["numbers"]["sources"]) == ["bluesky"]
            assert "made-up" not in (tmp_path / "run.log").read_text()
    finally:
        sky.terminate()
        sky.wait()


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    """Another program on the hub's port ends agora run with code 2 and what to do."""
    with machine(tmp_path) as agora:
        blocker = subprocess.Popen(
            ["python3", "-m", "http.server", str(agora.port), "--bind", "127.0.0.1"], cwd=tmp_path
        )
        try:
            agora.until(lambda: agora.status("/") == 200, 30, blocker)
            run = agora.start("run", "--headless")
            assert run.wait(60) == 2
            assert str(agora.port) in (tmp_path / "run.log").read_text().splitlines()[-1]
        finally:
            blocker.terminate()
            blocker.wait()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[hub]\nprot = 1\n", "agora.toml:2: unknown key 'prot' in hub; did you mean 'port'?"),
        ("[hub\n", "not valid TOML"),
    ],
)
def test_a_broken_configuration_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    """agora check and agora run end with code 2 and every fault."""
    (tmp_path / "agora.toml").write_text(text, encoding="utf-8")
    made = Machine(tmp_path, {"AGORA_HUB_PORT": str(free_port())})
    for command in ("check", "run"):
        assert made.start(command).wait(60) == 2
        assert sentence in (tmp_path / f"{command}.log").read_text()
