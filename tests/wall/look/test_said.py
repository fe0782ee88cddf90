"""What staff say: the banner over any layout, the urgent announcement, sponsors."""

from __future__ import annotations

import dataclasses
import io
import math

import pytest
from msgspec.structs import replace
from PIL import Image

from stream.wire.geometry import Grid
from stream.wire.messages import Layout, Panel, Said
from stream.wire.said import TURN_MS, Sponsor, Word
from tests.wall.look import views
from wall import banner, legibility
from wall.drawlist import DrawList
from wall.scene import Scene
from wall.view import View

NOW = int(views.T)
LONG = "The doors to the main hall open at half past seven, later than it says in the printed programme; thank you for waiting"
WORDS = {
    "short": Word("announcement", "Doors open at nine", NOW - 5000),
    "long": Word("announcement", LONG, NOW - 5000, NOW + 60_000, "Please use entrance B. " * 6),
    "countdown": Word("countdown", "Opening with the harbour choir", NOW - 5000, at=NOW + 3_754_000),
    "code": Word("code", "Tell us how you liked it", NOW - 5000, detail="One minute", url="https://example.org/survey"),
    "arabic": Word("announcement", "تفتح أبواب القاعة الكبرى في السابعة والنصف", NOW - 5000),
}


def with_said(layout: Layout, *words: Word, grid: Grid | None = None, at: int = NOW, sponsors: int = 0) -> View:
    view = views.view(layout, grid)
    thanked = tuple(Sponsor(f"Sponsor {i}", str(i), 0) for i in range(sponsors))
    logos = {str(i): logo() for i in range(sponsors)}
    return dataclasses.replace(view, t=float(at), said=Said(at, words, thanked), logos=logos)


def logo() -> bytes:
    data = io.BytesIO()
    Image.new("RGBA", (800, 260), (0, 90, 120, 200)).save(data, "PNG")
    return data.getvalue()


def draw(view: View) -> DrawList:
    return Scene(math.inf).draw(view)


def said(drawlist: DrawList) -> set[str]:
    return {text.block.key[0] for layer, text in drawlist.texts() if text.opacity * layer.opacity > legibility.SEEN}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("layout", ["pulse", "topics", "people", "stories", "numbers", "event", "speaker"])
def test_banner_is_legible_over_any_layout(word: str, layout: str) -> None:
    """Whatever is on air makes room: nothing lies on the banner's words, and they are cut by nothing."""
    drawlist = draw(with_said(views.shipped(layout), WORDS[word]))
    assert legibility.faults(drawlist, Grid()) == []
    assert any(WORDS[word].text.startswith(text.rstrip("…")[:20]) for text in said(drawlist))


@pytest.mark.parametrize("grid", [Grid(columns=1, rows=1), Grid(columns=2, rows=2), Grid(columns=4, rows=1)])
def test_banner_finds_its_screen_on_any_grid(grid: Grid) -> None:
    """On a wall of another shape the banner lies on a screen that there is."""
    layout = Layout("numbers", "", (Panel("numbers", tuple(range(1, grid.count + 1))),))
    assert 1 <= banner.screen_of(grid) <= grid.count
    assert legibility.faults(draw(with_said(layout, WORDS["short"], grid=grid)), grid) == []


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("screens", [(5,), (1, 2, 3, 4, 5, 6)])
def test_urgent_is_legible_on_every_screen(word: str, screens: tuple[int, ...]) -> None:
    """An urgent announcement stands on each of its screens, as large as it fits."""
    layout = Layout("announcement", "", (Panel("announcement", screens),))
    drawlist = draw(with_said(layout, replace(WORDS[word], urgent=True)))
    assert legibility.faults(drawlist, Grid()) == []
    texts = [text.block.key[0] for _, text in drawlist.texts()]
    assert texts.count(WORDS[word].text) == len(screens)


def test_word_is_shown_between_its_times_only() -> None:
    """Before its beginning and after its end a word is not on the wall, nor on the safe scene."""
    word = WORDS["long"]
    pulse = views.shipped("pulse")
    shown = [any(t.startswith("The doors") for t in said(draw(with_said(pulse, word, at=at)))) for at in
             (word.since - 1, word.since + 2000, word.until - 2000, word.until)]  # fmt: skip
    assert shown == [False, True, True, False]
    safe = dataclasses.replace(with_said(pulse, word), panic=True)
    assert not any(text.startswith("The doors") for text in said(draw(safe)))


def test_words_take_turns() -> None:
    """Two announcements are shown one after the other, each for its turn."""
    start = NOW // TURN_MS * TURN_MS + TURN_MS // 2
    pulse = views.shipped("pulse")
    seen = [said(draw(with_said(pulse, WORDS["short"], WORDS["code"], at=start + i * TURN_MS))) for i in range(2)]
    assert [{WORDS["short"].text, WORDS["code"].text} & texts for texts in seen] in (
        [{WORDS["short"].text}, {WORDS["code"].text}],
        [{WORDS["code"].text}, {WORDS["short"].text}],
    )


@pytest.mark.parametrize("layout", ["event", "speaker"])
def test_sponsor_has_its_place_on_the_title(layout: str) -> None:
    """The sponsor whose turn it is stands at the foot of the title with its logo, and lies on nothing."""
    drawlist = draw(with_said(views.shipped(layout), sponsors=3))
    images = [image for layer in drawlist.layers for image in layer.images]
    assert len(images) == 1
    assert images[0].rect.w / images[0].rect.h == pytest.approx(800 / 260, rel=0.01)
    boxes = [text.box for _, text in drawlist.texts()]
    assert not any(images[0].rect.overlaps(box) for box in boxes)
    assert legibility.faults(drawlist, Grid()) == []


@pytest.mark.parametrize("more", [{}, {"guestbook": "https://wall.example.org/guestbook"}, {"url": "", "contact": ""}])
@pytest.mark.parametrize("titled", ["", "Welcome"])
def test_sponsor_has_its_place_on_a_title_of_one_screen(titled: str, more: dict[str, str]) -> None:
    """On a single screen too the sponsor stands at its foot, beside the code and above the contact, on nothing else."""
    layout = Layout("own", titled, (Panel("title", (3,)), Panel("numbers", (1, 2))))
    view = with_said(layout, sponsors=2)
    view = dataclasses.replace(view, hello=replace(view.hello, event=replace(view.hello.event, **more)))
    drawlist = draw(view)
    [image] = [image for layer in drawlist.layers for image in layer.images]
    assert not any(image.rect.overlaps(text.box) for _, text in drawlist.texts())
    assert legibility.faults(drawlist, Grid()) == []
