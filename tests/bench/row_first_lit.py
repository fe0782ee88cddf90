"""``agora run``, installed: from the command to the first lit frame, as a person sees it at /wall."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
from PIL import Image
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.bench.figure import Figure, figure
from tests.machine import Machine, machine

RUNS = 3
LIT = 120
"""A pixel as bright as this is light; the dark stage has none."""
LIT_SHARE = 0.001
MOST_S = 60.0


def measure() -> Iterator[Figure]:
    """The median of some cold starts of all processes."""
    runs = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, machine(Path(folder)) as agora:
            runs.append(_started(agora))
    runs.sort(key=lambda told: told["lit"])
    median = runs[RUNS // 2]
    note = f"median of {RUNS}: {', '.join(f'{what} after {s:.1f} s' for what, s in median.items())}"
    yield figure("agora run, installed, to the first lit frame", median["lit"], "s", most=5.0, note=note)


def _started(agora: Machine) -> dict[str, float]:
    """Seconds from the command to each step of the way."""
    told: dict[str, float] = {}
    start = time.monotonic()
    process = agora.start("run", "--headless")
    agora.until(lambda: agora.status("/healthz") == 200, MOST_S, process)
    told["hub answers"] = time.monotonic() - start
    client = signed_in(agora)
    told["signed in"] = time.monotonic() - start
    with watching(agora, client) as socket:
        while time.monotonic() - start < MOST_S:
            try:
                frame = socket.recv(timeout=5)
            except (TimeoutError, WebSocketException) as fault:
                raise RuntimeError(f"no picture came: {agora.output()}") from fault
            if isinstance(frame, bytes):
                told.setdefault("first picture", time.monotonic() - start)
                if lit(frame[4 + int.from_bytes(frame[:4], "little") :]):
                    told["lit"] = time.monotonic() - start
                    return told
    raise TimeoutError(f"the wall stayed dark: {agora.output()}")


def signed_in(agora: Machine) -> httpx2.Client:
    """A client with an operator's cookie."""
    client = httpx2.Client(base_url=agora.url, headers={"Origin": agora.url}, timeout=5)
    client.post("/api/v1/session", json={"pin": agora.pins["operator"], "desk": "bench"}).raise_for_status()
    return client


def watching(agora: Machine, client: httpx2.Client) -> ClientConnection:
    """The socket of somebody who looks at /wall."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = agora.url.replace("http", "ws", 1) + "/ws/tablet?view=wall"
    return connect(address, additional_headers={"Cookie": cookie, "Origin": agora.url}, proxy=None, max_size=2**24)


def lit(jpeg: bytes) -> bool:
    """Whether a picture shows light that is more than the dark stage."""
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))
    return bool((pixels > LIT).mean() > LIT_SHARE)
