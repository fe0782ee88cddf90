"""The store: takes the hub's messages as they come and gives the view of any hub time.

Messages come from the client's thread, views are asked for by the drawing loop; one lock is between them. The clock for the
hub's silence is injected.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
import numpy.typing as npt

from stream.config.hours import brightness
from stream.config.logo import NAME
from stream.wire.messages import (
    Figures,
    Focused,
    Graph,
    GraphFeed,
    Hello,
    HubMessage,
    Labels,
    Layout,
    Light,
    Logo,
    Motion,
    OnAir,
    Panel,
    Said,
    Still,
    Stories,
)
from wall import stills
from wall.motion import Motions
from wall.structure import Indices, Malformed, Structure, follow
from wall.view import GraphState, Ints, View

DELAY_MS = 66.0
"""Walls draw the past by so much, so that a newer state is nearly always known."""
SWITCH_MS = 800.0
PULSE_MS = 3_000.0
MOST_PULSES = 240
MOST_LOGOS = 60
SILENT_S = 10.0
"""Without the hub for so long, strangers' words fade: one of them may have been deleted meanwhile."""
FADE_OUT_S = 0.6
FADE_IN_S = 0.8
SAFE_REV = 0
GRAPH_OF: Mapping[str, Graph] = {"constellation": "topics", "conversations": "people"}
FIGURED = frozenset({"numbers", "rising", "river", "world", "compare", "mood", "voices"})
"""Visuals that need the figures."""


def safe_scene(hello: Hello) -> OnAir:
    """What is on air as long as no hub has said anything."""
    panel = Panel(visual="title", screens=tuple(range(1, hello.grid.count + 1)))
    layout = Layout(name="safe", title=hello.event.name, panels=(panel,))
    return OnAir(at=0, rev=SAFE_REV, layout=layout, why="panic", panic=True)


@dataclass(slots=True)
class _Graph:
    """One graph: its structure, its motion, and its pulses as (from index, to index, hub ms)."""

    structure: Structure | None = None
    settled: GraphState | None = None
    """The structure's state when nothing grows or leaves: then only places change from frame to frame."""
    motions: Motions = field(default_factory=Motions)
    pulses: deque[tuple[int, int, float]] = field(default_factory=lambda: deque(maxlen=MOST_PULSES))


class Store:
    """``clock`` is this machine's monotonic time in ms; ``hello`` stands for the hub's until that comes."""

    def __init__(self, hello: Hello, clock: Callable[[], float]) -> None:
        self.malformed = 0
        """Messages that were left out because their arrays did not fit."""
        self.late = 0
        """Motions that came too late to matter, or for a structure that is gone."""
        self.connected = 0
        """How often a hub has said hello."""
        self._clock = clock
        self._lock = threading.Lock()
        self._hello = hello
        self._graphs: dict[Graph, _Graph] = {}
        self._on_air: list[tuple[OnAir, float]] = []
        self._labels: dict[tuple[str, int], Labels] = {}
        self._stories: Stories | None = None
        self._figures: Figures | None = None
        self._said: Said | None = None
        self._logos: dict[str, bytes] = {}
        self._stills: dict[str, npt.NDArray[np.uint8]] = {}
        self._focused: dict[int, Focused] = {}
        self._light: Light | None = None
        self._heard = clock()
        self._unconfirmed: set[object] = set()
        self._unconfirmed_since = 0.0
        self._words = 0.0
        self._words_at = clock()

    def take(self, message: HubMessage) -> None:
        """What the hub has said just now. A message that does not fit is left out and counted."""
        with self._lock:
            now = self._clock()
            match message:
                case Hello():
                    self._greeted(message)
                case OnAir():
                    self._switched(message, now)
                case GraphFeed():
                    self._structured(message)
                case Motion():
                    self._moved(message)
                case Labels():
                    self._labels[message.layout, message.panel] = message
                    self._unconfirmed.discard((message.layout, message.panel))
                case Light():
                    self._light = message
                case Still():
                    self._hang(message)
                case Stories():
                    self._stories = message
                    cards = (*message.cards, *(feature.card for feature in message.features))
                    named = {name for card in cards for name in (card.avatar, card.picture)}
                    named.update(self._figures.faces if self._figures is not None else ())
                    self._stills = {name: still for name, still in self._stills.items() if name in named}
                    self._unconfirmed.discard("stories")
                case Figures():
                    self._figures = message
                    self._unconfirmed.discard("figures")
                case Focused():
                    self._focused.pop(message.key, None)
                    self._focused[message.key] = message
                    for oldest in list(self._focused)[:-2]:
                        del self._focused[oldest]
                    self._unconfirmed.discard("focused")
                case Said():
                    self._said = message
                case Logo():
                    self._keep(message)
            self._heard = now

    def view(self, hub_ms: float) -> View:
        """What the wall knows at hub time ``hub_ms``, drawn ``DELAY_MS`` in the past."""
        with self._lock:
            now = self._clock()
            t = hub_ms - DELAY_MS
            words = self._words_now(now)
            on_air, previous = self._shown(t, now)
            return View(
                t=t,
                hello=self._hello,
                on_air=on_air,
                previous=previous,
                graphs={name: state for name, graph in self._graphs.items() if (state := _state(name, graph, t))},
                labels=dict(self._labels),
                stories=self._stories,
                figures=self._figures,
                said=self._said,
                logos=dict(self._logos),
                stills=dict(self._stills),
                focused=self._told(on_air),
                left=self._told(previous),
                words=words,
                silent_s=max(0.0, now - self._heard) / 1000.0,
                panic=on_air.panic,
                brightness=self._brightness(hub_ms, on_air),
            )

    def complete(self) -> bool:
        """Whether a hub has said what is on air and everything that this needs has come at least once."""
        with self._lock:
            if not self._on_air:
                return False
            visuals = {panel.visual for panel in self._on_air[-1][0].layout.panels}
            graphs = [self._graphs.get(GRAPH_OF[visual]) for visual in visuals if visual in GRAPH_OF]
            return (
                all(g is not None and g.motions.newest is not None for g in graphs)
                and ("stories" not in visuals or self._stories is not None)
                and (not visuals & FIGURED or self._figures is not None)
            )

    def _greeted(self, hello: Hello) -> None:
        """A new connection: words that it does not confirm soon were perhaps deleted meanwhile."""
        self._hello = hello
        self.connected += 1
        if not self._unconfirmed:
            self._unconfirmed_since = self._heard
        self._unconfirmed |= set(self._labels)
        if self._stories is not None:
            self._unconfirmed.add("stories")
        if self._figures is not None:
            self._unconfirmed.add("figures")
        if self._focused:
            self._unconfirmed.add("focused")
        for graph in self._graphs.values():
            graph.motions.restart()

    def _keep(self, logo: Logo) -> None:
        """Keep a logo, the brand's or a sponsor's, and no more of these than may be shown."""
        self._logos.pop(logo.name, None)
        self._logos[logo.name] = logo.png
        for oldest in [name for name in self._logos if name != NAME][:-MOST_LOGOS]:
            del self._logos[oldest]

    def _hang(self, still: Still) -> None:
        try:
            self._stills[still.name] = stills.pixels(still.webp)
        except (OSError, ValueError):
            self.malformed += 1

    def _switched(self, on_air: OnAir, now: float) -> None:
        if self._on_air and self._on_air[-1][0] == on_air:
            return
        self._on_air = [*self._on_air, (on_air, now)][-3:]
        names = {entry.layout.name for entry, _ in self._on_air}
        for place in [place for place in self._labels if place[0] not in names]:
            del self._labels[place]
            self._unconfirmed.discard(place)

    def _structured(self, feed: GraphFeed) -> None:
        graph = self._graphs.setdefault(feed.graph, _Graph())
        try:
            structure, index = follow(feed, graph.structure)
        except Malformed:
            self.malformed += 1
            return
        graph.structure, graph.settled = structure, None
        graph.motions.remap(structure.key, index)
        _renumber(graph.pulses, index)

    def _moved(self, motion: Motion) -> None:
        graph = self._graphs.get(motion.graph)
        if graph is None or graph.structure is None or graph.structure.rev != motion.rev:
            self.late += 1
            return
        n = graph.structure.n
        try:
            if not graph.motions.place(float(motion.at), motion.uv, n):
                self.late += 1
                return
            graph.pulses.extend((a, b, float(motion.at)) for a, b in _pulses(motion.pulses, n).tolist())
        except Malformed:
            self.malformed += 1

    def _shown(self, t: float, now: float) -> tuple[OnAir, OnAir | None]:
        """What is on air at ``t``, and what it comes from while the switch lasts."""
        if not self._on_air:
            return safe_scene(self._hello), None
        begun = [
            entry
            for i, (entry, heard) in enumerate(self._on_air)
            if i == 0 or entry.at <= t or entry.panic or now - heard > 2 * DELAY_MS + SWITCH_MS
        ]
        current = begun[-1]
        if t - current.at >= SWITCH_MS or len(begun) == 1:
            return current, None
        before = next((entry for entry in reversed(begun[:-1]) if entry.layout != current.layout), None)
        return current, before

    def _told(self, on_air: OnAir | None) -> Focused | None:
        """What is known of the node that a layout is turned to."""
        return self._focused.get(on_air.focus.key) if on_air is not None and on_air.focus is not None else None

    def _brightness(self, hub_ms: float, on_air: OnAir) -> float:
        """By the hours that the hub told; what is urgent is seen at any hour."""
        if self._light is None or on_air.why == "urgent":
            return 1.0
        return brightness(self._light.points, hub_ms)

    def _words_now(self, now: float) -> float:
        """The opacity of words, moved on to ``now``; whatever has faded out is forgotten."""
        if self._unconfirmed and now - self._unconfirmed_since >= SILENT_S * 1000.0:
            self._forget_labels_off_air()
        since = self._unconfirmed_since if self._unconfirmed else self._heard
        wanted = 0.0 if now - since >= SILENT_S * 1000.0 else 1.0
        dark_since = since + SILENT_S * 1000.0
        passed = (now - (max(self._words_at, dark_since) if wanted == 0.0 else self._words_at)) / 1000.0
        self._words_at = now
        if wanted:
            self._words = min(1.0, self._words + passed / FADE_IN_S)
        else:
            self._words = max(0.0, self._words - passed / FADE_OUT_S)
            if self._words == 0.0:
                self._forget_words()
        return self._words

    def _forget_labels_off_air(self) -> None:
        """Unconfirmed labels of layouts that are not on air will not be confirmed, and nobody sees them leave."""
        on_air = self._on_air[-1][0].layout.name if self._on_air else ""
        for place in [place for place in self._labels if place in self._unconfirmed and place[0] != on_air]:
            del self._labels[place]
            self._unconfirmed.discard(place)

    def _forget_words(self) -> None:
        """Strangers' words leave the memory too; they come back only from a hub that still has them."""
        forgotten = self._unconfirmed or {*self._labels, "stories", "figures", "focused"}
        for place in [place for place in self._labels if place in forgotten]:
            del self._labels[place]
        if "stories" in forgotten:
            self._stories, self._stills = None, {}
        if "focused" in forgotten:
            self._focused = {}
        if "figures" in forgotten and self._figures is not None:
            unnamed = tuple(msgspec.structs.replace(stream, label="") for stream in self._figures.river)
            self._figures = msgspec.structs.replace(
                self._figures, rising=(), topics=(), voices=(), faces=(), river=unnamed
            )
        self._unconfirmed = set()


def _pulses(data: bytes, n: int) -> Ints:
    if len(data) % 8:
        raise Malformed(f"pulses have {len(data)} bytes, no multiple of 8")
    pairs = np.frombuffer(data, "<u4").reshape(-1, 2)
    if len(pairs) and int(pairs.max()) >= n:
        raise Malformed(f"a pulse ends at a node that does not exist; there are {n}")
    return pairs


def _renumber(pulses: deque[tuple[int, int, float]], index: Indices) -> None:
    """Pulses in the numbering of the new structure; those of nodes that are gone are left out."""
    where = {int(old): new for new, old in enumerate(index.tolist()) if old >= 0} if pulses else {}
    kept = [(where[a], where[b], at) for a, b, at in pulses if a in where and b in where]
    pulses.clear()
    pulses.extend(kept)


def _state(name: Graph, graph: _Graph, t: float) -> GraphState | None:
    structure = graph.structure
    if structure is None:
        return None
    e = structure.progress(t)
    settled = e >= 1.0 or structure.steady
    n = structure.n if settled else len(structure.key)
    m = structure.m if settled else len(structure.source)
    uv, known = graph.motions.at(t)
    uv, known = uv[:n], known[:n]
    pulses = [p for p in graph.pulses if p[2] <= t < p[2] + PULSE_MS and p[0] < n and p[1] < n]
    whole = bool(known.all())
    if settled and whole and graph.settled is not None:
        return replace(graph.settled, uv=uv, pulses=pulses)
    light = structure.light.at(e)[:n]
    turning = not settled and structure.turned.start is not structure.turned.end
    state = GraphState(
        graph=name,
        total=structure.total,
        key=structure.key[:n],
        uv=uv,
        weight=structure.weight.at(e)[:n],
        light=light if whole else np.where(known, light, np.float32(0.0)),
        community=structure.community[:n],
        role=structure.role[:n],
        trend=structure.trend.at(e)[:n],
        sentiment=structure.sentiment.at(e)[:n],
        burst=structure.burst.at(e)[:n],
        source=structure.source[:m],
        target=structure.target[:m],
        strength=structure.strength.at(e)[:m],
        weak=structure.weak[:m],
        was=structure.was[:n] if turning else None,
        turned=structure.turned.at(e)[:n] if turning else None,
        pulses=pulses,
    )
    if settled and whole:
        graph.settled = state
    return state
