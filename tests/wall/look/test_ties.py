"""Lit ties: few, of as many groups as possible, and steady."""

from __future__ import annotations

import numpy as np
import pytest

from stream.wire.geometry import Grid
from stream.wire.messages import Theme
from tests.wall.look import views
from wall import graph
from wall.graph import Lights
from wall.ties import EASE_MS, Ties


def picture() -> Lights:
    state = views.graph_state("people", 600, 1800, seed=5)
    state.light[:] = 1.0
    return graph.lights(state, Grid(), Grid().canvas, 6, Theme(), 0.0)


def test_few_are_lit_and_they_are_weak() -> None:
    """No more than asked for, only ties between groups, each fully lit from the first picture on."""
    shown = picture()
    lit, share = Ties().light(shown, 20, 0.0)
    assert len(lit) == 20
    assert (shown.state.weak[lit] > 0).all()
    assert (share == 1.0).all()


def test_every_two_groups_come_before_the_same_again() -> None:
    """The strongest tie of a pair of groups is lit before a third one of a pair that is lit already."""
    shown = picture()
    state = shown.state
    state.role[:] = 0
    state.strength[:] = 0.5
    lit, _ = Ties().light(shown, 12, 0.0)
    pairs = {tuple(sorted((int(state.community[state.source[i]]), int(state.community[state.target[i]])))) for i in lit}
    assert len(pairs) == 12


def test_a_lit_tie_stays_against_small_changes_and_fades_without_a_jump() -> None:
    """A little more strength elsewhere changes nothing; what is left out fades within its time."""
    shown = picture()
    shown.state.strength[:] = 0.5
    ties = Ties()
    before, _ = ties.light(shown, 10, 0.0)
    others = np.setdiff1d(np.flatnonzero(shown.state.weak), before)
    shown.state.strength[others] = 0.55
    after, _ = ties.light(shown, 10, 300.0)
    assert set(after) == set(before)
    shown.edge_light[before] = 0.02
    shown.state.strength[before] = 0.0
    _, share = ties.light(shown, 10, 600.0)
    assert share.max() < 1.0
    assert share.min() == pytest.approx(300.0 / EASE_MS)
    lit, _ = ties.light(shown, 10, 600.0 + 2 * EASE_MS)
    assert not set(lit) & set(before)
