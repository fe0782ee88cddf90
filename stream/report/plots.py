"""The plots of a report as SVG whose words stay words: a browser shapes every script, and they can be searched and read out."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stream.forces import Layout
from stream.report.gather import Gathered
from stream.wire.snapshot import PersonEdge, PersonNode, TopicEdge, TopicNode

INK: Final = "#16202E"
QUIET: Final = "#6B7A90"
LINE: Final = "#E3E8EF"
COLOURS: Final = (
    "#0B6FB8",
    "#D9581C",
    "#00876C",
    "#7A5AE0",
    "#B8860B",
    "#C23B80",
    "#3F8F29",
    "#1F8FA3",
    "#8A5A2B",
    "#4C5FD7",
)
REST: Final = "#9AA7B8"
GOOD: Final = "#00876C"
BAD: Final = "#D9581C"
WIDE: Final = (10.6, 3.4)
GRAPH: Final = (10.6, 5.4)
STEPS: Final = 400
NAMED: Final = 26
NODES: Final = 400
EACH: Final = 4
SETTINGS: Final[Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "agora", "text.parse_math": False, "font.family": "sans-serif", "font.size": 10,
    "axes.edgecolor": LINE, "axes.labelcolor": QUIET, "xtick.color": QUIET, "ytick.color": QUIET, "text.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.grid": True, "grid.color": LINE,
    "axes.axisbelow": True, "xtick.bottom": False, "ytick.left": False, "figure.constrained_layout.use": True,
}  # fmt: skip
_OUTSIDE: Final = re.compile(r"<svg.*</svg>", re.DOTALL)


def colour(index: int) -> str:
    """The colour of a community or series; those beyond the palette, and of no community, share one."""
    return COLOURS[index] if 0 <= index < len(COLOURS) else REST


def volume(gathered: Gathered) -> str:
    """Posts over time by source, with the sessions behind and the peaks above."""
    series = gathered.volume
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure(WIDE)
        at = _dates(series.edges)
        for i, session in enumerate(gathered.sessions):
            axes.axvspan(*_dates([session.start, session.end]), color=INK, alpha=0.035 + 0.03 * (i % 2), lw=0)
        axes.stackplot(
            at, list(series.by_source.values()), labels=list(series.by_source), colors=COLOURS, alpha=0.85, lw=0
        )
        top = float(series.total.max())
        axes.set_ylim(0, top * 1.28)
        _name_peaks(gathered, axes, top)
        _time_axis(axes, gathered)
        if len(series.by_source) > 1:
            axes.legend(loc="upper left", frameon=False, ncols=4, fontsize=9)
        return _svg(figure)


def _name_peaks(gathered: Gathered, axes: Any, top: float) -> None:
    """The most surprising peaks that do not stand over each other, named above the curve."""
    width = gathered.end - gathered.start
    taken: list[float] = []
    for peak in sorted(gathered.peaks, key=lambda p: -p.nats)[:8]:
        begin, end = gathered.core(peak)
        middle = (begin + end) / 2
        if any(abs(middle - other) < 0.09 * width for other in taken):
            continue
        taken.append(middle)
        x = _dates([middle])[0]
        axes.plot([x, x], [0, top * 1.06], color=INK, lw=0.7, alpha=0.5)
        side = "left" if middle < gathered.start + width / 2 else "right"
        axes.text(
            x, top * (1.09 + 0.07 * (len(taken) % 2)), gathered.labels[peak.topic], fontsize=9, ha=side, color=INK
        )


def river(gathered: Gathered) -> str:
    """The ten topics of most posts over time, as a stream."""
    snapshot = gathered.snapshot
    nodes = [n for n in snapshot.topics.nodes if n.id in snapshot.topics.courses][:10]
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure((10.6, 3.8))
        if nodes:
            courses = np.array([snapshot.topics.courses[n.id] for n in nodes], float)
            kernel = np.array([1, 2, 3, 2, 1]) / 9.0
            smooth = np.array([np.convolve(course, kernel, "same") for course in courses])
            begin = gathered.span_of_buckets(courses.shape[1])
            axes.stackplot(
                _dates(begin), smooth, labels=[gathered.labels[n.id] for n in nodes], colors=COLOURS, alpha=0.9,
                baseline="weighted_wiggle", lw=0,
            )  # fmt: skip
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False, ncols=5, fontsize=9)
        axes.set_yticks([])
        _time_axis(axes, gathered)
        return _svg(figure)


def mood(gathered: Gathered) -> str:
    """Posts in a good mood upwards, in a bad one downwards."""
    numbers = gathered.snapshot.numbers
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure((10.6, 2.6))
        at = _dates(gathered.span_of_buckets(len(numbers.timeline)))
        axes.fill_between(at, 0, numbers.timeline_positive, color=GOOD, alpha=0.8, lw=0, step="mid", label="glad")
        critical = -np.asarray(numbers.timeline_negative)
        axes.fill_between(at, 0, critical, color=BAD, alpha=0.8, lw=0, step="mid", label="critical")
        axes.axhline(0, color=INK, lw=0.6)
        axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        axes.legend(loc="upper left", frameon=False, ncols=2, fontsize=9)
        _time_axis(axes, gathered)
        return _svg(figure)


def bars(rows: Sequence[tuple[str, float]], unit: str = "") -> str:
    """One bar a row, the figure at its end."""
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure((5.0, 0.42 * max(len(rows), 1) + 0.3))
        values = [value for _, value in rows]
        axes.barh(range(len(rows)), values, color=COLOURS[0], height=0.62)
        axes.set_yticks(range(len(rows)), [name for name, _ in rows], color=INK)
        for i, value in enumerate(values):
            axes.text(value, i, f" {value:,.0f}{unit}", va="center", fontsize=9, color=QUIET)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.set_xlim(0, max(values, default=1) * 1.2 or 1)
        return _svg(figure)


def topic_graph(nodes: Sequence[TopicNode], edges: Sequence[TopicEdge], seed: int) -> str:
    """Topics that were said together, near each other."""
    chosen = nodes[:120]
    place = {n.id: i for i, n in enumerate(chosen)}
    known = [(place[e.source], place[e.target], e.weight) for e in edges if e.source in place and e.target in place]
    labels = [n.label for n in chosen]
    ties = _strongest(known)
    return _graph([n.weight for n in chosen], [n.community for n in chosen], labels, ties, [], seed)


def _strongest(ties: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Those ties that are among the ``EACH`` strongest of one of their ends."""
    often: Counter[int] = Counter()
    kept = []
    for a, b, weight in sorted(ties, key=lambda tie: (-tie[2], tie[0], tie[1])):
        if often[a] < EACH or often[b] < EACH:
            kept.append((a, b, weight))
            often.update((a, b))
    return kept


def people_graph(nodes: Sequence[PersonNode], edges: Sequence[PersonEdge], seed: int) -> str:
    """Who talks with whom; ties between groups are dark."""
    chosen = nodes[:NODES]
    place = {n.id: i for i, n in enumerate(chosen)}
    known = [e for e in edges if e.source in place and e.target in place]
    ties = [(place[e.source], place[e.target], float(e.weight)) for e in known]
    weak = [i for i, e in enumerate(known) if e.weak]
    labels = [f"@{n.handle}" for n in chosen]
    return _graph([n.weight for n in chosen], [n.community for n in chosen], labels, ties, weak, seed)


def _graph(
    weights: Sequence[float],
    communities: Sequence[int],
    labels: Sequence[str],
    ties: Sequence[tuple[int, int, float]],
    weak: Sequence[int],
    seed: int,
) -> str:
    with mpl.rc_context(SETTINGS):
        figure, axes = _figure(GRAPH)
        axes.axis("off")
        if weights:
            at = _positions(len(weights), ties, seed)
            size = (4 + 300 * np.asarray(weights, float) / max(weights)) * min(1.0, 120 / len(weights)) + 5
            if ties:
                ends = np.array([[at[a], at[b]] for a, b, _ in ties])
                axes.add_collection(LineCollection(list(ends), colors=REST, linewidths=0.5, alpha=0.35, zorder=1))
                if weak:
                    axes.add_collection(
                        LineCollection(list(ends[list(weak)]), colors=INK, linewidths=1.1, alpha=0.8, zorder=2)
                    )
            axes.scatter(
                at[:, 0], at[:, 1], s=size, c=[colour(c) for c in communities], lw=0.6, edgecolors="white", zorder=3
            )
            for i in _named(at, weights, labels):
                axes.text(at[i, 0], at[i, 1] + 0.018, labels[i], fontsize=9, ha="center", va="bottom", zorder=4)
            axes.set_xlim(-0.06, 1.06)
            axes.set_ylim(-0.06, 1.08)
        return _svg(figure)


def _positions(n: int, ties: Sequence[tuple[int, int, float]], seed: int) -> NDArray[np.float64]:
    """Force-directed, then evened out by rank along each axis, in a unit square."""
    layout = Layout(n, seed)
    edges = np.array([(a, b) for a, b, _ in ties], np.int64).reshape(-1, 2)
    weights = np.array([w for *_, w in ties], np.float32)
    at = np.zeros((n, 2), np.float64)
    for _ in range(STEPS):
        at = np.asarray(layout.step(edges, weights), np.float64)
    low, high = at.min(0), at.max(0)
    unit = (at - low) / np.maximum(high - low, 1e-9)
    ranks = unit.argsort(0).argsort(0) / max(n - 1, 1)
    even: NDArray[np.float64] = (unit + ranks) / 2
    return even


def _named(at: NDArray[np.float64], weights: Sequence[float], labels: Sequence[str]) -> list[int]:
    """The heaviest whose labels do not lie on each other."""
    boxes: list[tuple[float, float, float, float]] = []
    chosen: list[int] = []
    for i in sorted(range(len(labels)), key=lambda i: (-weights[i], labels[i])):
        half, x, y = 0.0045 * len(labels[i]) + 0.006, at[i, 0], at[i, 1] + 0.018
        box = (x - half, y, x + half, y + 0.042)
        if all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in boxes):
            boxes.append(box)
            chosen.append(i)
        if len(chosen) == NAMED:
            break
    return chosen


def _figure(size: tuple[float, float]) -> tuple[Figure, Any]:
    figure = Figure(figsize=size)
    return figure, figure.subplots()


def _dates(at_ms: Sequence[float] | NDArray[np.int64]) -> NDArray[np.float64]:
    dates: NDArray[np.float64] = np.asarray(date2num([datetime.fromtimestamp(float(at) / 1000, UTC) for at in at_ms]))
    return dates


def _time_axis(axes: Any, gathered: Gathered) -> None:
    locator = AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.set_xlim(*_dates([gathered.start, gathered.end]))
    axes.grid(visible=False, axis="x")


def _svg(figure: Figure) -> str:
    """The figure as an element for a page, the same for the same figure."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    found = _OUTSIDE.search(out.getvalue())
    assert found is not None
    return found[0]
