"""Run the rows named on the command line, or all of them."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback

import msgspec

import tests.bench


def rows() -> list[str]:
    """The names of all rows."""
    return sorted(
        m.name.removeprefix("row_") for m in pkgutil.iter_modules(tests.bench.__path__) if m.name.startswith("row_")
    )


def main(names: list[str]) -> int:
    """Print the figures; 1 when a row broke (a missed bar is no fault of the run)."""
    unknown = [n for n in names if n not in rows()]
    if unknown:
        print(f"no such row: {', '.join(unknown)}; there are {', '.join(rows())}", file=sys.stderr)
        return 2
    broken = 0
    for name in names or rows():
        try:
            for figure in importlib.import_module(f"tests.bench.row_{name}").measure():
                print(msgspec.json.encode(figure).decode(), flush=True)
        except Exception:
            broken = 1
            print(f"{name} broke:\n{traceback.format_exc()}", file=sys.stderr)
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
