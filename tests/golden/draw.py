"""Draws the golden pictures anew: ``python -m tests.golden.draw [NAME…]``. Look at them before you commit them."""

from __future__ import annotations

import sys

from PIL import Image

from tests.golden import pictures


def main(names: list[str]) -> None:
    for name in names or list(pictures.GOLDEN):
        view = pictures.view_of(name)
        picture = pictures.halved(pictures.painted(pictures.drawn(view), view))
        path = pictures.kept(name)
        Image.fromarray(picture).save(path, quality=68, method=6)
        print(f"{path}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
