"""What all tests share: logs for those that ask for one, and the order in which files are run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from stream.compiled import clear_stale
from stream.log.sqlite import SqliteLog
from tests.kafka import Broker, NoKafka

clear_stale()
# The same examples each time, however busy the machine: a property fails for what it says and for nothing else.
settings.register_profile("agora", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("agora")

LONGEST: Final = (
    "faults/test_shedding.py",
    "faults/test_rounds.py",
    "browser/test_preview.py",
    "faults/test_rehearse.py",
    "faults/test_count.py",
    "browser/test_on_the_wall.py",
    "browser/test_health.py",
    "faults/test_ears.py",
    "faults/test_archive_through_the_log.py",
    "faults/test_run.py",
    "faults/test_hub_restart.py",
)
"""Files with few tests that wait long: begun first, so that no worker is left with one of them in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files are begun in order of how long they take: ``LONGEST``, then those with many tests (`--no-loadscope-reorder`)."""
    place = {f"tests/{name}": n for n, name in enumerate(LONGEST)}
    many = Counter(_file(item) for item in items)
    items.sort(key=lambda item: (place.get(_file(item), len(place)), -many[_file(item)], _file(item)))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    """A log of its own in a file."""
    opened = await SqliteLog.open(str(tmp_path / "agora.db"))
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker; who stops it starts it again. Skips where Java or the jars are missing, but fails with CI=true."""
    try:
        broker = Broker()
    except NoKafka as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Kafka: {missing}")
        pytest.skip(f"no Kafka: {missing}")
    try:
        broker.start()
        yield broker
    finally:
        broker.remove()
