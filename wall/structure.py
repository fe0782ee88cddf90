"""The structure of one graph on the wall: what grows in, what leaves, and sizes that change without a jump.

Each ``GraphFeed`` replaces the one before it. Nodes and edges are matched by key, so that those that stay keep what they are
and ease to what they become, new ones grow in from nothing, and those that left fade at the end of the arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stream.wire.messages import Graph, GraphFeed
from wall.view import Bytes, Floats, Ints

GROW_MS = 600.0
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
        if e >= 1.0:
            return self.end
        return self.start + (self.end - self.start) * np.float32(e)


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


def follow(feed: GraphFeed, before: Structure | None) -> tuple[Structure, Indices]:
    """The structure of ``feed`` as it grows out of ``before``, and the index in ``before`` of each of its nodes (−1: new).

    Raises ``Malformed`` when the feed's arrays do not fit each other.
    """
    n, m = feed.n, feed.m
    key = _read(feed.key, "<u4", n, "key").astype(np.uint32)
    community = _read(feed.community, "u1", n, "community").astype(np.uint8)
    role = _read(feed.role, "u1", n, "role").astype(np.uint8)
    ends = {
        "weight": _floats(feed.weight, n, "weight"),
        "trend": _floats(feed.trend, n, "trend"),
        "sentiment": _floats(feed.sentiment, n, "sentiment"),
        "burst": _floats(feed.burst, n, "burst"),
        "light": np.ones(n, np.float32),
    }
    source = _read(feed.source, "<u4", m, "source").astype(np.uint32)
    target = _read(feed.target, "<u4", m, "target").astype(np.uint32)
    weak = _read(feed.weak, "u1", m, "weak").astype(np.uint8)
    strength = _floats(feed.strength, m, "strength")
    if m and max(int(source.max()), int(target.max())) >= n:
        raise Malformed(f"an edge ends at a node that does not exist; there are {n}")
    if before is None:
        starts = {**ends, "light": np.zeros(n, np.float32)}
        index = np.full(n, -1, dtype=np.int64)
        eased = {name: Eased(starts[name], ends[name]) for name in ends}
        edges = Eased(np.zeros(m, np.float32), strength)
    else:
        e = before.progress(float(feed.at))
        old = {name: getattr(before, name).at(e) for name in ends}
        index = _lookup(before.key, key)
        staying = np.zeros(len(before.key), bool)
        staying[index[index >= 0]] = True
        leaving = np.flatnonzero(~staying & (old["light"] > GONE))
        eased = {}
        for name, end in ends.items():
            start = _carried(old[name], index, np.zeros_like(end) if name == "light" else end)
            last = old[name][leaving]
            gone = np.zeros_like(last) if name == "light" else last
            eased[name] = Eased(np.concatenate([start, last], dtype=np.float32), np.concatenate([end, gone]))
        index = np.concatenate([index, leaving])
        old_strength = before.strength.at(e)
        old_pairs = _pairs(before.key, before.source, before.target)
        pairs = _pairs(key, source, target)
        same = _lookup(old_pairs, pairs)
        kept = np.zeros(len(old_pairs), bool)
        kept[same[same >= 0]] = True
        where = np.full(len(before.key), -1, dtype=np.int64)
        where[index[index >= 0]] = np.flatnonzero(index >= 0)
        fading = np.flatnonzero(
            ~kept & (old_strength > GONE) & (where[before.source] >= 0) & (where[before.target] >= 0)
        )
        start = _carried(old_strength, same, np.zeros(m, np.float32))
        edges = Eased(
            np.concatenate([start, old_strength[fading]], dtype=np.float32),
            np.concatenate([strength, np.zeros(len(fading), np.float32)]),
        )
        key = np.concatenate([key, before.key[leaving]])
        community = np.concatenate([community, before.community[leaving]])
        role = np.concatenate([role, before.role[leaving]])
        source = np.concatenate([source, where[before.source[fading]].astype(np.uint32)])
        target = np.concatenate([target, where[before.target[fading]].astype(np.uint32)])
        weak = np.concatenate([weak, before.weak[fading]])
    structure = Structure(
        graph=feed.graph,
        rev=feed.rev,
        at=float(feed.at),
        total=feed.total,
        n=n,
        m=m,
        key=key,
        community=community,
        role=role,
        source=source,
        target=target,
        weak=weak,
        strength=edges,
        **eased,
    )
    return structure, index
