"""What the fault tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.log.sqlite import SqliteLog
from tests.faults.x_stage import Desk
from tests.ingest.cable import Cable


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """X's source and the real log."""
    log = await SqliteLog.open(str(tmp_path / "agora.db"))
    yield Desk(tmp_path, Cable(log))
    await log.close()
