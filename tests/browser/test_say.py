"""What a person says on the page Say."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.looking import keep, shows
from tests.browser.test_programme import desk, open_tab

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
    row.get_by_role("button", name="Take “Doors open at nine” back").click()
    expect(row).to_have_count(0)
    desk.locator(".toast", has_text="Taken back").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


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
