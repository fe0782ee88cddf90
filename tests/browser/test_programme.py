"""What a person plans on the page Show, and steers on the page On air."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import keep, shows

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
ASK = """async ([method, path, body]) => {
  const headers = {"content-type": "application/json"};
  const answer = await fetch("/api/v1" + path, {method, headers, body: body === null ? undefined : JSON.stringify(body)});
  return answer.json();
}"""


def ask(page: Page, method: str, path: str, body: object = None) -> Any:
    """What a door of the hub answers to whom has signed in on ``page``."""
    return page.evaluate(ASK, [method, path, body])


def cleared(page: Page) -> None:
    """Take away whatever is planned, said, frozen or taken."""
    plan = ask(page, "GET", "/programme")
    ask(page, "PUT", "/playlist", {"id": None})
    for door, kind in (
        ("playlist", "playlists"), ("schedule", "schedule"), ("announcements", "announcements"), ("sponsors", "sponsors"),
    ):  # fmt: skip
        for it in plan[kind]:
            ask(page, "DELETE", f"/{door}/{it['id']}?rev={it['rev']}")
    ask(page, "DELETE", f"/agenda?rev={plan['revs']['agenda']}")
    for switch in ("fresh", "freeze"):
        ask(page, "PUT", f"/{switch}", {"on": False})
    ask(page, "DELETE", "/layout")


@pytest.fixture
def desk(sign_in: SignIn) -> Iterator[Page]:
    """A moderator's tablet, that leaves nothing planned behind."""
    page = sign_in(desk="Desk 1")
    cleared(page)
    yield page
    cleared(page)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def make_playlist(page: Page, title: str = "Day") -> None:
    open_tab(page, "Show")
    page.get_by_role("button", name="New playlist").click()
    editor = page.locator(".editor")
    editor.get_by_label("Name").fill(title)
    editor.get_by_label("Layout").first.select_option("topics")
    editor.get_by_role("button", name="Add a layout").click()
    editor.get_by_label("Layout").nth(1).select_option("people")
    editor.get_by_label("Seconds").nth(1).fill("30")
    editor.get_by_role("button", name="Save").click()
    expect(editor).to_have_count(0)


def test_playlist_is_made_and_runs(desk: Page) -> None:
    """A playlist is made, started, counts down on the page, is sent on by a tap, and stopped."""
    make_playlist(desk)
    row = desk.locator("[data-playlists] .row", has_text="Day")
    expect(row).to_contain_text("Topics 1:00People 0:30")
    row.get_by_role("button", name="Start").click()
    expect(row).to_contain_text(re.compile(r"next in 0:5\d"))
    keep(desk, "show")
    ask(desk, "PUT", "/freeze", {"on": True})
    expect(row).to_contain_text("behind what is on air, next in")
    expect(row).not_to_have_class(re.compile("is-on"))
    ask(desk, "PUT", "/freeze", {"on": False})
    expect(row).to_have_class(re.compile("is-on"))
    open_tab(desk, "On air")
    expect(desk.locator("[data-now-why]")).to_contain_text(re.compile(r"playlist Day, People in 0:5\d"))
    shows(desk, "topics")
    desk.get_by_role("button", name="Next in the playlist").click()
    expect(desk.locator("[data-now-title]")).to_have_text("People")
    open_tab(desk, "Show")
    row.get_by_role("button", name="Stop").click()
    open_tab(desk, "On air")
    expect(desk.locator("[data-now-why]")).to_contain_text("the programme")


def test_slot_of_the_week_is_on_air(desk: Page) -> None:
    """A slot over midnight is written for every day, is on air in its time, and taken away again."""
    open_tab(desk, "Show")
    desk.get_by_role("button", name="New slot").click()
    editor = desk.locator(".editor")
    for day in ("Sat", "Sun"):
        editor.get_by_text(day, exact=True).click()
    editor.get_by_label("From").fill("12:00")
    editor.get_by_label("Until").fill("12:00")
    editor.get_by_label("On air").select_option("l:stories")
    editor.get_by_label("Called").fill("All day")
    editor.get_by_role("button", name="Save").click()
    row = desk.locator("[data-schedule] .row", has_text="All day")
    expect(row).to_contain_text("Every day 12:00–12:00 the next day · now")
    open_tab(desk, "On air")
    expect(desk.locator("[data-now-title]")).to_have_text("Stories")
    expect(desk.locator("[data-now-why]")).to_contain_text(re.compile(r"scheduled, for \d"))
    open_tab(desk, "Show")
    row.get_by_role("button", name="Change").click()
    editor.get_by_role("button", name="Take away").click()
    expect(row).to_have_count(0)
    desk.locator(".toast", has_text="The slot is gone").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


def test_agenda_is_imported_from_a_file(desk: Page, tmp_path: Path) -> None:
    """A CSV file gives the sessions; what could not be read is told; who speaks is ticked."""
    today = time.strftime("%Y-%m-%d")
    file = tmp_path / "agenda.csv"
    lines = [f"{today} 00:00,{today} 23:59,Opening,Ada Lovelace,Hall", f"{today} whenever,,Broken,,"]
    file.write_text("\n".join(["start,end,title,speaker,room", *lines]))
    open_tab(desk, "Show")
    desk.get_by_role("button", name="Import").click()
    editor = desk.locator(".editor")
    editor.get_by_label("File").set_input_files(file)
    editor.get_by_role("button", name="Import").click()
    expect(desk.locator("[data-toasts]")).to_contain_text("One session is in; what could not be read is listed")
    expect(desk.get_by_role("list", name="What could not be read")).to_contain_text("Line 3: its times cannot be read")
    row = desk.locator("[data-sessions] .row", has_text="Opening")
    expect(row).to_contain_text("Ada Lovelace · Hall")
    expect(row.get_by_label("Speaker")).to_be_checked()
    row.get_by_label("Speaker").uncheck()
    desk.wait_for_function("async () => !(await (await fetch('/api/v1/agenda')).json()).sessions[0].calm")


def test_agenda_of_a_spreadsheet_keeps_its_letters(desk: Page, tmp_path: Path) -> None:
    """A file as spreadsheets of Western Europe write it is read as it looks there, a workbook is refused with what to do."""
    file = tmp_path / "agenda.csv"
    file.write_bytes("start;title;speaker\n2026-09-01 09:00;Eröffnung – Grüße;Zoë\n".encode("cp1252"))
    book = tmp_path / "agenda.xlsx"
    book.write_bytes(b"PK\x03\x04\x14\x00\x06\xff\x81")
    open_tab(desk, "Show")
    desk.get_by_role("button", name="Import").click()
    editor = desk.locator(".editor")
    editor.get_by_role("button", name="Import").click()
    expect(editor.get_by_role("alert")).to_contain_text("File: ")
    editor.get_by_label("File").set_input_files(book)
    editor.get_by_role("button", name="Import").click()
    expect(editor.get_by_role("alert")).to_contain_text("save it as CSV")
    editor.get_by_label("File").set_input_files(file)
    editor.get_by_role("button", name="Import").click()
    expect(desk.locator("[data-sessions] .row")).to_contain_text("Eröffnung – Grüße")
    expect(desk.locator("[data-sessions] .row")).to_contain_text("Zoë")


def test_times_are_those_of_the_event(desk: Page, sign_in: SignIn) -> None:
    """A tablet in another time zone shows sessions and the next slot in the zones that it names beside them."""
    text = "start,end,title\n2026-09-01 09:00,2026-09-01 10:00,Opening\n"
    ask(desk, "PUT", "/agenda", {"text": text, "zone": "Pacific/Auckland"})
    ask(desk, "POST", "/schedule", {"days": list(range(7)), "start": "04:10", "end": "04:20", "layout": "stories"})
    away = sign_in("viewer", zone="America/New_York")
    open_tab(away, "Show")
    expect(away.locator("[data-sessions] .row")).to_contain_text(re.compile(r"Tue, Sep 1 0?9:00.AM–10:00.AM"))
    expect(away.locator("[data-agenda-about]")).to_contain_text("Times of Pacific/Auckland.")
    expect(away.locator("[data-zone]")).to_contain_text(re.compile(r"Times of .+ Next: .*0?4:10.AM, Stories"))


def test_what_a_form_lacks_is_said_in_it(desk: Page) -> None:
    """A field that is empty or out of bounds is named by its label, and has the focus; nothing is sent."""
    open_tab(desk, "Show")
    desk.get_by_role("button", name="New playlist").click()
    editor = desk.locator(".editor")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_contain_text("Name: ")
    expect(editor.get_by_label("Name")).to_be_focused()
    editor.get_by_label("Name").fill("Day")
    editor.get_by_label("Seconds").fill("2")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_contain_text("Seconds: ")
    editor.get_by_role("button", name="Leave it out").click()
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_have_text("Add a layout first.")
    editor.get_by_role("button", name="Cancel").click()
    desk.get_by_role("button", name="New slot").click()
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri"):
        editor.get_by_text(day, exact=True).click()
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_have_text("Choose at least one day.")


def test_what_is_taken_under_a_freeze_comes_after_it(desk: Page) -> None:
    """Taken while the picture is held, the page says when the wall turns to it; it never claims that it is on air."""
    before = desk.locator("[data-now-title]").inner_text()
    title = "Topics" if before != "Topics" else "People"
    desk.locator("[data-freeze]").click()
    expect(desk.locator("[data-now-why]")).to_contain_text("frozen by Desk 1")
    desk.locator(".tile", has_text=title).click()
    desk.locator(".next [data-take]").click()
    expect(desk.locator("[data-say]")).to_have_text(
        f"{title} is taken. The wall turns to it when the picture is let move."
    )
    expect(desk.locator(".now .tag")).to_have_text("On air")
    expect(desk.locator("[data-now-title]")).to_have_text(before)
    desk.locator("[data-freeze]").click()
    expect(desk.locator("[data-now-title]")).to_have_text(title)
    expect(desk.locator("[data-say]")).to_be_empty()


def test_an_undo_that_fails_can_be_tried_again(desk: Page) -> None:
    """While the hub does not hear it, Undo stays."""
    title = "Topics" if desk.locator("[data-now-title]").inner_text() != "Topics" else "People"
    desk.locator(".tile", has_text=title).click()
    desk.locator(".next [data-take]").click()
    undo = desk.get_by_role("button", name=re.compile("Undo what is on air"))
    desk.route("**/moderation/undo", lambda route: route.abort(), times=1)
    undo.click()
    expect(desk.locator(".toast.fault")).to_contain_text("The hub does not answer")
    undo.click()
    expect(desk.locator("[data-now-title]")).not_to_have_text(title)


def test_two_desks_agree_and_the_slower_one_is_told(desk: Page, sign_in: SignIn) -> None:
    """A plan of one tablet is on the other within a second; who changes what has changed meanwhile hears who was quicker."""
    other = sign_in(desk="Desk 2")
    open_tab(other, "Show")
    make_playlist(desk)
    row = other.locator("[data-playlists] .row", has_text="Day")
    expect(row).to_have_count(1, timeout=1000)
    row.get_by_role("button", name="Change").click()
    other.locator(".editor").get_by_label("Name").fill("Night")
    plan = ask(desk, "GET", "/playlist")["playlists"][0]
    items = [{"layout": "stories", "seconds": 60}]
    ask(desk, "PUT", f"/playlist/{plan['id']}", {"title": "Evening", "items": items, "rev": plan["rev"]})
    expect(other.locator("[data-playlists] .row", has_text="Evening")).to_have_count(1, timeout=1000)
    seen = {"title": "Night", "items": items, "rev": plan["rev"]}
    other.route("**/api/v1/playlist/*", lambda route: route.continue_(post_data=seen), times=1)
    other.locator(".editor").get_by_role("button", name="Save").click()
    expect(other.locator(".editor [role=alert]")).to_contain_text("Desk 1 was quicker")


def test_freeze_fresh_start_and_undo(desk: Page) -> None:
    """The picture is held and let go, the stories are cleared and come back, and the last change is taken back by a tap."""
    freeze = desk.locator("[data-freeze]")
    freeze.click()
    expect(desk.locator("[data-now-why]")).to_contain_text("frozen by Desk 1, until it is let move")
    expect(freeze).to_have_attribute("aria-pressed", "true")
    freeze.click()
    expect(freeze).to_have_text("Freeze")
    fresh = desk.locator("[data-fresh]")
    fresh.click()
    expect(fresh).to_have_text("Earlier posts back")
    fresh.click()
    expect(fresh).to_have_text("Fresh start")
    before = desk.locator("[data-now-title]").inner_text()
    title = "Topics" if before != "Topics" else "People"
    desk.locator(".tile", has_text=title).click()
    desk.locator(".next [data-take]").click()
    expect(desk.locator("[data-now-title]")).to_have_text(title)
    desk.get_by_role("button", name=re.compile("Undo what is on air: Desk 1")).click()
    expect(desk.locator("[data-now-title]")).to_have_text(before)


def test_age_of_each_screen_is_told(desk: Page) -> None:
    """Under the picture stands the age of each screen's picture, for screen readers too."""
    ages = desk.locator("[data-ages] .age")
    expect(ages).to_have_count(6)
    expect(ages.nth(4)).to_have_attribute("aria-label", re.compile(r"Screen 5: picture \d\.\d s old"))
