"""A stranger's picture: fetched by the hub, seen by staff first, on the wall when they say so, and gone when they do not."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from stream.mention import Author, Media, Mention
from stream.wire.messages import Card, HubMessage, Stories
from tests.browser.looking import faults, keep
from tests.browser.saying import publish
from tests.browser.walls import heard
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

ANYWHERE = """
from stream.media.fetch import Fetcher
Fetcher.__init__.__defaults__ = (lambda address: True,)  # the server of the pictures stands on loopback
"""


def harbour() -> bytes:
    """An evening sky over water, as a PNG."""
    image = Image.new("RGB", (640, 400), (18, 28, 64))
    draw = ImageDraw.Draw(image)
    for y in range(230):
        draw.line([(0, y), (640, y)], fill=(40 + y // 2, 50 + y // 3, 110 - y // 4))
    draw.ellipse([430, 150, 510, 230], fill=(250, 190, 110))
    for n in range(9):
        draw.rectangle([40 + 40 * n, 232 - 9 * (n % 4), 64 + 40 * n, 236], fill=(12, 16, 30))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of a server with one picture."""
    data = harbour()

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, gallery: str) -> Iterator[HubProcess]:
    """A hub that shows words at once, with one post that brings a picture."""
    hub = HubProcess(tmp_path_factory.mktemp("pictures"), toml="delay_s = 0\n", before=ANYWHERE)
    hub.config.write_text(hub.config.read_text().replace('mode = "approve"', 'mode = "delay"'))
    with hub:
        at = int(time.time() * 1000)
        media = (Media(f"{gallery}/harbour.png", alt="The sun sets behind the harbour"),)
        publish(hub, Mention(
            "mastodon:1", "mastodon", "post", at, at, Author("mastodon:ann", "ann", "Ann"), text="What a light tonight",
            lang="en", media=media,
        ))  # fmt: skip
        yield hub


def card(message: HubMessage) -> Card | None:
    """The post's card in what walls are told."""
    cards = message.cards if isinstance(message, Stories) else ()
    return next((card for card in cards if card.id == "mastodon:1"), None)


def test_picture_waits_for_staff_is_shown_and_leaves(hub: HubProcess, open_page: Callable[..., Page]) -> None:
    """The tablet shows the fetched picture with its description; *Show* puts it on the wall, *Never* takes it away again."""
    page = open_page("/#posts")
    page.get_by_label("PIN").fill(hub.pins["moderator"])
    page.get_by_label("This desk").fill("Desk 1")
    page.get_by_role("button", name="Sign in").click()
    figure = page.locator('[data-post="mastodon:1"] .post-pictures figure')
    image = figure.get_by_role("img", name="The sun sets behind the harbour")
    image.wait_for(timeout=20_000)
    page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    assert heard(hub, lambda m: card(m) is not None and not card(m).picture)  # type: ignore[union-attr]
    keep(page, "picture-held")
    assert faults(page) == []

    figure.get_by_role("button", name="Show").click()
    expect(figure.get_by_role("button", name="Show")).to_have_attribute("aria-pressed", "true")
    assert heard(hub, lambda m: bool((c := card(m)) and c.picture))

    figure.get_by_role("button", name="Never").click()
    expect(figure.get_by_role("button", name="Never")).to_have_attribute("aria-pressed", "true")
    assert heard(hub, lambda m: bool((c := card(m)) and not c.picture))
    expect(page.locator("[data-audit]")).to_contain_text("Desk 1 keeps a picture off the wall")


def test_viewer_cannot_decide(hub: HubProcess, open_page: Callable[..., Page], browser: Browser) -> None:
    """Whoever only looks on sees no button beside a picture."""
    page = open_page("/#posts")
    page.get_by_label("PIN").fill(hub.pins["viewer"])
    page.get_by_label("This desk").fill("Desk 2")
    page.get_by_role("button", name="Sign in").click()
    page.locator('[data-post="mastodon:1"]').first.wait_for()
    expect(page.locator(".post-pictures button")).to_have_count(0)
