"""The report and the archive of an event: what they tell, and what they must not."""

from __future__ import annotations

import asyncio
import csv
import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

from ingest.simulation import World
from stream.config import Config, LogConfig, ModerationConfig
from stream.hub.decisions import Decision, Envelope
from stream.hub.screen_time import Shown
from stream.log import AUDIT, CONTROL, MEMORY, MENTIONS, RETRACTIONS, Entry, open_log
from stream.mention import Author, Mention, Retraction, Target, decode, encode
from stream.moderation import Chain
from stream.report.run import export, report
from stream.show.agenda import Agenda
from stream.wire.said import Session
from tests.stream.hub.house import NOW, config, post

MADE = 1_790_000_000_000
START = 1_790_000_000_000
HOUR = 3_600_000


@pytest.fixture(scope="module")
def evening() -> list[Mention | Retraction]:
    """An hour of the simulated event."""
    return list(World(7, 2.0).events(START, START + HOUR))


@pytest.fixture(scope="module")
def made(evening: list[Mention | Retraction], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of that hour."""
    folder = tmp_path_factory.mktemp("report")
    report(Config(), folder, start=START, end=START + HOUR, records=evening, made=MADE)
    return folder


class Reader(HTMLParser):
    """The words of a page, and everything that would make a browser fetch or run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.live: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (name in ("src", "href", "xlink:href") and not str(value).startswith("#")):
                self.live.append(f"{tag} {name}={value}")
        if tag in ("script", "iframe", "object", "link", "img"):
            self.live.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def told(folder: Path) -> str:
    """Every byte of a report as text."""
    tables = "".join(path.read_text() for path in sorted(folder.glob("*.csv")))
    return (folder / "report.html").read_text() + tables + str(parquet.read_table(folder / "posts.parquet").to_pylist())


def test_the_page_needs_nothing_beside_it(made: Path) -> None:
    """Nothing in the page is fetched or run, and its plots are in it."""
    page = (made / "report.html").read_text()
    assert Reader(page).live == []
    assert page.count("<svg") >= 7


def test_its_figures_are_those_of_the_posts(made: Path, evening: list[Mention | Retraction]) -> None:
    """Posts in the page, in the volume table and in the Parquet file are the posts that were not taken back."""
    gone = {r.target for r in evening if isinstance(r, Retraction)}
    mentions = [m for m in evening if isinstance(m, Mention) and m.kind not in ("edit", "tally")]
    posts = {m.id for m in mentions if not gone & {m.id, m.author.id}}
    posts -= {m.id for m in mentions if m.kind == "repost" and m.target and gone & {m.target.id, m.target.author}}
    rows = parquet.read_table(made / "posts.parquet").to_pylist()
    assert {row["id"] for row in rows} == posts
    with (made / "volume.csv").open() as file:
        assert sum(int(row["posts"]) for row in csv.DictReader(file)) == len(posts)
    assert f"<b>{len(posts):,}</b><span>posts</span>" in (made / "report.html").read_text()


def test_what_was_planted_stands_out(made: Path) -> None:
    """A sudden event of the simulation is among what stood out, at its time."""
    burst = next(b for b in World(7, 2.0).bursts(START, START + HOUR) if b.start > START + HOUR / 6)
    with (made / "peaks.csv").open() as file:
        found = {row["topic"].lstrip("#").casefold(): row for row in csv.DictReader(file)}
    assert burst.tag.casefold() in found
    begin = found[burst.tag.casefold()]["from"]
    assert begin[:10] == "2026-09-21"


def test_the_same_posts_give_the_same_report(made: Path, evening: list[Mention | Retraction], tmp_path: Path) -> None:
    """In whatever order they are read, the page and the tables are the same bytes."""
    report(Config(), tmp_path, start=START, end=START + HOUR, records=evening[::-1], made=MADE)
    for path in [made / "report.html", *made.glob("*.csv")]:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


FORGOTTEN = ("redacted", "opted", "concealed", "barred", "raider", "stampede")
PASSED_OVER: dict[str, Any] = {
    "raid:calm": {"show": "approved"},
    "pin:mastodon:1": {},
    "alert:log-1": {"seen": True},
    "track:boats": {"terms": ["#ferry"]},
    "act:mastodon:1": {"state": "claimed", "by": "Desk 1", "at": NOW},
    "picture:00": {"show": "approved"},
    "feature:2": {"post": "mastodon:1", "since": NOW},
    "freeze": {"layout": "topics"},
}
"""What staff decide in an evening beside what may be told."""


def conversation() -> list[Mention]:
    """Forty plain posts, and one of each kind that must not be told."""
    plain = [post(n, f"Good morning harbour #tram number {n}", at=NOW - n * 1000) for n in range(40)]
    marked = [
        post(100 + n, f"{word} words #{word}", author=word, at=NOW - 5000) for n, word in enumerate(FORGOTTEN[:5])
    ]
    again = post(200, marked[0].text, at=NOW - 4000, kind="repost", target=Target(marked[0].id, marked[0].author.id))
    return [*plain, *marked, again]


def stampede() -> tuple[list[Mention], str, bytes]:
    """A raid of twenty strangers, and how the shield's record names and remembers it."""
    text = "Stampede over this festival, they cheat their artists and nobody gets paid"
    raiders = [post(300 + n, f"{text}{'!' * n}", author=f"stranger{n}", at=NOW - 30_000 + n * 1000) for n in range(20)]
    chain = Chain()
    chain.hear_all(raiders)
    chain.raids.look(lambda authors, _: [False for _ in authors])
    ((raid_id, record),) = chain.raids.records().items()
    return raiders, raid_id, record


@pytest.fixture
async def log(tmp_path: Path) -> LogConfig:
    """A log of an evening: a post was deleted, one hidden, an author opted out, one was blocked, one with a raid, a raid was
    hidden; and more.
    """
    settings = LogConfig(url=f"sqlite:{tmp_path / 'agora.db'}")
    log = await open_log(settings.url)
    mentions = conversation()
    redacted, opted, concealed, barred, raider = mentions[40:45]
    raiders, raid_id, record = stampede()
    entries = [Entry(m.author.id, encode(m)) for m in (*mentions, *raiders)]
    await log.publish(MENTIONS, [*entries, Entry("x", b"{broken")])
    await log.publish(MEMORY, [Entry("raid:broken", b"\xc1"), Entry(f"raid:{raid_id}", record)])
    gone = [
        Retraction(target=redacted.id, scope="post", at=NOW),
        Retraction(target=opted.author.id, scope="author", at=NOW),
    ]
    await log.publish(RETRACTIONS, [Entry(r.target, encode(r)) for r in gone])
    stands: dict[str, Any] = {f"post:{concealed.id}": {"show": "hidden"}, f"block:author:{barred.author.id}": {}}
    stands |= {"raid:r1": {"show": "hidden", "authors": [raider.author.id]}, **PASSED_OVER}
    stands[f"raid:{raid_id}"] = {"show": "hidden"}
    await log.publish(
        CONTROL,
        [
            Entry(s, msgspec.json.encode(Envelope(str(n), n, NOW, "Desk 1", v)))
            for n, (s, v) in enumerate(stands.items())
        ],
    )
    await log.close()
    return settings


async def test_who_is_gone_is_in_no_byte_of_it(log: LogConfig, tmp_path: Path) -> None:
    """Deleted, opted out, hidden and blocked posts, and reposts of them, are in no file of a report and in no archive."""
    settings = msgspec.structs.replace(config(), log=log)
    folder, archive = tmp_path / "report", tmp_path / "event.jsonl"
    await asyncio.to_thread(report, settings, folder, start=None, end=None, made=MADE)
    count = await asyncio.to_thread(export, settings, archive, start=None, end=None)
    assert count == 40
    for word in FORGOTTEN:
        assert word not in told(folder).casefold()
        assert word not in archive.read_text().casefold()
    assert "27 were left out" in (folder / "report.html").read_text()


async def test_it_says_what_the_house_did(log: LogConfig, tmp_path: Path) -> None:
    """Sessions, time on the wall and what staff decided are told, each decision once."""
    session = Session("a", NOW - 30_000, NOW, "Opening of the harbour", speaker="Port Authority")
    agenda = msgspec.to_builtins(Agenda((session,)))
    shown = {"announcement:1": Shown("Doors close at ten", 65_000), "sponsor:2": Shown("Lighthouse Bakery", 3_720_000)}
    hidden = {"show": "hidden"}
    decided = [Decision(f"d{n}", n, f"post:{n}", NOW, "Desk 1", hidden) for n in (1, 2)]
    current = await open_log(log.url)
    await current.publish(CONTROL, [Entry("agenda", msgspec.json.encode(Envelope("e", 9, NOW, "Desk 1", agenda)))])
    await current.publish(MEMORY, [Entry("shown:2026-09-21", msgspec.json.encode(shown))])
    await current.publish(AUDIT, [Entry(d.subject, msgspec.json.encode(d)) for d in [*decided, decided[0]]])
    await current.close()
    await asyncio.to_thread(
        report, msgspec.structs.replace(config(), log=log), tmp_path, start=None, end=None, made=MADE
    )
    words = " ".join(Reader((tmp_path / "report.html").read_text()).words)
    assert re.search(r"Doors close at ten\s+announcement\s+1 min", words)
    assert re.search(r"Lighthouse Bakery\s+sponsor\s+1 h 2 min", words)
    assert re.search(r"posts hidden\s+2", words)
    assert "shaded: the sessions of the agenda" in words


async def test_an_archive_can_be_played_again(log: LogConfig, tmp_path: Path) -> None:
    """What is exported is read back as it was, gzip or not, and only its owner can read the file."""
    settings = msgspec.structs.replace(config(), log=log)
    archive = tmp_path / "event.jsonl.gz"
    await asyncio.to_thread(export, settings, archive, start=NOW - 20_000, end=NOW)
    lines = gzip.decompress(archive.read_bytes()).splitlines()
    assert [decode(line) for line in lines] == [m for m in conversation()[39::-1] if m.at >= NOW - 20_000]
    assert archive.stat().st_mode & 0o077 == 0


NASTY = (
    "<script>alert(1)</script> #tram",
    '"><img src=x onerror=alert(1)> #tram',
    "</text></svg><script>alert(2)</script> #tram",
    "$\\frac{1}{0}$ {{ 7*7 }} #tram",
)


def test_strangers_words_are_no_markup_and_no_formula(tmp_path: Path) -> None:
    """Tags, template marks, mathematics and formulas in posts and names are told as they were written."""
    nasty = [
        post(n, text, at=NOW - n * 997, by=Author(f"simulation:{n}", f"<b onclick=x>{n}", "=cmd()"))
        for n, text in enumerate(NASTY * 6)
    ]
    formula = [post(100 + n, "=HYPERLINK(1) #=tram", at=NOW - n * 900, author="=1+1") for n in range(8)]
    report(config(), tmp_path, start=None, end=None, records=[*nasty, *formula], made=MADE)
    page = Reader((tmp_path / "report.html").read_text())
    assert page.live == []
    assert any("<script>alert(1)</script>" in words for words in page.words)
    assert any("{{ 7*7 }}" in words for words in page.words)
    for path in tmp_path.glob("*.csv"):
        with path.open(newline="") as file:
            assert not [cell for row in csv.reader(file) for cell in row if re.match(r"[=@+]", cell)], path.name


def test_words_that_are_blocked_are_not_quoted(tmp_path: Path) -> None:
    """Neither a label nor a story says what moderation would not show."""
    posts = [post(n, f"quiet evening by the water {n}", at=NOW - n * 1000) for n in range(20)]
    posts += [post(50 + n, f"grumbleword again #grumbleword {n}", at=NOW - n * 1000) for n in range(20)]
    settings = config(moderation=ModerationConfig(block=("grumbleword",)))
    report(settings, tmp_path, start=None, end=None, records=posts, made=MADE)
    assert "grumbleword" not in (tmp_path / "report.html").read_text()
    assert "grumbleword" not in (tmp_path / "topics.csv").read_text() + (tmp_path / "stories.csv").read_text()


@pytest.mark.parametrize(("start", "end"), [(None, None), (NOW, NOW - 1)])
def test_nothing_to_tell_is_a_sentence(tmp_path: Path, start: int | None, end: int | None) -> None:
    """Without posts, or with an end before the start, a sentence says so and nothing is written."""
    records: Iterator[Mention] = iter([] if start is None else [post(1, "one")])
    with pytest.raises(ValueError, match=r"no post|before its start"):
        report(config(), tmp_path / "none", start=start, end=end, records=records, made=MADE)
    assert not (tmp_path / "none").exists()
