"""Ingest that listens to a stand-in of Hacker News, through the real supervisor, ledger and log."""

from __future__ import annotations

from pathlib import Path

from ingest.source import Context
from ingest.sources.hackernews import HackerNews
from stream.config import Config
from stream.config.networks import HackerNewsConfig, MatchConfig
from stream.mention import Mention
from tests.ingest.hours import Hall, Hours
from tests.standins.hackernews import HackerNewsStandIn


def hall(folder: Path, news: HackerNewsStandIn, hours: Hours | None = None) -> Hall:
    """Ingest that listens for the word wall."""
    match = MatchConfig(terms=("wall",))

    def make(context: Context) -> HackerNews:
        context.matcher.listen(match, {})
        return HackerNews(context)

    return Hall(folder, Config(hackernews=HackerNewsConfig(url=news.url), match=match), make, hours)


async def listening(ingest: Hall, news: HackerNewsStandIn) -> None:
    """Return when both lines are open and it is known where to begin."""
    await ingest.until(lambda: all(news.lines.values()) and ingest.cursors.get("hackernews"))


async def stands_at(ingest: Hall, number: int) -> None:
    """Return when everything up to ``number`` is settled."""
    await ingest.until(lambda: ingest.cursors.get("hackernews") == str(number))


async def told(ingest: Hall) -> list[Mention]:
    """What the log has, in the order of the ids; it keeps the order of each author's only."""
    return sorted(await ingest.mentions(), key=lambda mention: mention.id)


async def texts(ingest: Hall) -> list[str]:
    return [mention.text for mention in await told(ingest) if mention.kind != "tally"]


async def told_so_far(ingest: Hall, count: int) -> None:
    """Return when so many posts and edits are in the log."""

    async def enough() -> bool:
        return len(await texts(ingest)) >= count

    await ingest.until(enough)


async def tallies_of(ingest: Hall) -> list[Mention]:
    return [mention for mention in await ingest.mentions() if mention.kind == "tally"]
