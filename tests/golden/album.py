"""Draws everything of ``docs/gallery``, which takes minutes: ``python -m tests.golden.album``. Look before you commit.

Every layout from the simulated event, every visual in every state and at every size, a switch frame by frame, a page of text,
what staff say, and one contact sheet of the layouts.
"""

from __future__ import annotations

from typing import Final

from PIL import Image

from tests.golden import gallery, samples, sheets

CELL: Final = (640, 241)
GAP: Final = 8
COLUMNS: Final = 3
PAGE_WIDTH: Final = 1944


def contact(names: list[str]) -> Image.Image:
    """Pictures of the gallery side by side, each in a cell."""
    rows = -(-len(names) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * (CELL[0] + GAP) - GAP, rows * (CELL[1] + GAP) - GAP))
    for i, name in enumerate(names):
        with Image.open(gallery.GALLERY / f"{name}.webp") as picture:
            small = picture.convert("RGB")
            small.thumbnail(CELL, Image.Resampling.LANCZOS)
        x, y = i % COLUMNS * (CELL[0] + GAP), i // COLUMNS * (CELL[1] + GAP)
        page.paste(small, (x + (CELL[0] - small.width) // 2, y + (CELL[1] - small.height) // 2))
    return page


def main() -> None:
    gallery.main([])
    sheets.main([])
    sheets.save("switch", sheets.of_switch("pulse", "topics"))
    sheets.save("said", sheets.of_said())
    text = Image.fromarray(samples.page())
    text = text.resize((PAGE_WIDTH, round(PAGE_WIDTH * text.height / text.width)), Image.Resampling.LANCZOS)
    sheets.save("text", text)
    sheets.save("contact", contact([name for name in gallery.LAYOUTS if name != "test-pattern"]))


if __name__ == "__main__":
    main()
