"""X: its filtered stream, which is paid by the post, with rules that follow what is listened for and a budget that holds.

The stream has no place to go on from. What was said in a break is searched for afterwards, as far as the budget allows
(``ingest/x/gap.py``); an enterprise contract has a backfill of five minutes instead, and streams of what is gone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2
import msgspec
import structlog

from ingest.formats import x_v2
from ingest.formats.x_objects import Problem, may_withhold
from ingest.matching import Matcher
from ingest.roles import roles_of
from ingest.source import Batch, Context, Deletion, Item, Source, SourceUnavailable
from ingest.x import gap
from ingest.x.api import SILENCE_S, Api
from ingest.x.budget import Budget, BudgetUnavailable
from ingest.x.compliance import STREAMS, Compliance, backfill
from ingest.x.keeper import RuleKeeper
from ingest.x.lines import Line, Lines
from ingest.x.refusals import Refusals
from ingest.x.rules import Held
from stream.config.networks import MatchConfig
from stream.mention import Mention, Unreadable, rejected

SOURCE: Final = "x"
STREAM: Final = "/2/tweets/search/stream"
ASLEEP_S: Final = 3600.0
"""Longest pause of one that waits for the next month, because clocks are set and machines sleep."""


logger = structlog.get_logger("ingest")


class _Matched(msgspec.Struct):
    matching_rules: list[Held] | None = None


_matched = msgspec.json.Decoder(_Matched)


class X:
    """The filtered stream.

    ``dropped`` counts by reason what was left out, ``figures`` tell of the budget, ``complaint`` says which rules X refuses.
    """

    name = SOURCE
    remembered = True

    def __init__(self, context: Context, *, silence_s: float = SILENCE_S) -> None:
        config = context.config.x
        self.tells_deletions = self._enterprise = config.enterprise
        self.dropped: Counter[str] = Counter()
        self._now, self._matcher = context.now, context.matcher
        self._roles = roles_of(context.config.accounts)
        self._refusals = Refusals(now=context.now, draw=context.draw, monotonic=context.monotonic)
        self._api = Api(
            config.url, config.token, self._refusals, contact=context.config.privacy.contact, silence_s=silence_s
        )
        self._keeper = RuleKeeper(self._api, context.matcher, pause=context.pause)
        self._budget = Budget(budget_path(context), config.monthly_posts, context.now)
        context.matcher.tell(self._follow)
        self._follow()

    @property
    def complaint(self) -> str:
        """What is wrong with the rules; empty when all is well."""
        return self._keeper.complaint

    @property
    def figures(self) -> dict[str, float]:
        """Posts that count against this month's budget, and the budget."""
        return {"posts this month": self._budget.spent, "posts a month at most": self._budget.limit}

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """What the stream says from now on, after what was missed since ``cursor``, the last sign of life in ms UTC."""
        try:
            with self._budget.opened():
                async with self._api.opened() as client, aclosing(self._listen(client, cursor)) as batches:
                    async for batch in batches:
                        yield batch
        except BudgetUnavailable as fault:
            raise SourceUnavailable(str(fault), stopped=True) from fault

    async def _listen(self, client: httpx2.AsyncClient, cursor: str) -> AsyncGenerator[Batch]:
        self._affordable()
        await self._keeper.sync(client)
        now = self._now()
        since = int(cursor) if cursor.isdigit() else now
        params = {**gap.FIELDS, **(backfill(cursor, now) if self._enterprise else {})}
        keeper = asyncio.create_task(self._keeper.keep(client), name="rules of X")
        try:
            async with self._api.stream(client, STREAM, params) as response:
                if not self._enterprise and gap.SHORTEST_MS <= now - since <= gap.LONGEST_MS:
                    # X keeps the stream's posts meanwhile.
                    async with aclosing(self._missed(client, since)) as batches:
                        async for batch in batches:
                            yield batch
                async with aclosing(self._said(response)) as batches:
                    async for batch in batches:
                        yield batch
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _said(self, response: httpx2.Response) -> AsyncGenerator[Batch]:
        """The stream, a batch for each piece that came; a heartbeat is an empty one."""
        lines = Lines()
        try:
            async for piece in response.aiter_bytes():
                self._refusals.alive()
                said = _Said()
                for line in lines.feed(piece):
                    if line.data and not line.data.isspace():
                        self._take(line, said)
                if not self._budget.left():
                    await response.aclose()  # before anything else: every post that still came would be paid for
                yield said.batch(self._now())
                if said.ended is not None:
                    raise said.ended
                self._affordable()
        finally:
            if lines.begun:
                self._budget.spend(1)
        raise self._refusals.network("X closed the stream")

    async def _missed(self, client: httpx2.AsyncClient, since: int) -> AsyncGenerator[Batch]:
        """What the search finds of the time since ``since``; a search that fails costs only the gap."""
        queries = self._keeper.planned(gap.QUERY).rules
        try:
            async with aclosing(gap.missed(self._api, client, queries, since, self._budget.left)) as pages:
                async for page in pages:
                    said = _Said()
                    self._take(Line(page, len(page)), said)
                    yield said.batch(since)
        except SourceUnavailable as fault:
            self.dropped["breaks not filled"] += 1
            logger.warning("a break of X is not filled", reason=str(fault))

    def _take(self, line: Line, said: _Said) -> None:
        """What a line says, as far as it is ours and paid for."""
        left, now = self._budget.left(), self._now()
        try:
            if line.size > len(line.data):
                raise Unreadable(f"a message of {line.size} bytes")
            reading = x_v2.read(line.data, self._roles, source=SOURCE, seen=now)
        except (Unreadable, RecursionError) as fault:
            if (ended := self._refusals.in_line(line.data)) is not None:
                said.ended = ended
                return
            self._budget.spend(1)
            letter = rejected(SOURCE, str(fault), now, b"" if may_withhold(line.data) else line.data)
            said.items.append(msgspec.structs.replace(letter, size=line.size))
            return
        self._budget.spend(reading.posts)
        self.dropped.update(reading.dropped)
        said.ended = self._refusals.in_stream(reading.problems)
        said.items += [Deletion(f"x:{p.resource_id}", now) for p in reading.problems if _is_gone(p)]
        if reading.posts > left:
            self.dropped["beyond the budget"] += reading.posts - left
        elif not self._keeper.is_ours(_rules(line.data)):
            self.dropped["another's rule"] += reading.posts
        else:
            excluded = [m.id for m in reading.items if isinstance(m, Mention) and self._unwanted.admits(m)]
            self.dropped["excluded"] += len(excluded)
            said.items += [item for item in reading.items if not (isinstance(item, Mention) and item.id in excluded)]
            said.natives.update(reading.natives)

    def _affordable(self) -> None:
        """Raises ``SourceUnavailable`` when this month's posts are spent."""
        if self._budget.left():
            return
        resumes = self._budget.resumes()
        raise SourceUnavailable(
            f"the {self._budget.limit} posts of this month are spent; X goes on by itself on "
            f"{datetime.fromtimestamp(resumes / 1000, UTC):%-d %B %Y}, or at once with a larger [x] monthly_posts",
            pause_s=min(ASLEEP_S, max(1.0, (resumes - self._now()) / 1000)),
            stopped=True,
        )

    def _follow(self) -> None:
        self._unwanted = Matcher(MatchConfig(terms=self._matcher.exclude))


class _Said(msgspec.Struct):
    """What a piece of the stream said, and what ended it."""

    items: list[Item] = []
    natives: dict[str, str] = {}
    ended: SourceUnavailable | None = None

    def batch(self, now: int) -> Batch:
        return Batch(tuple(self.items), cursor=str(now), natives=self.natives)


def _rules(message: bytes) -> list[Held]:
    """The rules that a post matched, where it says so."""
    try:
        return _matched.decode(message).matching_rules or []
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def _is_gone(problem: Problem) -> bool:
    """Whether X says that a post to which another refers is no longer there for everybody."""
    known = problem.type.endswith(("/resource-not-found", "/not-authorized-for-resource"))
    return known and problem.resource_type == "tweet" and problem.resource_id.isdigit()


def budget_path(context: Context) -> Path:
    """Where the budget is kept: by account, and beside the folders of all logs, since money knows no log."""
    spool = Path(context.config.ingest.spool)
    folder = spool if context.folder.is_relative_to(spool) else context.folder
    return folder / f"x-budget-{hashlib.sha256(context.config.x.token.encode()).hexdigest()[:12]}.json"


def create(context: Context) -> Sequence[Source]:
    """``x`` in ``[ingest] sources``, by ``[x]``; with an enterprise contract the streams of what is gone beside it."""
    stream = X(context)
    if not context.config.x.enterprise:
        return (stream,)
    made: list[Source] = [stream]
    for name, path, partition in STREAMS:
        refusals = Refusals(now=context.now, draw=context.draw, monotonic=context.monotonic)
        api = Api(context.config.x.url, context.config.x.token, refusals, contact=context.config.privacy.contact)
        made.append(Compliance(name, path, partition, api=api, now=context.now))
    return made
