"""Key phrases: content words that several people say together, in their own words."""

from __future__ import annotations

import pytest

from stream.analysis.phrases import find, locate
from stream.analysis.text import Texts
from tests.stream.analysis.posts import measured, post


def phrases(text: str, lang: str = "en") -> list[str]:
    """The phrases of a text, as they are written in it."""
    return [locate(text, lang, phrase) for phrase in find(Texts([text]), [lang])[0].tolist() if phrase]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Climate change, they said, is real", ["Climate change"]),
        ("en", "the freedom of the press!", ["freedom of the press"]),
        ("en", "The mayor's ribbon, the river: bridge", ["mayor's ribbon"]),
        ("en", "see https://example.org/climate/change and @climate change, #climate change", []),
        ("fi", "Odotan bussia ja junaa", ["Odotan bussia", "bussia ja junaa"]),
        ("de", "Die neue Brücke", ["neue Brücke"]),
        ("ja", "新しい橋梁が開通しました", ["橋梁", "開通"]),
        ("", "", []),
    ],
)
def test_phrases_of_a_text(lang: str, text: str, expected: list[str]) -> None:
    """Neighbours that are content words, at most two stop words between them; no addresses, tags and punctuation."""
    assert phrases(text, lang) == expected


def test_case_and_apostrophes_do_not_matter() -> None:
    """However it is written, a phrase is the same phrase."""
    forms = ("NIGHT bus", "Night-Bus", "night bus", "night bus's")
    assert len({int(find(Texts([form]), ["en"])[0][0]) for form in forms}) == 1


def test_a_phrase_is_a_topic_when_several_people_say_it() -> None:
    """Four people in four ways make a topic, shown as most of them write it, and one that rises."""
    ways = (
        "the Night Bus was late again today",
        "who rides a night bus to work",
        "Night Bus drivers are heroes",
        "every Night Bus is full",
    )
    said = [post(str(i), f"p{i}", text=text) for i, text in enumerate(ways)]
    assert [(node.id, node.label, node.weight) for node in measured(*said).topics.nodes] == [
        ("night bus", "Night Bus", 4)
    ]


def test_one_voice_or_one_text_makes_no_topic() -> None:
    """What one person says often, or many copy, is not what people say."""
    text = "the Night Bus was late again today and nobody told us why it was"
    assert measured(*(post(str(i), f"p{i}", text=text + "!" * i) for i in range(9))).topics.nodes == ()
    assert (
        measured(*(post(str(i), "ann", text=f"night bus {'abcdefghi'[i] * 20}") for i in range(9))).topics.nodes == ()
    )
    again = [post(f"r{i}", f"p{i}", kind="repost", of=("1", "ann"), text=text) for i in range(9)]
    assert measured(post("1", text=text), *again).topics.nodes == ()
