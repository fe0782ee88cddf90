"""Which posts are listened for: terms, phrases, hashtags, cashtags, accounts, exclusions and languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from stream.config import TrackConfig
from stream.config.networks import MatchConfig
from stream.mention import Mention
from stream.mention.terms import Finder, fold


class Matcher:
    """What is listened for now. ``listen`` changes it while sources run; ``changed`` are told, in order of their joining.

    ``terms`` are all positive terms as written, sorted, each once; ``hashtags`` those among them that are hashtags, without
    their sign and ``*``; ``accounts`` those that are heard whatever they say; ``exclude`` and ``languages`` as configured.
    """

    def __init__(self, match: MatchConfig | None = None, tracks: Mapping[str, TrackConfig] | None = None) -> None:
        self.terms: tuple[str, ...] = ()
        self.hashtags: tuple[str, ...] = ()
        self.accounts: tuple[str, ...] = ()
        self.exclude: tuple[str, ...] = ()
        self.languages: tuple[str, ...] = ()
        self._listeners: list[Callable[[], None]] = []
        self.listen(match or MatchConfig(), tracks or {})

    def listen(self, match: MatchConfig, tracks: Mapping[str, TrackConfig]) -> None:
        """From now on listen for this.

        Raises ``ValueError`` with a sentence for each term that can never be found; then all stays as it was.
        """
        terms = tuple(sorted({*match.terms, *chain.from_iterable(track.terms for track in tracks.values())}))
        finder = Finder((*terms, *match.exclude))
        self.terms, self._finder = terms, finder
        self.hashtags = tuple(
            dict.fromkeys(
                term.written.strip()[1:].rstrip("*") for term in finder.terms[: len(terms)] if term.sort == "hashtag"
            )
        )
        self.accounts, self.exclude, self.languages = match.accounts, match.exclude, match.languages
        self._heard = frozenset(map(_account, match.accounts))
        self._languages = tuple(language.lower().replace("_", "-") for language in match.languages)
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
        heard = bool(self._heard) and any(_account(name) in self._heard for name in author)
        if not heard and not self._speaks(lang):
            return False
        found = self._finder.find(text, hashtags, accounts)
        if any(number >= len(self.terms) for number in found):
            return False
        return heard or bool(found)

    def admits(self, mention: Mention) -> bool:
        """``says`` for a whole mention."""
        named = [word for person in mention.mentions for word in (person.id, person.handle) if word]
        if mention.target is not None and mention.target.author:
            named.append(mention.target.author)
        return self.says(
            mention.text,
            hashtags=mention.hashtags,
            accounts=named,
            author=(mention.author.id, mention.author.handle),
            lang=mention.lang,
        )

    def bars(self, mention: Mention) -> bool:
        """Whether an exclusion or the languages forbid ``mention``; for what a network chose for us, as by hashtag."""
        heard = any(_account(name) in self._heard for name in (mention.author.id, mention.author.handle))
        if not heard and not self._speaks(mention.lang):
            return True
        named = [word for person in mention.mentions for word in (person.id, person.handle) if word]
        found = self._finder.find(mention.text, mention.hashtags, named)
        return any(number >= len(self.terms) for number in found)

    def _speaks(self, lang: str) -> bool:
        """Whether ``lang`` is, or is a variety of, a language that is listened for; one that nobody tells passes."""
        if not self._languages or not lang:
            return True
        spoken = lang.lower().replace("_", "-")
        return any(spoken == language or spoken.startswith(f"{language}-") for language in self._languages)


def _account(name: str) -> str:
    """A handle without its sign, or an id, as they are compared."""
    return fold(name).removeprefix("@")
