"""Laws of what rows are kept in: byte strings by number, and names by number."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.intern import Interner
from stream.analysis.packed import BLOCK, Packed

STEPS = st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 4 * BLOCK), max_size=3 * BLOCK)), max_size=8)


@given(STEPS)
def test_packed_holds_what_a_dictionary_would(steps: list[tuple[bool, set[int]]]) -> None:
    """Whatever is put in and dropped, however many at a time, the rest is found as it was put in."""
    packed, known = Packed(), {}
    for turn, (puts, numbers) in enumerate(steps):
        some = sorted(numbers - known.keys() if puts else numbers & known.keys())
        if puts:
            fresh = {number: f"{turn}:{number}".encode() * 3 for number in some}
            packed.put(some, list(fresh.values()))
            known |= fresh
        else:
            packed.drop(some)
            known = {number: value for number, value in known.items() if number not in numbers}
        assert {number: packed.get(number) for number in known} == known
        assert list(packed.every(np.array(list(known), np.int64))) == list(known.values())
    kept = np.array(sorted(known), np.int64)
    restored = Packed()
    blocks = packed.save(kept[::-1])
    packed.drop(kept)
    packed.put(kept, [b"later"] * len(kept))
    restored.settle(kept[::-1], blocks.places)
    numbers, pieces = blocks.packed()
    restored.restore(dict(zip(numbers, pieces, strict=True)))
    assert {number: restored.get(number) for number in known} == known
    restored.drop(kept[::2])
    restored.put(kept[::2], [b"again"] * len(kept[::2]))
    expected = known | dict.fromkeys(kept[::2].tolist(), b"again")
    assert {number: restored.get(number) for number in known} == expected


@given(st.lists(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_many_names_have_the_ids_that_each_has(first: list[str], second: list[str]) -> None:
    """Names that are asked for together have the ids that they have alone, an empty one has none."""
    table = Interner()
    for names in (first, second):
        found = table.ids(names)
        assert found == [table.id(name) if name else -1 for name in names]
        assert all(table.names[i] == name for i, name in zip(found, names, strict=True) if name)
