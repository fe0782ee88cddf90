"""A day made of an evening: other people and other words each time, and the verdict on what a wall held."""

from __future__ import annotations

import numpy as np
import pytest

from stream.wire.messages import Focus, GraphFeed, Label, Labels, OnAir
from tests.bench.day import Look
from tests.bench.renewed import Renewal
from tests.bench.row_day import judged
from tests.wall.look import views
from tests.wall.shell.evening import moved, structure


def test_words_are_others_each_time() -> None:
    """Fifty evenings say fifty different things, as long as what was said and in its own scripts."""
    said = "Nine lanterns, 橋の上 مدينة 🐋 2"
    heard = {Renewal(turn, 0).word(said) for turn in range(50)}
    assert len(heard) == 50
    assert {len(words) for words in heard} == {len(said)}
    assert all(words.endswith(" 2") and "," in words for words in heard)


def test_a_renewed_graph_holds_together() -> None:
    """Nodes have keys that nobody had before, and labels, the focus and places follow them."""
    renewal, state = Renewal(3, 1_800_000), views.graph_state("people", 200, 400, seed=5)
    feed = structure(state, 7, 1000)
    heard = renewal.message(feed)
    assert isinstance(heard, GraphFeed)
    keys = np.frombuffer(heard.key, "<u4")
    assert len(set(keys.tolist())) == 200
    assert not set(keys.tolist()) & set(state.key.tolist())
    label = Label(int(state.key[9]), "@mira", 40.0, 0)
    labels = renewal.message(Labels(1000, "person", 0, "people", (label,)))
    on_air = renewal.message(OnAir(1000, 1, views.shipped("person"), "playlist", focus=Focus("people", label.key)))
    motion = renewal.message(moved(state, 7, 1000, np.random.default_rng(1)))
    assert isinstance(labels, Labels)
    assert isinstance(on_air, OnAir)
    assert on_air.focus is not None
    assert labels.labels[0].key == on_air.focus.key == keys[9]
    assert heard.rev == motion.rev
    assert {it.at for it in (heard, labels, on_air, motion)} == {1_801_000}


@pytest.mark.parametrize(("grown", "met"), [(0.3, True), (1.0, False)])
def test_a_wall_that_grows_is_told(grown: float, met: bool) -> None:
    """Memory is judged by the medians of whole rounds, and its slope is that of the second half."""
    looks = [_look(s, 200.0 + grown * s / 3600.0 + 9.0 * (s % 300 < 20)) for s in range(10, 86_401, 10)]
    memory, slope, pace = judged(looks, 300.0)
    assert memory.ok is met
    assert slope.value == pytest.approx(24.0 * grown, rel=0.1)
    assert pace.value == pytest.approx(36.0)
    assert next(judged(looks[:180], 300.0)).ok is None


def _look(hub_s: float, mb: float) -> Look:
    return Look(hub_s, mb, 60.0, 90.0, 17.0, 500_000, int(hub_s), int(hub_s / 20), hub_s / 36.0, hub_s / 40.0)
