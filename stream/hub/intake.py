"""Intake: mentions come into the state, and every post that is new or changed is judged and told.

A mention that the analysis cannot stand is left out and counted, so that one post never stops the wall.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence

import structlog

from stream.act.book import Book
from stream.analysis.analysed import Analysed
from stream.analysis.state import State
from stream.hub.gate import Gate
from stream.hub.metrics import Metrics
from stream.hub.presenter import Presenter
from stream.hub.sourcebook import SourceBook
from stream.log import MENTIONS
from stream.mention import Mention
from stream.moderation.chain import NOTHING
from stream.moderation.filters import Judged

log = structlog.get_logger(__name__)


class Intake:
    """Who hears of a mention: the sources' book, the state, the gate, the book of those that want an answer, the presenter."""

    def __init__(
        self,
        *,
        state_of: Callable[[], State],
        gate: Gate,
        sources: SourceBook,
        act: Book,
        presenter: Presenter,
        metrics: Metrics,
    ) -> None:
        self._state_of = state_of
        self._gate = gate
        self._sources = sources
        self._act = act
        self._presenter = presenter
        self._metrics = metrics

    def take(
        self,
        fresh: Sequence[tuple[Mention, int]],
        hub_ms: int,
        rows: Analysed | None = None,
        judged: Mapping[int, Judged] = NOTHING,
    ) -> None:
        """Mentions, each with the log time at which it was heard; ``rows`` and what is ``judged`` where they were read
        already.
        """
        state = self._state_of()
        self._sources.hear(fresh)
        posts = [(m, taken) for m, taken in fresh if m.kind != "tally"]
        heard: dict[str, int] = {}
        for m, taken in posts:
            post_id = m.target.id if m.kind == "edit" and m.target is not None else m.id
            heard[post_id] = max(taken, heard.get(post_id, 0))
            if m.kind == "edit":
                self._presenter.forget(post_id)
        ids = list(heard)
        before = {post_id: state.row(post_id) for post_id, held in zip(ids, state.holds(ids), strict=True) if held}
        added = self._put([m for m, _ in fresh], rows)
        new: list[tuple[str, Mention, int]] = []
        for post_id, taken in heard.items():
            if post_id in before:
                self._renew(post_id, before[post_id], added.get(post_id) or state.row(post_id), taken, hub_ms)
            elif (row := added.get(post_id)) is not None:
                new.append((post_id, row, taken))
        for (post_id, row, _), counts in zip(new, self._gate.hear_all(new, judged), strict=True):
            if not counts:
                state.show(post_id, False)
            self._tell(post_id, row, counts, hub_ms)

    def _renew(self, post_id: str, known: Mention | None, row: Mention | None, taken: int, hub_ms: int) -> None:
        """A post that was ``known`` came again, or an edit of it, and is ``row`` now."""
        if row is None or row == known:
            return
        if known is not None:
            self._gate.unhear(known)
        counts = self._gate.hear(post_id, row, taken)
        if known is not None or not counts:
            self._state_of().show(post_id, counts)
        if known is not None:
            self._presenter.remove()
        self._tell(post_id, row, counts, hub_ms)

    def _tell(self, post_id: str, row: Mention, counts: bool, hub_ms: int) -> None:
        """There is a new post, or a new edit of one."""
        self._act.hear(post_id, row)
        if row.kind != "repost":
            self._presenter.heard(post_id, shown=counts and not self._gate.waits(post_id, hub_ms))

    def _put(self, mentions: Sequence[Mention], rows: Analysed | None = None) -> dict[str, Mention]:
        """Add to the state what it can stand; the posts that were put in and count, by id."""
        try:
            return self._state_of().add(mentions, rows)
        except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
            if len(mentions) > 1:
                return {post_id: row for m in mentions for post_id, row in self._put([m]).items()}
            self._metrics.dead.labels(MENTIONS.name).inc()
            where = traceback.extract_tb(fault.__traceback__)[-1]
            place = f"{where.filename}:{where.lineno}"
            log.error("a mention broke the analysis", id=mentions[0].id, fault=type(fault).__name__, place=place)
            return {}
