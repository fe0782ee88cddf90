"""Preview, then take: a layout as it would look now, drawn by a real wall process that lives while somebody looks."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import keep
from tests.browser.test_programme import ask, cleared
from tests.stream.doors.process import HubProcess

pytestmark = [pytest.mark.browser, pytest.mark.gl]

SignIn = Callable[..., Page]
PICTURE = "() => document.querySelector('.next-picture img')?.naturalWidth ?? 0"


@pytest.fixture
def desk(sign_in: SignIn) -> Iterator[Page]:
    page = sign_in(desk="Desk 1")
    cleared(page)
    yield page
    cleared(page)


def previews(hub: HubProcess) -> list[int]:
    """The processes that the hub has started for previews."""
    assert hub.process is not None
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat") as stat, open(f"/proc/{name}/cmdline") as line:
                if stat.read().rpartition(")")[2].split()[1] == str(hub.process.pid) and "--preview" in line.read():
                    found.append(int(name))
        except (OSError, IndexError):
            continue
    return found


def until(holds: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_layout_is_seen_before_it_is_taken(desk: Page, sign_in: SignIn, hub: HubProcess) -> None:
    """The picture of a chosen layout comes from a wall of its own, humble and alone; it is taken, and that wall ends."""
    title = "Topics" if desk.locator("[data-now-title]").inner_text() != "Topics" else "People"
    desk.locator(".tile", has_text=title).click()
    desk.wait_for_function(f"() => ({PICTURE})() === 960", timeout=30_000)
    keep(desk, "preview")
    [pid] = previews(hub)
    assert hub.process is not None
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 15
    assert os.getsid(pid) == os.getsid(hub.process.pid)  # elsewhere niceness may count for nothing against the hub
    assert os.getpgid(pid) == pid  # Ctrl-C is for the hub alone
    assert [wall["name"] for wall in ask(desk, "GET", "/walls")["walls"]] == ["hall"]
    other = sign_in(desk="Desk 2")
    other.locator(".tile", has_text="Stories").click()
    expect(other.locator("[data-say]")).to_contain_text(re.compile("Desk 1 is looking at a preview of"))
    assert ask(desk, "GET", "/layout")["layout"] != title.lower()
    desk.locator(".next [data-take]").click()
    expect(desk.locator("[data-now-title]")).to_have_text(title)
    other.wait_for_function(f"() => ({PICTURE})() === 960", timeout=30_000)  # nobody else looks now
    expect(other.locator("[data-say]")).to_be_empty()
    other.locator(".tile", has_text="Stories").click()
    assert ask(desk, "PUT", "/preview", {"layout": "nothing"})["error"].startswith("There is no layout")
    until(lambda: previews(hub) == [], 45.0)
