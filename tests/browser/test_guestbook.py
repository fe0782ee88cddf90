"""A visitor writes on the wall with a phone: the form, the held queue, the wall, and out again."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.sync.client import connect

from stream.config.authority import pinned
from stream.config.certificates import issued
from stream.wire.messages import Stories, decode_from_hub
from tests.browser.looking import faults, keep
from tests.stream.doors.process import HubProcess, free_port

pytestmark = pytest.mark.browser

PATIENT = "() => performance.now() > 2600"
"""A person needs longer than that to write."""


@contextmanager
def running(hub: HubProcess, trust: ssl.SSLContext | None = None, **more: str) -> Iterator[str]:
    """A guest book on the hub's log, with ``more`` settings of its own; gives its address."""
    port = free_port()
    settings = {
        "AGORA_VAR": str(hub.folder),
        "AGORA_GUESTBOOK_PORT": str(port),
        "AGORA_EVENT_NAME": "Festival of Light",
        "AGORA_PRIVACY_CONTACT": "privacy@example.org",
    }
    command = [sys.executable, "-m", "agora", "guestbook", "--config", str(hub.config)]
    process = subprocess.Popen(command, env={**os.environ, **settings, **more})
    url = f"http{'s' if trust else ''}://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url + "/healthz", timeout=1, context=trust):
                break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def guestbook(hub: HubProcess) -> Iterator[str]:
    """The address of a guest book on the hub's log."""
    with running(hub) as url:
        yield url


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A visitor's phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", color_scheme="light")
    yield context.new_page()
    context.close()


def on_the_wall(hub: HubProcess, holds: Callable[[list[str]], bool], seconds: float = 30.0) -> list[str]:
    """The texts of the cards that a wall gets, once they hold what is waited for."""
    headers = {"Authorization": f"Bearer {hub.token('wall')}"}
    texts: list[str] = []
    until = time.monotonic() + seconds
    with connect(hub.url.replace("http", "ws") + "/ws/wall", additional_headers=headers) as socket:
        while time.monotonic() < until:
            match decode_from_hub(socket.recv(timeout=10, decode=False)):
                case Stories(cards=cards):
                    texts = [card.text for card in cards]
                    if holds(texts):
                        return texts
    return texts


def write(phone: Page, url: str, text: str, name: str = "") -> None:
    phone.goto(url)
    phone.get_by_label("Your message").fill(text)
    phone.get_by_label("Your name").fill(name)
    phone.wait_for_function(PATIENT)


def test_message_goes_from_the_phone_to_the_wall_and_off_it(
    phone: Page, guestbook: str, hub: HubProcess, sign_in: Callable[..., Page]
) -> None:
    """A visitor's words wait for staff, come to the wall when approved, and leave it when the visitor takes them back."""
    words = "What an evening by the harbour"
    write(phone, guestbook, words, "Ada")
    assert faults(phone) == []
    keep(phone, "guestbook-form")
    ground = phone.get_by_role("button", name="Send").evaluate("(it) => getComputedStyle(it).backgroundColor")
    assert ground == "rgb(76, 195, 255)"
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading")).to_have_text("Thank you!")
    assert faults(phone) == []
    keep(phone, "guestbook-receipt")

    tablet = sign_in()
    tablet.get_by_role("link", name="Posts").click()
    card = tablet.locator(".page:not([hidden]) .card", has_text=words).first
    expect(card).to_contain_text("guest book", timeout=30_000)
    expect(card).to_contain_text("Ada")
    keep(tablet, "guestbook-held")
    assert words not in on_the_wall(hub, lambda texts: words in texts, seconds=1.5)
    card.get_by_role("button", name="Approve").click()
    assert words in on_the_wall(hub, lambda texts: words in texts)

    phone.get_by_role("button", name="Take my message back").click()
    expect(phone.get_by_role("heading")).to_have_text("Your message is taken back.")
    assert words not in on_the_wall(hub, lambda texts: words not in texts)


def test_form_works_without_a_script(browser: Browser, guestbook: str) -> None:
    """With scripts switched off the form is sent, and says in the phone's language what is wrong, with the words kept."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="fi-FI")
    phone = context.new_page()
    phone.goto(guestbook)
    expect(phone.get_by_role("heading")).to_have_text("Kirjoita seinälle")
    phone.get_by_label("Viestisi").fill('"&.."')
    phone.get_by_role("button", name="Lähetä").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    expect(phone.get_by_label("Viestisi")).to_have_value('"&.."')
    context.close()


def test_guest_book_of_its_own_certificate(browser: Browser, hub: HubProcess, sign_in: Callable[..., Page]) -> None:
    """Over HTTPS with a certificate of the hub's authority a message comes to staff; who does not know it does not connect."""
    made = issued(hub.folder, "guestbook", "127.0.0.1", "")
    trust = pinned((made.authority).read_text("ascii"))
    given = {"AGORA_GUESTBOOK_CERTIFICATE": str(made.certificate), "AGORA_GUESTBOOK_KEY": str(made.key)}
    with running(hub, trust, **given) as url:
        with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
            urllib.request.urlopen(url, timeout=10)
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", ignore_https_errors=True)
        phone = context.new_page()
        write(phone, url, "Safe across the water")
        phone.get_by_role("button", name="Send").click()
        expect(phone.get_by_role("heading")).to_have_text("Thank you!")
        context.close()
    tablet = sign_in()
    tablet.get_by_role("link", name="Posts").click()
    expect(tablet.locator(".page:not([hidden]) .card", has_text="Safe across the water").first).to_be_visible(
        timeout=30_000
    )
