"""Terms in texts of all scripts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.mention.terms import BadTerms, Finder, faults, fold
from stream.mention.terms.boundaries import KINDS, Kind, begins, ends, whole


def said(term: str, text: str, **beside: tuple[str, ...]) -> bool:
    """Whether ``text`` says ``term``."""
    return bool(Finder([term]).find(text, **beside))


FOUND = [
    ("Nokia", "My NOKIA, again"),
    ("Nokia", "Nokia's new one"),
    ("Nokia", "新しいNokiaのスマホ"),
    ("Nokia", "Nokiaの"),
    ("Nokia", "ซื้อNokiaใหม่"),
    ("Nokia", "Nokia는 좋다"),
    ("Nokia", "ＮＯＫＩＡ！"),
    ("Nokia", "Nokia™ is back"),
    ("Nokia", "so good👍Nokia👍"),
    ("nokia*", "Nokian uusi puhelin"),
    ("nokia*", "Nokia"),
    ("東京", "東京都で"),
    ("東京", "今日は東京へ"),
    ("すし", "おいしいすしを食べた"),
    ("ノキア", "新しいノキアのスマホ"),
    ("ノキア", "ノキア・ジャパン"),
    ("ﾉｷｱ", "ノキアだ"),
    ("นาฬิกา", "ซื้อนาฬิกาใหม่"),
    ("노키아", "노키아를 샀다"),
    ("노키아", "노키아에서는 안 판다"),
    ("हिन्दी", "मुझे हिन्दी, पसंद"),
    ("new york", "New\nYork"),
    ("new york", "new   york"),
    ("new york", "New‑York"),
    ("new-york", "new york"),
    ("o'neil", "Shaq O’Neil"),
    ("C++", "I write C++!"),
    ("AT&T", "from at&t."),
    ("👍", "yes👍🏽yes"),
    ("❤️", "I ❤ it"),
    ("🇫🇮", "🇫🇮🇸🇪"),
    ("$NOK", "buy $nok, now"),
    ("$NOK", "＄NOK"),
    ("rock ’n’ roll*", "Rock 'n' rollers"),
]

NOT_FOUND = [
    ("Nokia", "pinnokian"),
    ("Nokia", "Nokian uusi"),
    ("Nokia", "nokia3310"),
    ("Nokia", "nokia_phone"),
    ("Nokia", "Nokia²"),
    ("nokia*", "pinnokia"),
    ("cafe", "café"),
    ("cafe", "cafe\u0301"),
    ("cafe*", "cafe\u0301s"),
    ("ノキア", "ピノキア"),
    ("ノキア", "ノキアー"),
    ("しや", "しゃ"),
    ("し", "しゃ"),
    ("かー", "かーー"),
    ("ทย", "ไทย"),
    ("กา", "กาํ"),
    ("นา", "น่า"),
    ("เสา", "เสาร์"),
    ("노키아", "노키아폰"),
    ("키아", "노키아"),
    ("हिन्द", "हिन्दी"),
    ("new york", "new. york"),
    ("new york", "newyork"),
    ("👨", "👨‍👩‍👧"),
    ("👧", "👨‍👩‍👧"),
    ("🇮🇸", "🇫🇮🇸🇪"),
    ("$NOK", "$NOKX"),
    ("$NOK", "US$NOK"),
    ("$NOK", "NOK"),
]


@pytest.mark.parametrize(("term", "text"), FOUND)
def test_what_a_reader_would_find_is_found(term: str, text: str) -> None:
    """Words, phrases and pictures, as whole ones."""
    assert said(term, text)


@pytest.mark.parametrize(("term", "text"), NOT_FOUND)
def test_a_part_of_a_word_is_not_the_word(term: str, text: str) -> None:
    """Letters that only happen to stand in a row say nothing."""
    assert not said(term, text)


@pytest.mark.parametrize(
    ("term", "text", "is_said"),
    [
        ("#nokia", "I like #Nokia!", True),
        ("#nokia", "＃ＮＯＫＩＡ", True),
        ("#nokia", "新しい#nokia", True),
        ("#nokia", "Nokia", False),
        ("#nokia", "#NokiaPhone", False),
        ("#nokia*", "#NokiaPhone", True),
        ("#nokia", "page.html#nokia", False),
        ("#nokia", "https://a.example/x#nokia", False),
        ("#東京", "#東京タワー", False),
        ("#हिन्दी", "#हिन्दी है", True),
        ("#हिन्द", "#हिन्दी", False),
        ("nokia", "#Nokia", True),
        ("nokia", "#NokiaPhone", True),
        ("nokia", "#nokia_phone", True),
        ("nokia", "#nokiaphone", False),
        ("phone", "#NokiaPhone", True),
        ("new york", "#NewYork", True),
        ("new york", "#newyork", True),
        ("new york", "#NewYorker", False),
        ("new york*", "#newyorker", True),
        ("web summit", "#WebSummit2026", True),
        ("covid-19", "#Covid19", True),
        ("bbc news", "#BBCNews", True),
        ("東京", "#東京タワー", True),
        ("nokia phone", "#nokia phone", True),
        ("great nokia", "great #day #NokiaPhone", False),
    ],
)
def test_hashtags(term: str, text: str, is_said: bool) -> None:
    """A hashtag is a whole tag; a word or phrase is found in a tag that is written so that one reads it."""
    assert said(term, text) is is_said


def test_hashtags_beside_the_text() -> None:
    """What the source gives as tags is said as if it stood in the text, but not in one phrase with it."""
    assert said("#nokia", "look", hashtags=("Nokia",))
    assert said("nokia", "look", hashtags=("Nokia",))
    assert said("nokia", "look", hashtags=("NokiaPhone",))
    assert said("new york", "look", hashtags=("newyork",))
    assert not said("new york", "new", hashtags=("york",))


@pytest.mark.parametrize(
    ("term", "text", "is_said"),
    [
        ("@nokia", "hi @Nokia.", True),
        ("@nokia", "hi @nokia: look", True),
        ("@nokia", "新しい@nokiaの", True),
        ("@nokia", "@nokia.bsky.social", False),
        ("@nokia.bsky.social", "(@nokia.bsky.social)", True),
        ("@anna@hall.example", "@anna@hall.example hello", True),
        ("@anna", "@anna@hall.example hello", False),
        ("@nokia*", "@nokia_mobile", True),
        ("@nokia", "@nokia_mobile", False),
        ("@nokia", "info@nokia.com", False),
        ("@nokia", "https://hall.example/@nokia", False),
        ("nokia", "@nokia hi", True),
        ("nokia", "@nokia.bsky.social hi", True),
        ("nokia", "@nokia-fan.bsky.social hi", False),
        ("nokia", "@fan-nokia hi", False),
        ("nokia*", "@nokia_mobile hi", True),
        ("social", "@anna.bsky.social hi", False),
        ("hall", "@anna@hall.example hi", False),
        ("social", "@anna.bsky.social social", True),
    ],
)
def test_handles(term: str, text: str, is_said: bool) -> None:
    """An account is a whole handle; a word is found in a handle only if it is the whole name there."""
    assert said(term, text) is is_said


def test_accounts_beside_the_text() -> None:
    """Whom a post names or answers, by handle or id, with or without the sign."""
    assert said("@Nokia", "hello", accounts=("nokia",))
    assert said("@nokia*", "hello", accounts=("@NokiaMobile",))
    assert said("@bluesky:did:plc:abc", "hello", accounts=("bluesky:did:plc:abc",))
    assert not said("nokia", "hello", accounts=("nokia",))
    assert not said("@nokia", "hello", accounts=("nokiamobile",))


@pytest.mark.parametrize(
    ("term", "is_said"),
    [
        ("nokia", True),
        ("phones", True),
        ("new phones", True),
        ("www", True),
        ("nokia.com", True),
        ("com", False),
        ("https", False),
        ("utm", False),
        ("nok", False),
        ("top", False),
        ("http*", False),
        ("com*", False),
        ("after", True),
    ],
)
def test_addresses(term: str, is_said: bool) -> None:
    """In an address the names of the host and the path are words; ending, query and fragment are not."""
    assert said(term, "see https://www.nokia.com/en/new-phones?utm=nok#top after") is is_said


def test_a_handle_inside_a_query_opens_no_word_after_it() -> None:
    """The rest of an address stays hidden."""
    assert not said("nokia", "https://a.example/?by=@anna&nokia")
    assert said("nokia", "https://a.example/?by=@anna nokia")


def test_an_address_ends_where_another_script_begins() -> None:
    """Japanese writes on without a space."""
    assert said("ノキア", "https://a.example/?q=1のノキアの")


def test_nested_and_overlapping_terms_are_all_found() -> None:
    """One that is a part of another, or reaches into it, is found beside it."""
    finder = Finder(["new york", "new york times", "york", "york times square", "times"])
    assert finder.find("The New York Times Square") == {0, 1, 2, 3, 4}
    assert finder.find("a New York minute") == {0, 2}


def test_one_term_may_be_written_twice() -> None:
    """Two spellings of a term are both found."""
    assert Finder(["Café", "CAFE\u0301", "#café"]).find("café #café") == {0, 1, 2}


@pytest.mark.parametrize(
    ("term", "why"),
    [
        ("", "empty"),
        (" \u200d ", "empty"),
        ("*", "no letter"),
        ("#", "no letter"),
        ("@@", "no letter"),
        ("?!", "no letter"),
        ("…—", "no letter"),
        ("*nokia", "at the end only"),
        ("a*", "almost everything"),
        ("#a*", "almost everything"),
        ("#new york", "no hashtag"),
        ("#covid-19", "no hashtag"),
        ("@new york", "no account"),
        ("x" * 201, "201 characters"),
    ],
)
def test_terms_that_can_never_be_found_are_told(term: str, why: str) -> None:
    """Each has a sentence, and none is taken."""
    (sentence,) = faults([term, "nokia"])
    assert why in sentence
    with pytest.raises(BadTerms, match=re.escape(sentence)):
        Finder(["nokia", term])


def test_good_terms_have_no_faults() -> None:
    """Words in any script, phrases, signs, pictures, and stars inside a name."""
    good = [
        "nokia",
        "東京",
        "น้ำ",
        "#COP30",
        "#हिन्दी",
        "$NOK",
        "@anna@hall.example",
        "👍",
        "🇫🇮",
        "M*A*S*H",
        "C++",
        "€",
        "nok*",
    ]
    assert faults(good) == []


SCRIPTS = (
    "ab ",
    "кё ",
    "ωσς ",
    "東京都",
    "すしっー",
    "ノキー",
    "กาไ่ร์",
    "가나를 ",
    "कि्न",
    "1_",
    "'-’.#@ ",
    "👍👨\u200d👧🏽🇫🇮",
    "ée\u0301",
)
few = st.sampled_from(SCRIPTS).flatmap(lambda script: st.text(script, min_size=1, max_size=4))
terms = st.lists(few, max_size=8).map(lambda found: [term for term in found if not faults([term])])
texts = st.lists(few, max_size=12).map("".join)


@given(terms, texts)
def test_one_pass_finds_what_one_search_a_term_finds(terms: list[str], text: str) -> None:
    """Every term among others is found as if it were alone."""
    alone = {number for number, term in enumerate(terms) if said(term, text)}
    assert Finder(terms).find(text) == alone


@given(st.permutations(["new york", "york", "#york", "ノキア", "東京", "york*", "@york", "new york times"]), texts)
def test_the_order_of_terms_does_not_matter(terms: list[str], text: str) -> None:
    """What is found is the same, however the terms are listed."""
    text += " New York 東京 " + text
    finder, ordered = Finder(terms), Finder(sorted(terms))
    assert {terms[n] for n in finder.find(text)} == {sorted(terms)[n] for n in ordered.find(text)}


@given(
    st.text("abäß ", min_size=1, max_size=3).filter(lambda term: not faults([term])),
    st.text("abäßAÄ .,!?\n", max_size=30),
)
def test_in_scripts_with_spaces_it_is_a_search_for_whole_words(term: str, text: str) -> None:
    """The obvious regular expression over the folded text finds the same."""
    pattern = rf"(?<!\w){re.escape(fold(term))}(?!\w)"
    assert said(term, text) is (re.search(pattern, fold(text)) is not None)


@given(st.text("東京都新聞", min_size=1, max_size=2), st.text("東京都新聞、", max_size=12))
def test_in_chinese_it_is_a_search_for_characters(term: str, text: str) -> None:
    """No dictionary decides where a word ends."""
    assert said(term, text) is (term in text)


@given(texts.map(fold), st.integers(0, 48))
def test_boundaries_lie_between_clusters(text: str, at: int) -> None:
    """Where a word may begin or end, no character is cut in two, and marks never begin one."""
    at = min(at, len(text))
    if begins(text, at) or ends(text, at):
        assert whole(text, at)
    if 0 < at < len(text) and KINDS[text[at]] is Kind.JOINED:
        assert not begins(text, at)


def test_a_tower_of_marks_is_passed_quickly() -> None:
    """Thousands of marks on a letter are looked through for a few steps only."""
    assert not said("b", "a" + "\u0335" * 30 + "b")
    assert said("b", "a" + "\u0335" * 10_000 + "b")


def test_burmese_and_khmer_keep_their_clusters() -> None:
    """A stacked letter or a final one belongs to what stands before it."""
    assert said("မြန်မာ", "ကျွန်တော်မြန်မာစကား")
    assert not said("မ", "မန်")
    assert not said("က", "ក្ក")
    assert not said("ក", "ក្ក")
    assert said("ខ្មែរ", "ភាសាខ្មែរ។")
