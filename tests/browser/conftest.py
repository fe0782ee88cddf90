"""A real hub and a real wall, each as its own process, and Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.walls import RealWall
from tests.stream.doors.process import HubProcess

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic",
]  # fmt: skip
SOON = "from stream.hub import preview\npreview.WARM_MS = 11_000\n"
"""The wall of a preview that nobody looks at any more ends sooner than in a hall."""


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("hub"), before=SOON) as hub, RealWall(hub):
        yield hub


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Skips where it is missing, but fails with CI=true."""
    if not Path(CHROMIUM).exists():
        reason = f"no Chromium at {CHROMIUM}; install it, or let CHROMIUM name it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(hub: HubProcess, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of the hub in a browser of its own; a fault of its script or its policy fails the test at the end."""
    faults: list[str] = []
    contexts = []

    def opened(
        path: str = "/", *, width: int = 1280, height: int = 800, scheme: str = "dark", zone: str | None = None
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            timezone_id=zone,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(hub.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def sign_in(open_page: Callable[..., Page], hub: HubProcess) -> Callable[..., Page]:
    """Open a page and sign in with the PIN of a role."""

    def signed_in(role: str = "moderator", desk: str = "Desk 1", **size: object) -> Page:
        page = open_page(**size)
        page.get_by_label("PIN").fill(hub.pins[role])  # type: ignore[index]
        page.get_by_label("This desk").fill(desk)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".tile").first.wait_for()
        return page

    return signed_in
