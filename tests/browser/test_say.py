"""What a person says on the page Say."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.looking import keep, shows
from tests.browser.test_programme import ask, cleared, desk, open_tab
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

__all__ = ["desk"]

SignIn = Callable[..., Page]


def say(page: Page, text: str, *, urgent: bool = False) -> None:
    open_tab(page, "Say")
    page.locator('[data-new="word"]').click()
    editor = page.locator(".editor")
    editor.get_by_label("Words").fill(text)
    if urgent:
        editor.get_by_label("Urgent").check()
        expect(editor).to_contain_text("It takes the whole wall")
    editor.get_by_role("button", name="Say it").click()
    expect(editor).to_have_count(0)


def test_announcement_is_said_and_taken_back(desk: Page, sign_in: SignIn) -> None:
    """An announcement is on the wall at once and on every tablet; taking it back can be undone."""
    other = sign_in(desk="Desk 2", width=390, height=844)
    open_tab(other, "Say")
    say(desk, "Doors open at nine")
    row = desk.locator("[data-words] .row", has_text="Doors open at nine")
    expect(row).to_contain_text("on the wall now")
    expect(other.locator("[data-words] .row")).to_have_count(1, timeout=1000)
    ask(desk, "PUT", "/panic", {"on": True})
    expect(row).to_contain_text("behind the safe scene")
    ask(desk, "PUT", "/panic", {"on": False})
    expect(row).to_contain_text("on the wall now")
    row.get_by_role("button", name="Take “Doors open at nine” back").click()
    expect(row).to_have_count(0)
    desk.locator(".toast", has_text="Taken back").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


def test_a_late_hello_makes_nothing_late(open_page: Callable[..., Page], hub: HubProcess) -> None:
    """Where the hello of the hub was a minute under way, the page knows the hub's time all the same."""

    def late(message: str | bytes) -> str | bytes:
        if isinstance(message, bytes) or json.loads(message)["channel"] != "hello":
            return message
        told = json.loads(message)
        told["data"]["now"] -= 60_000
        return json.dumps(told)

    def slow(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: route.send(late(message)))

    page = open_page()
    page.route_web_socket(re.compile("/ws/tablet"), slow)
    page.get_by_label("PIN").fill(hub.pins["moderator"])
    page.get_by_role("button", name="Sign in").click()
    page.locator(".tile").first.wait_for()
    say(page, "Doors open at ten")
    expect(page.locator("[data-words] .row", has_text="Doors open at ten")).to_contain_text("on the wall now")
    cleared(page)


def test_urgent_announcement_takes_the_wall(desk: Page) -> None:
    """An urgent announcement takes the whole wall, says so on the page On air, and gives it back."""
    say(desk, "Please leave by exits B and C", urgent=True)
    open_tab(desk, "On air")
    expect(desk.locator("[data-now-why]")).to_contain_text("an urgent announcement by Desk 1, until it is taken back")
    shows(desk, "urgent")
    open_tab(desk, "Say")
    desk.get_by_role("button", name="Take “Please leave by exits B and C” back").click()
    open_tab(desk, "On air")
    expect(desk.locator("[data-now-why]")).not_to_contain_text("urgent")


def test_countdown_needs_its_time(desk: Page) -> None:
    """A countdown without its time is refused in the form, with what to do; with it, it is said."""
    open_tab(desk, "Say")
    desk.locator('[data-new="word"]').click()
    editor = desk.locator(".editor")
    editor.get_by_text("Countdown", exact=True).click()
    editor.get_by_label("Words").fill("Opening")
    editor.get_by_role("button", name="Say it").click()
    expect(editor.get_by_role("alert")).to_contain_text("needs the time that it counts down to")
    editor.get_by_label("Counts down to").fill("2090-01-01T20:00")
    editor.get_by_role("button", name="Say it").click()
    expect(desk.locator("[data-words] .row", has_text="Opening")).to_contain_text("counts down to")


def test_an_end_that_is_not_said_is_asked_for(desk: Page) -> None:
    """Who chooses "until a time" and leaves it empty is asked for it; without that it would stand for ever."""
    open_tab(desk, "Say")
    desk.get_by_role("button", name="New announcement").click()
    editor = desk.locator(".editor")
    editor.get_by_role("button", name="Say it").click()
    expect(editor.get_by_role("alert")).to_contain_text("Words: ")
    editor.get_by_label("Words").fill("Lunch in hall 2")
    editor.get_by_text("Until a time", exact=True).click()
    editor.get_by_role("button", name="Say it").click()
    expect(editor.get_by_role("alert")).to_have_text("Say until when, or choose how long.")
    editor.get_by_label("Until", exact=True).fill("2090-01-01T20:00")
    editor.get_by_role("button", name="Say it").click()
    expect(desk.locator("[data-words] .row", has_text="Lunch in hall 2")).to_contain_text(", until ")


def test_a_form_on_a_phone_shows_its_fault_and_its_buttons(sign_in: SignIn) -> None:
    """What is wrong stands beside the buttons, in sight, and no word of the page lies over them."""
    page = sign_in(width=390, height=600)
    say(page, "Doors open at eight")
    page.locator(".toast").wait_for()
    page.get_by_role("button", name="New announcement").click()
    editor = page.locator(".editor")
    editor.get_by_role("button", name="Say it").click()
    expect(editor.get_by_role("alert")).to_be_in_viewport(ratio=1)
    over = """(button) => {
      const {x, y, width, height} = button.getBoundingClientRect();
      return document.elementFromPoint(x + width / 2, y + height / 2) === button;
    }"""
    assert editor.get_by_role("alert").evaluate(over)
    assert editor.get_by_role("button", name="Cancel").evaluate(over)
    cleared(page)


def test_sponsor_comes_with_its_logo(desk: Page) -> None:
    """A logo is uploaded and shown beside its sponsor; a file that is no picture is refused in the form."""
    open_tab(desk, "Say")
    desk.locator('[data-new="sponsor"]').click()
    editor = desk.locator(".editor")
    editor.get_by_label("Name").fill("Harbour Bank")
    broken = {"name": "logo.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)>"}
    editor.get_by_label("Logo").set_input_files(broken)  # type: ignore[arg-type]
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_contain_text("no PNG or JPEG")
    heavy = {"name": "logo.png", "mimeType": "image/png", "buffer": b"x" * (5 << 20)}
    editor.get_by_label("Logo").set_input_files(heavy)  # type: ignore[arg-type]
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_contain_text("larger than 4 MB")
    data = io.BytesIO()
    Image.new("RGB", (600, 200), (0, 110, 120)).save(data, "PNG")
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": data.getvalue()}
    editor.get_by_label("Logo").set_input_files(logo)  # type: ignore[arg-type]
    editor.get_by_role("button", name="Save").click()
    row = desk.locator("[data-sponsors] .row", has_text="Harbour Bank")
    expect(row).to_contain_text(re.compile("takes turns now"))
    desk.wait_for_function("() => document.querySelector('.logo').naturalWidth === 600")
    say(desk, "Doors open at nine")
    keep(desk, "say")


def test_viewer_reads_only(sign_in: SignIn) -> None:
    """A viewer sees what is said and planned, without a button to change it."""
    page = sign_in("viewer")
    for tab in ("Say", "Show"):
        open_tab(page, tab)
        expect(page.locator(".page:not([hidden]) button:visible")).to_have_count(0)
