"""What a person does on Posts: decides about one, many or a raid, pins, blocks, takes back, and sees who did what."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

from stream.mention import Author, Mention
from tests.browser.looking import faults, keep
from tests.browser.saying import publish
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

CURSE = "shit"
NAUGHTY = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>",
    '"><svg onload=window.hacked=1>',
    '<a href="javascript:window.hacked=1">tap</a> {{7*7}} ${7*7}',
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that shows words at once and watches for raids."""
    folder: Path = tmp_path_factory.mktemp("posts")
    with HubProcess(folder, toml="delay_s = 0\n[moderation.raid]\non = true\n") as hub:
        text = hub.config.read_text().replace('mode = "approve"', 'mode = "delay"')
        hub.config.write_text(text)
        hub.stop()
        hub.start()
        hub.until_ready()
        publish(hub, *regulars())
        yield hub


@pytest.fixture
def posts(open_page: Callable[..., Page], hub: HubProcess) -> Callable[..., Page]:
    """Sign in at a desk and open Posts."""

    def opened(role: str = "moderator", desk: str = "Desk 1", **size: object) -> Page:
        page = open_page("/#posts", **size)
        page.get_by_label("PIN").fill(hub.pins[role])
        page.get_by_label("This desk").fill(desk)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".posts-all .card").first.wait_for()
        return page

    return opened


def said(number: str, text: str, *, by: str = "ann", ago_s: float = 5) -> Mention:
    at = int((time.time() - ago_s) * 1000)
    who = Author(f"mastodon:{by}", handle=by, name=by.title())
    return Mention(
        f"mastodon:{number}",
        "mastodon",
        "post",
        at,
        at,
        who,
        text=text,
        lang="en",
        hashtags=tuple(re.findall(r"#(\w+)", text)),
    )


def regulars() -> list[Mention]:
    things = ("lanterns", "whales", "soup", "letters", "ferries", "kites", "trams", "bread")
    return [
        said(
            f"r{n}",
            f"{things[n % 8].title()} {n * 7} at {n * 13} with {things[(n + 3) % 8]}",
            by=f"guest{n % 12}",
            ago_s=600 - n,
        )
        for n in range(40)
    ]


def test_held_says_why_and_is_approved_by_keyboard(posts: Callable[..., Page], hub: HubProcess) -> None:
    """A held post says why; j goes to it, a approves it, u takes that back, h hides it."""
    page = posts()
    publish(hub, said("k1", f"No {CURSE}, the lanterns are bright"))
    held = page.locator(".posts-held .card", has_text="the lanterns are bright")
    expect(held).to_contain_text("Held: word list")
    page.keyboard.press("j")
    expect(page.locator(".posts-held .card").first).to_be_focused()
    page.keyboard.press("a")
    expect(held).to_have_count(0)
    shown = page.locator(".posts-all .card", has_text="the lanterns are bright")
    expect(shown).to_contain_text("On the wall")
    expect(page.locator("[data-toasts]")).to_contain_text("Approved")
    page.keyboard.press("u")
    expect(held).to_have_count(1)
    held.focus()
    page.keyboard.press("h")
    expect(shown).to_contain_text("Hidden: hidden by the staff")


def test_many_are_decided_at_once(posts: Callable[..., Page], hub: HubProcess) -> None:
    """All held for one reason are chosen by one tap and hidden by another; one undo takes all of it back."""
    page = posts()
    publish(hub, *(said(f"m{n}", f"{CURSE} number {n} of the evening {n * 31}", by=f"guest{n}") for n in range(5)))
    reason = page.locator("[data-reasons] button", has_text=f"word list: {CURSE}")
    expect(reason).to_contain_text("5")
    reason.click()
    expect(page.locator("[data-bulk]")).to_contain_text("Five posts chosen")
    assert faults(page) == []
    keep(page, "posts")
    page.locator("[data-bulk]").get_by_role("button", name="Hide").click()
    expect(page.locator(".posts-held .card", has_text="of the evening")).to_have_count(0)
    expect(page.locator("[data-toasts]")).to_contain_text("Hidden: five posts")
    expect(page.locator("[data-audit]")).to_contain_text("Desk 1 hid a post")
    page.keyboard.press("u")
    expect(page.locator(".posts-held .card", has_text="of the evening")).to_have_count(5)


def test_two_who_share_a_name_are_two_people(posts: Callable[..., Page], hub: HubProcess) -> None:
    """Held posts are gathered by who wrote them, not by a name that anybody may take."""
    page = posts()
    for by, number in (("echo1", 1), ("echo1", 2), ("echo2", 3)):
        post = said(f"n{number}", f"{CURSE}, the {('sea', 'sky', 'sun')[number - 1]} is loud", by=by)
        publish(hub, msgspec.structs.replace(post, author=msgspec.structs.replace(post.author, name="Echo")))
    expect(page.locator(".posts-held .card", has_text="is loud")).to_have_count(3)
    reason = page.locator("[data-reasons] button", has_text="by Echo")
    expect(reason).to_have_text("by Echo · 2")
    reason.click()
    expect(page.locator(".posts-held .card.chosen")).to_have_count(2)


def test_decisions_of_other_desks_are_listed(posts: Callable[..., Page], hub: HubProcess) -> None:
    """Who looks at the list of decisions reads there what another desk decides meanwhile."""
    page, other = posts(desk="Desk 1"), posts(desk="Desk 7")
    other.get_by_label("Block a word or phrase").fill("zeppelin")
    other.get_by_role("button", name="Block", exact=True).click()
    row = page.locator("[data-audit] .row", has_text="blocked the term “zeppelin”")
    expect(row).to_contain_text("Desk 7", timeout=30_000)
    row.get_by_role("button", name="Undo").click()
    expect(other.locator("[data-audit]")).to_contain_text("Desk 1 took back: freed the term “zeppelin”", timeout=30_000)


def test_a_raid_is_one_decision(posts: Callable[..., Page], hub: HubProcess) -> None:
    """A raid stands above all with its evidence; hiding it blocks its accounts, and it can be decided again."""
    page = posts()
    text = "Shame on this festival, they cheat their artists and nobody gets paid #kaleido"
    publish(hub, *(said(f"s{n}", f"{text} {'!' * (n % 3)}", by=f"stranger{n}", ago_s=26 - n) for n in range(24)))
    raid = page.locator(".card.raid")
    expect(raid).to_contain_text("24 accounts, 100 % of them new here")
    expect(raid).to_contain_text("Shame on this festival")
    expect(page.locator(".posts-held .card", has_text="Shame")).to_have_count(0)
    keep(page, "posts-raid")
    raid.get_by_role("button", name="Hide all, block accounts").click()
    expect(raid).to_contain_text("Raid, hidden")
    expect(page.locator("[data-audit]")).to_contain_text("hid a raid and blocked 24 accounts")
    raid.get_by_role("button", name="Decide again").click()
    raid.get_by_role("button", name="No raid: approve all").click()
    expect(page.locator(".posts-all .card", has_text="Shame on this festival").first).to_contain_text("On the wall")


def test_pinned_stands_first(posts: Callable[..., Page], hub: HubProcess) -> None:
    """A pinned post says so on every tablet, and a second tap unpins it."""
    page = posts()
    publish(hub, said("p1", "Doors open at nine tomorrow"))
    mine = page.locator(".posts-all .card", has_text="Doors open at nine")
    mine.get_by_role("button", name="Pin").click()
    expect(mine).to_contain_text("On the wall, pinned")
    other = posts(desk="Desk 2")
    expect(other.locator(".posts-all .card", has_text="Doors open at nine")).to_contain_text("pinned")
    mine.get_by_role("button", name="Unpin").click()
    expect(mine).not_to_contain_text("pinned")


def test_author_and_term_are_blocked(posts: Callable[..., Page], hub: HubProcess) -> None:
    """A blocked author's posts go, a blocked term hides what has it, and the list of decisions takes either back."""
    page = posts()
    publish(hub, said("b1", "I shout at everybody here", by="shouter"), said("b2", "Win a lottery ticket", by="seller"))
    page.locator(".posts-all .card", has_text="I shout").get_by_role("button", name="Block author").click()
    expect(page.locator(".posts-all .card", has_text="I shout")).to_have_count(0)
    page.get_by_label("Block a word or phrase").fill("lottery")
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator(".posts-all .card", has_text="Win a lottery")).to_contain_text("Hidden: blocked term: lottery")
    row = page.locator("[data-audit] .row", has_text="blocked the term “lottery”")
    row.get_by_role("button", name="Undo").click()
    expect(page.locator(".posts-all .card", has_text="Win a lottery")).to_contain_text("On the wall")


def test_two_who_differ_see_it(posts: Callable[..., Page], hub: HubProcess) -> None:
    """Who decides otherwise right after somebody else is told who did, and may do it anyway; both tablets then agree."""
    one, two = posts(desk="Desk 1"), posts(desk="Desk 2")
    publish(hub, said("d1", f"{CURSE}, what a view over the quay"))
    words = "what a view over the quay"
    slow = two.locator(".posts-held .card", has_text=words).get_by_role("button", name="Approve").element_handle()
    one.locator(".posts-held .card", has_text=words).get_by_role("button", name="Hide").click()
    expect(one.locator("[data-toasts]")).to_contain_text("Undo")  # the hub has said so; the card says it at once
    expect(one.locator(".posts-all .card", has_text=words)).to_contain_text("Hidden")
    slow.evaluate("button => button.click()")
    expect(two.locator("[data-toasts]")).to_contain_text("Desk 1 has just decided otherwise.")
    two.get_by_role("button", name="Do it anyway").click()
    for page in (one, two):
        expect(page.locator(".posts-all .card", has_text=words)).to_contain_text("On the wall")


def test_nothing_strangers_write_is_markup(posts: Callable[..., Page], hub: HubProcess) -> None:
    """Scripts and tags in posts and names stay words, on the tablet and in what it says of them."""
    page = posts()
    for n, naughty in enumerate(NAUGHTY):
        at = int(time.time() * 1000)
        who = Author(f"mastodon:{naughty[:20].replace(' ', '')}{n}", handle=naughty, name=naughty)
        publish(
            hub, Mention(f"mastodon:x{n}", "mastodon", "post", at, at, who, text=f"{n} {naughty} #{'x' * 9}", lang="en")
        )
        shown = page.locator(".posts-all .card", has_text=f"{n} {naughty[:12]}").first
        shown.wait_for()
        assert naughty in shown.locator(".post-text").inner_text()
        shown.get_by_role("button", name="Block author").click()
        expect(page.locator("[data-toasts]")).to_contain_text("Blocked")
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".posts-all script, .posts-all img, .posts-all svg, .posts-all a").count() == 0


def test_a_viewer_only_watches(posts: Callable[..., Page]) -> None:
    """A viewer sees posts, reasons and decisions, and has no button to decide."""
    page = posts("viewer")
    assert page.locator(".posts-all button, .posts-held button, .decisions button:visible, .choose").count() == 0


def test_on_a_phone(posts: Callable[..., Page]) -> None:
    """On a phone nothing scrolls sideways and every control can be hit."""
    page = posts(width=390, height=844)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    keep(page, "posts-phone")
    page.locator("[data-posts] .card").first.get_by_role("button", name="Feature").click()
    page.get_by_role("button", name="Screen 2", exact=True).click()
    page.locator("[data-featured] .row").wait_for()
    assert page.locator(".page:not([hidden])").evaluate("(it) => it.scrollWidth <= it.clientWidth")
    page.locator("[data-featured]").get_by_role("button", name="Release").click()
