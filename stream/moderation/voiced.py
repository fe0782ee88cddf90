"""What is known of an account: how old it is and how many follow it, as far as its source tells."""

from __future__ import annotations

from typing import Final

from stream.moderation.filters import Words
from stream.moderation.verdict import NO_OPINION, Verdict

DAY_MS: Final = 86_400_000


class NewAccounts:
    """Holds what accounts say that were opened less than ``days`` before; what a source does not tell is no reason."""

    def __init__(self, days: float) -> None:
        self._least = int(days * DAY_MS)
        self._verdict = Verdict("hold", f"account: younger than {days:g} days")

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        mention = words.mention
        if not self._least or mention is None or not mention.author.since or mention.author.role != "public":
            return NO_OPINION
        return self._verdict if mention.at - mention.author.since < self._least else NO_OPINION


class FewFollowers:
    """Holds what accounts say that fewer than ``least`` follow. None may mean that the source does not tell: it passes."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._verdict = Verdict("hold", f"account: fewer than {least} followers")

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        author = words.mention.author if words.mention is not None else None
        few = author is not None and author.role == "public" and 0 < author.followers < self._least
        return self._verdict if few else NO_OPINION
