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

from tests.bench.figure import Figure, figure
from tests.machine import Machine, machine

RUNS = 3


def measure() -> Iterator[Figure]:
    """The median of some cold starts of all processes."""
    times = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, machine(Path(folder)) as agora:
            start = time.monotonic()
            process = agora.start("run", "--headless")
            agora.until(lambda agora=agora: agora.status("/healthz") == 200, 60, process)
            client = signed_in(agora)
            agora.until(lambda client=client: lit(client), 60, process)
            times.append(time.monotonic() - start)
    yield figure(
        "agora run, installed, to the first lit frame",
        sorted(times)[RUNS // 2],
        "s",
        most=5.0,
        note=f"median of {RUNS}",
    )


def signed_in(agora: Machine) -> httpx2.Client:
    """A client with an operator's cookie."""
    client = httpx2.Client(base_url=agora.url, headers={"Origin": agora.url}, timeout=5)
    client.post("/api/v1/session", json={"pin": agora.pins["operator"], "desk": "bench"}).raise_for_status()
    return client


def lit(client: httpx2.Client) -> bool:
    """Whether the wall's newest picture shows light that is more than the dark stage."""
    answer = client.get("/api/v1/walls/picture")
    if answer.status_code != 200:
        return False
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    return bool((pixels > 120).mean() > 0.001)
