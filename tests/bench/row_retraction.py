"""A retraction heard by ingest → the last frame that shows the post.

Posts and their deletions come over the real webhook of a real ``agora ingest``; the clock runs from before the request is sent.
"""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from ingest.signature import sign
from tests.bench import probe
from tests.bench.eye import Eye, eye, one_screen
from tests.bench.figure import Figure, figure, percentile
from tests.bench.load import load
from tests.machine import Machine, free_port, machine

RETRACTIONS = int(os.environ.get("BENCH_PROBES", "100"))
BACKGROUND = 500
ECHOES = 80
WARM_S = 20.0
TIMEOUT_S = 8.0


def measure() -> Iterator[Figure]:
    """Posts that come, are seen, and are deleted, one after another, beside 500 mentions a second."""
    with tempfile.TemporaryDirectory() as name:
        folder, secret, port = Path(name), secrets.token_hex(16), free_port()
        environment = {
            **one_screen(folder, "probe"),
            "AGORA_INGEST_SOURCES": "webhook",
            "AGORA_WEBHOOK_PORT": str(port),
            "AGORA_WEBHOOK_SENDERS_BENCH_SECRET": secret,
        }
        with machine(folder, environment) as agora:
            agora.hub()
            sender = _Sender(agora, port, secret.encode())
            stages = (BACKGROUND, WARM_S + RETRACTIONS * 2 * (TIMEOUT_S + 1))
            with eye(agora) as seen, load(agora.environment["AGORA_LOG_URL"], folder / "load", stages):
                time.sleep(WARM_S)
                times = [_gone(sender, seen, number) for number in range(1, RETRACTIONS + 1)]
    found = [ms for ms in times if ms is not None]
    lost = len(times) - len(found)
    note = f"{len(found)} deletions over the webhook, {lost} not seen, {BACKGROUND} mentions/s beside, window 1 min"
    yield figure("retraction to the last frame with the post, p50", percentile(found, 0.5), "ms", note=note)
    bar = 2000.0 if not lost else 0.0
    note = f"greatest {max(found):.0f}"
    yield figure("retraction to the last frame with the post, p99", percentile(found, 0.99), "ms", most=bar, note=note)


class _Sender:
    """A sender of the webhook."""

    def __init__(self, agora: Machine, port: int, key: bytes) -> None:
        self._key = key
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        ingest = agora.start("ingest")
        agora.until(self._answers, 60, ingest)

    def _answers(self) -> bool:
        try:
            return bool(self._client.get("/").status_code)
        except httpx2.HTTPError:
            return False

    def send(self, *payloads: dict[str, Any]) -> None:
        """Deliver; returns when the log has it."""
        body, name, now = msgspec.json.encode(payloads), secrets.token_hex(8), str(int(time.time()))
        signature = sign(self._key, name, now, body)
        headers = {"webhook-id": name, "webhook-timestamp": now, "webhook-signature": signature}
        self._client.post("/mentions", content=body, headers=headers).raise_for_status()


def _gone(sender: _Sender, seen: Eye, number: int) -> float | None:
    """Milliseconds from the deletion's way out to the last frame that shows the post; None when that was not seen."""
    post, author = f"probe-{number}", {"id": f"prober-{number}", "name": "Prober", "handle": "prober"}
    echoes = [
        {"kind": "repost", "id": f"{post}-echo-{k}", "author": {"id": f"echo-{k}"}, "target": {"id": post}}
        for k in range(ECHOES)
    ]
    sender.send({"id": post, "text": probe.text(number), "lang": "en", "author": author}, *echoes)
    if seen.wait("code", number % probe.CODES, TIMEOUT_S) is None:
        return None
    time.sleep(0.2 + random.Random(number).random() * 0.3)
    told = time.monotonic()
    sender.send({"kind": "delete", "id": post})
    sight = seen.wait("code", 0, TIMEOUT_S)
    return max(0.0, sight.before - told) * 1000 if sight else None
