"""What the tests of ingest share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.log.sqlite import SqliteLog
from tests.ingest.cable import Cable


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    opened = await SqliteLog.open(str(tmp_path / "agora.db"))
    yield opened
    await opened.close()


@pytest.fixture
def cable(log: SqliteLog) -> Cable:
    return Cable(log)
