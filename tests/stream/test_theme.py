"""Themes: brand colours on a dark or a light stage, refused when nobody could read them, with the key and what it needs."""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from stream import advances
from stream.config import Config, Misconfigured, load
from stream.config.logo import png
from stream.config.theme import CONTRASTS, STAGES, ThemeConfig, contrast
from stream.wire.messages import Theme

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><rect width="150" height="100" fill="#00FF00"/></svg>'


@pytest.mark.parametrize("stage", STAGES)
def test_own_stages_can_be_read(stage: str) -> None:
    """Both stages pass their own check, and every colour that is not set is theirs."""
    theme = ThemeConfig(stage=stage)  # type: ignore[arg-type]
    assert list(theme.faults()) == []
    assert theme.colours == STAGES[stage]
    assert (
        msgspec.structs.replace(theme, accent="#FF8800" if stage == "dark" else "#9A3B00").colours.ink
        == theme.colours.ink
    )
    assert list(msgspec.structs.replace(theme, accent="#FF8800" if stage == "dark" else "#9A3B00").faults()) == []


def test_contrast_is_that_of_the_guidelines() -> None:
    """Black on white is 21, a colour on itself 1, and WCAG's own example of grey on white is 4.5."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#4CC3FF", "#4CC3FF") == 1.0
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("key", [key for key in CONTRASTS if key != "communities"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_colour_that_drowns_is_refused(stage: str, key: str) -> None:
    """Each colour just too close to its stage is a fault that names its key, what it has, and what it needs."""
    ground = STAGES[stage].stage_inner
    greys = [f"#{level:02X}{level:02X}{level:02X}" for level in range(256)]
    weak = max((g for g in greys if contrast(g, ground) < CONTRASTS[key] - 0.05), key=lambda g: contrast(g, ground))
    faults = list(ThemeConfig(stage=stage, **{key: weak}).faults())  # type: ignore[arg-type]
    assert any(path == (key,) and f"it needs {CONTRASTS[key]:g}" in said for path, said in faults)


def test_communities_that_look_alike_are_refused() -> None:
    """Two colours that people with a colour vision deficiency take for one are named, and so is who cannot tell them apart."""
    alike = (*Theme().communities[:3], "#FF4FA0", "#4FA8FF", "#FF52A4")
    ((path, said),) = ThemeConfig(communities=alike).faults()
    assert path == ("communities", 5)
    assert "#FF52A4 and #FF4FA0" in said
    assert "they need 8" in said


def test_all_faults_with_their_lines(tmp_path: Path) -> None:
    """What is wrong with a theme is told at once, each with its line in agora.toml."""
    file = tmp_path / "agora.toml"
    file.write_text('[theme]\naccent = "#0A2030"\nink = "white"\nlogo = "nowhere.png"\n[wall]\nrotate = 90\n')
    with pytest.raises(Misconfigured) as error:
        load(str(file), {})
    assert [(f.line, f.sentence.split(";")[0]) for f in error.value.faults] == [
        (3, "theme.ink: 'white' is no colour"),
        (4, "theme.logo: 'nowhere.png' is no file that ends in .png, .svg, .jpg, .jpeg"),
    ]
    file.write_text('[theme]\naccent = "#0A2030"\n')
    with pytest.raises(Misconfigured, match=r"agora.toml:2: theme.accent: #0A2030 has a contrast of 1\.\d on"):
        load(str(file), {})
    assert Config().theme.colours == Theme()


def test_a_light_stage_must_be_light() -> None:
    """A dark ground on a light stage is refused, because ink would drown in it."""
    ((path, said),) = ThemeConfig(stage="light", stage_outer="#101020").faults()
    assert path == ("stage_outer",)
    assert "light stage" in said


def test_logo_from_a_drawing_or_a_picture(tmp_path: Path) -> None:
    """SVG is drawn and large pictures are made smaller, both as PNG with their proportions; anything else is a fault."""
    (tmp_path / "logo.svg").write_text(SVG)
    drawn = Image.open(io.BytesIO(png(tmp_path / "logo.svg"))).convert("RGBA")
    assert drawn.size == (1600, 533)
    assert drawn.getpixel((400, 266)) == (0, 255, 0, 255)
    assert drawn.getpixel((1200, 266))[3] == 0
    Image.new("RGB", (4000, 1000), "#FF0000").save(tmp_path / "logo.jpg")
    assert Image.open(io.BytesIO(png(tmp_path / "logo.jpg"))).size == (1600, 400)
    for name, text in (("broken.svg", "<svg>"), ("broken.png", "nothing")):
        (tmp_path / name).write_text(text)
        ((path, said),) = ThemeConfig(logo=str(tmp_path / name)).faults()
        assert path == ("logo",)
        assert "is no picture that can be shown" in said


def test_a_typeface_of_the_brand_is_reckoned_with() -> None:
    """Labels are measured in the brand's own typeface, at the size at which its capitals are as high as Inter's."""
    import fontpkg_amiri

    file = resources.files(fontpkg_amiri).joinpath("files", "Amiri-Regular.ttf")
    usual = advances.width("Harbour")
    try:
        advances.brand(str(file))
        assert abs(advances.width("Harbour") / usual - 1.0) > 0.01
        assert advances.width("光") == 1.0
    finally:
        advances.brand("")
    assert advances.width("Harbour") == usual
