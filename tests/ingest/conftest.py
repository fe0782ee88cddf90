"""What the tests of ingest share."""

from __future__ import annotations

import pytest

from stream.log.sqlite import SqliteLog
from tests.ingest.cable import Cable


@pytest.fixture
def cable(log: SqliteLog) -> Cable:
    return Cable(log)
