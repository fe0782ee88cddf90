"""What people write is read as it was written: no empty box, no torn emoji, no crash, whatever comes."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stream.wire.messages import Stories
from tests.golden.samples import EMOJI, POSTS
from tests.wall.look import views
from tests.wall.look.test_scene import draw, layout
from wall import legibility
from wall.text import clusters
from wall.text.typesetter import Block, Pixels, Style, shared

UNICODE = Path(__file__).parents[4] / "shared/data/unicode"
STYLE = Style(80.0, 450)
EM = 100.0
"""Pixels that one emoji of this style is wide."""


def block(text: str, style: Style = STYLE) -> Block:
    shared().begin(math.inf)
    found = shared().set(text, style)
    assert found is not None
    return found


def box() -> Pixels:
    """The picture of a letter that its font lacks."""
    paragraph, lines = shared()._shaped(["\u0378"], STYLE)
    return Block(("", STYLE), "", paragraph, lines, 0, 1.0, 0.0).picture(0.5)


@pytest.mark.parametrize(("name", "lang", "words"), POSTS)
def test_no_sample_has_an_empty_box(name: str, lang: str, words: str) -> None:
    """Every cluster of every script has a picture of its own, and nothing is left out."""
    whole = block(words, Style(80.0, 450, lang=lang))
    assert whole.missing == 0, name
    empty = box()
    for cluster in set(clusters.clusters(clusters.clean(words, lines=False))):
        picture = block(cluster).picture(0.5)
        alike = picture.shape == empty.shape and np.abs(picture.astype(int) - empty.astype(int)).mean() < 1.0
        assert not alike, (name, cluster)
        assert cluster.isspace() or picture[:, :, 3].max() > 100, (name, cluster)


def emoji_faults(sequences: list[str]) -> list[str]:
    """Those that are torn, left out, or drawn as several pictures beside each other."""
    found = []
    for sequence in sequences:
        one = block(sequence)
        if len(list(clusters.clusters(sequence))) != 1 or one.missing or one.width > 1.12 * EM:
            found.append(sequence)
    return found


def test_an_emoji_is_one_picture() -> None:
    """Skin tones, jobs, families, keycaps and flags are one coloured picture each."""
    assert emoji_faults(list(EMOJI)) == []
    for sequence in EMOJI:
        pixels = block(sequence).picture(0.5)
        assert pixels[:, :, 3].max() > 200, sequence


@pytest.mark.skipif(not UNICODE.exists(), reason="the shared Unicode data are not here")
def test_every_emoji_of_unicode_is_one_picture() -> None:
    """All sequences of emoji-test.txt, qualified or not."""
    with gzip.open(UNICODE / "emoji-test.txt.gz", "rt", encoding="utf-8") as lines:
        codes = [line.split(";")[0].split() for line in lines if line.strip() and not line.startswith("#")]
    sequences = ["".join(chr(int(code, 16)) for code in row) for row in codes]
    assert len(sequences) > 4000
    assert emoji_faults(sequences) == []


@pytest.mark.skipif(not UNICODE.exists(), reason="the shared Unicode data are not here")
def test_naughty_strings_are_only_words() -> None:
    """Each of the naughty strings is a post, a name and a handle, six a wall, and every wall is legible."""
    strings = json.loads((UNICODE / "blns.json").read_text(encoding="utf-8"))
    view = views.view(layout("stories", (1, 2, 3, 4, 5, 6), title="T"), topics=0, people=0)
    assert view.stories is not None
    cards = view.stories.cards[:6]
    for i in range(0, len(strings), 6):
        told = tuple(
            msgspec.structs.replace(card, id=f"{i} {card.id}", text=text, name=text, handle=text)
            for card, text in zip(cards, strings[i : i + 6], strict=False)
        )
        view.stories = Stories(int(view.t), told)
        faults = [fault for fault in legibility.faults(draw(view), view.hello.grid) if "no font has" not in fault]
        assert faults == [], strings[i : i + 6]
