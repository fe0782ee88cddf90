"""The theme: colours of a dark or a light stage, the brand's own among them, its logo and typeface; and whether it can be read.

Contrast is that of the Web Content Accessibility Guidelines (2.1, relative luminance), on whichever end of the stage is nearer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final, Literal

import msgspec
import numpy as np

from stream.config.colour_vision import KINDS, apart, lab
from stream.config.logo import png
from stream.wire.messages import Theme

LIGHT: Final = Theme(
    accent="#1561DA",
    stage_inner="#F7F8FA",
    stage_outer="#E3E8EF",
    ink="#131B2A",
    quiet="#475467",
    communities=(
        "#1561DA", "#C44B0D", "#6F2F84", "#008266", "#474400", "#AD6493", "#671B44", "#2583BC", "#A1223A", "#0B37CA", "#628648",
    ),
    rest="#667389",
    positive="#04704F",
    negative="#C23A17",
    light=True,
)  # fmt: skip
STAGES: Final = {"dark": Theme(), "light": LIGHT}
CONTRASTS: Final = {
    "ink": 7.0, "quiet": 4.5, "accent": 3.0, "positive": 3.0, "negative": 3.0, "rest": 3.0, "communities": 3.0,
}  # fmt: skip
"""What each colour needs on the stage: words far more than lights."""
NEIGHBOURS, FIRST_SIX, ANY = 12.0, 8.0, 3.0
"""CIEDE2000 between communities next to each other, among the six largest, and among all, for any kind of colour vision."""
LOGOS: Final = (".png", ".svg", ".jpg", ".jpeg")
FONTS: Final = (".ttf", ".otf")
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")

Path_ = tuple[str | int, ...]


class ThemeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A colour left empty is the stage's own. ``logo`` and ``font`` are files."""

    stage: Literal["dark", "light"] = "dark"
    accent: str = ""
    stage_inner: str = ""
    stage_outer: str = ""
    ink: str = ""
    quiet: str = ""
    communities: tuple[str, ...] = ()
    rest: str = ""
    positive: str = ""
    negative: str = ""
    logo: str = ""
    font: str = ""

    @property
    def colours(self) -> Theme:
        """What the hub's hello tells walls."""
        own = {
            field.name: value
            for field in msgspec.structs.fields(Theme)
            if field.name != "light" and (value := getattr(self, field.name, ""))
        }
        return msgspec.structs.replace(STAGES[self.stage], **own)

    def faults(self) -> Iterator[tuple[Path_, str]]:
        """What the types cannot say: the path of a key, and a sentence."""
        theme, broken = self.colours, False
        for name in ("stage_inner", "stage_outer", *CONTRASTS):
            for path, colour in _colours(theme, name):
                if not _COLOUR.fullmatch(colour):
                    broken = True
                    yield path, f"{colour!r} is no colour; write it as #RRGGBB"
        if not broken:
            yield from _unreadable(theme, self.stage)
            yield from _alike(theme.communities)
        for key, endings in (("logo", LOGOS), ("font", FONTS)):
            file = Path(getattr(self, key))
            if file.name and (not file.is_file() or file.suffix.lower() not in endings):
                yield (key,), f"{str(file)!r} is no file that ends in {', '.join(endings)}"
            elif key == "logo" and file.name:
                try:
                    png(file)
                except ValueError as fault:
                    yield (key,), str(fault)


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB``: 0 is black, 1 white."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    """1 … 21."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def _colours(theme: Theme, name: str) -> list[tuple[Path_, str]]:
    value = getattr(theme, name)
    return [((name,), value)] if isinstance(value, str) else [((name, i), colour) for i, colour in enumerate(value)]


def _unreadable(theme: Theme, stage: str) -> Iterator[tuple[Path_, str]]:
    ends = (theme.stage_inner, theme.stage_outer)
    for name, end in zip(("stage_inner", "stage_outer"), ends, strict=True):
        if (luminance(end) > 0.4) is not theme.light:
            yield (name,), f"{end} is not what a {stage} stage can be; choose another, or the other stage"
            return
    for name, least in CONTRASTS.items():
        for path, colour in _colours(theme, name):
            found, end = min((contrast(colour, end), end) for end in ends)
            if found < least:
                yield (
                    path,
                    f"{colour} has a contrast of {found:.1f} on the stage's {end}; it needs {least:g} to be seen",
                )


def _alike(colours: Sequence[str]) -> Iterator[tuple[Path_, str]]:
    """The two communities that are hardest to tell apart, where somebody would take them for one."""
    if not colours:
        yield ("communities",), "there must be a colour for at least one community"
    worst: tuple[float, int, int, str, float] | None = None
    for kind in KINDS:
        seen = lab(tuple(colours), kind)
        numbers = range(len(colours))
        pairs = [(a, b, NEIGHBOURS) for a, b in pairwise(numbers)]
        pairs += [(a, b, FIRST_SIX if b < 6 else ANY) for a, b in combinations(numbers, 2)]
        for a, b, least in pairs:
            found = apart(seen[a], seen[b])
            if found < least and (worst is None or found / least < worst[0] / worst[4]):
                worst = (found, a, b, kind, least)
    if worst is not None:
        found, a, b, kind, least = worst
        who = "everybody" if kind == "usual" else f"people with {kind}omalous or {kind}opic sight"
        yield (
            ("communities", b),
            (f"{colours[b]} and {colours[a]} are {found:.0f} apart (CIEDE2000) for {who}; they need {least:g}"),
        )
