"""Barred: the authors and the terms that staff have blocked, one by one or as the accounts of a raid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stream.analysis.state import State
from stream.hub.gate import Gate


class Barred:
    """Who and what decisions block; the state and the gate follow at once."""

    def __init__(self, gate: Gate, state_of: Callable[[], State]) -> None:
        self._gate = gate
        self._state_of = state_of
        self._authors: set[str] = set()
        self._raiders: dict[str, frozenset[str]] = {}
        """Whom decisions about raids block, by raid."""
        self.terms: set[str] = set()
        self.terms_then: set[str] = set()
        """The terms that an earlier life had judged its posts by."""

    def begin(self) -> bool:
        """All decisions are read: free whom an earlier life blocked and nobody does any more. Whether posts are to be judged
        anew for it.
        """
        state = self._state_of()
        freed = state.gone.blocked - self._authors - frozenset().union(*self._raiders.values())
        for author in sorted(freed):
            state.block(author, False)
        return bool(freed) or self.terms != self.terms_then

    def author(self, author_id: str, on: bool) -> None:
        """An author is blocked, or free again unless a raid's decision says otherwise."""
        (self._authors.add if on else self._authors.discard)(author_id)
        self._bar(author_id)

    def term(self, term: str, on: bool) -> None:
        """A term is blocked, or free again."""
        (self.terms.add if on else self.terms.discard)(term)
        self._gate.block("term", term, on)

    def raid(self, raid_id: str, value: Mapping[str, Any] | None) -> bool:
        """Block whom the decision about a raid names as ``authors``, and no longer whom the one before did; whether somebody
        is free now.
        """
        before = self._raiders.pop(raid_id, frozenset())
        named = frozenset((value or {}).get("authors", ()))
        if named:
            self._raiders[raid_id] = named
        for author in sorted(before ^ named):
            self._bar(author)
        return bool(before - named)

    def _bar(self, author_id: str) -> None:
        """An author is blocked, or not, as the decisions about the author and about raids say."""
        on = author_id in self._authors or any(author_id in named for named in self._raiders.values())
        self._gate.block("author", author_id, on)
        self._state_of().block(author_id, on)
