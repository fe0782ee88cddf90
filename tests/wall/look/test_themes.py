"""A light stage: what shines on a dark one is ink on it; logos and the brand's typeface."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stream.config.theme import LIGHT
from stream.wire.geometry import Grid
from tests.golden import pictures
from tests.wall.look import views
from wall import legibility, palette
from wall.drawlist import DrawList, Layer
from wall.scene import Scene
from wall.stage import StageBuilder
from wall.text.fonts import Fonts

SMALL = Grid(columns=1, rows=1, width=640, height=360, pitch_mm=2.0)


@pytest.mark.gl
def test_light_is_ink_on_a_light_stage() -> None:
    """Halos, edges and fields only darken a light stage, in their own colours."""
    builder = StageBuilder(SMALL, LIGHT)
    layer = Layer(SMALL.canvas)
    blue = palette.rgb(LIGHT.communities[0])
    builder.glow(320.0, 180.0, 100.0, 100.0, blue, 0.2)
    layer.halos.append(np.tile(np.array([[320.0, 180.0, 80.0, 8.0, *blue, 0.9]], np.float32), (100, 1)))
    layer.rings.append(np.array([[100.0, 100.0, 50.0, 4.0, 1.0, 1.0, 1.0, 0.9]], np.float32))
    view = views.view(views.shipped("topics"), SMALL, topics=0, people=0)
    plain = pictures.painted(DrawList(SMALL.canvas, StageBuilder(SMALL, LIGHT).stage()), view).astype(int)
    inked = pictures.painted(DrawList(SMALL.canvas, builder.stage(), [layer]), view).astype(int)
    assert (inked - plain).max() <= 1
    assert (plain - inked).max() > 120
    assert inked[180, 250, 2] > inked[180, 250, 0] + 20
    assert plain[100, 50].min() - inked[100, 50].max() > 60


@pytest.mark.parametrize("name", ["pulse", "people", "compare", "world", "river", "event"])
def test_layouts_are_legible_on_a_light_stage(name: str) -> None:
    """A theme moves nothing: the same words stand in the same places on the light stage, and can be read."""
    view = views.view(views.shipped(name), topics=80, people=120)
    dark = {(t.block.text, round(t.x), round(t.y)) for _, t in Scene(math.inf).draw(view).texts()}
    view.hello = msgspec.structs.replace(view.hello, theme=LIGHT)
    drawlist = Scene(math.inf).draw(view)
    assert legibility.faults(drawlist, view.hello.grid) == []
    assert {(t.block.text, round(t.x), round(t.y)) for _, t in drawlist.texts()} == dark


def test_marks_stand_out_on_paper() -> None:
    """A colour that is pale on a light stage is mixed towards ink; on a dark one it stays as it is."""
    pale = (1.0, 0.93, 0.78)
    assert palette.inked(pale, views.Theme()) == pale
    assert sum(palette.inked(pale, LIGHT)) < 0.7 * sum(pale)


def test_logo_stands_beside_the_title_and_on_the_safe_scene() -> None:
    """The brand's logo is on the first panel at the title's height, and over the event's name, under no bezel."""
    import io

    from PIL import Image as Picture

    out = io.BytesIO()
    Picture.new("RGBA", (300, 100), "#FF0000").save(out, "PNG")
    view = views.view(views.shipped("stories"), topics=0, people=0)
    view.logos = {"theme": out.getvalue()}
    for panic in (False, True):
        view.panic = panic
        drawlist = Scene(math.inf).draw(view)
        (image,) = [image for layer in drawlist.layers for image in layer.images]
        assert any(view.hello.grid.screen(n).contains(image.rect) for n in range(1, 7))
        assert image.rect.w / image.rect.h == pytest.approx(3.0)
        assert not any(image.rect.overlaps(text.box) for _, text in drawlist.texts())


def test_safe_scene_drifts() -> None:
    """The safe scene may stay for days, so its words wander as well, by a few pixels."""
    view = views.view(views.shipped("stories"), topics=0, people=0)
    view.panic = True
    offsets = []
    for minutes in range(0, 18):
        view.t = views.T + minutes * 60_000.0
        offsets.append(Scene(math.inf).draw(view).layers[0].offset)
    assert 3.0 < np.ptp(np.array(offsets), axis=0).min() < 12.0


def test_own_typeface_has_capitals_as_high() -> None:
    """With a typeface of the brand's text is set so much larger that capitals keep their height, whoever drew them."""
    import fontpkg_amiri

    file = Path(str(resources.files(fontpkg_amiri).joinpath("files", "Amiri-Regular.ttf")))
    own, usual = Fonts(file), Fonts()
    assert usual.size == 1.0
    assert own.size > 1.02
    assert own.cap == usual.cap
    assert own.families(600, "")[0] != own.families(600, "")[1]
