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
    keys = [n * 0x9E3779B97F4A7C15 % 2**64 for n in range(5_000)]
    for n, key in enumerate(keys):
        heard.add([key, 7], [n, n], [n + 1, n + 1])
    assert _all(heard) == sorted(
        [(key, n, n + 1) for n, key in enumerate(keys)] + [(7, n, n + 1) for n in range(5_000)]
    )
    assert heard.before(7, 4_999, 5_000, 1_000, 9_999) == 3_999
    assert heard.before(7, 4_999, 5_000, 1_000, 50) == 50
    assert heard.forget(4_000, 3, 2) == [4_001, 4_002]
    assert len(heard) == 2_000
    assert heard.add([7], [4_500], [4_501]) == ([KNOWN], [])


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
            heard.forget(at, 1, 1)
        else:
            saved = saved[-1:] if post > 5 else saved
            saved.append((heard.save(), _all(heard)))
    for pieces, then in saved:
        assert sorted(zip(*(np.asarray(column).tolist() for column in pieces), strict=True)) == then


def _all(heard: Heard) -> list[tuple[int, int, int]]:
    return sorted(zip(*(np.asarray(column).tolist() for column in heard.save()), strict=True))


SPAN, ENOUGH = 3, 2


@given(_STEPS)
def test_it_says_what_plain_dicts_say(steps: list[tuple[str, int, int, int]]) -> None:
    """Whatever is added, removed, forgotten and restored, each key has the posts that a dictionary of sets would have, and
    each post as many before it; whoever has enough before him and had not, or the other way round, is named.
    """
    heard, plain = Heard(), defaultdict[int, set[tuple[int, int]]](set)

    def before(key: int, at: int, post: int) -> int:
        return sum((at - SPAN, 0) <= other < (at, post) for other in plain[key])

    def enough() -> set[tuple[int, int, int]]:
        return {(k, *entry) for k, said in plain.items() for entry in said if before(k, *entry) >= ENOUGH}

    for what, key, at, post in steps:
        mine, held = plain[key], enough()
        if what == "add":
            known = (at, post) in mine
            late = not known and any(other > (at, post) for other in mine)
            assert heard.add([key], [at], [post]) == ([KNOWN if known else len(mine)], [0] if late else [])
            mine.add((at, post))
            assert {p for _, _, p in enough() - held - {(key, at, post)}} <= set(
                heard.after(key, at, post, SPAN, range(ENOUGH, ENOUGH + 1))
            )
        elif what == "remove":
            assert heard.remove(key, at, post) == ((at, post) in mine)
            mine.discard((at, post))
            fewer = heard.after(key, at, post, SPAN, range(ENOUGH - 1, ENOUGH))
            assert {p for _, _, p in held - enough() - {(key, at, post)}} <= set(fewer)
        elif what == "forget":
            named = heard.forget(at, SPAN, ENOUGH)
            for said in plain.values():
                said -= {entry for entry in said if entry[0] < at}
            assert {p for k, t, p in held - enough() if t >= at} <= set(named)
            assert len(named) <= ENOUGH * len(plain)
        else:
            saved, heard = heard.save(), Heard()
            heard.restore(saved)
    assert len(heard) == sum(map(len, plain.values()))
    assert _all(heard) == sorted((k, *entry) for k, said in plain.items() for entry in said)
    for key, said in plain.items():
        assert all(heard.before(key, at, post, at - SPAN, 99) == before(key, at, post) for at, post in said)
