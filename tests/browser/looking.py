"""What a test looks at: faults that axe-core finds, what the picture of the wall shows, and pictures for ``docs/tablet``."""

from __future__ import annotations

import io
import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page

from tests.stream.doors.process import SCREENS

TITLES = {
    **{name: [int(screens[0])] for name, screens in SCREENS.items()},
    "urgent": [1, 2, 3, 4, 5, 6],
    "safe": [],
}
"""On which screens large words begin in the corner at the top."""
WORDS = """([titles, safe]) => {
  const canvas = document.querySelector("canvas"), [w, h] = [canvas.width / 3, canvas.height / 2];
  if (!w || !h) return false;
  const white = (x, y, wide, high) => {
    const seen = canvas.getContext("2d").getImageData(x * w, y * h, wide * w, high * h).data;
    return seen.some((_, i) => i % 4 === 0 && Math.min(seen[i], seen[i + 1], seen[i + 2]) > 150);
  };
  const corners = [1, 2, 3, 4, 5, 6].filter(n => white((n - 1) % 3 + 0.02, Math.floor((n - 1) / 3) + 0.03, 0.4, 0.15));
  return `${corners}` === `${titles}` && (!safe || white(1.4, 0.4, 0.2, 0.2));
}"""
"""Whether large words stand in the corner of just these screens, and of the safe scene in the middle of the second one."""


def shows(page: Page, what: str) -> None:
    """Wait until the tablet's picture of the six screens is a layout's, ``urgent`` words or the ``safe`` scene."""
    page.wait_for_function(WORDS, arg=[TITLES[what], what == "safe"])


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it is now: the rule and the first place that breaks it."""
    found = Axe().run(page).response["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {rule['help']} at {rule['nodes'][0]['target']}" for rule in serious]


def keep(page: Page, name: str) -> None:
    """Write a picture of the page to the folder ``AGORA_SCREENSHOTS`` (such as docs/tablet), if that is set."""
    folder = os.environ.get("AGORA_SCREENSHOTS", "")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(
            Path(folder) / f"{name}.webp", quality=82, method=6
        )
