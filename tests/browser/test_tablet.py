"""What a person does at the tablet."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import shows
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]


def take(page: Page, title: str) -> None:
    page.locator(".tile", has_text=title).click()
    page.locator("[data-take]:visible").click()


def on_air(page: Page) -> str:
    return page.locator("[data-now-title]").inner_text()


def other_layout(page: Page) -> str:
    return "Topics" if on_air(page) != "Topics" else "People"


def test_wrong_pin_is_told_and_right_one_lets_in(open_page: Callable[..., Page], hub: HubProcess) -> None:
    """A wrong PIN is answered with a sentence on the page, the right one with the tablet."""
    page = open_page()
    pin = page.get_by_label("PIN")
    pin.fill("00000000")
    pin.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("opens nothing")
    expect(pin).to_be_focused()
    pin.fill(hub.pins["viewer"])
    pin.press("Enter")
    expect(page.get_by_role("group", name="Layouts")).to_be_visible()


def test_page_shows_what_the_screens_show(sign_in: SignIn) -> None:
    """The picture is the walls' own, with its age and the number of screens beside it."""
    page = sign_in()
    shows(page, on_air(page).lower())
    expect(page.locator("[data-chips]")).to_contain_text(re.compile(r"Six screens, newest picture \d"))


def test_take_changes_the_wall(sign_in: SignIn) -> None:
    """Choose, take: the page answers at once, the wall changes, the reason and the way back are there."""
    page = sign_in(desk="Desk 2")
    title = other_layout(page)
    page.locator(".tile", has_text=title).click()
    expect(page.locator(".next-card")).to_contain_text(title)
    felt = page.evaluate(
        """() => {
          const before = performance.now();
          document.querySelector(".next [data-take]").click();
          return [document.querySelector(".now .tag").textContent, performance.now() - before];
        }"""
    )
    assert felt[0] == "Taking"
    expect(page.locator(".now .tag")).to_have_text("On air")
    expect(page.locator("[data-now-title]")).to_have_text(title)
    expect(page.locator("[data-now-why]")).to_contain_text("taken by Desk 2; the programme goes on in 1")
    shows(page, title.lower())
    page.get_by_role("button", name="Back to programme").click()
    expect(page.get_by_role("button", name="Back to programme")).to_be_hidden()


def test_who_was_quicker_is_told(sign_in: SignIn) -> None:
    """When two take at the same time the second learns who was quicker, and may take it anyway."""
    one, two = sign_in(desk="Desk 1"), sign_in(desk="Desk 2")
    title = other_layout(two)
    two.locator(".tile", has_text=title).click()
    seen = two.evaluate("async () => (await (await fetch('/api/v1/layout')).json()).rev")
    take(one, "Stories")
    expect(one.locator("[data-now-title]")).to_have_text("Stories")
    two.route(
        "**/api/v1/layout", lambda route: route.continue_(post_data={"layout": title.lower(), "rev": seen}), times=1
    )
    two.locator(".next [data-take]").click()
    expect(two.locator("[data-say]")).to_contain_text("Desk 1 was quicker: “Stories” is on air now.")
    two.get_by_role("button", name="Take it anyway").click()
    expect(two.locator("[data-now-title]")).to_have_text(title)
    expect(one.locator("[data-now-title]")).to_have_text(title)


def test_safe_scene_is_one_tap_and_release_two(sign_in: SignIn) -> None:
    """One tap shows the safe scene on every screen and tablet; one tap does not release it, two do."""
    page, other = sign_in(desk="Desk 3"), sign_in(desk="Desk 4", width=390, height=844)
    page.get_by_role("button", name="Safe scene").click()
    shows(page, "safe")
    expect(page.locator(".tile.on-air")).to_have_count(0)
    expect(other.locator("[data-bars]")).to_contain_text("The safe scene is on, by Desk 3.")
    other.locator("[data-safe]").click()
    expect(other.locator("[data-safe]")).to_have_text("Tap again to release")
    expect(page.locator(".now .tag")).to_have_text("Safe scene")
    other.locator("[data-safe]").click()
    expect(page.locator(".now .tag")).to_have_text("On air")
    expect(page.locator("[data-bars]")).not_to_contain_text("safe scene")


def test_viewer_watches_only(sign_in: SignIn) -> None:
    """A viewer sees everything, and is told kindly that it cannot take."""
    page = sign_in("viewer")
    page.locator(".tile", has_text=other_layout(page)).click()
    expect(page.locator("[data-say]")).to_contain_text("A moderator's takes layouts")
    expect(page.locator(".next [data-take]")).to_be_disabled()


def test_what_is_said_of_a_tile_is_in_sight(sign_in: SignIn) -> None:
    """On a low screen, too, the page's answer to a tap on the last tile is seen."""
    page = sign_in("viewer", width=390, height=320)
    page.locator(".tile").last.click()
    expect(page.locator("[data-say]")).to_be_in_viewport(ratio=1)
    page = sign_in("moderator", width=390, height=440)
    page.locator(".tile:not(.on-air)").last.click()
    expect(page.locator(".next-card")).to_be_in_viewport(ratio=1)


def test_everything_is_reached_by_keyboard(sign_in: SignIn) -> None:
    """Tab reaches tiles, take and the safe scene, each with a visible focus, and Enter works."""
    page = sign_in()
    title = other_layout(page)
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "() => [document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert focus[1] != "none" or not focus[0]
        reached.append(focus[0])
        if focus[0].startswith(title):
            page.keyboard.press("Enter")
        if focus[0] == "Safe scene":
            break
    assert "Safe scene" in reached
    expect(page.locator(".next-card")).to_contain_text(title)


@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (390, 844), (844, 390)])
def test_targets_are_large_and_nothing_overflows(sign_in: SignIn, size: tuple[int, int]) -> None:
    """On tablet and phone every control is at least 44 pixels, the page never scrolls sideways, the safe scene is in view."""
    page = sign_in(width=size[0], height=size[1])
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input")]
          .map(e => [e.textContent, e.getBoundingClientRect()])
          .filter(([, r]) => r.width && (r.height < 44 || r.width < 44)).map(([t]) => t)"""
    )
    assert small == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("[data-safe]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_words_can_be_read(sign_in: SignIn, scheme: str) -> None:
    """Every word has a contrast of 4.5 to its ground, large ones of 3, in both themes."""
    page = sign_in(scheme=scheme)
    page.locator(".tile", has_text=other_layout(page)).click()
    weak = page.evaluate(CONTRAST)
    assert weak == []


def test_a_long_sentence_leaves_the_safe_scene_in_reach(sign_in: SignIn) -> None:
    """What the page says of a decision never lies over the button of the safe scene."""
    page = sign_in()
    page.get_by_role("link", name="Posts").click()
    page.get_by_label("Block a word or phrase").fill(
        "a phrase as wide as ninety letters are, WWWW WWWW WWWW WWWW WWWW WWWW WWWW WWWW"
    )
    page.get_by_role("button", name="Block", exact=True).click()
    toast, safe = page.locator(".toast").bounding_box(), page.locator("[data-safe]").bounding_box()
    assert toast is not None
    assert safe is not None
    assert toast["x"] + toast["width"] < safe["x"]
    page.locator(".toast").get_by_role("button", name="Undo").click()


def test_menu_of_the_desk_is_used_by_keyboard(sign_in: SignIn) -> None:
    """The menu takes the focus when it opens; it offers the other look at once, and then that of the device again."""
    page = sign_in(scheme="light")
    page.get_by_role("button", name="Desk 1").press("Enter")
    expect(page.get_by_role("link", name="The wall in a window")).to_be_focused()
    expect(page.get_by_role("button", name="Light page")).to_have_count(0)
    page.get_by_role("button", name="Dark page").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Desk 1").click()
    page.get_by_role("button", name="Dark or light as the device").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile("."))
    page.get_by_role("button", name="Desk 1").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("PIN")).to_be_visible()
    expect(page.locator("#gate-fault")).to_be_empty()


def test_lost_hub_is_told_and_comes_back(sign_in: SignIn, hub: HubProcess, tmp_path: Path) -> None:
    """While the hub is away the page says so; when it is back the page goes on without a new sign-in."""
    page = sign_in()
    assert hub.stop() == 0
    expect(page.locator("[data-bars]")).to_contain_text("Connection lost")
    hub.start()
    hub.until_ready()
    expect(page.locator("[data-bars]")).not_to_contain_text("Connection lost", timeout=15_000)
    take(page, other_layout(page))
    expect(page.locator(".now .tag")).to_have_text("On air")
    page.screenshot(path=str(tmp_path / "tablet.png"))


def test_wall_page_shows_the_wall(open_page: Callable[..., Page], hub: HubProcess) -> None:
    """A stranger at /wall signs in and is led to the wall, which fills the window with what the screens show."""
    page = open_page("/wall")
    page.get_by_label("PIN").fill(hub.pins["viewer"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/wall")
    shows(page, page.evaluate("async () => (await (await fetch('/api/v1/layout')).json()).layout"))
    box = page.locator("canvas").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(1280, abs=1)
    expect(page.locator(".note")).not_to_have_class(re.compile("shown"))


CONTRAST = """() => {
  const parse = c => { const n = c.match(/[\\d.]+/g).map(Number); return c.startsWith("color(srgb") ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1]; };
  const light = ([r, g, b]) => { const f = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 0.9) return c; } return [255, 255, 255, 1]; };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && style.fontWeight >= 600);
    if (ratio < (large ? 3 : 4.5)) weak.push(`${walker.currentNode.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  return weak;
}"""  # noqa: E501
