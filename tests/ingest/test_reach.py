"""Whether a network is there: what answers counts, what is silent or pretends does not."""

from __future__ import annotations

import socket

from ingest.reach import reachable
from tests.standins.http import Exchange, HttpStandIn


async def nothing(exchange: Exchange) -> None:
    """An answer that nobody waits for."""


async def test_a_host_that_answers() -> None:
    """One host that takes the connection is enough."""
    async with HttpStandIn(nothing) as there:
        assert reachable([f"ws://127.0.0.1:{there.port}", "ws://127.0.0.1:9"])


def test_nobody() -> None:
    """Refused connections, names that mean nothing and broken addresses are no network."""
    assert not reachable(["ws://127.0.0.1:9", "wss://nowhere.invalid", "wss://[", ""])


def test_a_host_that_is_not_who_it_says() -> None:
    """A host that takes the connection and cannot prove its name does not count."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not reachable([f"wss://127.0.0.1:{silent.getsockname()[1]}"], patience_s=0.2)
