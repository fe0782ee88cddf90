"""What a person does at the tablet, and what a real wall shows: the time machine, a post large on a screen, what is on air."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from stream import log
from stream.mention import Author, Mention, Retraction, Target, encode
from stream.wire.messages import OnAir, Stories
from tests.browser.looking import faults, keep
from tests.browser.saying import publish, put
from tests.browser.test_programme import ask
from tests.browser.walls import RealWall, heard, with_shipped_layouts
from tests.stream.doors.process import HubProcess

pytestmark = [pytest.mark.browser, pytest.mark.gl]

MINUTE = 60_000
WORDS = (
    "light", "water", "music", "night", "friends", "summer", "tower", "bells", "river", "street", "market", "bread", "song",
    "boats", "stars", "wind",
)  # fmt: skip
GO = """(range, at) => {
  range.value = at;
  for (const event of ["input", "change"]) range.dispatchEvent(new Event(event));
}"""


LINE = """screen => {
  const canvas = document.querySelector("canvas"), w = canvas.width / 3, h = canvas.height / 2;
  const left = Math.round(w * ((screen - 1) % 3 + 0.3)), foot = Math.round(h * (Math.floor((screen - 1) / 3) + 0.965));
  const wide = Math.round(w * 0.4), high = Math.ceil(h * 0.03);
  const seen = canvas.getContext("2d").getImageData(left, foot, wide, high).data;
  const rows = Array.from({ length: high }, (_, y) => {
    let blue = 0;
    for (let x = 0; x < wide; x++) blue += seen[(y * wide + x) * 4 + 2] - seen[(y * wide + x) * 4];
    return blue / wide;
  });
  return Math.max(...rows);
}"""
"""How blue the bluest row of pixels is at the foot of a screen in the tablet's picture, where a featured post's line lies."""
BUSY = """() => {
  const canvas = document.querySelector("canvas"), context = canvas.getContext("2d");
  const [w, h] = [canvas.width / 3, canvas.height / 2];
  return [0, 1, 2, 3, 4, 5].every(n => {
    const seen = context.getImageData(w * (n % 3), h * Math.floor(n / 3), w, h).data;
    return seen.some((c, i) => i % 4 < 3 && c > 150);
  });
}"""
"""Whether something bright stands on each of the six screens."""


def hour(now: int) -> list[Mention]:
    """Seventy minutes of talk; fifty minutes ago, longer than the window of the hub, everybody repeats what a speaker said."""
    chance = random.Random(7)
    said: list[Mention] = []

    def say(ago: float, text: str, author: str, repeats: Mention | None = None) -> Mention:
        at = now - int(ago * MINUTE)
        who = Author(f"mastodon:{author}", handle=author, name=author.title())
        tags = tuple(re.findall(r"#(\w+)", text))
        number = f"mastodon:{len(said)}"
        post = Mention(number, "mastodon", "post", at, at, who, text=text, lang="en", hashtags=tags)
        if repeats is not None:
            post = replace(post, kind="repost", target=Target(repeats.id, repeats.author.id))
        said.append(post)
        return post

    for minute in range(70, 0, -1):
        for n in range(3):
            say(minute - n / 4, f"{' '.join(chance.sample(WORDS, 5))} #harbour", f"walker{chance.randrange(40)}")
    news = say(50, "The bridge opens in May, they say on stage #bridge", "reporter")
    for n in range(80):
        say(50 - n / 14, news.text, f"guest{n}", news)
    say(48.4, "I should not have written this #bridge", "hasty")
    return sorted(said, key=lambda mention: mention.at)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubProcess, int]]:
    """A hub with the window that it has by default, more than an hour of talk in its log, and a real wall."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGORA_SHOW_MODE", "delay")
        patch.setenv("AGORA_SHOW_DELAY_S", "0")
        patch.setenv("AGORA_WALL_LAYOUT", "stories")
        hub = with_shipped_layouts(HubProcess(tmp_path_factory.mktemp("back")))
        with hub:
            now = time.time_ns() // 1_000_000
            said = hour(now)
            publish(hub, *said)
            gone = said[next(i for i, m in enumerate(said) if m.author.handle == "hasty")].id
            put(hub, log.RETRACTIONS, [log.Entry(gone, encode(Retraction(gone, "post", now)))])
            with RealWall(hub):
                yield hub, now


@pytest.fixture
def tablet(own: tuple[HubProcess, int], browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []
    hub, _ = own

    def opened(role: str = "moderator", desk: str = "Desk 1") -> Page:
        context = browser.new_context(viewport={"width": 1180, "height": 820}, color_scheme="dark")
        contexts.append(context)
        page = context.new_page()
        page.goto(hub.url)
        page.get_by_label("PIN").fill(hub.pins[role])  # type: ignore[index]
        page.get_by_label("This desk").fill(desk)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".tile").first.wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()


def test_wall_looks_back_goes_to_the_spike_and_is_live_again(
    tablet: Callable[..., Page], own: tuple[HubProcess, int]
) -> None:
    """The last hour is read from the log and shown, marked; a spike bears its session; who took words back stays gone."""
    hub, now = own
    page, other = tablet(), tablet("viewer", desk="Desk 2")
    csv = "start,end,title\n" + ",".join(
        (
            *(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now / 1000 - 60 * m)) for m in (52, 44)),
            "A new bridge",
            "Ada",
        )
    )
    ask(page, "PUT", "/agenda", {"text": csv, "name": "day.csv"})
    expect(other.get_by_role("button", name="Look back")).to_be_hidden()
    page.get_by_role("button", name="Look back").click()
    page.get_by_role("button", name="The last hour").click()
    expect(page.locator(".now .tag")).to_have_text("Looking back", timeout=120_000)
    expect(page.locator("[data-back-say]")).to_contain_text(re.compile(r"\d+:\d+.*, (an hour|5\d minutes) ago\."))
    expect(other.locator("[data-bars]")).to_contain_text("The wall looks back")
    session = page.locator("[data-back-sessions] span")
    expect(session).to_have_text("A new bridge")
    peak = page.evaluate("() => parseFloat(document.querySelector('[data-back-sessions] span').style.left)")
    assert 100 * 10 / 60 <= peak <= 100 * 16 / 60
    assert faults(page) == []
    page.locator("[data-back-range]").evaluate(
        GO,
        now - 48 * MINUTE,
    )
    told = heard(
        hub,
        lambda message: isinstance(message, Stories) and any("opens in May" in card.text for card in message.cards),
    )
    assert isinstance(told, Stories)
    assert not any("should not have" in card.text for card in told.cards)
    page.wait_for_timeout(1500)
    keep(page, "time-machine")
    page.get_by_role("button", name="Back to live").click()
    expect(page.locator(".now .tag")).to_have_text("On air")
    live = heard(hub, lambda message: isinstance(message, OnAir))
    assert isinstance(live, OnAir)
    assert live.back is None


def test_post_stands_large_on_a_screen_until_it_is_hidden(
    tablet: Callable[..., Page], own: tuple[HubProcess, int]
) -> None:
    """Staff choose a post and a screen, the wall shows it there alone, others see who did it; hidden, it is gone."""
    hub, _ = own
    page, other = tablet(), tablet("viewer", desk="Desk 2")
    page.get_by_role("link", name="Posts").click()
    other.get_by_role("link", name="Posts").click()
    card = page.locator("[data-posts] .card").first
    words = card.locator(".post-text").inner_text()
    card.get_by_role("button", name="Feature").click()
    page.get_by_role("button", name="Screen 2", exact=True).click()
    expect(other.locator("[data-featured] .row")).to_contain_text(re.compile(r"Screen 2.*large, by Desk 1"))
    told = heard(hub, lambda message: isinstance(message, Stories) and bool(message.features))
    assert isinstance(told, Stories)
    assert [(it.screen, it.card.text) for it in told.features] == [(2, words)]
    assert faults(page) == []
    page.get_by_role("link", name="On air").click()
    page.wait_for_function(f"() => ({LINE})(2) > 50", timeout=60_000)
    assert page.evaluate(LINE, 1) < 40
    keep(page, "feature")
    page.get_by_role("link", name="Posts").click()
    card.locator(".hide-show").click()
    told = heard(hub, lambda message: isinstance(message, Stories) and not message.features)
    page.locator("[data-featured]").get_by_role("button", name="Release").click()
    expect(other.locator("[data-featured]")).to_be_hidden()


def test_picture_on_air_is_the_wall_s_own(tablet: Callable[..., Page]) -> None:
    """The page shows what a real wall draws: the layout that is taken, with words, on all six screens."""
    page = tablet()
    page.locator(".tile", has_text="Pulse").click()
    page.locator(".next [data-take]").click()
    expect(page.locator("[data-now-title]")).to_have_text("Pulse")
    expect(page.locator("[data-ages] .age")).to_have_count(6)
    rev = ask(page, "GET", "/layout")["rev"]
    page.wait_for_function(f"async () => (await (await fetch('/api/v1/walls')).json()).walls[0]?.on_air_rev === {rev}")
    page.wait_for_function(BUSY, timeout=60_000)
    page.locator(".air").evaluate("(air) => air.scrollTo(0, 0)")
    if os.environ.get("AGORA_SCREENSHOTS"):
        page.wait_for_timeout(3000)  # until the picture on the page is the newest
    keep(page, "on-air")
    page.get_by_role("button", name="Back to programme").click()
