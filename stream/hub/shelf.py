"""The shelf: the layouts of a folder, read anew when a file changes; a broken one leaves what it was before."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
import watchfiles

from stream import layouts as files
from stream.config import Config
from stream.wire.messages import Layout

log = structlog.get_logger(__name__)


class Shelf:
    """Belongs to the event loop; ``changed`` hears that the folder was read anew."""

    def __init__(self, config: Config, changed: Callable[[], None]) -> None:
        self._grid = config.wall.grid
        self._folder = files.folder(config.wall.layouts)
        self._changed = changed
        self._loaded = files.load(self._folder, self._grid)

    @property
    def layouts(self) -> Mapping[str, Layout]:
        """The layouts that may be taken, by name."""
        return self._loaded.layouts

    @property
    def faults(self) -> list[str]:
        """What is wrong in the files now, one ``file:line: sentence`` each."""
        return list(map(str, self._loaded.faults))

    async def watch(self) -> None:
        """Read the files anew whenever one changes, for ever; return where there is no folder."""
        if not self._folder.is_dir():
            return
        async for _ in watchfiles.awatch(self._folder, step=50, debounce=200, recursive=False):
            self.reload()

    def reload(self) -> None:
        """Read the files now."""
        self._loaded = files.load(self._folder, self._grid, before=self._loaded.layouts)
        for fault in self._loaded.faults:
            log.warning("a layout is broken", fault=str(fault))
        self._changed()
