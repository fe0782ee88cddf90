"""What event teams deploy says what the program says: metrics, alarms, runbook, compose file, units."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

import agora
from stream.config import Config, load
from stream.log.rights import WRITERS

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
METRIC = re.compile(r"agora_[a-z_]+")
SUFFIXES = ("_bucket", "_total", "_sum", "_count")


def told() -> set[str]:
    """Every metric whose name stands in the code of hub and ingest."""
    sources = [*(ROOT / "stream" / "hub").rglob("*.py"), *(ROOT / "ingest").rglob("*.py")]
    return {name for path in sources for name in re.findall(r'"(agora_[a-z_]+)"', path.read_text())}


def alarms() -> list[dict[str, str]]:
    groups = yaml.safe_load((DOCKER / "grafana" / "alarms.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def asked() -> set[str]:
    board = json.loads((DOCKER / "grafana" / "agora.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return {name for text in [*expressions, *(rule["expr"] for rule in alarms())] for name in METRIC.findall(text)}


def test_dashboard_and_alarms_ask_for_metrics_that_exist() -> None:
    """Each metric of the dashboard and the alarms is one that hub or ingest tells."""
    known = told()
    assert len(asked()) > 15
    assert {n for n in asked() if n not in known and not any(n.removesuffix(s) in known for s in SUFFIXES)} == set()


def test_each_alarm_has_its_page_in_the_runbook() -> None:
    """The runbook has a heading for each alarm, and no other."""
    headings = re.findall(r"^## (\S+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(rule["alert"] for rule in alarms())


def test_compose_closes_kafka_and_knows_its_users() -> None:
    """Kafka publishes no port and stands on an inner network; every user of the rights has its password there."""
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    kafka = compose["services"]["kafka"]
    assert "ports" not in kafka
    assert compose["networks"]["log"]["internal"] is True
    urls = [s["environment"].get("AGORA_LOG_URL", "") for s in compose["services"].values() if "environment" in s]
    users = {name for url in urls for name in re.findall(r"user=(\w+)", url)}
    assert users == {*WRITERS, "admin"}
    for volume in (v for s in compose["services"].values() for v in s.get("volumes", ()) if v.startswith(".")):
        place = (DOCKER / volume.split(":")[0]).resolve()
        assert place.exists() or "tokens" in place.name, volume


def test_settings_of_the_compose_file_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the compose file sets in the environment of a service is read without a fault."""
    monkeypatch.chdir(tmp_path)
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    for name in ("hub", "ingest", "count"):
        environment = {
            k: re.sub(r"\$\{[^}]*\}", "x", str(v)) for k, v in compose["services"][name]["environment"].items()
        }
        environment.pop("AGORA_CONFIG")
        assert load(environment=environment) != Config()


def test_secrets_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    """The script asks whom to write to, makes long passwords in a file of mode 0600, and leaves them as they are."""
    shutil.copy(DOCKER / "secrets", tmp_path)
    run = [tmp_path / "secrets"]
    assert subprocess.run(run, check=False, capture_output=True).returncode == 2
    subprocess.run([*run, "privacy@example.org"], check=True, capture_output=True)
    first = (tmp_path / ".env").read_text()
    subprocess.run(run, check=True, capture_output=True)
    assert (tmp_path / ".env").read_text() == first
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert len(re.findall(r"^(?:KAFKA_\w+_PASSWORD|AGORA_INGEST_TOKEN)=[0-9a-f]{48}$", first, re.MULTILINE)) == 5


def test_images_need_what_is_in_the_lock(tmp_path: Path) -> None:
    """The images' lock holds each dependency of the project, hashed, in the version of the whole lock, and no test's."""
    whole, images = (_pinned(path) for path in (ROOT / "requirements.lock", DOCKER / "runtime.lock"))
    assert images.items() <= whole.items()
    assert "pytest" in whole
    assert "pytest" not in images
    text = (DOCKER / "runtime.lock").read_text()
    assert "://" not in text
    assert text.count("--hash=sha256:") > len(images)


def _pinned(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+)", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("unit", sorted((DOCKER / "systemd").glob("*.service")), ids=lambda p: p.name)
def test_units_start_commands_that_exist(unit: Path) -> None:
    """Each unit runs a command of ``agora``, starts again by itself, and not after a setting that is wrong."""
    text = unit.read_text()
    command = re.search(r"^ExecStart=\S+/agora (\w+)", text, re.MULTILINE)
    assert command
    assert command[1] in agora.app
    assert "Restart=always" in text
    assert "RestartPreventExitStatus=2" in text


def test_scripts_can_be_run() -> None:
    """The scripts that documents name are executable."""
    for name in ("secrets", "watch", "packages", "venv", "kafka/serve", "kafka/run", "kafka/fetch"):
        assert os.access(DOCKER / name, os.X_OK), name
