"""Who and what is gone: retractions, blocks and hidden posts, each of which may come before what it is about."""

from __future__ import annotations

from typing import Final

from stream.analysis.extract import key_of
from stream.analysis.until import Until
from stream.mention import Retraction

KEPT_MS: Final = 8 * 86_400_000
"""How long a retraction is kept for posts that come late; as long as the log keeps it."""


class Gone:
    """The sets. Posts are keys (``extract.key_of``), authors are stable ids."""

    def __init__(self) -> None:
        self.posts = Until()
        """Retracted posts, and until when the retraction is kept."""
        self.authors: set[str] = set()
        self.blocked: set[str] = set()
        self.hidden = Until()
        """Posts that must not be shown, and until when that is kept."""

    def retract(self, retraction: Retraction, t_ms: int) -> set[int]:
        """An author's retraction stays for good, a post's for ``KEPT_MS``; returns the keys of the posts it is about.

        Who takes an edit back (``<post id>@<revision>``) takes the post back: what it said before is gone already.
        """
        if retraction.scope == "author":
            self.authors.add(retraction.target)
            return set()
        post, _, _ = retraction.target.rpartition("@")
        keys = {key_of(target) for target in (retraction.target, post) if target}
        for key in keys:
            self.posts.keep(key, max(retraction.at, t_ms) + KEPT_MS)
        return keys

    def person(self, person_id: str) -> bool:
        """Whether nothing by or about this person may count."""
        return person_id in self.authors or person_id in self.blocked

    def merge(self, other: Gone) -> None:
        """The union; of two times the later."""
        self.posts.merge(other.posts)
        self.hidden.merge(other.hidden)
        self.authors |= other.authors
        self.blocked |= other.blocked

    def forget(self, t_ms: int) -> set[int]:
        """Drop what is kept no longer; returns the keys of posts that were hidden."""
        self.posts.forget(t_ms)
        return set(self.hidden.forget(t_ms).tolist())
