"""The report of a million mentions: read from an archive in our own format, measured, drawn, written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from stream.mention import encode
from tests.bench.figure import Figure, figure
from tests.bench.posts import posts

MILLION = 1_000_000
START = 1_760_000_000_000
SPAN_MS = 86_400_000


def measure() -> Iterator[Figure]:
    """``agora report`` as a process, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "event.jsonl"
        with archive.open("wb") as file:
            for post in posts(MILLION, START, START + SPAN_MS):
                file.write(encode(post) + b"\n")
        size = archive.stat().st_size
        begin = time.perf_counter()
        command = [sys.executable, "-m", "agora", "report", str(archive), "--out", f"{folder}/report"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - begin
        assert process.returncode == 0
        page = Path(folder, "report", "report.html").read_text(encoding="utf-8")
        assert f"<b>{MILLION:,}</b>" in page, json.dumps(page[:2000])
    note = f"an archive of {size / 1e6:.0f} MB, one day; {used.ru_utime:.0f} s of processor"
    yield figure("report of a million mentions", took, "s", most=60, note=note)
    yield figure("report of a million mentions, memory", used.ru_maxrss / 1000, "MB", most=1500, note="at most")
