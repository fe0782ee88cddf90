"""The tablet page's first load: bytes that travel, and the time from the address to a signed-in page that can be used.

Chromium without a cache on loopback, a real hub. The PIN is typed by the machine: checking it counts, and no person does.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.figure import Figure, figure, percentile
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.test_page import LOADED
from tests.stream.doors.process import HubProcess

LOADS = 9


def measure() -> Iterator[Figure]:
    """Loads of a browser that has never been here."""
    with tempfile.TemporaryDirectory() as name, HubProcess(Path(name)) as hub, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        times, size = [], 0.0
        for _ in range(LOADS):
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            begun = time.monotonic()
            page.goto(hub.url)
            page.get_by_label("PIN").wait_for()
            shown = time.monotonic() - begun
            page.get_by_label("PIN").fill(hub.pins["viewer"])
            begun = time.monotonic()
            page.get_by_role("button", name="Sign in").click()
            page.locator(".tile").first.wait_for()
            times.append((shown + time.monotonic() - begun) * 1000)
            page.evaluate("() => document.fonts.ready.then(() => true)")
            size = max(size, page.evaluate(LOADED) / 1000)
            page.context.close()
        browser.close()
    yield figure("tablet page: first load, bytes that travel", size, "kB", most=150.0)
    note = f"median of {LOADS}, from the address to the layouts, with the PIN's hash"
    yield figure("tablet page: first load until it can be used", percentile(times, 0.5), "ms", most=1000.0, note=note)
