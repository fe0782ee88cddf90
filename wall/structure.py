"""The structure of one graph on the wall: what grows in, what leaves, and sizes that change without a jump.

Each ``GraphFeed`` replaces the one before it. Nodes and edges are matched by key, so that those that stay keep what they are
and ease to what they become, new ones grow in from nothing, and those that left fade at the end of the arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stream.wire.messages import Graph, GraphFeed
from wall.view import Bytes, Floats, Ints

GROW_MS = 800.0
GONE = 0.01
"""Light below which a node or an edge that left is forgotten."""

Indices = npt.NDArray[np.int64]


class Malformed(ValueError):
    """A message of the hub whose arrays do not fit each other."""


def ease(x: float) -> float:
    """Smoothstep: 0 before 0, 1 after 1, without a corner at either end."""
    x = min(1.0, max(0.0, x))
    return x * x * (3.0 - 2.0 * x)


@dataclass(slots=True)
class Eased:
    """An array on its way from one value to another; both f4 of one length."""

    start: Floats
    end: Floats

    def at(self, e: float) -> Floats:
        """The values at ``e`` in 0 … 1 of the way."""
        if e >= 1.0 or self.start is self.end:
            return self.end
        return self.start + (self.end - self.start) * np.float32(e)


def _toward(start: Floats, end: Floats) -> Eased:
    """From one to the other; where they are the same, of one array, so that nobody takes it for something new."""
    return Eased(end, end) if np.array_equal(start, end) else Eased(start, end)


@dataclass(slots=True)
class Structure:
    """N nodes, of which the first ``n`` are in the feed and the others leave; M edges, of which the first ``m`` stay."""

    graph: Graph
    rev: int
    at: float
    total: int
    n: int
    m: int
    key: Ints
    community: Bytes
    was: Bytes
    """The community that a node comes from, as far as it has not ``turned`` to its own."""
    turned: Eased
    role: Bytes
    weight: Eased
    trend: Eased
    sentiment: Eased
    burst: Eased
    light: Eased
    source: Ints
    target: Ints
    weak: Bytes
    strength: Eased

    @property
    def steady(self) -> bool:
        """Whether nothing is on its way: what comes is what was."""
        moving = (self.weight, self.trend, self.sentiment, self.burst, self.light, self.strength, self.turned)
        return self.n == len(self.key) and self.m == len(self.source) and all(e.start is e.end for e in moving)

    def progress(self, t: float) -> float:
        """How far everything is on its way at hub time ``t``, in 0 … 1."""
        return ease((t - self.at) / GROW_MS)


def _read(data: bytes, kind: str, count: int, what: str) -> npt.NDArray[np.generic]:
    array = np.frombuffer(data, dtype=kind) if len(data) % np.dtype(kind).itemsize == 0 else None
    if array is None or len(array) != count:
        raise Malformed(f"{what} has {len(data)} bytes; {count} values of {kind} were announced")
    return array


def _floats(data: bytes, count: int, what: str) -> Floats:
    array = _read(data, "<f4", count, what).astype(np.float32)
    if not np.isfinite(array).all():
        raise Malformed(f"{what} holds a value that is no number")
    return array


def _lookup(keys: npt.NDArray[np.generic], wanted: npt.NDArray[np.generic]) -> Indices:
    """The index in ``keys`` of each of ``wanted``, −1 where it is not among them."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    found = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    index = order[found]
    return np.where(keys[index] == wanted, index, -1).astype(np.int64)


def _carried(old: Floats, index: Indices, otherwise: Floats) -> Floats:
    """The old value of each entry, or ``otherwise`` where it is new."""
    return np.where(index >= 0, old[index], otherwise).astype(np.float32) if len(old) else otherwise


def _pairs(key: Ints, source: Ints, target: Ints) -> npt.NDArray[np.uint64]:
    return (key[source].astype(np.uint64) << np.uint64(32)) | key[target].astype(np.uint64)


@dataclass(slots=True)
class _Arrived:
    """A feed's arrays, read and checked."""

    key: Ints
    community: Bytes
    role: Bytes
    ends: dict[str, Floats]
    source: Ints
    target: Ints
    weak: Bytes
    strength: Floats


def _arrived(feed: GraphFeed) -> _Arrived:
    n, m = feed.n, feed.m
    ends = {name: _floats(getattr(feed, name), n, name) for name in ("weight", "trend", "sentiment", "burst")}
    arrived = _Arrived(
        key=_read(feed.key, "<u4", n, "key").astype(np.uint32),
        community=_read(feed.community, "u1", n, "community").astype(np.uint8),
        role=_read(feed.role, "u1", n, "role").astype(np.uint8),
        ends={**ends, "light": np.ones(n, np.float32)},
        source=_read(feed.source, "<u4", m, "source").astype(np.uint32),
        target=_read(feed.target, "<u4", m, "target").astype(np.uint32),
        weak=_read(feed.weak, "u1", m, "weak").astype(np.uint8),
        strength=_floats(feed.strength, m, "strength"),
    )
    if m and max(int(arrived.source.max()), int(arrived.target.max())) >= n:
        raise Malformed(f"an edge ends at a node that does not exist; there are {n}")
    return arrived


def follow(feed: GraphFeed, before: Structure | None) -> tuple[Structure, Indices]:
    """The structure of ``feed`` as it grows out of ``before``, and the index in ``before`` of each of its nodes (−1: new).

    Raises ``Malformed`` when the feed's arrays do not fit each other.
    """
    new = _arrived(feed)
    if before is None:
        before = _nothing(feed)
    e = before.progress(float(feed.at))
    index = _lookup(before.key, new.key)
    old_light = before.light.at(e)
    leaving = np.flatnonzero(_others(index, len(before.key)) & (old_light > GONE))
    eased: dict[str, Any] = {}
    for name, end in new.ends.items():
        old: Floats = getattr(before, name).at(e)
        last = old[leaving]
        dark = name == "light"
        start = _carried(old, index, np.zeros_like(end) if dark else end)
        eased[name] = _toward(
            np.concatenate([start, last]), np.concatenate([end, np.zeros_like(last) if dark else last])
        )
    index = np.concatenate([index, leaving])
    community = np.concatenate([new.community, before.community[leaving]])
    was, turned = _turning(before, e, index, community)
    structure = Structure(
        graph=feed.graph,
        rev=feed.rev,
        at=float(feed.at),
        total=feed.total,
        n=feed.n,
        m=feed.m,
        key=np.concatenate([new.key, before.key[leaving]]),
        community=community,
        was=was,
        turned=turned,
        role=np.concatenate([new.role, before.role[leaving]]),
        **eased,
        **_edges(new, before, e, index),
    )
    return structure, index


def _turning(before: Structure, e: float, index: Indices, community: Bytes) -> tuple[Bytes, Eased]:
    """Where nodes come from that change their community, and how far they have come; one that changes again while it is on
    its way sets out from the nearer of its two."""
    whole = np.ones(len(index), np.float32)
    if not len(before.key):
        return community, Eased(whole, whole)
    share = before.turned.at(e)
    left = np.where(share < 0.5, before.was, before.community)[index]
    changed = (index >= 0) & (before.community[index] != community)
    was = np.where(index < 0, community, np.where(changed, left, before.was[index])).astype(np.uint8)
    return was, _toward(np.where(changed, np.float32(0.0), _carried(share, index, whole)), whole)


def _edges(new: _Arrived, before: Structure, e: float, index: Indices) -> dict[str, Any]:
    """The edges of a feed, then those that left and fade; ``index`` is the old index of each node."""
    old_strength = before.strength.at(e)
    old_pairs = _pairs(before.key, before.source, before.target)
    same = _lookup(old_pairs, _pairs(new.key, new.source, new.target))
    where = np.full(len(before.key), -1, dtype=np.int64)
    where[index[index >= 0]] = np.flatnonzero(index >= 0)
    source, target = where[before.source], where[before.target]
    fading = np.flatnonzero(_others(same, len(old_pairs)) & (old_strength > GONE) & (source >= 0) & (target >= 0))
    start = _carried(old_strength, same, np.zeros_like(new.strength))
    return {
        "source": np.concatenate([new.source, source[fading].astype(np.uint32)]),
        "target": np.concatenate([new.target, target[fading].astype(np.uint32)]),
        "weak": np.concatenate([new.weak, before.weak[fading]]),
        "strength": _toward(
            np.concatenate([start, old_strength[fading]]),
            np.concatenate([new.strength, np.zeros(len(fading), np.float32)]),
        ),
    }


def _others(index: Indices, count: int) -> npt.NDArray[np.bool_]:
    """Which of ``count`` old entries no new one continues."""
    others = np.ones(count, bool)
    others[index[index >= 0]] = False
    return others


def _nothing(feed: GraphFeed) -> Structure:
    """A graph without nodes, for the first feed to grow out of."""
    ints, marks = np.empty(0, np.uint32), np.empty(0, np.uint8)
    none = Eased(np.empty(0, np.float32), np.empty(0, np.float32))
    nodes = (ints, marks, marks, none, marks, none, none, none, none, none)
    return Structure(feed.graph, 0, float(feed.at), 0, 0, 0, *nodes, ints, ints, marks, none)
