"""The typesetter: a string and a style become a block, shaped, ordered, broken into lines and measured.

A block is kept for as long as it is used, since shaping costs 0.3 ms a label and 4.5 ms a card. In a frame at most
``budget_ms`` go into new blocks; what comes too late is set in the next frame (``set`` returns None).
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import skia
from skia import textlayout

from wall.text import clusters as graphemes
from wall.text import fonts

Pixels = npt.NDArray[np.uint8]
Align = Literal["left", "centre", "right"]
KEPT: Final = 600
"""Blocks of some 3 KB each; all layouts together show some 500."""
ELLIPSIS: Final = "…"
SHADOW_SCALE: Final = 0.2
DARK_GROUND, BRIGHT_GROUND, DIVIDE = 0xFF03050B, 0xFFF7F8FA, 1280
FULL: Final = 0.86
"""How much of its width a line that is not the last one fills on average."""
SHORT: Final = 0.2
"""A last line of less than so much of the width is short."""


Fit = tuple[str, "Style", tuple[float, ...], float]


@dataclass(frozen=True, slots=True)
class Style:
    """``size`` in canvas pixels; ``width`` is where lines break (infinite: never); ``shadow`` darkens what lies behind."""

    size: float
    weight: int = 400
    colour: str = "#EEF3FA"
    width: float = math.inf
    lines: int = 1
    leading: float = 1.28
    align: Align = "left"
    lang: str = ""
    shadow: bool = False


class Block:
    """Text that is set. Lengths are canvas pixels; ``baseline`` is that of the first line, from the top."""

    __slots__ = (
        "baseline", "cap", "drawing", "height", "ink_left", "key", "lines", "missing", "pad", "shift", "style", "text",
        "unbroken", "width",
    )  # fmt: skip

    def __init__(
        self, key: tuple[str, Style], text: str, paragraph: Any, lines: int, missing: int, cap: float, ink_left: float
    ):
        self.key = key
        self.text = text
        self.style = key[1]
        self.lines = lines
        self.missing = missing
        self.cap = cap
        self.width = float(paragraph.LongestLine)
        self.height = float(paragraph.Height)
        self.baseline = float(paragraph.AlphabeticBaseline)
        self.unbroken = float(paragraph.MaxIntrinsicWidth)
        """How wide it would be on a single line."""
        self.ink_left = ink_left
        self.shift = {"left": ink_left, "centre": -self.width / 2, "right": -self.width}[self.style.align]
        """From where it is placed, its left edge, centre or right edge by its align, to the left end of its ink."""
        self.pad = math.ceil(self.style.size * 0.4)
        self.drawing = self._recorded(paragraph)

    def _recorded(self, paragraph: Any) -> Any:
        """What the paragraph draws: a tenth of the memory, which a wall holds hundreds of."""
        recorder = skia.PictureRecorder()
        around = skia.Rect.MakeWH(self.width + 2 * self.pad, self.height + 2 * self.pad)
        paragraph.paint(recorder.beginRecording(around), self.pad - self.ink_left, self.pad)
        return recorder.finishRecordingAsPicture()

    def picture(self, scale: float) -> Pixels:
        """Premultiplied RGBA (h, w, 4) at ``scale`` with ``pad`` around the lines."""
        pixels, canvas = self._canvas(scale)
        self._paint(canvas, scale)
        return pixels

    def shadow(self, scale: float) -> Pixels:
        """The soft ground under the letters, dark under bright ones and bright under dark ones, like ``picture`` at
        ``SHADOW_SCALE`` of its size."""
        scale *= SHADOW_SCALE
        pixels, canvas = self._canvas(scale)
        blur = self.style.size * 0.16 * scale
        red, green, blue = (int(self.style.colour[i : i + 2], 16) for i in (1, 3, 5))
        ground = DARK_GROUND if 3 * red + 6 * green + blue > DIVIDE else BRIGHT_GROUND
        shadow = skia.ImageFilters.DropShadowOnly(0, 0, blur, blur, ground)
        canvas.saveLayer(None, skia.Paint(ImageFilter=shadow))
        self._paint(canvas, scale)
        canvas.restore()
        return pixels

    def _canvas(self, scale: float) -> tuple[Pixels, Any]:
        width = max(1, math.ceil((self.width + 2 * self.pad) * scale))
        height = max(1, math.ceil((self.height + 2 * self.pad) * scale))
        pixels = np.zeros((height, width, 4), np.uint8)
        info = skia.ImageInfo.Make(width, height, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
        return pixels, skia.Surface.MakeRasterDirect(info, pixels).getCanvas()

    def _paint(self, canvas: Any, scale: float) -> None:
        canvas.save()
        canvas.scale(scale, scale)
        canvas.drawPicture(self.drawing)
        canvas.restore()


class Typesetter:
    """Sets text and remembers it. Raises ``FontsMissing`` when the fonts are not installed."""

    def __init__(self) -> None:
        self.fonts = fonts.shared()
        self._unicode = skia.Unicodes.ICU.Make()
        self._blocks: OrderedDict[tuple[str, Style], Block] = OrderedDict()
        self._fits: OrderedDict[Fit, tuple[str, Style]] = OrderedDict()
        self._left_ms = math.inf

    @property
    def cap(self) -> float:
        return float(self.fonts.cap)

    @property
    def left_ms(self) -> float:
        return self._left_ms

    def begin(self, budget_ms: float) -> None:
        """A new frame with this much time for text that was never set before."""
        self._left_ms = budget_ms

    def set(self, text: str, style: Style) -> Block | None:
        """The block of ``text``, cut with an ellipsis to ``style.lines``; None when this frame has no time for it."""
        key = (text, style)
        block = self._blocks.get(key)
        if block is not None:
            self._blocks.move_to_end(key)
            return block
        if self._left_ms <= 0.0:
            return None
        start = time.perf_counter()
        block = self._blocks[key] = self._new(key)
        if len(self._blocks) > KEPT:
            self._blocks.popitem(last=False)
        self._left_ms -= (time.perf_counter() - start) * 1000.0
        return block

    def fit(self, text: str, style: Style, sizes: tuple[float, ...], height: float) -> Block | None:
        """``text`` at the greatest of ``sizes`` (greatest first) whose lines fit into ``height``, cut at the last.

        Sizes that were tried are kept until one fits, since a frame may have no time for all of them, and no longer.
        """
        asked = (text, style, sizes, round(height, 1))
        known = self._fits.get(asked)
        if known is not None and known in self._blocks:
            self._fits.move_to_end(asked)
            return self.set(*known)
        block = self._fitting(text, style, sizes, height)
        if block is not None:
            self._fits[asked] = block.key
            found = set(self._fits.values())
            tried = {
                (text, replace(style, size=key[1].size, lines=key[1].lines)) for key in self._blocks if key[0] == text
            }
            for key in tried - found:
                self._blocks.pop(key, None)
            for gone in [asked for asked, key in self._fits.items() if key not in self._blocks]:
                del self._fits[gone]
            if len(self._fits) > KEPT:
                self._fits.popitem(last=False)
        return block

    def _fitting(self, text: str, style: Style, sizes: tuple[float, ...], height: float) -> Block | None:
        for size in sizes:
            room = max(1, int((height / size - 1.0) / style.leading + 1.0))
            last = size == sizes[-1]
            if not last and self._surely_longer(text, size, style.width, room):
                continue
            trial = replace(style, size=size, lines=room if last else room + 1)
            block = self.set(text, trial)
            if block is None or last or (block.lines <= room and block.width <= style.width):
                return self._with_a_line_less(block, sizes)
        return None

    def _with_a_line_less(self, block: Block | None, sizes: tuple[float, ...]) -> Block | None:
        """The same text a size smaller where its last line is short and that saves it: one word or emoji alone reads badly."""
        smaller = [size for size in sizes if block is not None and 0.84 * block.style.size <= size < block.style.size]
        if block is None or not smaller or block.lines < 2 or not _ends_short(block):
            return block
        other = self.set(block.key[0], replace(block.style, size=smaller[0]))
        return other if other is not None and other.lines < block.lines else block

    def _surely_longer(self, text: str, size: float, width: float, lines: int) -> bool:
        return text.isascii() and len(text) * size * 0.42 > width * lines

    def _new(self, key: tuple[str, Style]) -> Block:
        text, style = key
        cleaned = graphemes.clean(text, lines=style.lines > 1)
        whole = list(graphemes.clusters(cleaned))
        kept = [c for c in whole[: graphemes.LIMIT] if self.fonts.covers(c)]
        missing = min(len(whole), graphemes.LIMIT) - len(kept)
        paragraph, lines = self._shaped(kept, style)
        if math.isfinite(style.width) and paragraph.LongestLine > style.width + 1.0:
            kept = [c for c in kept if self._shaped([c], style)[0].LongestLine <= style.width]  # such as U+FDFD
            paragraph, lines = self._shaped(kept, style)
        if lines > style.lines or len(whole) > graphemes.LIMIT:
            kept, paragraph, lines = self._cut(kept, style, lines)
        rtl = graphemes.right_to_left("".join(kept))
        ink_left = 0.0
        if math.isfinite(style.width):
            slack = style.width - paragraph.LongestLine
            ink_left = slack if rtl or style.align == "right" else slack / 2 if style.align == "centre" else 0.0
        return Block(key, "".join(kept), paragraph, lines, missing, style.size * self.cap, ink_left)

    def _cut(self, kept: list[str], style: Style, lines: int) -> tuple[list[str], Any, int]:
        """The longest beginning that fits with an ellipsis, at a word's end where one is near."""
        low, high = 0, len(kept)
        guess = int(len(kept) * style.lines / max(lines, 1))
        best: tuple[list[str], Any, int] | None = None
        for _ in range(7):
            if low >= high:
                break
            middle = min(max(guess, low + 1), high)
            trial = [*_at_word(kept[:middle]), ELLIPSIS]
            paragraph, found = self._shaped(trial, style)
            if found <= style.lines:
                best, low = (trial, paragraph, found), middle
            else:
                high = middle - 1
            guess = (low + high + 1) // 2
        return best or ([ELLIPSIS], *self._shaped([ELLIPSIS], style))

    def _shaped(self, kept: list[str], style: Style) -> tuple[Any, int]:
        families = self.fonts.families(style.weight, style.lang)
        plain, emoji = self._text_style(style, families), self._text_style(style, [fonts.EMOJI, *families])
        text = "".join(kept)
        rtl = graphemes.right_to_left(text)
        builder = textlayout.ParagraphBuilder.make(
            self._paragraph_style(style, plain, rtl), self.fonts.collection, self._unicode
        )
        builder.pushStyle(plain)
        if rtl:
            builder.addText(graphemes.RLI)
        for run, coloured in _runs(kept, rtl):
            builder.pushStyle(emoji if coloured else plain)
            builder.addText(run)
            builder.pop()
        if rtl:
            builder.addText(graphemes.PDI)
        paragraph = builder.Build()
        paragraph.layout(style.width if math.isfinite(style.width) else 1e5)
        lines = round(paragraph.Height / (style.size * style.leading))
        if not math.isfinite(style.width) and (rtl or style.align != "left"):
            paragraph.layout(math.ceil(paragraph.LongestLine) + 1.0)
        return paragraph, lines

    def _text_style(self, style: Style, families: list[str]) -> Any:
        text_style = textlayout.TextStyle()
        text_style.setFontFamilies(families)
        text_style.setFontSize(style.size * self.fonts.size)
        text_style.setColor(0xFF000000 | int(style.colour[1:7], 16))
        if style.lang:
            text_style.setLocale(style.lang)
        if style.size >= 150:
            text_style.setLetterSpacing(-0.02 * style.size)
        return text_style

    def _paragraph_style(self, style: Style, plain: Any, rtl: bool) -> Any:
        strut = textlayout.StrutStyle()
        strut.setStrutEnabled(True)
        strut.setForceStrutHeight(True)
        strut.setFontFamilies([self.fonts.families(style.weight, style.lang)[0]])
        strut.setFontSize(style.size)
        strut.setHeight(style.leading)
        strut.setHeightOverride(True)
        paragraph_style = textlayout.ParagraphStyle()
        paragraph_style.setTextStyle(plain)
        paragraph_style.setStrutStyle(strut)
        align = textlayout.TextAlign
        chosen = {"left": align.kLeft, "centre": align.kCenter, "right": align.kRight}[style.align]
        paragraph_style.setTextAlign(align.kRight if rtl and style.align == "left" else chosen)
        return paragraph_style


def _ends_short(block: Block) -> bool:
    """Whether the last line of a paragraph is probably a short one, when all others are nearly full."""
    left = block.unbroken - FULL * (block.lines - 1) * block.style.width
    return left < SHORT * block.style.width


@cache
def shared() -> Typesetter:
    """The typesetter of this process."""
    return Typesetter()


def _runs(kept: list[str], rtl: bool) -> list[tuple[str, bool]]:
    """Neighbouring clusters of one kind together: (text, whether it is emoji). Each line of RTL text is isolated."""
    runs: list[tuple[str, bool]] = []
    for cluster in kept:
        coloured = graphemes.pictorial(cluster)
        piece = graphemes.PDI + "\n" + graphemes.RLI if rtl and cluster == "\n" else cluster
        if runs and runs[-1][1] == coloured:
            runs[-1] = (runs[-1][0] + piece, coloured)
        else:
            runs.append((piece, coloured))
    return runs


def _at_word(kept: list[str]) -> list[str]:
    """``kept`` without a last broken word, when that is short, and without trailing space and punctuation."""
    for back in range(1, min(14, len(kept) // 2)):
        if kept[-back].isspace():
            kept = kept[:-back]
            break
    while kept and (kept[-1].isspace() or kept[-1] in ",;:.-–—("):
        kept = kept[:-1]
    return kept
