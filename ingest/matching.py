"""Which posts are listened for: terms, phrases, hashtags, cashtags, accounts, exclusions and languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from stream.config import TrackConfig
from stream.mention import Mention
from stream.networks import MatchConfig


class Matcher:
    """What is listened for now. ``listen`` changes it while sources run; ``changed`` are told, in order of their joining.

    ``terms`` are all positive terms as written, sorted, each once; ``hashtags`` those among them that are hashtags, without
    their sign; ``accounts`` those that are heard whatever they say.
    """

    def __init__(self, match: MatchConfig | None = None, tracks: Mapping[str, TrackConfig] | None = None) -> None:
        self.terms: tuple[str, ...] = ()
        self.hashtags: tuple[str, ...] = ()
        self.accounts: tuple[str, ...] = ()
        self._listeners: list[Callable[[], None]] = []
        self.listen(match or MatchConfig(), tracks or {})

    def listen(self, match: MatchConfig, tracks: Mapping[str, TrackConfig]) -> None:
        """From now on listen for this."""
        written = {*match.terms, *(term for track in tracks.values() for term in track.terms)}
        self.terms = tuple(sorted(written))
        self.hashtags = tuple(term[1:] for term in self.terms if term.startswith("#"))
        self.accounts = match.accounts
        self._words = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE) for term in self.terms]
        for listener in self._listeners:
            listener()

    def tell(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change."""
        self._listeners.append(listener)

    def says(
        self,
        text: str,
        *,
        hashtags: Iterable[str] = (),
        accounts: Iterable[str] = (),
        author: Sequence[str] = (),
        lang: str = "",
    ) -> bool:
        """Whether a post is listened for.

        ``hashtags`` without sign, as the source gives them beside the text; ``accounts`` the handles and ids that it names or
        answers; ``author`` the author's id and handle. With no terms and no accounts nothing is.
        """
        return any(word.search(text) for word in self._words)

    def admits(self, mention: Mention) -> bool:
        """``says`` for a whole mention."""
        return self.says(mention.text)
