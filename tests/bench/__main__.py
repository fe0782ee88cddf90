"""Run the rows named on the command line, or all of them but the longest; with ``--write`` also into ``docs/figures.md``."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import platform
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

import tests.bench
from tests.bench.figure import Figure

PAGE = Path(__file__).parent.parent.parent / "docs" / "figures.md"
GL = "software GL (Mesa's llvmpipe)"
BY_NAME = frozenset({"day"})
"""Rows that are run only when they are named: they take the best part of an hour."""


def rows() -> list[str]:
    """The names of all rows."""
    return sorted(
        m.name.removeprefix("row_") for m in pkgutil.iter_modules(tests.bench.__path__) if m.name.startswith("row_")
    )


def main(names: Sequence[str], *, write: bool) -> int:
    """Print the figures; 1 when a row broke (a missed bar is no fault of the run)."""
    unknown = [n for n in names if n not in rows()]
    if unknown:
        print(f"no such row: {', '.join(unknown)}; there are {', '.join(rows())}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    broken: list[str] = []
    for name in names or [n for n in rows() if n not in BY_NAME]:
        try:
            for figure in importlib.import_module(f"tests.bench.row_{name}").measure():
                print(msgspec.json.encode(figure).decode(), flush=True)
                figures.append(figure)
        except Exception:
            broken.append(name)
            print(f"{name} broke:\n{traceback.format_exc()}", file=sys.stderr)
    if write:
        PAGE.write_text(page(figures, broken, machine(), datetime.now(UTC)), encoding="utf-8")
    return 1 if broken else 0


def page(figures: Sequence[Figure], broken: Sequence[str], where: str, when: datetime) -> str:
    """The figures as a Markdown page."""
    lines = [
        "# Figures",
        "",
        f"Measured by `make bench` on {when:%d %B %Y}: {where}.",
        "A bar is what the design asks for; what misses it says so.",
        "",
        "| figure | value | unit | bar | | under which circumstances |",
        "|---|---:|---|---:|---|---|",
    ]
    for figure in figures:
        bar = "" if figure.bar is None else f"{figure.bar:,g}"
        verdict = "" if figure.ok is None else "met" if figure.ok else "**missed**"
        note = figure.note.replace("|", "\\|")
        lines.append(f"| {figure.name} | {_rounded(figure.value)} | {figure.unit} | {bar} | {verdict} | {note} |")
    lines += [f"\nThe row `{name}` broke and gave no figures." for name in broken]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The processor, how much of it, and what draws."""
    information = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if sys.platform == "linux" else []
    models = [line.partition(":")[2].strip() for line in information if line.startswith("model name")]
    cores = len(models) or "some"
    memory = ""
    if sys.platform == "linux":
        kilobytes = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1])
        memory = f", {kilobytes / 2**20:.0f} GB of memory"
    return f"{cores} cores of {models[0] if models else platform.processor()}{memory}, {GL}, Python {platform.python_version()}"


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure what the design asks for.")
    parser.add_argument("rows", nargs="*", help=f"some of {', '.join(rows())}; default: all but {', '.join(BY_NAME)}")
    parser.add_argument("--write", action="store_true", help="also write docs/figures.md")
    given = parser.parse_args()
    sys.exit(main(given.rows, write=given.write))
