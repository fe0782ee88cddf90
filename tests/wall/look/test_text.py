"""Text: every script is shaped, cut where it must be, and cleaned of what no wall should show."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wall.text import clusters, fonts, typesetter
from wall.text.typesetter import Style, Typesetter, shared

SCRIPTS = {
    "Latin": "Æther über Łódź", "Greek": "Καλησπέρα", "Cyrillic": "Привет, мир", "Arabic": "مهرجان النور",
    "Hebrew": "פסטיבל האור", "Devanagari": "रोशनी का उत्सव", "Thai": "เทศกาลแสง", "Tamil": "ஒளி விழா", "Telugu": "వెలుగు",
    "Khmer": "ពិធីបុណ្យ", "Japanese": "光の祭り", "Chinese": "灯光节", "Korean": "빛 축제", "emoji": "👩‍👩‍👧‍👦 🇫🇮 1️⃣ ❤️ 👍🏽",
}  # fmt: skip


@given(st.text(max_size=60))
def test_clusters_joined_are_the_text(text: str) -> None:
    """Cutting a text into clusters loses and reorders nothing."""
    assert "".join(clusters.clusters(text)) == text


@pytest.mark.parametrize(
    "one", ["e\u0301", "🇫🇮", "👩‍👩‍👧‍👦", "👍🏽", "1️⃣", "한", "क्ष", "🏴\U000e0067\U000e0062\U000e007f"]
)
def test_what_reads_as_one_character_is_one_cluster(one: str) -> None:
    """A base with its marks, a flag, a family, a skin tone, a keycap and a conjunct are never torn."""
    assert list(clusters.clusters(one)) == [one]
    assert list(clusters.clusters(one + "a")) == [one, "a"]


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_clean_text_has_no_controls(text: str) -> None:
    """No control character and no override of direction reaches the typesetter."""
    cleaned = clusters.clean(text, lines=True)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\r\t")


def test_mathematical_letters_are_folded() -> None:
    """Letters that pretend to be bold are plain letters, and other signs stay."""
    assert clusters.clean("𝓗𝓮𝓵𝓵𝓸 𝕎𝕠𝕣𝕝𝕕 ½ ™", lines=False) == "Hello World ½ ™"


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_is_covered_and_inked(script: str) -> None:
    """Some font has every cluster of the script, and its picture has ink."""
    block = shared().set(SCRIPTS[script], Style(80.0, 600))
    assert block is not None
    assert block.missing == 0
    assert block.picture(0.5)[:, :, 3].max() > 200


def test_emoji_are_coloured() -> None:
    """An emoji is drawn from the colour font, whatever other fonts have for it."""
    block = shared().set("❤️", Style(80.0))
    assert block is not None
    red, green = block.picture(1.0)[:, :, 0].astype(int), block.picture(1.0)[:, :, 1].astype(int)
    assert (red - green).max() > 100


def test_what_no_font_has_is_left_out_and_counted() -> None:
    """Signs that no font has are counted, and the rest stands."""
    block = shared().set("ok \U00016fe8\u0378", Style(80.0))
    assert block is not None
    assert (block.text, block.missing) == ("ok ", 2)


def test_weights_differ() -> None:
    """A heavier weight of a variable font is really heavier."""
    widths = [shared().set("Agora", Style(80.0, weight)).width for weight in (400, 600, 800)]  # type: ignore[union-attr]
    assert widths == sorted(set(widths))


def test_long_text_is_cut_at_a_word() -> None:
    """What does not fit its lines ends with an ellipsis after a whole word."""
    block = shared().set("lantern " * 400, Style(80.0, width=900.0, lines=3))
    assert block is not None
    assert block.lines == 3
    assert block.text.endswith("lantern…")


def test_a_megabyte_without_a_space_is_cut_before_shaping() -> None:
    """At most a thousand graphemes reach the shaper."""
    block = shared().set("x" * 1_000_000, Style(80.0, width=900.0, lines=4))
    assert block is not None
    assert len(block.text) <= clusters.LIMIT
    assert block.lines <= 4


def test_right_to_left_lines_end_at_the_right() -> None:
    """A paragraph of Arabic stands at the right end of its column."""
    block = shared().set(SCRIPTS["Arabic"], Style(80.0, width=1500.0, lines=2))
    assert block is not None
    assert block.ink_left + block.width == pytest.approx(1500.0)


def test_fit_takes_the_greatest_size_that_fits() -> None:
    """A short text stands large, a long one small, and none leaves its room."""
    type_, sizes = shared(), (160.0, 120.0, 90.0, 60.0)
    short = type_.fit("Good night", Style(1, width=1600.0), sizes, 700.0)
    long = type_.fit("Good night, harbour. " * 30, Style(1, width=1600.0), sizes, 700.0)
    assert short is not None
    assert long is not None
    assert short.style.size == 160.0
    assert long.style.size == 60.0
    assert long.height <= 760.0


def test_fit_keeps_what_fits_alone() -> None:
    """Sizes that were tried are forgotten, frame by frame or at once; what two rooms show of one text stays for both."""
    setter = Typesetter()
    text, style, sizes = "one lantern after another " * 5, Style(120.0, width=900.0), (120.0, 90.0, 60.0, 48.0, 40.0)
    for _ in range(9):
        setter.begin(1e-9)
        if (low := setter.fit(text, style, sizes, 260.0)) is not None:
            break
    setter.begin(math.inf)
    high = setter.fit(text, style, sizes, 900.0)
    assert low is not None
    assert high is not None
    assert low.style.size < high.style.size
    assert set(setter._blocks) == {low.key, high.key}
    setter.begin(0.0)
    assert setter.fit(text, style, sizes, 260.0) is low
    assert setter.fit(text, style, sizes, 900.0) is high


def test_fit_is_forgotten_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long evening of posts only those are kept that are still set."""
    monkeypatch.setattr(typesetter, "KEPT", 20)
    setter = Typesetter()
    for i in range(60):
        setter.fit(f"post number {i}", Style(1, width=900.0), (90.0, 60.0), 300.0)
        for k in range(3):
            setter.set(f"figure {i} {k}", Style(40.0))
    assert len(setter._fits) < 8


def test_without_time_nothing_new_is_set() -> None:
    """A frame without time left shows what it has, and sets the rest later."""
    type_ = Typesetter()
    style = Style(80.0)
    type_.begin(0.0)
    assert type_.set("late", style) is None
    type_.begin(math.inf)
    block = type_.set("late", style)
    type_.begin(0.0)
    assert type_.set("late", style) is block


def test_missing_fonts_say_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Without the emoji font one sentence names the package to install."""
    monkeypatch.setattr(fonts, "EMOJI_FILE", type(fonts.EMOJI_FILE)(str(tmp_path)) / "none.ttf")
    with pytest.raises(fonts.FontsMissing, match="apt-get install fonts-noto-color-emoji"):
        fonts.Fonts()


@pytest.mark.parametrize("content", [None, b"", b"no font at all" * 100])
def test_a_broken_font_is_told(tmp_path: Path, content: bytes | None) -> None:
    """A typeface that is not there, empty or something else is named, with what to do."""
    file = tmp_path / "brand.ttf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(fonts.FontsMissing, match=r"brand\.ttf is no readable font: install it again"):
        fonts.Fonts(file)


def test_fonts_are_in_memory_before_they_are_needed() -> None:
    """All of the emoji's file is mapped and there, so that no frame waits for a disk."""
    shared()
    told = Path("/proc/self/smaps").read_text().split(f"{fonts.EMOJI_FILE}\n")[1:]
    there_kb = [int(part.partition("Rss:")[2].split()[0]) for part in told]
    assert max(there_kb) >= 0.9 * fonts.EMOJI_FILE.stat().st_size / 1024


def test_shadow_is_dark_and_soft() -> None:
    """The shadow of a label has no light in it, and is coarser than the letters."""
    block = shared().set("soft", Style(80.0, shadow=True))
    assert block is not None
    shadow = block.shadow(1.0)
    assert shadow[:, :, :3].max() <= 16
    assert shadow.shape[0] < block.picture(1.0).shape[0] / 3
    assert np.any(shadow[:, :, 3] > 60)
