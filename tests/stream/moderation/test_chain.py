"""The moderation chain: what it rejects, what it holds for staff, and what it must leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.config import ModerationConfig
from stream.mention import Author, Media, Mention, Target
from stream.moderation import Chain, Verdict
from stream.moderation.filters import BlockedTerms, Words
from stream.moderation.wordlists import WordLists, entries

CHAIN = Chain()


def post(text, lang="en", *, id="x:1", author="x:9", name="Ann", at=0, **more):
    return Mention(
        id=id, source="x", kind="post", at=at, seen=at, author=Author(author, "ann", name), text=text, lang=lang, **more
    )


def what(text, lang="en", chain=CHAIN):
    return chain.judge(post(text, lang), 0).what


@pytest.mark.parametrize(
    "text",
    [
        "The assessment of class, grass and bass in Scunthorpe, Essex and Penistone",
        "Senator Dick Durbin spoke with Dick Cheney about Moby Dick",
        "analysis of the cockpit, a cocktail in Cockburn, titles and shitake",
        "Thank you @senatorass and see https://example.com/sex/ass?fuck=1",
        "455 people, 20million votes, 4th of July, 2016",
        "Rick Santorum leaves the race",
        "I am glad it got to the top of the list, it is my pot of gold",
        "",
        "🎉🎉🎉",
    ],
)
def test_ordinary_words_pass(text):
    """Words that only contain a listed word, names, links and figures are no reason to hold a post."""
    assert CHAIN.judge(post(text), 0) == Verdict("none")


@pytest.mark.parametrize(
    "text",
    [
        "what the fuck",
        "What the FUCK?!",
        "fuck, yes",
        "*fuck*",
        "this is sh1t",
        "$hit happens",
        "you a$$",
        "f*ck you",
        "sh*t!",
        "b!tch",
        "fuuuuuck this",
        "f u c k this",
        "f.u.c.k this",
        "f\u200buck this",
        "ｆｕｃｋ this",
        "𝓯𝓾𝓬𝓴 this",
        "fu\u0441k this",
        "f\u0338u\u0338c\u0338k\u0338 this",
        "#FuckThis",
        "piece of shit",
        "piece  of\nshit",
        "🖕",
    ],
)
def test_listed_words_are_held_however_they_are_dressed(text):
    """A listed word waits for staff, also in capitals, with signs for letters, stretched, spelt out or in other alphabets."""
    verdict = CHAIN.judge(post(text), 0)
    assert verdict.what == "hold"
    assert verdict.reason.startswith("word list: ")


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("haista vittu", "fi", "hold"),
        ("voi perkele", "fi-FI", "hold"),
        ("mutta se on hyvä olla täällä", "fi", "none"),
        ("bitte nicht", "de", "none"),
        ("Arschloch", "de", "hold"),
        ("a bite of it", "en", "none"),
        ("une bite", "fr", "hold"),
        ("con mucho gusto", "es", "none"),
        ("hijo de puta", "es", "hold"),
        ("жопа", "ru", "hold"),
        ("你他妈的", "zh", "hold"),
        ("牛乳を飲む", "ja", "none"),
        ("shit sagte er", "de", "hold"),
        ("a bite of it, bitte, con mucho gusto", "", "none"),
        ("Konserten är slut, sex personer gick", "sv", "none"),
        ("Slut for i dag", "da", "none"),
        ("Das Buch ist dick", "de", "none"),
        ("Le train a du retard", "fr", "none"),
        ("El gato negro duerme", "es", "none"),
        ("Hoe gaat het?", "nl", "none"),
        ("you slut", "en", "hold"),
        ("haista vittu", "", "hold"),
        ("Arschloch", "und", "hold"),
    ],
)
def test_a_list_counts_in_its_language_and_everywhere_when_the_language_is_unknown(text, lang, expected):
    """Words of another language's list are ordinary words; English counts everywhere, unknown tries all but the ambiguous."""
    assert what(text, lang) == expected


def test_staff_block_a_term_and_release_it():
    """A blocked term rejects whole words, in hashtags too, until it is released."""
    chain = Chain()
    chain.block_term("Acme Corp", True)
    assert chain.judge(post("Buy at ACME  corp!"), 0) == Verdict("reject", "blocked term: Acme Corp")
    assert chain.judge(post("#AcmeCorp"), 0).what == "reject"
    assert chain.judge(post("acme corporation"), 0).what == "none"
    chain.block_term("acme corp", False)
    assert chain.judge(post("Buy at ACME corp!"), 0).what == "none"


def test_a_blocked_term_in_a_script_without_spaces_is_found_anywhere():
    """A Japanese term is found inside a sentence."""
    chain = Chain()
    chain.block_term("牛乳", True)
    assert chain.judge(post("朝に牛乳を飲む", "ja"), 0).what == "reject"


def test_a_term_without_letters_cannot_be_blocked():
    """Blocking nothing would reject everything: it is refused."""
    with pytest.raises(ValueError, match="no letter"):
        Chain().block_term(" !? ", True)


def test_staff_block_an_author_and_release_them():
    """Everything of a blocked author is rejected, by id, whatever the name."""
    chain = Chain()
    chain.block_author("x:9", True)
    assert chain.judge(post("hello"), 0) == Verdict("reject", "blocked author")
    chain.block_author("x:9", False)
    assert chain.judge(post("hello"), 0).what == "none"


def test_configuration_blocks_and_allows():
    """``block`` rejects, ``allow`` takes an entry off the lists, ``languages`` keeps other lists out."""
    chain = Chain(ModerationConfig(languages=("fi",), block=("lottery",), allow=("sexy",)))
    assert what("win the lottery", chain=chain) == "reject"
    assert what("sexy", chain=chain) == "none"
    assert what("Arschloch", "de", chain) == "none"
    assert what("haista vittu", "fi", chain) == "hold"


def test_a_rejection_wins_over_a_hold():
    """A post that is held for a listed word and rejected for a blocked one is rejected."""
    chain = Chain(ModerationConfig(block=("lottery",)))
    assert what("fuck the lottery", chain=chain) == "reject"


@pytest.mark.parametrize(
    ("flag", "expected"), [("sensitive", "hold"), ("porn", "hold"), ("!hide", "reject"), ("bot", "none")]
)
def test_what_the_source_says_counts(flag, expected):
    """Sensitive posts are held, hidden ones rejected; a bot's are no matter."""
    assert CHAIN.judge(post("hello", flags=(flag,)), 0).what == expected


def test_a_name_is_judged_with_the_post():
    """The name that would stand beside a post counts as its words do."""
    assert CHAIN.judge(post("hello", name="Fuck You"), 0).what == "hold"
    assert CHAIN.judge(post("hello", name="Dick Durbin"), 0).what == "none"


def test_pictures_are_no_reason_to_hold_the_words():
    """A post with media passes by its words."""
    assert CHAIN.judge(post("look", media=(Media("https://example.com/a.jpg"),)), 0).what == "none"


def test_links_alone_say_nothing():
    """A post of links, tags and names only is rejected; with a word of its own, or as a repost, it passes."""
    links = ("https://example.com/a",)
    assert CHAIN.judge(post("#tag @ann https://example.com/a …", links=links), 0).what == "reject"
    assert CHAIN.judge(post("Read https://example.com/a", links=links), 0).what == "none"
    repost = Mention("x:2", "x", "repost", 0, 0, Author("x:9"), target=Target("x:1"), links=links)
    assert CHAIN.judge(repost, 0).what == "none"


def test_names_labels_and_titles_pass_the_same_lists():
    """``judge_words`` rejects blocked terms, holds listed words, and has nothing against the rest."""
    chain = Chain(ModerationConfig(block=("lottery",)))
    assert chain.judge_words("#Lottery").what == "reject"
    assert chain.judge_words("#FuckThis").what == "hold"
    assert chain.judge_words("#SOTU") == Verdict("none")


def test_an_added_filter_is_asked_last():
    """A plugged-in filter can accept, which ends the chain, but not what was held or rejected before it."""

    class Accepting:
        def judge(self, words, t_ms):  # noqa: ARG002
            return Verdict("accept", f"at {t_ms}")

    chain = Chain(ModerationConfig(block=("lottery",)), [Accepting()])
    assert chain.judge(post("hello"), 7) == Verdict("accept", "at 7")
    assert what("the lottery", chain=chain) == "reject"
    assert what("fuck", chain=chain) == "hold"


@given(st.text(max_size=300), st.sampled_from(["", "en", "fi", "xx", "zh-Hans", "\ud800"]))
def test_any_text_gets_a_verdict(text, lang):
    """Lone surrogates, controls and odd languages are judged without an error."""
    assert CHAIN.judge(post(text, lang), 0).what in ("none", "hold", "reject")
    assert CHAIN.judge_words(text).what in ("none", "hold", "reject")


@given(st.text(alphabet="abcdefg hij", max_size=30), st.text(alphabet="abcdefg hij", max_size=30))
def test_a_blocked_word_is_found_wherever_it_stands(before, after):
    """Whatever stands around it, a blocked word of its own is found, and inside another word it is not."""
    terms = BlockedTerms(("qux",))
    assert terms.judge(Words(f"{before} qux, {after}"), 0).what == "reject"
    assert terms.judge(Words(f"{before} xquxx, {after}"), 0).what == "none"


def test_a_text_of_a_megabyte_is_judged():
    """Only what could be shown is searched."""
    assert CHAIN.judge(post("a" * 1_000_000), 0).what == "none"


def test_plurals_and_mixed_disguises() -> None:
    """An English entry in the plural, or with look-alike letters and figures at once, is found; words in -ings are not."""
    lists = WordLists(("en",))
    plain = [w for w in entries("en") if w.isalpha() and w.isascii() and 4 <= len(w) <= 8 and w[0] not in "aeiou"]
    word = next(w for w in plain if "o" in w[1:-1] and "e" in w and lists.find(f" {w} ") and w[-1] not in "sxyzg")
    chain = Chain()
    for said in (f"you {word}s", f"you {word.replace('o', '0').replace('e', 'е')}"):
        assert (
            chain.judge(Mention("x:1", "x", "post", 0, 0, Author("x:9", "ann", "Ann"), text=said, lang="en"), 0).what
            == "hold"
        )
    assert lists.find(" elijah cummings ") is None
