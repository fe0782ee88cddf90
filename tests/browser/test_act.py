"""What staff do on Act: a question comes up, one claims it, opens it, answers it; our own reply closes the next by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from stream.mention import Author, Mention, Person, Target
from tests.browser.looking import faults, keep
from tests.browser.saying import publish
from tests.stream.doors.process import HubProcess

pytestmark = pytest.mark.browser

US = Author("mastodon:fest@social.example", handle="fest", name="The Festival", role="brand")


def said(name: str, text: str, by: str = "ann", **more: object) -> Mention:
    now = time.time_ns() // 1_000_000
    author = more.pop("author", Author(f"mastodon:{by}@social.example", handle=by, name=by.title(), followers=12_000))
    fields = {"kind": "post", "mentions": (Person(US.id, "fest"),), **more}
    id = f"mastodon:https://social.example/users/{by}/statuses/{name}"
    return Mention(id, "mastodon", at=now, seen=now, author=author, text=text, lang="en", **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("act"), toml=f'[accounts]\nbrand = ["{US.id}"]\n') as hub:
        yield hub


@pytest.fixture
def tablet(own: HubProcess, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(role: str = "moderator", desk: str = "Desk 1") -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
        contexts.append(context)
        page = context.new_page()
        page.goto(own.url)
        page.get_by_label("PIN").fill(own.pins[role])  # type: ignore[index]
        page.get_by_label("This desk").fill(desk)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Act").click()
        return page

    yield opened
    for context in contexts:
        context.close()


def test_question_is_claimed_opened_and_answered(own: HubProcess, tablet: Callable[..., Page]) -> None:
    """A question to us comes up with its reasons; one desk claims it, the other sees who has it, and it is answered."""
    page, other = tablet(), tablet(desk="Desk 2")
    publish(
        own,
        said("1", "@fest where is the main stage?"),
        said("2", "@fest lovely evening", by="bob", author=Author("mastodon:bob")),
    )
    card = page.locator("[data-act-open] .card", has_text="where is the main stage")
    expect(card).to_contain_text("asks a question", timeout=60_000)
    expect(card).to_contain_text("a strong voice, 12 thousand followers")
    expect(page.locator("[data-act-open] .card")).to_have_count(1)
    link = card.get_by_role("link", name="Open at Mastodon")
    expect(link).to_have_attribute("href", "https://social.example/users/ann/statuses/1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert faults(page) == []
    keep(page, "act")
    card.get_by_role("button", name="Claim").click()
    mine = page.locator("[data-act-claimed] .card", has_text="main stage")
    expect(mine).to_contain_text("You have it.")
    theirs = other.locator("[data-act-claimed] .card", has_text="main stage")
    expect(theirs).to_contain_text("Desk 1 has it.")
    theirs.get_by_role("button", name="Take over").click()
    expect(mine).to_contain_text("Desk 2 has it.")
    theirs.get_by_role("button", name="Answered").click()
    expect(page.locator("[data-act-done] .card", has_text="main stage")).to_contain_text("Answered, says Desk 2, after")
    expect(page.locator("[data-act-figures]")).to_contain_text("to the first answer")


def test_our_own_reply_closes_a_post(own: HubProcess, tablet: Callable[..., Page]) -> None:
    """When our account answers at its network the post is done by itself, and the page says after how long."""
    page = tablet()
    question = said("3", "@fest is there a bus back tonight?", by="cleo")
    publish(own, question)
    expect(page.locator("[data-act-open] .card", has_text="bus back")).to_be_visible(timeout=60_000)
    reply = said(
        "4",
        "Every ten minutes!",
        by="fest",
        author=US,
        kind="reply",
        target=Target(question.id, question.author.id),
        mentions=(),
    )
    publish(own, reply)
    done = page.locator("[data-act-done] .card", has_text="bus back")
    expect(done).to_contain_text("Answered by our own account The Festival after", timeout=30_000)
    assert faults(page) == []
    keep(page, "act-answered")


def test_set_aside_and_undone(own: HubProcess, tablet: Callable[..., Page]) -> None:
    """A post that needs nothing is set aside, and one tap takes that back."""
    page = tablet()
    publish(own, said("5", "@fest who made this awful and terrible song?", by="dan"))
    card = page.locator("[data-act-open] .card", has_text="awful and terrible")
    expect(card).to_contain_text("complains", timeout=60_000)
    card.get_by_role("button", name="Set aside").click()
    expect(page.locator("[data-act-done] .card", has_text="awful")).to_contain_text("Set aside by Desk 1.")
    page.locator(".toast", has_text="Set aside").get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()


def test_strangers_words_are_never_markup(own: HubProcess, tablet: Callable[..., Page]) -> None:
    """Names, words and ids that are markup stand on the page as text, and nothing of them runs or becomes a link."""
    page = tablet()
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    author = Author("mastodon:evil", handle="</b><i>evil", name=evil, followers=20_000)
    row = said("6", f"@fest why {evil}?", by="evil", author=author)
    publish(own, msgspec.structs.replace(row, id="mastodon:javascript:document.title='owned'"))
    card = page.locator("[data-act-open] .card", has_text="onerror")
    expect(card).to_contain_text("<script>", timeout=60_000)
    assert card.locator("img, script, i, a").count() == 0
    card.get_by_role("button", name="Set aside").click()
    expect(page.locator("[data-act-done] .card", has_text="onerror")).to_be_visible()
    assert page.title() == "Agora"
