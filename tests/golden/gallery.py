"""Draws the pictures of ``docs/gallery``: ``python -m tests.golden.gallery [NAME…]``.

The simulated event goes through the real pipeline (state, moderation, graphs, feeds, store, scene, painter) in one process with
clocks driven by hand, up to a minute in which something sudden is under way. Look at the pictures before you commit them.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from ingest.simulation import World, festival
from stream import mention
from stream.config import ClockConfig, Config, HubConfig, ShowConfig, TrackConfig
from stream.hub import greeting
from stream.log import MENTIONS, RETRACTIONS, Record
from stream.mention import Mention, Retraction
from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Event, OnAir, decode_from_hub
from tests.golden.pictures import Pixels, painted
from tests.stream.hub.house import House
from tests.wall.look.views import shipped
from wall.feeds import DELAY_MS, Store
from wall.scene import Scene

GALLERY: Final = Path(__file__).resolve().parents[2] / "docs" / "gallery"
LAYOUTS: Final = (
    "pulse", "topics", "people", "stories", "numbers", "compare", "voices", "mood", "river", "world", "event", "speaker",
    "test-pattern",
)  # fmt: skip
TRACKS: Final = {
    **{t.name.capitalize(): TrackConfig("topic", tuple(f"#{tag}" for tag in t.tags)) for t in festival.TOPICS[:4]},
    **{tag: TrackConfig("campaign", (f"#{tag}",)) for tag in ("KaleidoNight", "LanternParade", "RepairCafé")},
}
EVENT: Final = Event(
    festival.NAME, festival.HASHTAG, festival.TOWN, festival.SITE, "privacy@kaleido.example", timezone="Europe/Helsinki"
)
WIDTH: Final = 1944
LARGEST: Final = 250_000
EVENING: Final = 1_790_000_000_000
INTO_BURST_MS: Final = 55_000
SETTLING_MS: Final = 24_000
FRAME_MS: Final = 33


class Evening:
    """The hub's inside and a wall's store, on one clock."""

    def __init__(self) -> None:
        base = Config()
        self.world = World(base.simulation.seed, base.simulation.rate)
        burst = next(b for b in self.world.bursts(EVENING, EVENING + 3_600_000) if b.start > EVENING)
        self.end = burst.start + INTO_BURST_MS
        config = Config(
            clock=ClockConfig(mode="rehearsal"), hub=HubConfig(), show=ShowConfig(delay_s=0), tracks=TRACKS, event=EVENT
        )
        self.house = House(config, self.end - SETTLING_MS)
        self.store = Store(greeting.hello(config, self.end, self.house.now), lambda: float(self.house.now))
        self._window = config.hub.window_s * 1000
        self._seen: dict[str, int] = {}
        self._told = 0

    def begin(self) -> None:
        """Hear everything of two windows, then let time pass until the burst is under way."""
        self._tell(self.house.now - 2 * self._window, self.house.now)
        while self.house.now < self.end:
            self.pass_time(FRAME_MS)

    def show(self, layout: str) -> None:
        """Put a layout on air and wait until it stands."""
        rev = self._told = self._told + 1
        self.house.stage.show(OnAir(self.house.now, rev + 1, shipped(layout), "take"))
        for _ in range(70):
            self.pass_time(FRAME_MS)

    def pass_time(self, ms: int) -> None:
        """One frame of the hub, and what it says reaches the wall."""
        self._tell(self.house.now, self.house.now + ms)
        self.house.later(ms)
        for posted in self.house.board.since(self._seen):
            self._seen[posted.channel] = posted.rev
            self.store.take(decode_from_hub(posted.payload))

    def picture(self) -> Pixels:
        """What the wall shows now, bezels drawn."""
        scene = Scene(math.inf)
        for ms in range(-3000, 1, 100):  # what eases and rolls has come to rest
            view = self.store.view(self.house.now + DELAY_MS + ms)
            drawlist = scene.draw(view)
        return with_bezels(painted(drawlist, view), view.hello.grid)

    def _tell(self, start: int, end: int) -> None:
        records = [self._record(item) for item in self.world.events(start, end)]
        self.house.engine.apply(records, end)

    def _record(self, item: Mention | Retraction) -> Record:
        if isinstance(item, Mention):
            return self.house.record(MENTIONS.name, item.author.id, mention.encode(item))
        return self.house.record(RETRACTIONS.name, item.target, mention.encode(item))


def with_bezels(pixels: Pixels, grid: Grid, scale: float = 1.0) -> Pixels:
    """``pixels`` of the whole canvas at ``scale``, with what lies under bezels black."""
    lit = np.zeros(pixels.shape[:2], bool)
    for number in range(1, grid.count + 1):
        screen: Rect = grid.screen(number)
        x, y, right, bottom = (round(v * scale) for v in (screen.x, screen.y, screen.right, screen.bottom))
        lit[y:bottom, x:right] = True
    return np.asarray(np.where(lit[..., None], pixels, 0), np.uint8)


def save(pixels: Pixels, path: Path) -> None:
    """Write a WebP picture of ``WIDTH`` pixels that is no larger than it may be."""
    height = round(WIDTH * pixels.shape[0] / pixels.shape[1])
    picture = Image.fromarray(pixels).resize((WIDTH, height), Image.Resampling.LANCZOS)
    for quality in (90, 84, 78, 70, 60):
        picture.save(path, quality=quality, method=6)
        if path.stat().st_size <= LARGEST:
            break


def main(names: list[str]) -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    evening = Evening()
    evening.begin()
    for name in names or LAYOUTS:
        evening.show(name)
        path = GALLERY / f"{name}.webp"
        save(evening.picture(), path)
        print(f"{path}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
