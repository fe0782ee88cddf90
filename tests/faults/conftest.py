"""What the fault tests share: stand-ins of the networks, and X's source with the real log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.log.sqlite import SqliteLog
from tests.faults.bluesky_stage import START_US
from tests.faults.x_stage import Desk
from tests.ingest.cable import Cable
from tests.standins.hackernews import HackerNewsStandIn
from tests.standins.jetstream import Jetstream, ProfileService


@pytest.fixture
def desk(tmp_path: Path, log: SqliteLog) -> Desk:
    """X's source and the real log."""
    return Desk(tmp_path, Cable(log))


@pytest.fixture
async def people() -> AsyncIterator[ProfileService]:
    """Bluesky's service of profiles, which knows four people."""
    async with ProfileService() as service:
        for name in ("ada", "bo", "cleo", "end"):
            service.know(name)
        yield service


@pytest.fixture(params=["v1", "v2"])
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Jetstream]:
    """A host of Bluesky's Jetstream, in either of its envelopes."""
    async with Jetstream(START_US, envelope=request.param) as stand_in:
        yield stand_in


@pytest.fixture
async def news() -> AsyncIterator[HackerNewsStandIn]:
    """Hacker News, whose newest item is the hundredth."""
    async with HackerNewsStandIn() as server:
        server.newest = 100
        yield server
