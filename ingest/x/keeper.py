"""Keeps the rules at X in step with what is listened for, by differences, while the stream runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

import httpx2
import msgspec
import structlog

from ingest.formats.x_objects import Problem
from ingest.matching import Matcher
from ingest.source import SourceUnavailable
from ingest.x.api import Api
from ingest.x.rules import LONGEST, MOST, OURS, Held, Plan, difference, plan, tag_of

RULES: Final = "/2/tweets/search/stream/rules"
TOGETHER: Final = 100
"""Rules in one request."""
NOTHING_S: Final = 15.0
"""Pause while nothing is listened for."""

logger = structlog.get_logger("ingest")


class _Meta(msgspec.Struct):
    next_token: str = ""


class _Answer(msgspec.Struct):
    data: list[Held] | None = None
    errors: list[Problem] | None = None
    meta: _Meta | None = None
    title: str = ""
    detail: str = ""


class RuleKeeper:
    """The rules that ``matcher`` asks for.

    ``complaint`` says which of them X does not take, and why; it is empty when all is well.
    """

    def __init__(self, api: Api, matcher: Matcher, *, pause: Callable[[float], Awaitable[None]]) -> None:
        self._api, self._matcher, self._pause = api, matcher, pause
        self._changed = asyncio.Event()
        self._refused: set[str] = set()
        self._ids: set[str] = set()
        self.values: tuple[str, ...] = ()
        """The rules that X holds for us."""
        self.complaint = ""
        matcher.tell(self._changed.set)

    def is_ours(self, rules: Iterable[Held]) -> bool:
        """Whether one of the ``rules`` that a post matched is ours; a post that names none is."""
        rules = list(rules)
        return not rules or any(rule.tag.startswith(OURS) or rule.id in self._ids for rule in rules)

    def planned(self, longest: int) -> Plan:
        """The rules for what is listened for now, of at most ``longest`` characters."""
        heard = self._matcher
        return plan(heard.terms, heard.accounts, heard.exclude, heard.languages, longest=longest, refused=self._refused)

    async def keep(self, client: httpx2.AsyncClient) -> None:
        """After every change bring X's rules in step; runs until it is cancelled."""
        while True:
            await self._changed.wait()
            try:
                await self.sync(client)
            except SourceUnavailable as fault:
                self._changed.set()
                self._complain(str(fault))
                await self._pause(fault.pause_s or NOTHING_S)

    async def sync(self, client: httpx2.AsyncClient) -> None:
        """Bring X's rules in step now. Raises ``SourceUnavailable``, also when no rule is left to listen by."""
        self._changed.clear()
        complaints: list[str] = []
        while True:
            wanted = self.planned(LONGEST)
            bad = await self._bring(client, wanted)
            complaints += [f"X does not take the rule {value[:200]!r}: {why}" for value, why in bad.items()]
            refused = await self._refused_of(client, wanted, bad)
            if refused <= self._refused:
                break
            self._refused |= refused
        if wanted.left_out:
            complaints.append(f"no room in X's rules for {', '.join(wanted.left_out)[:200]}")
        self._complain(f"{'. '.join(dict.fromkeys(complaints))}; change these terms" if complaints else "")
        self.values = tuple(value for value in wanted.rules if value not in bad)
        if not self.values:
            nothing = self.complaint or "nothing is listened for that X knows; name terms with [match] terms or a track"
            raise SourceUnavailable(nothing, pause_s=NOTHING_S, stopped=True)

    async def _bring(self, client: httpx2.AsyncClient, wanted: Plan) -> dict[str, str]:
        """Send the differences; returns the rules that X does not take, each with the reason."""
        held = await self._held(client)
        add, stale = difference(wanted.rules, held)
        self._ids = {rule.id for rule in held if rule.value in wanted.rules}
        if len(held) + len(add) > MOST:
            await self._delete(client, stale)
            stale = []
        bad = await self._add(client, add)
        # The old ones go last, so that nothing falls between them.
        await self._delete(client, stale)
        return bad

    async def _held(self, client: httpx2.AsyncClient) -> list[Held]:
        held: list[Held] = []
        token = ""
        while True:
            params = {"max_results": "1000", **({"pagination_token": token} if token else {})}
            answer = await self._api.ask(client, "GET", RULES, _Answer, params=params)
            held += answer.data or []
            token = answer.meta.next_token if answer.meta else ""
            if not token:
                return held

    async def _add(self, client: httpx2.AsyncClient, values: Sequence[str]) -> dict[str, str]:
        bad: dict[str, str] = {}
        for start in range(0, len(values), TOGETHER):
            rest = list(values[start : start + TOGETHER])
            while rest:
                answer = await self._change(client, {"add": [{"value": v, "tag": tag_of(v)} for v in rest]})
                self._ids.update(rule.id for rule in answer.data or ())
                done = {rule.value for rule in answer.data or ()}
                refused = {p.value: _reason(p) for p in answer.errors or () if p.value in rest}
                bad.update(refused)
                # One bad rule may keep the good ones of its request out.
                left = [value for value in rest if value not in done and value not in refused]
                if len(left) == len(rest):
                    why = next(map(_reason, answer.errors or ()), answer.detail or answer.title or "it says nothing")
                    raise SourceUnavailable(f"X does not take rules: {why}", pause_s=60.0)
                rest = left
        return bad

    async def _delete(self, client: httpx2.AsyncClient, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), TOGETHER):
            await self._change(client, {"delete": {"ids": list(ids[start : start + TOGETHER])}})

    async def _refused_of(self, client: httpx2.AsyncClient, wanted: Plan, bad: dict[str, str]) -> set[str]:
        """Which terms spoil the ``bad`` rules: X is asked about each of them by itself."""
        refused: set[str] = set()
        for value in bad:
            clauses = wanted.clauses[value]
            if len(clauses) == 1:
                refused.update(clauses)
                continue
            for start in range(0, len(clauses), TOGETHER):
                add = [{"value": clause} for clause in clauses[start : start + TOGETHER]]
                answer = await self._change(client, {"add": add}, dry_run="true")
                refused.update(p.value for p in answer.errors or () if p.value in clauses and "duplicate" not in p.type)
        return refused

    async def _change(self, client: httpx2.AsyncClient, change: dict[str, Any], **params: str) -> _Answer:
        return await self._api.ask(client, "POST", RULES, _Answer, params=params, json=change, also=(400, 422))

    def _complain(self, complaint: str) -> None:
        if complaint and complaint != self.complaint:
            logger.warning("rules of X", reason=complaint)
        self.complaint = complaint


def _reason(problem: Problem) -> str:
    return ", ".join(problem.details or ())[:300] or problem.detail[:300] or problem.title
