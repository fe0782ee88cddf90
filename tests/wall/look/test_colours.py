"""The communities' colours can be told apart, also by people with a colour vision deficiency."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from stream.config.colour_vision import KINDS, apart, lab
from stream.wire.messages import Theme
from wall import palette

NEIGHBOURS, FIRST_SIX, ANY = 20.0, 10.0, 5.0
"""CIEDE2000 between colours next to each other in order, among those of the six largest communities, and among all."""


def test_difference_of_colours_is_the_published_one() -> None:
    """CIEDE2000 gives the values of Sharma, Wu and Dalal's table."""
    assert apart(np.array([50, 2.6772, -79.7751]), np.array([50, 0, -82.7485])) == pytest.approx(2.0425, abs=1e-4)
    assert apart(np.array([60.2574, -34.0099, 36.2677]), np.array([60.4626, -34.1751, 39.4387])) == pytest.approx(
        1.2644, abs=1e-4
    )


@pytest.mark.parametrize("kind", KINDS)
def test_communities_can_be_told_apart(kind: str) -> None:
    """Whatever somebody's colour vision is, neighbours in order differ clearly, the first six well, all noticeably."""
    seen = lab(Theme().communities, kind)
    assert min(apart(a, b) for a, b in pairwise(seen)) >= NEIGHBOURS
    assert min(apart(a, b) for a, b in combinations(seen[:6], 2)) >= FIRST_SIX
    assert min(apart(a, b) for a, b in combinations(seen, 2)) >= ANY


def test_who_is_alone_has_a_colour_of_their_own() -> None:
    """A node without a community is coloured by its key, muted, and always the same."""
    theme = Theme()
    key = np.arange(50, dtype=np.uint32)
    colours = palette.of_nodes(theme, np.full(50, palette.NONE, np.uint8), key)
    assert np.array_equal(colours, palette.of_nodes(theme, np.full(50, palette.NONE, np.uint8), key))
    assert len(np.unique(colours, axis=0)) == len(theme.communities)
    assert (np.ptp(colours, axis=1) > 0.1).mean() > 0.9
