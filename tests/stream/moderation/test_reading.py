"""What is read of texts: many at once as each alone, and nothing that a list knows is passed over."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from stream.mention import Author, Mention
from stream.moderation import Chain
from stream.moderation.folding import HUMPED, MIXED, SIGNED, SPELT, TRIPLED, folded, other_views
from stream.moderation.reading import AT_ONCE, Reader, Reading
from stream.moderation.seen import lowered
from stream.moderation.sketch import FIRST_UNPARTED, sketch
from stream.moderation.wordlists import WordLists

LISTS = WordLists()
READER = Reader()
READER.watch(LISTS.shapes)
READER.read_all(["compiled before", "anybody is timed é"])
EVERY_VIEW = SIGNED | SPELT | TRIPLED | MIXED | HUMPED
ENTRIES = sorted(word for word in (shape.strip() for shape in LISTS.shapes) if word.isalpha() and len(word) > 3)

_LETTERS = st.sampled_from(
    [*"abXY019#@:/._-*$! \n\té…“ÄßﬁＡ牛สู่дАc", "\u200b", "\ufe0f", "\u0301", "İ", "\ud800", "한", "https://"]
)
_DISGUISES = st.sampled_from(
    [
        str.upper, str.capitalize, " ".join, ".".join, "\u200b".join, "\u0336".join, "#Total{}".format, "#ABC{}".format,
        "#é{}".format, "#{}_Now".format, "@{}".format, "#x{}Evening".format, "/{}".format,
        lambda word: "#Total" + word.capitalize() + "Evening", lambda word: word[:2] + word[2] * 3 + word[3:],
        lambda word: word.translate(str.maketrans("aeios", "43105")), lambda word: word.replace("a", "а"),
        lambda word: word[0] + "*" + word[2:], lambda word: "#" + word.capitalize() + "é",
    ]
)  # fmt: skip
_HIDDEN = st.builds(lambda disguise, word: disguise(word), _DISGUISES, st.sampled_from(ENTRIES))
_TEXTS = st.lists(_LETTERS | st.text(max_size=8) | _HIDDEN, max_size=12).flatmap(
    lambda parts: st.sampled_from(["".join(parts), " ".join(parts)])
)


def facts(readings: list[Reading]) -> list[tuple[bool, bytes, int, int, str | None]]:
    """What the filters ask of readings."""
    return [(one.own, one.hashes, one.said, one.length, LISTS.find(one.suspect)) for one in readings]


@given(st.lists(_TEXTS, max_size=6))
def test_many_are_read_as_each_alone(texts: list[str]) -> None:
    """A text is read the same whatever is read with it, and whether its characters were met before or not."""
    together = facts(READER.read_all(texts))
    assert together == facts(READER.read_all(texts)) == facts([READER.read(text) for text in texts])
    assert facts([Reader().read(text) for text in texts]) == together


def test_more_than_fit_in_one_pass_are_read() -> None:
    """Thousands of texts keep their order."""
    texts = [f"text number {n}, {'more ' * (n % 7)}é" for n in range(2 * AT_ONCE + 3)]
    assert READER.read_all(texts) == [READER.read(text) for text in texts]


@given(_TEXTS)
@example("#FuckéThis")
@example("“x” https://a.b/#FuckThis #FuckThis")
def test_the_quick_look_misses_nothing(text: str) -> None:
    """A list finds in what is suspect what it finds in all views, in scripts that part words and outside the paths of links."""
    plain = folded(text)
    if LISTS.find(READER.read(text).suspect) is None and "://" not in text and max(plain) < FIRST_UNPARTED:
        assert LISTS.find(plain + other_views(text, plain, EVERY_VIEW)) is None


@given(_TEXTS)
def test_it_reads_what_the_lowered_text_says(text: str) -> None:
    """Sketch and length are those of the text in lower case, which is read without tables."""
    reading, plain = READER.read(text), Reader().read(lowered(text))
    assert (reading.hashes, reading.said, reading.length) == (plain.hashes, plain.said, plain.length)


def test_a_sketch_is_that_of_the_folded_words() -> None:
    """The longer words of a plain text, and pairs of characters where a script parts no words, are its sketch."""
    for text in ("The harbour was crowded, and nobody minded", "朝に牛乳を飲む", "Ääkköset ovat tärkeitä täällä"):
        assert memoryview(READER.read(text).hashes).cast("I").tolist() == list(sketch(folded(text)))


def test_posts_heard_together_are_judged_as_one_by_one() -> None:
    """The fourth time an author says the same is held, in one batch as in four; the others pass, and so do other authors."""
    said = [
        Mention(f"x:{n}", "x", "post", n, n, Author(f"x:{n % 2}", "ann"), text="Come to our stand in hall five!", lang="en")
        for n in range(10)
    ]  # fmt: skip
    alone, together = Chain(), Chain()
    for post in said:
        alone.hear(post)
    together.hear_all(said[::-1])
    verdicts = [together.judge(post, 0) for post in said]
    assert verdicts == [alone.judge(post, 0) for post in said]
    assert [verdict.what for verdict in verdicts] == ["none"] * 6 + ["hold"] * 4
