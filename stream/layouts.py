"""Layouts: what the screens show, one TOML file each, with every fault and its line.

A file ``<name>.toml`` holds ``name``, ``title``, ``subtitle`` and the ``panels``: each a ``visual``, the ``screens`` it spans
(``3``, ``[1, 2]``, or ``"1-6"`` for the rectangle with these two corners), a ``caption`` and the visual's ``options``. ``grid``
says for how many columns and rows it was drawn; on a wall with another grid its panels are laid out anew (``stream.relaid``).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from stream import toml
from stream.relaid import relaid
from stream.toml import Fault
from stream.wire.geometry import Grid
from stream.wire.messages import Layout, Panel

SHIPPED: Final = Path(__file__).resolve().parent.parent / "layouts"
SHIPPED_GRID: Final = (3, 2)

VISUALS: Final = frozenset({
    "constellation", "conversations", "river", "stories", "numbers", "rising", "compare", "mood", "world", "voices", "title",
    "announcement", "focus", "test_pattern",
})  # fmt: skip


class _PanelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    visual: str
    screens: int | str | tuple[int, ...]
    caption: str = ""
    options: dict[str, Any] = {}


class _LayoutFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    panels: tuple[_PanelFile, ...]
    subtitle: str = ""
    grid: tuple[int, int] | None = None


class Shelf(NamedTuple):
    """The layouts of a folder by name, and everything that is wrong in its files."""

    layouts: Mapping[str, Layout]
    faults: tuple[Fault, ...]


def folder(configured: str) -> Path:
    """The folder of ``[wall] layouts``; empty means the layouts that come with Agora."""
    return Path(configured) if configured else SHIPPED


def load(where: Path, grid: Grid, *, before: Mapping[str, Layout] | None = None) -> Shelf:
    """Every layout in the folder ``where``. A file that broke leaves the layout that it held ``before``."""
    drawn_for = SHIPPED_GRID if where.resolve() == SHIPPED else (grid.columns, grid.rows)
    layouts: dict[str, Layout] = {}
    faults: list[Fault] = []
    if not where.is_dir():
        return Shelf(before or {}, (Fault(str(where), 0, "there is no such folder of layouts"),))
    for file in sorted(where.glob("*.toml")):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            read: Layout | list[Fault] = [Fault(str(file), 0, f"cannot be read: {error}")]
        else:
            read = parse(text, str(file), grid, drawn_for=drawn_for)
        if isinstance(read, Layout):
            layouts[read.name] = read
        else:
            faults += read
            if before and file.stem in before:
                layouts[file.stem] = before[file.stem]
    return Shelf(layouts, tuple(faults))


def parse(text: str, file: str, grid: Grid, *, drawn_for: tuple[int, int] | None = None) -> Layout | list[Fault]:
    """The layout in ``text``, laid out on ``grid``, or everything that is wrong with it in order of lines."""
    document = toml.read(text, file)
    if isinstance(document, Fault):
        return [document]
    faults = toml.faults(document, _LayoutFile, file)
    if faults:
        return faults
    written = msgspec.convert(document.data, _LayoutFile)
    columns, rows = written.grid or drawn_for or (grid.columns, grid.rows)
    if columns < 1 or rows < 1:
        return [Fault(file, document.line(("grid",)), "grid needs at least one column and one row")]
    own = msgspec.structs.replace(grid, columns=columns, rows=rows)
    found = [Fault(file, document.line(path), sentence) for path, sentence in _wrong(written, Path(file).stem, own)]
    if found:
        return sorted(found, key=lambda fault: fault.line)
    panels = [Panel(p.visual, screens_of(p.screens, own), p.caption, p.options) for p in written.panels]
    return Layout(written.name, written.title, relaid(panels, (columns, rows), grid), written.subtitle)


def screens_of(written: int | str | tuple[int, ...], grid: Grid) -> tuple[int, ...]:
    """The numbers of the screens that ``written`` names. Raises ``ValueError`` when they are no rectangle of ``grid``."""
    if isinstance(written, int):
        numbers: tuple[int, ...] = (written,)
    elif isinstance(written, str):
        ends = written.split("-")
        if not 1 <= len(ends) <= 2 or not all(end.strip().isdecimal() for end in ends):
            raise ValueError(f"screens {written!r} are neither a number nor two corners like '1-{grid.count}'")
        around = grid.span(int(end) for end in ends)
        numbers = tuple(n for n in range(1, grid.count + 1) if around.contains(grid.screen(n)))
    else:
        numbers = tuple(sorted(written))
    if not grid.is_rectangle(numbers):
        raise ValueError(
            f"screens {', '.join(map(str, numbers))} fill no rectangle of the {grid.columns} × {grid.rows} grid"
        )
    return numbers


def known_visuals() -> frozenset[str]:
    """The visuals that come with Agora, and those of installed packages (entry points ``agora.visuals``)."""
    return VISUALS | {point.name for point in metadata.entry_points(group="agora.visuals")}


def _wrong(written: _LayoutFile, stem: str, grid: Grid) -> Iterator[tuple[toml.Path, str]]:
    """What the types cannot say: the path of the key, and a sentence."""
    if written.name != stem:
        yield ("name",), f"name is {written.name!r} and the file {stem!r}; they must be the same"
    if not written.panels:
        yield ("panels",), "a layout needs at least one panel"
    visuals = known_visuals()
    taken: dict[int, int] = {}
    for i, panel in enumerate(written.panels):
        if panel.visual not in visuals:
            near = difflib.get_close_matches(panel.visual, sorted(visuals), 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(visuals))}"
            yield ("panels", i, "visual"), f"there is no visual {panel.visual!r}; {hint}"
        try:
            numbers = screens_of(panel.screens, grid)
        except ValueError as error:
            yield ("panels", i, "screens"), str(error)
            continue
        for other in sorted({taken[n] for n in numbers if n in taken}):
            shared = ", ".join(str(n) for n in numbers if taken.get(n) == other)
            yield ("panels", i, "screens"), f"panel {i + 1} lies over panel {other + 1} on screen {shared}"
        taken.update(dict.fromkeys(numbers, i))
