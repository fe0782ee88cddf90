"""The page itself: it loads little, needs nothing from outside, can be put on a home screen, and is fit for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.looking import faults
from tests.browser.test_programme import ask, cleared
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
TABS = ("air", "show", "posts", "conversation", "act", "say", "health")
LOADED = """() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .filter(it => it.name.includes("/page/") || new URL(it.name).pathname === "/")
  .reduce((sum, it) => sum + it.encodedBodySize, 0)"""
SMALL = """() => [...document.querySelectorAll("button, a, input:not([type=checkbox]):not([type=radio]), select, label.tick")]
  .map(e => [e.textContent || e.getAttribute("aria-label"), e.getBoundingClientRect()])
  .filter(([, r]) => r.width && (r.height < 44 || r.width < 44)).map(([t]) => t)"""


def test_first_load_is_small_and_from_the_hub_alone(open_page: Callable[..., Page], hub: HubProcess) -> None:
    """Everything up to the signed-in tablet, type included, is under 150 kB, and all of it comes from the hub."""
    page = open_page("/health-of-nothing")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(hub.url)
    page.get_by_label("PIN").fill(hub.pins["viewer"])
    page.get_by_role("button", name="Sign in").click()
    page.locator(".tile").first.wait_for()
    page.evaluate("() => document.fonts.ready.then(() => true)")
    assert 20_000 < page.evaluate(LOADED) < 150_000
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {hub.url.split("/")[2]}


def test_page_can_be_put_on_a_home_screen(open_page: Callable[..., Page]) -> None:
    """The manifest is found and complete, its icons and the one for iOS are pictures of their size."""
    page = open_page()
    found = page.evaluate(
        """async () => {
          const link = document.querySelector("link[rel=manifest]").href;
          const manifest = await (await fetch(link, {credentials: "include"})).json();
          const size = async url => { const i = new Image(); i.src = url; await i.decode(); return i.naturalWidth; };
          const sizes = await Promise.all(manifest.icons.filter(i => i.type === "image/png").map(i => size(i.src)));
          const apple = document.querySelector("link[rel=apple-touch-icon]").href;
          return [manifest.display, manifest.start_url, sizes, await size(apple)];
        }"""
    )
    assert found == ["standalone", "/", [192, 512, 512], 180]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_tab_is_without_serious_faults(sign_in: SignIn, scheme: str) -> None:
    """axe-core finds no serious fault on any tab, with something planned and said on it, in both themes."""
    page = sign_in(scheme=scheme)
    cleared(page)
    made = ask(page, "POST", "/playlist", {"title": "Day", "items": [{"layout": "topics", "seconds": 60}]})
    ask(page, "PUT", "/playlist", {"id": made["key"]})
    ask(page, "POST", "/schedule", {"days": [0], "start": "09:00", "end": "18:00", "layout": "stories"})
    ask(page, "POST", "/announcements", {"kind": "announcement", "text": "Doors open at nine"})
    ask(
        page,
        "POST",
        "/announcements",
        {"kind": "announcement", "text": "Later", "urgent": True, "since": 4_000_000_000_000},
    )
    for tab in TABS:
        page.goto(page.url.partition("#")[0] + f"#{tab}")
        page.locator(f'[data-page="{tab}"]').wait_for()
        assert (tab, faults(page)) == (tab, [])
    for tab, opener in (("show", "New playlist"), ("show", "New slot"), ("say", "New")):
        page.goto(page.url.partition("#")[0] + f"#{tab}")
        page.locator(f'[data-page="{tab}"] button', has_text=opener).first.click()
        page.locator(".editor").wait_for()
        assert (tab, opener, faults(page)) == (tab, opener, [])
        page.keyboard.press("Escape")
        assert page.locator(".editor").count() == 0
    cleared(page)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_every_tab_can_be_used_with_a_thumb(sign_in: SignIn, size: tuple[int, int]) -> None:
    """On tablet and phone every control of every tab and form is at least 44 pixels, and nothing scrolls sideways."""
    page = sign_in(width=size[0], height=size[1])
    for tab in TABS:
        page.goto(page.url.partition("#")[0] + f"#{tab}")
        page.locator(f'[data-page="{tab}"]').wait_for()
        assert (tab, page.evaluate(SMALL)) == (tab, [])
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.goto(page.url.partition("#")[0] + "#say")
    page.locator('[data-new="word"]').click()
    assert page.evaluate(SMALL) == []
    box = page.locator("[data-safe]").bounding_box()
    top = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('[data-safe]') !== null", [box["x"] + 20, box["y"] + 20]
    )  # type: ignore[index]
    assert top, "the safe scene is in reach beside an open form"
