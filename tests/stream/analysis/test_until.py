"""What is kept until a time: it says what a dictionary says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.until import Until

_KEYS = st.one_of(st.integers(0, 5), st.sampled_from([2**63 + 5, 2**64 - 1]), st.integers(0, 300))
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["keep", "keep", "keep", "discard", "forget", "merge", "extend", "save"]),
        _KEYS,
        st.integers(0, 99),
    ),
    max_size=300,
)


@given(_STEPS)
def test_it_says_what_a_dict_says(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is kept, discarded, forgotten, merged and restored, the same keys are kept until the same times."""
    kept, plain = Until(), dict[int, int]()
    for what, key, until in steps:
        if what == "keep":
            assert kept.keep(key, until) == (key not in plain)
            plain[key] = max(plain.get(key, until), until)
        elif what == "discard":
            assert kept.discard(key) == (plain.pop(key, None) is not None)
        elif what == "forget":
            gone = {k for k, time in plain.items() if time < until}
            assert set(kept.forget(until).tolist()) == gone
            plain = {k: time for k, time in plain.items() if k not in gone}
        elif what == "extend":
            kept.extend(until)
            plain = {k: max(time, until) for k, time in plain.items()}
        elif what == "merge":
            other = Until()
            for k in range(key % 7):
                other.keep(k, until)
                plain[k] = max(plain.get(k, until), until)
            kept.merge(other)
        else:
            saved, kept = kept.save(), Until()
            kept.restore(*saved)
    keys = np.array([*range(301), 2**63 + 5, 2**64 - 1], np.uint64)
    assert kept.among(keys).tolist() == [k in kept for k in keys.tolist()] == [k in plain for k in keys.tolist()]
    assert dict(zip(*(column.tolist() for column in kept.save()), strict=True)) == plain
    assert len(kept) == len(plain)
