"""``python -m wall``: the wall's process without the rest of Agora; ``agora wall`` is the front door."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stream.config import Misconfigured, load
from wall.app import run


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m wall", description="Draw one or more screens.")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--hub", metavar="URL")
    parser.add_argument("--screens", help="such as 1-6 or 3 (default: all)")
    parser.add_argument("--display", type=int)
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--shot", type=Path, metavar="FILE.png")
    parser.add_argument("--frames", type=int)
    parser.add_argument("--scale", type=float)
    parser.add_argument("--name")
    parser.add_argument("--recording", type=Path, metavar="FILE", help="play this instead of a hub")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write what the hub says")
    parser.add_argument("--at", type=float, metavar="MS", help="draw this hub time in every frame")
    parser.add_argument("--preview", action="store_true", help="draw what a tablet looks at before it is taken")
    given = parser.parse_args()
    try:
        config = load(str(given.config) if given.config else None)
    except Misconfigured as fault:
        print(fault, file=sys.stderr)
        return 2
    return run(
        config,
        hub_url=given.hub,
        screens=given.screens,
        display=given.display,
        headless=given.headless,
        shot=given.shot,
        frames=given.frames,
        scale=given.scale,
        name=given.name,
        recording=given.recording,
        record=given.record,
        at=given.at,
        preview=given.preview,
    )


if __name__ == "__main__":
    raise SystemExit(main())
