"""What was heard, by key: a multimap that says what plain dictionaries say."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.moderation.heard import KNOWN, Heard

_KEYS = st.sampled_from([1, 2, 3, 2**63 + 5, 2**64 - 1])
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "remove", "forget", "save"]), _KEYS, st.integers(0, 9), st.integers(1, 9)
    ),
    max_size=200,
)


def test_it_grows() -> None:
    """Thousands of keys, and thousands of posts with one key, are found again."""
    heard = Heard()
    for n in range(5_000):
        heard.add([n * 0x9E3779B97F4A7C15 % 2**64, 7], [n, n], [n + 1, n + 1])
    assert heard.of(7) == [(n, n + 1) for n in range(5_000)]
    assert all(heard.of(n * 0x9E3779B97F4A7C15 % 2**64) == [(n, n + 1)] for n in range(0, 5_000, 97))
    heard.forget(4_000)
    assert len(heard) == 2_000
    assert heard.add([7], [4_500], [4_501]) == [KNOWN]


@given(_STEPS)
def test_what_is_saved_stays_as_it_was(steps: list[tuple[str, int, int, int]]) -> None:
    """What a save gives, read later, is what was held then, whatever was added, removed and forgotten since."""
    heard, saved = Heard(), []
    for what, key, at, post in steps:
        if what == "add":
            heard.add([key, key + 7 & 3], [at, at], [post, post])
        elif what == "remove":
            heard.remove(key, at, post)
        elif what == "forget":
            heard.forget(at)
        else:
            saved = saved[-1:] if post > 5 else saved
            saved.append((heard.save(), _all(heard)))
    for pieces, then in saved:
        assert sorted(zip(*(np.asarray(column).tolist() for column in pieces), strict=True)) == then


def _all(heard: Heard) -> list[tuple[int, int, int]]:
    other = Heard()
    other.restore(heard.save())
    return sorted((key, at, post) for key in {0, 1, 2, 3, 2**63 + 5, 2**64 - 1} for at, post in other.of(key))


@given(_STEPS)
def test_it_says_what_plain_dicts_say(steps: list[tuple[str, int, int, int]]) -> None:
    """Whatever is added, removed, forgotten and restored, each key has the posts that a dictionary of sets would have."""
    heard, plain = Heard(), defaultdict[int, set[tuple[int, int]]](set)
    for what, key, at, post in steps:
        mine = plain[key]
        if what == "add":
            assert heard.add([key], [at], [post]) == [KNOWN if (at, post) in mine else len(mine)]
            mine.add((at, post))
        elif what == "remove":
            assert heard.remove(key, at, post) == ((at, post) in mine)
            mine.discard((at, post))
        elif what == "forget":
            many = [k for k, said in plain.items() if len(said) > 2 and any(entry[0] < at for entry in said)]
            assert heard.many(at, 2) == sorted(many)
            heard.forget(at)
            for said in plain.values():
                said -= {entry for entry in said if entry[0] < at}
        else:
            saved, heard = heard.save(), Heard()
            heard.restore(saved)
    assert len(heard) == sum(map(len, plain.values()))
    assert all(heard.of(key) == sorted(said) for key, said in plain.items())
