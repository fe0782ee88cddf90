"""Some of the seeded fault rounds that ``make soak`` plays by the hundred."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.kafka import Broker, NoKafka
from tests.machine import ROOT

SEED = 14
ROUNDS = 4
"""Three on Kafka, one on SQLite."""


@pytest.mark.gl
@pytest.mark.kafka
def test_rounds() -> None:
    """Parts and Kafka are harmed by seed: nothing acknowledged is lost, and the hub says what the log says."""
    try:
        Broker().remove()
    except NoKafka as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Kafka: {missing}")
        pytest.skip(f"no Kafka: {missing}")
    command = [sys.executable, "-m", "tests.soak", "--rounds", str(ROUNDS), "--seed", str(SEED), "--patience", "10"]
    played = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    told = json.loads(played.stdout.splitlines()[-1])
    assert told["ok"]
    assert told["note"].startswith(f"{ROUNDS} rounds")
