"""A visual that breaks its wall when somebody writes how into a file; it comes by the entry point ``agora.visuals``."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from stream.wire.messages import Graph
from wall import alive
from wall.drawlist import Layer
from wall.panel import Place
from wall.view import View

alive.HUNG_S = float(os.environ.get("SABOTAGE_HUNG_S", alive.HUNG_S))


class Sabotage:
    """``lose`` takes the GL context away, as a driver that resets does; ``hang`` never returns and holds Python up."""

    name = "sabotage"
    needs: frozenset[str] = frozenset()
    seconds = 60.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:  # noqa: ARG002, every visual is asked so
        return False

    def draw(self, view: View, place: Place, layer: Layer) -> None:  # noqa: ARG002
        layer.rect(place.rect, place.ink, 1.0)
        file = Path(os.environ["SABOTAGE"])
        how = file.read_text() if file.exists() else ""
        file.unlink(missing_ok=True)
        if how == "lose":
            egl = ctypes.CDLL("libEGL.so.1")
            egl.eglGetCurrentDisplay.restype = ctypes.c_void_p
            egl.eglMakeCurrent(ctypes.c_void_p(egl.eglGetCurrentDisplay()), None, None, None)
        elif how == "hang":
            ctypes.PyDLL(None).sleep(300)


def installed(folder: Path) -> Path:
    """A distribution in ``folder`` that brings the visual; the folder belongs on ``PYTHONPATH``."""
    info = folder / "agora_sabotage-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: agora-sabotage\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[agora.visuals]\nsabotage = tests.wall.shell.sabotage:VISUAL\n")
    return folder


VISUAL = Sabotage()
