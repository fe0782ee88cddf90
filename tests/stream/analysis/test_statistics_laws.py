"""Laws that every statistic keeps, whichever there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.columns import LINKED, LIVE, SHOWN, Columns
from stream.analysis.extract import Extractor, key_of
from stream.analysis.names import Names
from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics import ALL, Batch, Statistic, Statistics
from stream.analysis.tracks import Tracker
from tests.stream.analysis.worlds import CONFIG, LAWS, World, worlds


def rows_of(world: World) -> Columns:
    mentions = [mention for mention in world.mentions if mention.kind not in ("edit", "tally")]
    rows = Extractor(Names(), Tracker(CONFIG.tracks)).rows(
        mentions, [key_of(mention.id) for mention in mentions], [0] * len(mentions)
    )
    rows.flags[:] = np.arange(len(mentions)) % 2 * (SHOWN | LINKED) | LIVE
    return rows


def held(value: Any) -> Any:
    """What a statistic holds, without the room it keeps for more."""
    if isinstance(value, SparseCounts):
        return [array.tolist() for array in value.items()]
    if isinstance(value, np.ndarray):
        return [
            (*index, int(value[index])) for index in zip(*(axis.tolist() for axis in np.nonzero(value)), strict=True)
        ]
    if isinstance(value, tuple):
        return [held(part) for part in value]
    return value


def content(statistic: Statistic) -> dict[str, Any]:
    return {name: held(value) for name, value in vars(statistic).items()}


def test_every_statistic_is_fed() -> None:
    """Statistics has one of each class."""
    assert {type(statistic) for statistic in Statistics().each()} == set(ALL)


@pytest.mark.parametrize("kind", ALL)
@LAWS
@given(world=worlds(), cut=st.integers(0, 10), span=st.integers(0, 1))
def test_remove_undoes_add(kind: type[Statistic], world: World, cut: int, span: int) -> None:
    """What is added and removed leaves the rest as if it had never come."""
    rows = rows_of(world)
    span = min(span, max(kind.spans))
    first, second = np.arange(rows.size)[:cut], np.arange(rows.size)[cut:]
    one, two = kind(), kind()
    one.add(Batch(rows, second), span)
    one.add(Batch(rows, first), span)
    one.remove(Batch(rows, second), span)
    two.add(Batch(rows, first), span)
    assert content(one) == content(two)
    two.remove(Batch(rows, first), span)
    assert content(two) == content(kind())


@pytest.mark.parametrize("kind", ALL)
@LAWS
@given(world=worlds(), seed=st.integers(0, 9))
def test_order_and_batches_do_not_matter(kind: type[Statistic], world: World, seed: int) -> None:
    """Rows one by one in any order are counted like all at once."""
    rows = rows_of(world)
    one, two = kind(), kind()
    one.add(Batch(rows, np.arange(rows.size)))
    for slot in np.random.default_rng(seed).permutation(rows.size).tolist():
        two.add(Batch(rows, np.array([slot])))
    assert content(one) == content(two)


def crowd(seed: int) -> Columns:
    """Two hundred rows that share hardly a post, link, phrase or wording with those of another seed; names are used again."""
    chance = np.random.default_rng(seed)
    rows = Columns(200)
    for name in ("key", "target", "link"):
        getattr(rows, name)[:] = chance.integers(1, 2**63, rows.size)
    rows.phrases[:] = chance.integers(0, 2**31, rows.phrases.shape) * 2 + 1
    rows.ends[:] = chance.integers(1, 2**32, rows.ends.shape)
    rows.sign[:] = chance.integers(1, 256, rows.sign.shape)
    rows.at[:] = seed * 1000 + np.arange(rows.size)
    for name in ("author", "handle", "terms", "forms", "people", "handles"):
        column = getattr(rows, name)
        column[:] = chance.integers(0, 50, column.shape)
    rows.kind[:] = chance.integers(0, 4, rows.size)
    rows.tracks[:, 0] = 1
    rows.flags[:] = LIVE | SHOWN | LINKED
    return rows


def size(value: Any) -> int:
    """Bytes of the arrays that a statistic keeps."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, SparseCounts):
        return sum(map(size, vars(value).values()))
    return sum(map(size, value)) if isinstance(value, tuple) else 0


@pytest.mark.parametrize("kind", ALL)
def test_memory_is_bounded_by_what_is_counted(kind: type[Statistic]) -> None:
    """A window over ever new rows takes no more room after a hundred of its lengths than after four."""
    statistic, sizes = kind(), []
    window: list[Columns] = []
    for turn in range(200):
        window.append(crowd(turn))
        statistic.add(Batch(window[-1], np.arange(200)))
        if len(window) > 2:
            statistic.remove(Batch(window.pop(0), np.arange(200)))
        sizes.append(sum(map(size, vars(statistic).values())))
    assert max(sizes) <= 2 * max(sizes[:8])
