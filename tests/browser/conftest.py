"""A real hub as its own process, a made-up wall that sends pictures, and Chromium."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from stream.wire.geometry import Grid
from stream.wire.messages import Hello, OnAir, Picture, Ping, Pong, WallState, decode_from_hub, encode
from tests.stream.doors.process import HubProcess

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic",
]  # fmt: skip
COLOURS = {"pulse": (40, 90, 200), "topics": (200, 60, 40), "people": (30, 160, 90), "stories": (150, 120, 20)}
SAFE = (12, 12, 16)
OTHER = (120, 60, 160)


class MadeUpWall:
    """A wall that paints every screen in the colour of the layout on air, and sends it as a real one would."""

    def __init__(self, hub: HubProcess) -> None:
        self._hub = hub
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(10)

    def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self._hub.token('wall')}"}
        address = self._hub.url.replace("http", "ws") + "/ws/wall"
        while not self._ending.is_set():
            try:
                with connect(address, additional_headers=headers) as socket:
                    grid, on_air, now = Grid(), None, 0.0
                    socket.send(encode(Ping(0.0)))
                    while not self._ending.is_set():
                        match decode_from_hub(socket.recv(decode=False)):
                            case Hello() as hello:
                                grid = hello.grid
                            case Pong(hub=time):
                                now = time
                            case OnAir() as on_air:
                                pass
                            case _:
                                continue
                        if on_air is not None and now:
                            self._show(socket.send, grid, on_air, int(now))
                            self._ending.wait(0.05)
                            socket.send(encode(Ping(0.0)))
            except (OSError, ConnectionClosed):
                self._ending.wait(0.1)

    def _show(self, send: Callable[[bytes], None], grid: Grid, on_air: OnAir, at: int) -> None:
        screens = tuple(range(1, grid.count + 1))
        send(encode(WallState("hall", screens, at, on_air.rev, on_air.panic, 30.0, 20.0, 0, 1.0, 6000)))
        image = Image.new("RGB", (640, 241), SAFE if on_air.panic else COLOURS.get(on_air.layout.name, OTHER))
        ImageDraw.Draw(image).text((20, 20), on_air.layout.title, fill="white")
        data = io.BytesIO()
        image.save(data, "JPEG", quality=90)
        send(encode(Picture(screens, at, 640, 241, data.getvalue())))


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("hub")) as hub:
        wall = MadeUpWall(hub)
        yield hub
        wall.stop()


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

    def opened(path: str = "/", *, width: int = 1280, height: int = 800, scheme: str = "dark") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
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
