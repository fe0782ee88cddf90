"""Draws river and world in every state that a hall may bring: ``python -m tests.golden.states [NAME…]``, into ``docs/gallery``.

Each sheet shows one screen nine times: much to show, little, none, very long words, every script, a burst under way, data gone
old, no hub, and a small screen read from far.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np
from PIL import Image

from stream.wire.geometry import Grid
from stream.wire.messages import Figures, Layout, Panel, Stream
from tests.golden import gallery
from tests.golden.pictures import drawn, painted
from tests.wall.look import views
from wall.view import View

CAPTIONS: Final = {"river": "What grew and what faded", "world": "Where people write"}
SCRIPTS: Final = ("#光の祭りがはじまる", "#مهرجان_النور", "#เทศกาลแสง", "#रोशनी_का_त्योहार", "#דוכן_אור", "#빛의축제")
LONG: Final = tuple(
    f"#{word * 4}" for word in ("Laternenumzug", "LichterNacht", "Valoatulos", "CanalBoats", "Drohnenshow")
)
SIZE: Final = (648, 365)


def states(visual: str) -> Iterator[tuple[str, View]]:
    """Every state by name, as a view of one screen."""
    whole = views.figures()
    yield "much", _view(visual, whole)
    yield "little", _view(visual, _fewer(whole))
    yield "none", _view(visual, None)
    yield "long words", _view(visual, _renamed(whole, LONG), caption=CAPTIONS[visual] + ", told at great length")
    yield "every script", _view(visual, _spoken(_renamed(whole, SCRIPTS)))
    yield "a burst", _view(visual, _burst(whole))
    yield "old", _view(visual, msgspec.structs.replace(whole, data_age_s=900.0), title=CAPTIONS[visual])
    yield "no hub", _view(visual, whole, words=0.0, silent_s=30.0, title=CAPTIONS[visual])
    yield "far", _view(visual, whole, Grid(columns=1, rows=1, width=1920, height=1080, distance_m=7.0))


def _view(
    visual: str, figures: Figures | None, grid: Grid | None = None, title: str = "", caption: str = "", **more: Any
) -> View:
    grid = grid or Grid(columns=1, rows=1)
    layout = Layout(visual, title, (Panel(visual, (1,), caption or CAPTIONS[visual]),))
    view = views.view(layout, grid, topics=0, people=0, figures=figures, **more)
    view.t += 2000.0
    return view


def _fewer(figures: Figures) -> Figures:
    """A quiet morning: two topics, seldom said, and one country."""
    course = tuple([0] * 40 + [1, 0, 0, 1, 2, 1, 0, 1, 1, 0, 2, 1, 0, 1, 1, 2, 1, 0, 1, 1, 0])
    river = (Stream(1, "#coffee", 0, course), Stream(2, "#Tram9", 2, course[::-1]))
    numbers = msgspec.structs.replace(figures.numbers, posts=34, countries={"FI": 2}, languages={"fi": 20})
    return msgspec.structs.replace(figures, river=river, numbers=numbers)


def _renamed(figures: Figures, names: tuple[str, ...]) -> Figures:
    loudest = sorted(figures.river, key=lambda stream: -max(stream.course))[: len(names)]
    name = {stream.key: names[i] for i, stream in enumerate(loudest)}
    river = tuple(msgspec.structs.replace(s, label=name.get(s.key, s.label)) for s in figures.river)
    return msgspec.structs.replace(figures, river=river)


def _spoken(figures: Figures) -> Figures:
    """Fifteen languages."""
    codes = ("en", "ja", "ar", "th", "hi", "he", "ko", "zh", "fi", "de", "fr", "es", "pt", "it", "sv")
    languages = {code: 400 // (i + 1) for i, code in enumerate(codes)}
    numbers = msgspec.structs.replace(figures.numbers, languages=languages)
    return msgspec.structs.replace(figures, numbers=numbers)


def _burst(figures: Figures) -> Figures:
    """One topic shoots up in this minute, and one country with it."""
    wave = 30.0 * np.exp(-(((np.arange(61) - 59) / 2.0) ** 2))
    first, *others = figures.river
    shot = msgspec.structs.replace(first, course=tuple(round(2 + float(v)) for v in wave), label="#Blackout")
    numbers = msgspec.structs.replace(figures.numbers, countries=figures.numbers.countries | {"PT": 900})
    return msgspec.structs.replace(figures, river=(shot, *others), numbers=numbers)


def sheet(visual: str) -> Image.Image:
    """The nine pictures of a visual on one page."""
    pictures = [painted(drawn(view), view, scale=0.5) for _, view in states(visual)]
    columns, gap = 3, 6
    rows = math.ceil(len(pictures) / columns)
    page = Image.new("RGB", (columns * (SIZE[0] + gap) - gap, rows * (SIZE[1] + gap) - gap))
    for i, pixels in enumerate(pictures):
        small = Image.fromarray(pixels).resize(SIZE, Image.Resampling.LANCZOS)
        page.paste(small, (i % columns * (SIZE[0] + gap), i // columns * (SIZE[1] + gap)))
    return page


def main(names: list[str]) -> None:
    gallery.GALLERY.mkdir(parents=True, exist_ok=True)
    for name in names or CAPTIONS:
        path = gallery.GALLERY / f"{name}-states.webp"
        sheet(name).save(path, quality=80, method=6)
        print(f"{path}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
