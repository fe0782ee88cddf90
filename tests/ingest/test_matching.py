"""What is listened for."""

from __future__ import annotations

import pytest

from ingest.matching import Matcher
from stream.config import TrackConfig
from stream.config.networks import MatchConfig
from stream.mention import Author, Mention, Person, Target
from tests.ingest.cable import NOW


def matcher(*terms: str, **match: tuple[str, ...]) -> Matcher:
    """One that listens for ``terms``."""
    return Matcher(MatchConfig(terms=terms, **match))


def test_nothing_is_heard_without_terms() -> None:
    """A matcher that nobody told anything admits nothing."""
    assert not Matcher().says("anything", hashtags=("nokia",), author=("x:1", "anna"))


def test_terms_of_tracks_are_heard() -> None:
    """Those of [match] and of all tracks, each once, in alphabetical order."""
    match = MatchConfig(terms=("nokia", "#kaleido"))
    heard = Matcher(match, {"a": TrackConfig(terms=("nokia", "#Light*")), "b": TrackConfig(terms=("new york",))})
    assert heard.terms == ("#Light*", "#kaleido", "new york", "nokia")
    assert heard.hashtags == ("Light", "kaleido")
    assert heard.says("New York!")
    assert not heard.says("York")


def test_exclusions_beat_all_else() -> None:
    """A post with an excluded term is not heard, not even from an account that is heard whatever it says."""
    heard = matcher("nokia", accounts=("@Anna",), exclude=("job*", "#ad"))
    assert heard.says("nokia phones")
    assert not heard.says("nokia jobs")
    assert not heard.says("nokia phones #ad")
    assert not heard.says("nokia phones", hashtags=("AD",))
    assert not heard.says("our jobs", author=("x:1", "anna"))


def test_accounts_are_heard_whatever_they_say() -> None:
    """By handle with or without sign, or by stable id, in any language."""
    heard = matcher("nokia", accounts=("@Anna", "bluesky:did:plc:abc"), languages=("fi",))
    assert heard.accounts == ("@Anna", "bluesky:did:plc:abc")
    assert heard.says("hello", author=("x:1", "anna"), lang="en")
    assert heard.says("hello", author=("bluesky:did:plc:abc", "b.example"))
    assert not heard.says("hello", author=("x:2", "annabel"))


@pytest.mark.parametrize(
    ("lang", "is_heard"),
    [
        ("en", True),
        ("en-GB", True),
        ("EN", True),
        ("", True),
        ("pt-BR", True),
        ("pt_BR", True),
        ("pt", False),
        ("eng", False),
    ],
)
def test_languages(lang: str, is_heard: bool) -> None:
    """A language takes its varieties in, a variety not its language; one that nobody tells passes."""
    assert matcher("nokia", languages=("en", "pt-BR")).says("nokia", lang=lang) is is_heard


def test_a_whole_mention() -> None:
    """Its text, its tags, whom it names or answers, its author and its language are all looked at."""

    def mention(text: str = "hello", **fields: object) -> Mention:
        return Mention("x:1", "x", "reply", NOW, NOW, Author("x:a", "anna"), text=text, **fields)  # type: ignore[arg-type]

    heard = matcher("#nokia", "@berta", "@x:c", "tori", accounts=("ines",), languages=("en",))
    assert not heard.admits(mention())
    assert heard.admits(mention("tori!"))
    assert not heard.admits(mention("tori!", lang="fi"))
    assert heard.admits(mention(hashtags=("Nokia",)))
    assert heard.admits(mention(mentions=(Person("x:b", "Berta"),)))
    assert heard.admits(mention(target=Target("x:9", "x:c")))
    assert matcher(accounts=("anna",)).admits(mention())


def test_a_change_is_heard_and_told() -> None:
    """From then on the new terms hold; who asked is told, in order."""
    heard, told = matcher("nokia"), list[str]()
    heard.tell(lambda: told.append(f"one {heard.terms}"))
    heard.tell(lambda: told.append("two"))
    heard.listen(MatchConfig(terms=("tori",)), {})
    assert told == ["one ('tori',)", "two"]
    assert heard.says("tori")
    assert not heard.says("nokia")


def test_bad_terms_change_nothing() -> None:
    """All faults are told, and what was listened for stays."""
    heard, told = matcher("nokia"), list[str]()
    heard.tell(lambda: told.append("changed"))
    with pytest.raises(ValueError, match=r"the term '' is empty.*; the term '\*' has no letter"):
        heard.listen(MatchConfig(terms=("tori", ""), exclude=("*",)), {})
    assert (heard.terms, told) == (("nokia",), [])
    assert heard.says("nokia")
