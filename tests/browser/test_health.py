"""What a person sees on Health: every part with its light, alerts until they are seen, walls that ask, who is signed in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import faults, keep
from tests.browser.walls import RealWall
from tests.stream.doors.process import HubProcess
from tests.wall.shell.frames import hello
from wall.app import local_ms
from wall.client import Client
from wall.doorway import Doorway
from wall.feeds import Store

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub whose walls this module may end."""
    with HubProcess(tmp_path_factory.mktemp("health")) as hub:
        yield hub


@pytest.fixture
def tablet(own: HubProcess, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(role: str = "operator", desk: str = "Desk 1") -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
        contexts.append(context)
        page = context.new_page()
        page.goto(own.url)
        page.get_by_label("PIN").fill(own.pins[role])  # type: ignore[index]
        page.get_by_label("This desk").fill(desk)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Health").click()
        return page

    yield opened
    for context in contexts:
        context.close()


def light(page: Page, name: str) -> object:
    return page.locator('[data-page="health"] .row', has=page.get_by_text(name, exact=True)).first


def test_every_part_has_its_light_and_what_to_do(tablet: Callable[..., Page], own: HubProcess) -> None:
    """Screens, log, guest book and tablets are told, green or not, each that is not well with a sentence."""
    with RealWall(own):
        page = tablet()
        expect(light(page, "Screen 6")).to_contain_text("Green: hall", timeout=30_000)  # type: ignore[arg-type]
        expect(light(page, "The log")).to_contain_text("Green: is read and written")  # type: ignore[arg-type]
        expect(light(page, "Guest book")).to_contain_text("Quiet: is not set up")  # type: ignore[arg-type]
        expect(light(page, "Tablets")).to_contain_text("1 signed in")  # type: ignore[arg-type]
        assert faults(page) == []
        keep(page, "health")
    expect(light(page, "Screen 6")).to_contain_text("See whether its machine has power and network")  # type: ignore[arg-type]


def test_dead_screens_are_an_alert_until_somebody_has_seen_it(tablet: Callable[..., Page], own: HubProcess) -> None:
    """An alert stands on every page of every tablet; one desk sees it, the others read who did; it goes when all is well."""
    with RealWall(own) as wall:
        page, other = tablet(desk="Desk 1"), tablet("moderator", desk="Desk 2")
        expect(light(page, "Screen 1")).to_contain_text("Green", timeout=30_000)  # type: ignore[arg-type]
        wall.process.kill()
    alert = page.get_by_role("alert").filter(has_text="do not answer")
    expect(alert).to_contain_text("Screens 1, 2, 3, 4, 5 and 6 do not answer.", timeout=60_000)
    page.get_by_role("link", name="Posts").click()
    expect(alert).to_be_visible()
    assert faults(page) == []
    keep(page, "alert")
    loud = alert.bounding_box()
    alert.get_by_role("button", name="Seen").click()
    expect(other.get_by_role("alert").filter(has_text="do not answer")).to_contain_text("Seen by Desk 1.")
    expect(alert).not_to_contain_text("power and network")  # one line from now on; Health says what to do
    still = alert.bounding_box()
    assert loud is not None
    assert still is not None
    assert still["height"] < 0.7 * loud["height"]
    with RealWall(own):
        expect(alert).to_be_hidden(timeout=60_000)


def test_wall_is_let_in_by_its_code(
    tablet: Callable[..., Page], own: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new wall's code is typed on the tablet: a wrong one is refused, the right one lets it in, and it can be turned out."""
    monkeypatch.delenv("AGORA_HUB_TOKEN", raising=False)
    doorway = Doorway(own.url, tmp_path, "", "Lobby", (1, 2, 3))
    store = Store(hello(), local_ms)
    client = Client(own.url, store, local_ms, doorway)
    client.start()
    try:
        page = tablet()
        field = page.get_by_label(re.compile(r"Lobby \(screens 1, 2 and 3, from 127.0.0.1\) asks to join"))
        field.fill("000000" if doorway.code != "000000" else "111111")
        page.get_by_role("button", name="Let in").click()
        expect(page.get_by_role("alert").filter(has_text="another code")).to_be_visible()
        assert faults(page) == []
        keep(page, "wall-joins")
        field.fill(doorway.code)
        page.get_by_role("button", name="Let in").click()
        expect(page.get_by_text("Lobby is let in")).to_be_visible()
        expect(page.locator("[data-joined] .row")).to_contain_text("let in by Desk 1")
        ready = threading.Event()
        for _ in range(200):
            if store.connected or ready.wait(0.1):
                break
        assert store.connected == 1
        page.get_by_role("button", name="Turn out").click()
        expect(page.locator("[data-joined] .row")).to_have_count(0)
    finally:
        client.stop()


def test_operator_ends_sessions(tablet: Callable[..., Page]) -> None:
    """An operator sees who is signed in, ends one session, and all of them with two taps."""
    boss = tablet(desk="Boss")
    expect(boss.locator("[data-people] .row", has_text="Boss (you)")).to_have_count(1)
    other = tablet("viewer", desk="Forgotten")
    forgotten = boss.locator("[data-people] .row", has_text="Forgotten").first
    expect(forgotten).to_be_visible(timeout=30_000)
    forgotten.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    expect(other.get_by_role("alert")).to_contain_text("This desk was signed out: by an operator")
    boss.get_by_role("button", name="Sign everybody out").click()
    boss.get_by_role("button", name="Tap again: you too").click()
    expect(boss.get_by_role("button", name="Sign in")).to_be_visible()
