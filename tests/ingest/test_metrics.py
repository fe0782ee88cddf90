"""What machines read of ingest."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from starlette.testclient import TestClient

from ingest import metrics
from ingest.door import listen
from ingest.health import Health
from ingest.ledger import Ledger
from ingest.publisher import Publisher
from ingest.source import Batch
from ingest.spool import Spool
from stream.config import IngestConfig
from stream.mention import Author, Mention
from tests.ingest.cable import NOW, Cable


@pytest.fixture
def figures(cable: Cable, tmp_path: Path) -> metrics.Figures:
    source = SimpleNamespace(name="net", tells_deletions=True, dropped=Counter({"not public": 2}))
    health = Health(source, now=lambda: NOW, monotonic=lambda: 0.0)  # type: ignore[arg-type]
    health.hear(4, 3)
    publisher = Publisher(cable, Spool(tmp_path / "spool", 1 << 20), now=lambda: NOW)  # type: ignore[arg-type]
    publisher.counts["net", "mention"] = 3
    ledger = Ledger(tmp_path / "ledger.db", now=lambda: NOW)
    post = Mention("n:1", "n", "post", NOW, NOW, Author("n:a"))
    ledger.close(ledger.settle("net", Batch((post, post))), True)
    return metrics.Figures([source], {"net": health}, publisher, ledger, lambda: NOW + 1500)  # type: ignore[list-item]


def test_the_figures(figures: metrics.Figures) -> None:
    """Conditions, ages, rates, items, drops, and what the disk holds."""
    page = TestClient(metrics.app(figures, "")).get("/metrics").text
    for line in (
        'agora_source{condition="live",source="net"} 1.0',
        'agora_source{condition="quiet",source="net"} 0.0',
        'agora_source_alive_age_seconds{source="net"} 1.5',
        'agora_source_heard_age_seconds{source="net"} 1.5',
        'agora_source_rate{source="net"} 3.0',
        'agora_source_failures{source="net"} 0.0',
        'agora_items_total{kind="mention",source="net"} 3.0',
        'agora_dropped_total{reason="heard before",source="net"} 1.0',
        'agora_dropped_total{reason="not public",source="net"} 2.0',
        "agora_spool_entries 0.0",
        "agora_spool_bytes 0.0",
    ):
        assert line in page.splitlines()
    assert "agora_ledger_bytes" in page


def test_the_token(figures: metrics.Figures) -> None:
    """Where there is one the figures are for its bearer; that ingest is alive is for everybody."""
    door = TestClient(metrics.app(figures, "sesame"))
    assert door.get("/metrics").status_code == 401
    assert door.get("/metrics", headers={"Authorization": "Bearer open"}).status_code == 401
    assert door.get("/metrics", headers={"Authorization": "Bearer sesame"}).status_code == 200
    assert door.get("/healthz").json() == {"status": "alive"}


def test_no_door_for_strangers() -> None:
    """Beyond loopback it needs a token; on it, or closed, none."""
    assert metrics.token_for(IngestConfig(), {}) == ""
    assert metrics.token_for(IngestConfig(metrics_host="localhost"), {}) == ""
    assert metrics.token_for(IngestConfig(metrics_host="0.0.0.0", metrics_port=0), {}) == ""
    assert metrics.token_for(IngestConfig(metrics_host="0.0.0.0"), {metrics.TOKEN: "x"}) == "x"
    with pytest.raises(ValueError, match=metrics.TOKEN):
        metrics.token_for(IngestConfig(metrics_host="0.0.0.0"), {})


async def test_it_serves(figures: metrics.Figures) -> None:
    """The door answers on its port until it is closed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = asyncio.create_task(metrics.serve(IngestConfig(metrics_port=port), metrics.app(figures, "")))
    async with httpx2.AsyncClient() as client:
        for _ in range(200):
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/healthz")
                break
            except httpx2.ConnectError:
                await asyncio.sleep(0.01)
    assert answer.status_code == 200
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_port_in_use_is_not_the_end(figures: metrics.Figures) -> None:
    """It is one warning, and so is a place where nobody can listen; port 0 opens no door."""
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        await metrics.serve(IngestConfig(metrics_port=taken.getsockname()[1]), metrics.app(figures, ""))
    await metrics.serve(IngestConfig(metrics_host="192.0.2.1"), metrics.app(figures, ""))
    await metrics.serve(IngestConfig(metrics_port=0), metrics.app(figures, ""))
