"""The fonts: Inter first, Noto for every other script, one CJK face a language, emoji, then what the machine has besides."""

from __future__ import annotations

import mmap
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any, Final

import skia
from skia import textlayout

from wall.text.clusters import ignorable

EMOJI_FILE: Final = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
EMOJI: Final = "Emoji"
SANS: Final[tuple[tuple[str, str, dict[str, float]], ...]] = (
    ("fontpkg_inter", "Inter[[]*.ttf", {"opsz": 32.0}),
    ("fontpkg_noto_sans", "NotoSans[[]*.ttf", {}),
    ("fontpkg_noto_sans_arabic", "*.ttf", {}),
    ("fontpkg_heebo", "*.ttf", {}),
    ("fontpkg_noto_sans_devanagari", "*.ttf", {}),
    ("fontpkg_noto_sans_thai", "*.ttf", {}),
    ("fontpkg_noto_sans_tamil", "*.ttf", {}),
    ("fontpkg_noto_sans_telugu", "*.ttf", {}),
    ("fontpkg_noto_sans_khmer", "*.ttf", {}),
)
SPARE: Final = ("fontpkg_amiri", "*Amiri-Regular.ttf")
SYSTEM: Final = tuple(
    Path("/usr/share/fonts/truetype") / name
    for name in (
        *(f"noto/NotoSans{script}-Regular.ttf" for script in (
            "Bengali", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Sinhala", "Lao", "Myanmar", "Ethiopic",
            "Georgian", "Armenian", "Symbols2",
        )),
        "dejavu/DejaVuSans.ttf",
    )
)  # fmt: skip
"""What a machine may have for further scripts and signs: Debian's fonts-noto-core, and fonts-dejavu-core that comes with
fontconfig."""
CJK: Final = ("noto_cjk_sans_otc", "*.ttc")
CJK_FACES: Final = {"ja": 0, "ko": 1, "zh": 2, "zh-cn": 2, "zh-hans": 2, "zh-tw": 3, "zh-hant": 3, "zh-hk": 4}


class FontsMissing(RuntimeError):
    """A font that the wall needs is not there; the message says what to install."""


class Fonts:
    """Every typeface that the wall may use, in the order in which they are asked for a character."""

    def __init__(self, own: Path | None = None) -> None:
        self._provider = textlayout.TypefaceFontProvider()
        self.collection = textlayout.FontCollection()
        self.collection.setDefaultFontManager(self._provider)
        self._sans = [(_load(_file(package, pattern)), axes) for package, pattern, axes in SANS]
        inter = _cap(self._sans[0][0])
        self._cjk_file = _file(*CJK)
        self._cjk: dict[int, Any] = {}
        self._spare = _load(_file(*SPARE))
        self._emoji = _load(_emoji_file())
        self._provider.registerTypeface(self._emoji, EMOJI)
        self._provider.registerTypeface(self._spare, "Spare")
        self._system = [_load(path) for path in SYSTEM if path.is_file()]
        for i, typeface in enumerate(self._system):
            self._provider.registerTypeface(typeface, f"System {i}")
        self._weights: dict[int, list[str]] = {}
        self._known: dict[str, bool] = {}
        self.cap = inter
        """Height of a capital letter of Inter, as a share of the type size."""
        self.size = 1.0
        """By what the brand's own typeface is set larger, so that its capitals are as high as Inter's."""
        if own is not None:
            typeface = _load(own)
            self.size = inter / max(0.3, _cap(typeface))
            self._sans.insert(0, (typeface, {}))

    def families(self, weight: int, lang: str) -> list[str]:
        """Names of the families for a run of text, Inter at ``weight`` first; ``lang`` chooses the CJK face."""
        names = self._weights.get(weight)
        if names is None:
            names = self._weights[weight] = [
                self._register(typeface, axes, weight, i) for i, (typeface, axes) in enumerate(self._sans)
            ]
        return [*names, self._cjk_family(lang), "Spare", EMOJI, *(f"System {i}" for i in range(len(self._system)))]

    def covers(self, cluster: str) -> bool:
        """Whether some font has every visible character of ``cluster``."""
        return all(ignorable(char) or self._has(char) for char in cluster)

    def _has(self, char: str) -> bool:
        known = self._known.get(char)
        if known is None:
            code = ord(char)
            faces = [typeface for typeface, _ in self._sans]
            faces += [self._cjk_typeface(2), self._spare, self._emoji, *self._system]
            known = self._known[char] = any(face.unicharToGlyph(code) for face in faces)
        return known

    def _register(self, typeface: Any, axes: dict[str, float], weight: int, index: int) -> str:
        name = f"Sans {index} {weight}"
        self._provider.registerTypeface(_varied(typeface, {"wght": float(weight), **axes}), name)
        return name

    def _cjk_family(self, lang: str) -> str:
        lang = lang.lower()
        face = CJK_FACES.get(lang, CJK_FACES.get(lang.split("-")[0], 2))
        self._cjk_typeface(face)
        return f"CJK {face}"

    def _cjk_typeface(self, face: int) -> Any:
        if face not in self._cjk:
            self._cjk[face] = _load(self._cjk_file, face)
            self._provider.registerTypeface(self._cjk[face], f"CJK {face}")
        return self._cjk[face]


_own: list[Path] = []


def brand(file: str) -> None:
    """Set everything in the typeface of ``file`` as far as it goes. Before the first ``shared`` of the process."""
    _own[:] = [Path(file)] if file else []


@cache
def shared() -> Fonts:
    """The fonts of this process, loaded once. Raises ``FontsMissing`` with what to do."""
    return Fonts(*_own)


def _cap(typeface: Any) -> float:
    metrics = skia.Font(_varied(typeface, {"wght": 500.0, "opsz": 32.0}), 1000.0).getMetrics()
    return float(metrics.fCapHeight) / 1000.0


def _file(package: str, pattern: str) -> Path:
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FontsMissing(f"font package {package.replace('_', '-')} is missing: run `make setup`")
    found = sorted(Path(spec.origin).parent.rglob(pattern))
    if not found:
        raise FontsMissing(f"font package {package.replace('_', '-')} holds no {pattern}: run `make setup`")
    return found[0]


def _emoji_file() -> Path:
    if not EMOJI_FILE.is_file():
        raise FontsMissing(f"{EMOJI_FILE} is missing: apt-get install fonts-noto-color-emoji")
    return EMOJI_FILE


def _load(path: Path, face: int = 0) -> Any:
    try:
        typeface = skia.Typeface.MakeFromData(_mapped(path)[0], face)
    except (OSError, ValueError):  # not there, or empty
        typeface = None
    if typeface is None:
        raise FontsMissing(f"{path} is no readable font: install it again")
    return typeface


@cache
def _mapped(path: Path) -> tuple[Any, mmap.mmap]:
    """A font's file, all of it in memory from the beginning, once for all processes: no frame waits for a disk when a script
    or an emoji comes up first, and memory does not grow with what is said.
    """
    at_once = getattr(mmap, "MAP_POPULATE", 0)
    with path.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED | at_once, prot=mmap.PROT_READ)
    return skia.Data.MakeWithoutCopy(whole), whole


def _varied(typeface: Any, axes: dict[str, float]) -> Any:
    """``typeface`` at a place in its design space; axes that it lacks are ignored."""
    place = skia.FontArguments.VariationPosition
    coordinates = place.Coordinates([place.Coordinate(int.from_bytes(t.encode(), "big"), v) for t, v in axes.items()])
    position = place(coordinates)  # it only points at the coordinates, which must outlive it
    arguments = skia.FontArguments()
    arguments.setVariationDesignPosition(position)
    return typeface.makeClone(arguments) or typeface
