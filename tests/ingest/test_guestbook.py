"""The guest book: what a visitor may write, and the door on a real log."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.guestbook.app import Guestbook, problems
from ingest.guestbook.book import LIMIT, SOON_S, Book, Form, Refused
from ingest.guestbook.page import style
from ingest.guestbook.words import ENGLISH, WORDS, language
from stream import log as logs
from stream.config import Config, GuestbookConfig, LogConfig, PrivacyConfig
from stream.config.theme import ThemeConfig, contrast
from stream.log import MENTIONS, RETRACTIONS, Log
from stream.mention import Mention, Retraction, decode, decode_retraction, validate

NOW = 1_790_000_000_000
BOOK = Book(b"key")
URL = "http://guests.example"


def written(text: str, name: str = "", **fields: str) -> Mention:
    stamp = BOOK.stamp(NOW / 1000 - 30)
    return BOOK.mention(Form(text, name, **{"stamp": stamp, **fields}), "n1", "A visitor", NOW)


def refused(text: str, **fields: str) -> str:
    with pytest.raises(Refused) as refusal:
        written(text, **fields)
    return refusal.value.fault


def test_message_is_a_mention() -> None:
    """A message becomes a post of its own source by somebody of its own, hashtags found, nothing else kept."""
    mention = validate(written("Hello #harbour,\r\nwhat an evening!", "Ada"))
    assert (mention.id, mention.source, mention.kind) == ("guestbook:n1", "guestbook", "post")
    assert mention.text == "Hello #harbour,\nwhat an evening!"
    assert mention.hashtags == ("harbour",)
    assert (mention.author.id, mention.author.name, mention.author.role) == ("guestbook:visitor-n1", "Ada", "public")


def test_who_gives_no_name_is_a_visitor() -> None:
    """A message without a name carries the word for somebody in the visitor's language."""
    assert written("Hello").author.name == "A visitor"
    assert written("Hello", "\u202e \u200b").author.name == "A visitor"


@pytest.mark.parametrize("text", ["", "   \n ", "\u200b\u200b", "...", "\x00hi", "\u202e"])
def test_nothing_to_read_is_refused(text: str) -> None:
    """Blanks, invisible characters and mere punctuation are no message."""
    assert refused(text) == "empty"


def test_length() -> None:
    """280 characters pass, in any script; one more does not."""
    assert len(written("光" * LIMIT).text) == LIMIT
    assert refused("x" * (LIMIT + 1)) == "long"


def test_robots_are_refused() -> None:
    """A filled trap, a form that comes back at once, one that is old, and one that was never given out."""
    assert refused("hi", trap="x") == "robot"
    assert refused("hi", stamp=BOOK.stamp(NOW / 1000 - SOON_S + 1)) == "soon"
    assert refused("hi", stamp=BOOK.stamp(NOW / 1000 - 86_400)) == "stale"
    assert refused("hi", stamp=Book(b"other").stamp(NOW / 1000 - 30)) == "stale"
    assert refused("hi", stamp="") == "stale"
    assert refused("hi", stamp="never.mind") == "stale"


@given(st.text(max_size=400), st.text(max_size=80))
def test_any_words_become_a_valid_mention_or_are_refused(text: str, name: str) -> None:
    """Whatever is written, a mention keeps the rules: short, few lines, one line of name, nothing that turns the direction."""
    try:
        mention = validate(written(text, name))
    except Refused:
        return
    assert 0 < len(mention.text) <= LIMIT
    assert mention.text.count("\n") < 8
    assert "\n" not in mention.author.name
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b") & set(mention.text + mention.author.name)


@given(st.text(max_size=60))
def test_only_its_own_receipts_are_good(word: str) -> None:
    """A receipt tells its number; whatever else somebody makes up tells none."""
    assert BOOK.number_of(BOOK.receipt("n1")) == "n1"
    assert BOOK.number_of(word) is None
    assert Book(b"other").number_of(BOOK.receipt("n1")) is None


def test_every_language_says_everything() -> None:
    """No sentence is missing in any language, and each has the gaps that the English one has."""
    for words in WORDS.values():
        assert words.keys() == ENGLISH.keys()
        for key, sentence in words.items():
            assert re.findall(r"{\w+}", sentence) == re.findall(r"{\w+}", ENGLISH[key])


@pytest.mark.parametrize(
    ("accepted", "found"),
    [("", "en"), ("fi-FI,fi;q=0.9,en;q=0.8", "fi"), ("ja, de;q=0.5", "de"), ("xx", "en"), ("de;q=nonsense,fr", "fr")],
)
def test_language(accepted: str, found: str) -> None:
    """The page speaks what the phone likes best of what it can."""
    assert language(accepted) == found


@dataclass
class Hall:
    """The door on a real log, with clocks that a test moves."""

    log: Log
    now: dict[str, float] = field(default_factory=lambda: {"ms": float(NOW), "s": 0.0})
    book: Any = None

    def visitor(self, address: str = "192.0.2.1", **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.book.app(), client=(address, 1))
        return httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers)

    async def send(self, phone: httpx2.AsyncClient, text: str, **fields: str) -> httpx2.Response:
        """Open the form, write, and send it half a minute later."""
        page = (await phone.get("/")).text
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)
        assert stamp
        self.now["ms"] += 30_000
        return await phone.post("/", data={"text": text, "stamp": stamp[1], **fields})

    async def read(self, topic: logs.Topic) -> list[bytes]:
        async with await self.log.reader({topic: None}) as reader:
            return [record.value or b"" for record in await reader.poll(0.1)]

    async def mentions(self) -> list[Mention]:
        return [decode(value) for value in await self.read(MENTIONS)]

    async def retractions(self) -> list[Retraction]:
        return [decode_retraction(value) for value in await self.read(RETRACTIONS)]


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    url = f"sqlite:{tmp_path / 'agora.db'}"
    log = await logs.open_log(url)
    hall = Hall(log)
    config = Config(
        log=LogConfig(url=url),
        privacy=PrivacyConfig(contact="privacy@example.org"),
        guestbook=GuestbookConfig(per_address=2, per_minute=4),
    )
    hall.book = Guestbook(config, b"key", lambda: int(hall.now["ms"]), lambda: hall.now["s"])
    hall.book.log = log
    yield hall
    await log.close()


async def test_message_reaches_the_log_and_can_be_taken_back(hall: Hall) -> None:
    """A message is in the log; its receipt takes it back; another receipt takes nothing."""
    async with hall.visitor() as phone:
        sent = await hall.send(phone, "What an evening!", name="Ada")
        assert sent.status_code == 303
        receipt = sent.headers["location"]
        assert "take your message back" in html.unescape((await phone.get(receipt)).text)
        (mention,) = await hall.mentions()
        assert mention.text == "What an evening!"
        assert (await phone.post(receipt[:-1] + "x")).status_code == 404
        assert await hall.retractions() == []
        assert "is taken back" in (await phone.post(receipt)).text
    (retraction,) = await hall.retractions()
    assert (retraction.target, retraction.scope) == (mention.id, "post")


async def test_form_keeps_the_words_that_it_refuses(hall: Hall) -> None:
    """What is refused stands in the form again, as text and never as markup, with a sentence."""
    async with hall.visitor(**{"accept-language": "de"}) as phone:
        words = "<script>alert(1)</script>" + "x" * LIMIT
        again = await hall.send(phone, words, name='"><b>')
        assert again.status_code == 422
        assert WORDS["de"]["long"] in again.text
        assert "<script" not in again.text
        assert "<b>" not in again.text
        assert html.escape(words) in again.text
    assert await hall.mentions() == []


async def test_limits(hall: Hall) -> None:
    """An address sends a few messages at once and then one a minute; all together are bounded too; others can still read."""
    async with hall.visitor() as phone:
        assert [(await hall.send(phone, f"number {n}")).status_code for n in range(3)] == [303, 303, 429]
        late = await hall.send(phone, "one more")
        assert late.headers["retry-after"] == "60"
        assert "one more" in late.text
    async with hall.visitor("2001:db8::1") as other, hall.visitor("2001:db8::2") as neighbour:
        assert (await hall.send(other, "hello")).status_code == 303
        assert (await hall.send(neighbour, "hello")).status_code == 303
        assert (await hall.send(neighbour, "hello")).status_code == 429
    async with hall.visitor("192.0.2.9") as third:
        assert (await hall.send(third, "hello")).status_code == 429  # four in this minute are enough
        assert (await third.get("/")).status_code == 200
    hall.now["s"] += 60
    async with hall.visitor() as phone:
        assert (await hall.send(phone, "later")).status_code == 303
    assert len(await hall.mentions()) == 5


async def test_what_a_door_refuses(hall: Hall) -> None:
    """Foreign pages, too much at once, other methods and other addresses get a page and nothing more."""
    async with hall.visitor() as phone:
        assert (
            await phone.post("/", data={"text": "x"}, headers={"origin": "https://evil.example"})
        ).status_code == 403
        assert (await phone.post("/", data={"text": "x"}, headers={"sec-fetch-site": "cross-site"})).status_code == 403
        assert (await phone.post("/", content=b"x" * 10_000)).status_code == 413
        assert (await phone.post("/", content=b"\xff\xfe&&&=%%%")).status_code == 422
        assert (await phone.put("/")).status_code == 404
        assert (await phone.get("/etc/passwd")).status_code == 404
        assert (await phone.get("/healthz")).content == b""
    assert await hall.mentions() == []


@pytest.mark.parametrize("accent", ["", "#4CC3FF", "#7A0019"])
def test_what_can_be_tapped_is_seen(accent: str) -> None:
    """Buttons have a colour, the stage's own where the event has none, and words on them that can be read."""
    colours = ThemeConfig(accent=accent).colours
    button, ink = re.findall(r"--(?:on-)?accent: (#\w{6})", style(colours.accent))[-2:]
    assert button == accent or not accent
    assert contrast(button, ink) >= 4.5


async def test_buttons_have_the_colour_of_the_stage(hall: Hall) -> None:
    """An event without a colour of its own shows buttons all the same."""
    async with hall.visitor() as phone:
        assert f"--accent: {ThemeConfig().colours.accent};" in (await phone.get("/style.css")).text


async def test_no_script_no_frame_no_trace(hall: Hall) -> None:
    """Every page forbids scripts and frames, is kept nowhere, sets no cookie, and works without a script."""
    async with hall.visitor() as phone:
        for answer in (await phone.get("/"), await phone.get("/nothing"), await hall.send(phone, "")):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["cache-control"] == "no-store"
            assert "set-cookie" not in answer.headers
            assert "<script" not in answer.text
        assert "privacy@example.org" in (await phone.get("/")).text


async def test_words_wait_while_the_log_is_away(hall: Hall) -> None:
    """While the log is away the visitor's words stay in the form, and the staff see that the guest book is not well."""
    kept, hall.book.log = hall.book.log, None
    async with hall.visitor() as phone:
        answer = await hall.send(phone, "still here")
        assert answer.status_code == 503
        assert "still here" in answer.text
    assert hall.book.health.condition == "waiting"
    hall.book.log = kept
    hall.now["s"] += 120
    async with hall.visitor() as phone:
        assert (await hall.send(phone, "still here")).status_code == 303
    assert hall.book.health.condition == "live"


def test_beyond_this_machine_it_needs_a_contact() -> None:
    """Visitors are told whom to write to."""
    open_to_all = GuestbookConfig(host="0.0.0.0")
    assert any("[privacy] contact" in told for told in problems(Config(guestbook=open_to_all)))
    assert problems(Config(guestbook=open_to_all, privacy=PrivacyConfig(contact="x@example.org"))) == []
    assert problems(Config()) == []
    assert any("belong together" in told for told in problems(Config(guestbook=GuestbookConfig(certificate="c.pem"))))
    assert open_to_all.encrypted
    assert not GuestbookConfig(host="0.0.0.0", insecure_http=True).encrypted
