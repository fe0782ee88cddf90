"""Run the rows named on the command line, or all of them: one JSON line a figure, then a table with their bars."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence

import msgspec

import tests.eval
from tests.bench.figure import Figure
from tests.eval.data import Absent


def rows() -> list[str]:
    """The names of all rows."""
    return sorted(
        m.name.removeprefix("row_") for m in pkgutil.iter_modules(tests.eval.__path__) if m.name.startswith("row_")
    )


def main(names: Sequence[str]) -> int:
    """Print the figures; 1 when a row broke (a missed bar is no fault of the run, and absent data neither)."""
    unknown = [n for n in names if n not in rows()]
    if unknown:
        print(f"no such row: {', '.join(unknown)}; there are {', '.join(rows())}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    skipped: list[str] = []
    broken = False
    for name in names or rows():
        try:
            for figure in importlib.import_module(f"tests.eval.row_{name}").measure():
                print(msgspec.json.encode(figure).decode(), flush=True)
                figures.append(figure)
        except Absent as reason:
            skipped.append(f"{name}: skipped, {reason}")
        except Exception:
            broken = True
            print(f"{name} broke:\n{traceback.format_exc()}", file=sys.stderr)
    print(table(figures, skipped))
    return 1 if broken else 0


def table(figures: Sequence[Figure], skipped: Sequence[str]) -> str:
    """The figures in columns, for people."""
    lines = [("figure", "measured", "bar", "")]
    for figure in figures:
        bar = "" if figure.bar is None else f"{figure.bar:g}"
        verdict = "" if figure.ok is None else "met" if figure.ok else "MISSED"
        lines.append((figure.name, f"{figure.value:g} {figure.unit}".rstrip(), bar, verdict))
    wide = [max(len(line[column]) for line in lines) for column in range(4)]
    told = [
        "",
        *("  ".join(cell.ljust(size) for cell, size in zip(line, wide, strict=True)).rstrip() for line in lines),
    ]
    return "\n".join([*told, *skipped])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description="Measure how right the analysis is.")
    parser.add_argument("rows", nargs="*", help=f"some of {', '.join(rows())}; default: all")
    parser.add_argument("--data", metavar="DIR", help="where the real data lie (default: ../shared/data)")
    parser.add_argument(
        "--pairs", metavar="FILE", help="where row stories writes 200 merged pairs, to be read by a person"
    )
    given = parser.parse_args()
    if given.data:
        os.environ["AGORA_EVAL_DATA"] = given.data
    if given.pairs:
        os.environ["AGORA_EVAL_PAIRS"] = given.pairs
    sys.exit(main(given.rows))
