"""Makes the page's icons for home screens: ``python -m tests.browser.icons`` draws ``stream/hub/page/icon.svg`` as PNGs.

The icon fills its square, so that systems which cut corners off or masks out of it cut only ground.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS

PAGE: Final = Path(__file__).resolve().parents[2] / "stream" / "hub" / "page"
SIZES: Final = (180, 192, 512)
GROUND: Final = "#0A1020"


def make() -> None:
    """Write one PNG for each of ``SIZES``."""
    drawing = (PAGE / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            style = f"*{{margin:0}}body{{background:{GROUND};padding:9%}}svg{{display:block;width:100%}}"
            page.set_content(f"<style>{style}</style>{drawing}")
            page.screenshot(path=PAGE / f"icon-{size}.png")
        browser.close()


if __name__ == "__main__":
    make()
