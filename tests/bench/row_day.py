"""Does a wall grow in a day? A day of hub time, drawn as fast as one core draws it; ``BENCH_DAY_HOURS`` (24) shortens it.

``tests.bench.day`` is the process that is looked at, on one thread; it plays ``tests.bench.rounds``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from tests.bench import rounds
from tests.bench.day import SCALE, Look
from tests.bench.figure import Figure, figure

HOURS: Final = float(os.environ.get("BENCH_DAY_HOURS", "24"))
MARKS: Final = (0.5, 1.0, 6.0, 12.0, 18.0)
"""Hours at which the memory is told."""
SLOWER: Final = 3
"""A recorded layout is 20 s on air and told of every 2 s; for a day these are 60 and 6: it would take three hours otherwise."""
EARLY: Final = 4
"""The round that the end is compared with: as often was every layout on air when the soak, which switches faster, is at minute
3. A run of less than twice that is compared with its middle one, without a bar: what it keeps is still filling."""
MOST: Final = 1.05
"""Memory at the end, as a share of that of the early round."""
ALONE: Final = {"LP_NUM_THREADS": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def measure() -> Iterator[Figure]:
    """Record, play the day, and judge."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rounds.rec"
        rounds.record(file)
        looks = list(_played(file, HOURS))
    yield from judged(looks, float(SLOWER * rounds.round_s()))


def judged(looks: Sequence[Look], round_s: float) -> Iterator[Figure]:
    """The verdict: medians over rounds of ``round_s``, in which every layout is on air once."""
    end_s = looks[-1].hub_s
    if end_s < 2 * round_s:
        raise ValueError(f"{end_s:.0f} s are less than two rounds of {round_s:.0f} s: play for longer")
    early_s = round_s * min(EARLY, int(end_s / round_s / 2))
    first, last = _round(looks, early_s, round_s), _round(looks, end_s, round_s)
    times = sorted({early_s, end_s, *(hour * 3600.0 for hour in MARKS if hour * 3600.0 < end_s - round_s)})
    marks = {"minute 3": _round(looks, 210.0, 60.0), **{_called(at): _round(looks, at, round_s) for at in times}}
    said = ", ".join(f"{name} {look.mb:.1f}" for name, look in marks.items())
    done = looks[-1]
    note = (
        f"{said} MB; {done.frames:,} frames and {done.switches:,} switches, render scale {SCALE:g}; of it pages of files "
        f"{first.files_mb:.1f}, then {last.files_mb:.1f}, C heap in use {first.heap_mb:.1f}, then {last.heap_mb:.1f}, pictures "
        f"{first.textures_mb:.0f}, then {last.textures_mb:.0f} MB; Python's blocks {first.blocks:,.0f}, then {last.blocks:,.0f}"
    )
    most = MOST if early_s == EARLY * round_s else None
    against = f"memory of the wall, {_called(end_s)} against {_called(early_s)}"
    yield figure(against, last.mb / first.mb, "", most=most, note=note)
    late = np.array([(look.hub_s, look.mb) for look in looks if look.hub_s > end_s / 2])
    slope = float(np.polyfit(late[:, 0], late[:, 1], 1)[0]) * 86_400.0
    yield figure("slope of it in the second half", slope, "MB a day")
    note = f"hub time in real time, {done.real_s / 60:.0f} min; {done.processor_s / 60:.0f} min of the processor"
    yield figure("pace of that day", done.hub_s / done.real_s, "times", note=note)


def _called(at_s: float) -> str:
    """A time of the day."""
    return f"hour {at_s / 3600:.3g}" if at_s >= 3600 else f"minute {at_s / 60:.0f}"


def _round(looks: Iterable[Look], end_s: float, length_s: float) -> Look:
    """The medians of the looks in the ``length_s`` before ``end_s``."""
    rows = np.array([msgspec.structs.astuple(look) for look in looks if end_s - length_s < look.hub_s <= end_s])
    return Look(*np.median(rows, axis=0).tolist())


def _played(file: Path, hours: float) -> Iterator[Look]:
    """Looks at a process that plays ``hours``; each hour is told to who waits."""
    length_ms = rounds.round_s() * 1000
    command = [sys.executable, "-m", "tests.bench.day", str(file), str(length_ms), str(SLOWER), str(hours)]
    hour = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ALONE}) as child:
        assert child.stdout is not None
        for line in child.stdout:
            look = msgspec.json.decode(line, type=Look)
            if look.hub_s >= hour * 3600.0:
                print(f"hub hour {hour}: {look.mb:.0f} MB after {look.real_s:.0f} s", file=sys.stderr, flush=True)
                hour += 1
            yield look
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
