"""What a person does on Conversation: sees what rises and why, turns the wall to it and back, changes what is tracked."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from stream.mention import Author, Mention, Target
from tests.browser.looking import faults, keep
from tests.browser.saying import publish
from tests.browser.test_programme import ask
from tests.browser.walls import RealWall
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

WORDS = (
    "sky", "light", "gold", "children", "red", "boats", "green", "music", "wonder", "loud", "quiet", "bridge", "water", "crowd",
    "smoke", "blue", "dance", "night", "stars", "rain", "wind", "bread", "coffee", "friends", "tower", "bells", "song", "lamp",
    "street", "market", "summer", "cold", "warm", "river", "old", "young", "late", "early", "far", "near", "bright", "dark",
)  # fmt: skip
TOPICS = ("#lanterns", "#harbour", "#ferry", "#openair")


def evening(now: int) -> list[Mention]:
    """Half an hour of quiet talk, and five minutes in which everybody speaks of fireworks."""

    def said(n: int, ago_s: float, text: str, author: str) -> Mention:
        at = now - int(ago_s * 1000)
        who = Author(f"mastodon:{author}", handle=author, name=author.title())
        tags = tuple(re.findall(r"#(\w+)", text))
        return Mention(f"mastodon:{n}", "mastodon", "post", at, at, who, text=text, lang="en", hashtags=tags)

    chance = random.Random(1)
    quiet = [
        said(
            n,
            1700 - n * 8,
            f"{' '.join(chance.sample(WORDS, 6))} {TOPICS[n % 4]} {TOPICS[(n + 1) % 4]}",
            f"walker{n % 40}",
        )
        for n in range(200)
    ]
    loud = [
        said(1000 + n, 280 - n * 2, f"{' '.join(chance.sample(WORDS, 7))} #fireworks #harbour", f"walker{n % 40}")
        for n in range(130)
    ]
    song = said(2000, 900, "Our song by the #harbour", "band")
    answers = [
        msgspec.structs.replace(
            said(2001 + n, 800 - n, f"Wonderful, verse {n}", f"walker{n}"),
            kind="reply",
            target=Target(song.id, song.author.id),
        )
        for n in range(12)
    ]
    return [*quiet, *loud, song, *answers]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub whose posts are shown at once, in the middle of an evening."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGORA_SHOW_MODE", "delay")
        patch.setenv("AGORA_SHOW_DELAY_S", "0")
        with HubProcess(
            tmp_path_factory.mktemp("talk"), toml='[tracks.boats]\nterms = ["#ferry"]\nexclude = ["#tram"]\n'
        ) as hub:
            publish(hub, *evening(time.time_ns() // 1_000_000))
            with RealWall(hub):
                yield hub


@pytest.fixture
def tablet(own: HubProcess, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(role: str = "moderator", desk: str = "Desk 1", width: int = 1280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark")
        contexts.append(context)
        page = context.new_page()
        page.goto(own.url)
        page.get_by_label("PIN").fill(own.pins[role])  # type: ignore[index]
        page.get_by_label("This desk").fill(desk)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Conversation").click()
        return page

    yield opened
    for context in contexts:
        context.close()


def test_what_rises_is_told_with_its_causes_and_the_wall_turns_to_it(tablet: Callable[..., Page]) -> None:
    """The topic that grows stands first, with posts and voices behind it; a tap turns the whole wall, another one back."""
    page, other = tablet(), tablet(desk="Desk 2")
    rise = page.locator("[data-rising] .rise", has_text="#fireworks").first
    expect(rise.locator("blockquote").first).to_contain_text("#fireworks #harbour", timeout=60_000)
    expect(rise).to_contain_text(re.compile(r"since .+ ago · .*voices"))
    assert faults(page) == []
    keep(page, "conversation")
    tap = rise.get_by_role("button", name=re.compile("#fireworks")).first
    tap.click()
    expect(tap).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="On air").click()
    expect(page.locator(".now")).to_contain_text("#fireworks")
    expect(other.locator('[data-topics] .turn[aria-pressed="true"]')).to_contain_text("#fireworks")
    other.locator("[data-topics] .turn", has_text="#fireworks").click()
    page.get_by_role("link", name="Conversation").click()
    expect(tap).to_have_attribute("aria-pressed", "false")


def test_wall_turns_to_a_person(tablet: Callable[..., Page]) -> None:
    """A person of the conversation is one tap away too; a viewer looks and turns nothing."""
    page, viewer = tablet(), tablet("viewer")
    band = page.locator("[data-people] .turn", has_text="@band")
    band.click(timeout=60_000)
    expect(band).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast").last).to_contain_text("The whole wall turns to @band")
    watching = viewer.locator("[data-people] .turn", has_text="@band")
    expect(watching).to_have_attribute("aria-pressed", "true")
    expect(watching).to_be_disabled()
    band.click()
    expect(watching).to_have_attribute("aria-pressed", "false")


def test_tracked_terms_are_changed_on_the_tablet(tablet: Callable[..., Page]) -> None:
    """A new track is on every tablet with who made it, is changed, taken back, and hopeless terms are told."""
    page, other = tablet(desk="Desk 1"), tablet("viewer", desk="Desk 2")
    expect(page.locator("[data-tracks] .row", has_text="boats")).to_contain_text("Topic: #ferry")
    page.get_by_label("Track", exact=True).fill("lights")
    page.get_by_label(re.compile("Terms")).fill("#fireworks, lantern")
    page.get_by_role("button", name="Track", exact=True).click()
    expect(other.locator("[data-tracks] .row", has_text="lights")).to_contain_text(
        "#fireworks, lantern, changed by Desk 1"
    )
    expect(other.get_by_role("button", name="Change")).to_have_count(0)
    page.locator("[data-tracks] .row", has_text="boats").get_by_role("button", name="Change").click()
    page.get_by_label(re.compile("Terms")).fill("#")
    page.get_by_role("button", name="Track", exact=True).click()
    expect(page.locator(".toast.fault")).to_be_visible()
    page.locator("[data-tracks] .row", has_text="lights").get_by_role("button", name="Remove").click()
    expect(other.locator("[data-tracks] .row", has_text="lights")).to_have_count(0)
    assert faults(page) == []


def test_what_a_track_leaves_out_stays_when_its_terms_change(tablet: Callable[..., Page]) -> None:
    """Terms that are typed for a track that is there, or for another than the one that was looked at, change nothing else."""
    page = tablet()

    def track(name: str, terms: str) -> None:
        page.get_by_label("Track", exact=True).fill(name)
        page.get_by_label(re.compile("Terms")).fill(terms)
        page.get_by_role("button", name="Track", exact=True).click()
        expect(page.locator("[data-tracks] .row", has_text=name)).to_contain_text(f"{terms}, changed by Desk 1")

    expect(page.locator("[data-tracks] .row", has_text="boats")).to_have_count(1)
    track("boats", "#ferry, #quay")
    page.locator("[data-tracks] .row", has_text="boats").get_by_role("button", name="Change").click()
    track("Größe", "#tall")
    left_out = {it["name"]: it["exclude"] for it in ask(page, "GET", "/tracks")["tracks"]}
    assert left_out == {"boats": ["#tram"], "Größe": []}
    for name, words in (("boats", "As configured"), ("Größe", "Remove")):
        page.locator("[data-tracks] .row", has_text=name).get_by_role("button", name=words).click()


def test_a_turn_under_a_freeze_says_when_it_comes(tablet: Callable[..., Page]) -> None:
    """While the picture is held the page does not claim that the wall turns."""
    page = tablet()
    band = page.locator("[data-people] .turn", has_text="@band")
    band.wait_for(timeout=60_000)
    ask(page, "PUT", "/freeze", {"on": True})
    band.click()
    expect(page.locator(".toast").last).to_have_text("The whole wall turns to @band, when the picture is let move")
    ask(page, "PUT", "/freeze", {"on": False})
    expect(band).to_have_attribute("aria-pressed", "true")
    band.click()
    expect(band).to_have_attribute("aria-pressed", "false")
