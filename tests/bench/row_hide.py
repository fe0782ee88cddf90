"""A hide on the tablet → the newest feed of the last wall without the post, beside 10 tablets and 20 walls.

The walls are connections that read what a wall reads; what a real wall adds is its next frame (see ``retraction``).
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from stream.wire.messages import Ping, Stories, decode_from_hub, encode
from tests.bench.figure import Figure, figure, percentile
from tests.bench.load import load
from tests.bench.row_first_lit import signed_in
from tests.machine import Machine, machine

HIDES = int(os.environ.get("BENCH_PROBES", "100"))
WALLS, TABLETS, BACKGROUND = 20, 10, 1000
WARM_S = 20.0
TIMEOUT_S = 8.0
PING_S = 0.5


def measure() -> Iterator[Figure]:
    """Cards of the wall, hidden one after another."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        agora = stack.enter_context(machine(folder, {"AGORA_HUB_WINDOW_S": "60"}))
        agora.hub()
        client = signed_in(agora)
        stages = (BACKGROUND, WARM_S + HIDES * (TIMEOUT_S + 1))
        stack.enter_context(load(agora.environment["AGORA_LOG_URL"], folder / "load", stages))
        walls = [stack.enter_context(_Ear(agora, "wall", client)) for _ in range(WALLS)]
        for _ in range(TABLETS):
            stack.enter_context(_Ear(agora, "tablet", client))
        time.sleep(WARM_S)
        times = [_hidden(client, walls, number) for number in range(HIDES)]
    found = [ms for ms in times if ms is not None]
    lost = len(times) - len(found)
    note = (
        f"{len(found)} hides, {lost} not seen, {WALLS} walls, {TABLETS} tablets, {BACKGROUND} mentions/s, window 1 min"
    )
    yield figure("hide to the last wall without the post, p50", percentile(found, 0.5), "ms", note=note)
    yield figure(
        "hide to the last wall without the post, p99",
        percentile(found, 0.99),
        "ms",
        most=1000.0 if not lost else 0.0,
        note=note,
    )


class _Ear:
    """One connection that reads what it is sent; ``cards`` are the ids of the newest stories."""

    def __init__(self, agora: Machine, door: str, client: httpx2.Client) -> None:
        address = f"{agora.url.replace('http', 'ws')}/ws/{door}"
        token = {"Authorization": f"Bearer {agora.tokens['wall']}"}
        cookie = {"Cookie": "; ".join(f"{k}={v}" for k, v in client.cookies.items()), "Origin": agora.url}
        self._socket = connect(address, additional_headers=token if door == "wall" else cookie, max_size=None)
        self._is_wall = door == "wall"
        self.cards: frozenset[str] = frozenset()
        self.changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> _Ear:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._thread.join(5)

    def _read(self) -> None:
        pinged = 0.0
        try:
            while True:
                if self._is_wall and time.monotonic() - pinged > PING_S:
                    pinged = time.monotonic()
                    self._socket.send(encode(Ping(0.0)))
                frame = self._socket.recv()
                if isinstance(frame, bytes) and b"stories" in frame[:40]:
                    stories = decode_from_hub(frame)
                    if isinstance(stories, Stories):
                        with self.changed:
                            self.cards = frozenset(card.id for card in stories.cards)
                            self.changed.notify_all()
        except (ConnectionClosed, OSError):
            return

    def without(self, post_id: str, timeout_s: float) -> bool:
        """Wait until the post is not among the cards; whether that came."""
        with self.changed:
            return self.changed.wait_for(lambda: post_id not in self.cards, timeout_s)


def _hidden(client: httpx2.Client, walls: list[_Ear], number: int) -> float | None:
    """Milliseconds from the tap to the last wall without the post; None when one kept it."""
    time.sleep(0.2 + random.Random(number).random() * 0.3)
    shown = sorted(frozenset.intersection(*(wall.cards for wall in walls)))
    if not shown:
        return None
    post_id = random.Random(number).choice(shown)
    begun = time.monotonic()
    client.put("/api/v1/moderation/post", json={"id": post_id, "decision": "hide"}).raise_for_status()
    gone = all(wall.without(post_id, max(0.0, begun + TIMEOUT_S - time.monotonic())) for wall in walls)
    return (time.monotonic() - begun) * 1000 if gone else None
