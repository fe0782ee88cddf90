"""What a test looks at: faults that axe-core finds on a page, and pictures for ``docs/tablet`` where they are asked for."""

from __future__ import annotations

import io
import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page


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
