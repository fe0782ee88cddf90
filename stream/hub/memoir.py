"""The memoir: what the hub writes to ``memory`` for later, when the window will have forgotten it.

Colours of communities are written for fixed points of T, shortly after each, and read back before they count: so two hubs that
read one log agree on them, and one that was away for a while writes what it missed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from stream.analysis import baselines, campaigns, people, said, topics
from stream.analysis.crowd import day_of
from stream.analysis.hours import HOUR_MS
from stream.analysis.memory import KNOWN_DAYS
from stream.analysis.state import State
from stream.wire.messages import Graph

POINT_MS: Final = 60_000
SETTLE_MS: Final = 3_000
"""How long after a point of T its colours are taken: what was written until then has mostly been heard."""
EFFECT_MS: Final = 15_000
"""How long after it a point's colours count: until then they have been read back, so that nothing measured changes later."""
URGENT_MS: Final = 9_000
"""So long they wait where the hub is behind by ``BEHIND_MS`` and more."""
BEHIND_MS: Final = 500
PATIENCE_MS: Final = 10_000
"""When a record is not read back in this (hub) time, it is written once more."""
VOICES_MS: Final = 600_000
PLACES_MS: Final = 60_000
PLACES: Final = 500
"""Nodes of a graph whose places are written, the strongest ones."""

Places = Mapping[str, tuple[float, float]]


class Positions(msgspec.Struct, frozen=True):
    """Where the nodes of a graph were at T, by id."""

    t: int
    places: dict[str, tuple[float, float]]


_positions: Final = msgspec.msgpack.Decoder(Positions)


class Memoir:
    """Decides what to write when; ``state.memory`` has what was read back. Pure; hub time and T are arguments."""

    def __init__(self, speed: float) -> None:
        scale = max(1.0, speed)
        self._point = int(POINT_MS * scale) if scale > 1 else POINT_MS
        self._settle = int(SETTLE_MS * scale)
        self._urgent = int(URGENT_MS * scale)
        self._effect = int(EFFECT_MS * scale)
        self._voices_ms = int(VOICES_MS * scale)
        self._asked = (0, 0)
        self._asked_hour = (0, 0)
        self._voiced = 0
        self._branded = 0
        self._counted = (0, 0)
        self._placed_ms = 0

    def due(self, state: State, hub_ms: int, t_ms: int, behind_ms: float = 0.0) -> dict[str, bytes]:
        """The records to write now, by subject; ``behind_ms`` is how long the next mention has waited to be applied."""
        wait = self._settle if behind_ms < BEHIND_MS else self._urgent
        found = {**self._colours(state, hub_ms, t_ms, wait), **self._voices(state, t_ms)}
        found |= self._brand(state, t_ms) | self._hours(state, hub_ms, t_ms)
        return found | self._baselines(state, hub_ms, t_ms)

    def places(
        self,
        positions: Mapping[Graph, Places],
        strongest: Callable[[int], Mapping[str, list[str]]],
        hub_ms: int,
        t_ms: int,
    ) -> dict[str, bytes]:
        """The records that let a hub without a checkpoint begin with the same picture, at most every minute of hub time.

        ``strongest`` gives the ids of so many nodes of each graph.
        """
        if hub_ms - self._placed_ms < PLACES_MS:
            return {}
        self._placed_ms = hub_ms
        found: dict[str, bytes] = {}
        for graph, ids in strongest(PLACES).items():
            known = positions.get(graph, {})  # type: ignore[call-overload]
            places = {node_id: known[node_id] for node_id in ids if node_id in known}
            if places:
                found[f"positions:{graph}"] = msgspec.msgpack.encode(Positions(t_ms, places))
        return found

    def _colours(self, state: State, hub_ms: int, t_ms: int, wait: int) -> dict[str, bytes]:
        earliest = -(-(t_ms - state.window.slack) // self._point) * self._point
        point = max(earliest, ((state.memory.latest() - self._effect) // self._point + 1) * self._point)
        if point > t_ms - wait or (self._asked[0] == point and hub_ms - self._asked[1] < PATIENCE_MS):
            return {}
        self._asked = (point, hub_ms)
        with state.at(point) as view:
            topic_nodes, person_nodes = topics.of(view, said.of(view)).nodes, people.of(view).nodes
        found: dict[str, bytes] = {}
        for graph, nodes in (("topics", topic_nodes), ("people", person_nodes)):
            colours = {node.id: node.community for node in nodes if node.community >= 0}
            found |= state.memory.colouring(graph, point // self._point, point + self._effect, colours)
        return found

    def _baselines(self, state: State, hub_ms: int, t_ms: int) -> dict[str, bytes]:
        hour = (t_ms - self._settle) // HOUR_MS * HOUR_MS
        asked, asked_ms = self._asked_hour
        late = hour < t_ms - state.window.slack or (asked == hour and hub_ms - asked_ms < PATIENCE_MS)
        if late or state.memory.baselines.has(hour):
            return {}
        self._asked_hour = (hour, hub_ms)
        with state.at(hour) as view:
            nodes = topics.of(view, said.of(view)).nodes
        return baselines.record(hour, state.window.width, {node.id: node.weight for node in nodes})

    def _voices(self, state: State, t_ms: int) -> dict[str, bytes]:
        """Who spoke on which day and is not yet known to have, before the window forgets it."""
        if t_ms - self._voiced < min(self._voices_ms, state.window.half):
            return {}
        self._voiced = t_ms
        found: dict[str, bytes] = {}
        for day, hashes in state.spoke().items():
            if day >= day_of(t_ms) - KNOWN_DAYS:
                found |= state.memory.voices(day, hashes, state.gone.authors)
        return found

    def _brand(self, state: State, t_ms: int) -> dict[str, bytes]:
        """Who spoke of the brand, before the window forgets it."""
        if t_ms - self._branded < min(self._voices_ms, state.window.half):
            return {}
        self._branded = t_ms
        gone = state.gone.authors
        found: dict[str, bytes] = {}
        for day, authors in campaigns.brand_voices(state.view()).items():
            found |= state.memory.brand_voices(day, set(authors) - gone, gone)
        return found

    def _hours(self, state: State, hub_ms: int, t_ms: int) -> dict[str, bytes]:
        """The posts of each track in the newest hour that has ended, where the state holds all of it."""
        start = ((t_ms - self._settle) // HOUR_MS - 1) * HOUR_MS
        if start <= state.floor or not state.config.tracks or state.memory.hours.knows(start):
            return {}
        if self._counted[0] == start and hub_ms - self._counted[1] < PATIENCE_MS:
            return {}
        self._counted = (start, hub_ms)
        return state.memory.hours.with_more(start, campaigns.hour(state.view(), start))


def placed(subject: str, value: bytes) -> dict[Graph, Places]:
    """The places in a record of ``positions:<graph>``. Raises ``msgspec.DecodeError``."""
    graph = msgspec.convert(subject.partition(":")[2], Graph)
    return {graph: _positions.decode(value).places}


def memory_key(path: Path) -> bytes:
    """The secret that hides who spoke in ``memory``, beside the checkpoint; made at the first start, mode 0600."""
    file = path.with_name("memory.key")
    with contextlib.suppress(FileNotFoundError):
        if len(key := file.read_bytes()) == 32:
            return key
    file.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as fresh:
        fresh.write(key)
    return key
