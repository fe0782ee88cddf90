"""Rules of X's filtered stream."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.x.rules import LONGEST, Held, clause_of, difference, from_of, plan, tag_of

WORDS = st.sets(st.text("abcdefghäöü日本 -'\"", min_size=1, max_size=40).filter(clause_of), max_size=80)
BEHIND = '-"bad word" -spam (lang:fi OR lang:iw OR lang:zh-CN OR lang:zh-TW)'


def clauses(value: str) -> set[str]:
    """The clauses that a rule without exclusions joins."""
    return set(value.split(" OR "))


@pytest.mark.parametrize(
    ("term", "clause"),
    [
        ("Nokia", "Nokia"), ("日本", "日本"), ("sea  view", '"sea view"'), ("AT&T", '"AT&T"'), ("or", '"or"'),
        ('say "hi"', '"say hi"'), ("#Pori", "#Pori"), ("#Pori*", "#Pori"), ("harbo*", "harbo"), ("$NOK", "$NOK"),
        ("$5", '"$5"'), ("@heron", "@heron"), ("@heron@social.example", ""), ("@heron.bsky.social", ""), ("🚢", '"🚢"'),
    ],
)  # fmt: skip
def test_a_term_is_said_in_x_s_words(term: str, clause: str) -> None:
    """Words stay, phrases are quoted, signs keep their meaning, and what X cannot know is nothing."""
    assert clause_of(term) == clause


@pytest.mark.parametrize(
    ("account", "clause"),
    [("x:7", "from:7"), ("@heron", "from:heron"), ("heron", "from:heron"), ("bluesky:did:plc:a", ""), ("a@b.c", "")],
)
def test_an_account_is_heard_by_id_or_handle(account: str, clause: str) -> None:
    """Accounts of other networks are none of X's."""
    assert from_of(account) == clause


def test_exclusions_and_languages_stand_behind_the_terms() -> None:
    """What is excluded is so everywhere; languages bind terms and not accounts."""
    said, heard = plan(["a", "b"], ["x:7"], ["spam", "bad word", "pre*"], ["fi", "zh-Hant", "he"]).rules
    assert said in (f"({either}) {BEHIND}" for either in ("a OR b", "b OR a"))
    assert heard == 'from:7 -"bad word" -spam'
    assert plan(["a"], languages=["en"]).rules == ("a lang:en",)


@given(WORDS, st.sets(st.text("xyz", min_size=1, max_size=9), max_size=300))
def test_every_term_is_in_one_rule_that_is_short_enough(terms: set[str], exclude: set[str]) -> None:
    """Nothing is lost, nothing is there twice, and no rule is longer than X takes."""
    planned = plan(terms, exclude=exclude)
    assert all(len(value) <= LONGEST for value in planned.rules)
    assert planned.left_out == ()
    listed = [clause for members in planned.clauses.values() for clause in members]
    assert sorted(listed) == sorted({clause_of(term) for term in terms})


@given(st.sets(st.integers(0, 5000), min_size=100, max_size=300), st.integers(5001, 6000))
@settings(deadline=None, max_examples=25)
def test_one_term_more_changes_few_rules(numbers: set[int], more: int) -> None:
    """The others keep their rules, so that X is told of the change only."""
    before = plan(f"term{n}" for n in numbers).rules
    after = plan(f"term{n}" for n in {*numbers, more}).rules
    assert len(set(after) - set(before)) <= 4


def test_the_order_of_terms_does_not_matter() -> None:
    """The same terms make the same rules."""
    terms = [f"term{n}" for n in range(200)]
    assert plan(terms) == plan(reversed(terms))


def test_many_terms_are_packed_closer_and_then_left_out() -> None:
    """When the rules do not suffice, they are filled; what still has no room is named."""
    terms = [f"term{n:05}" for n in range(3000)]
    loose, close = plan(terms), plan(terms, most=45)
    assert len(loose.rules) > 45 >= len(close.rules)
    assert close.left_out == ()
    few = plan(terms, most=2)
    assert len(few.left_out) == 3000 - sum(len(clauses(value)) for value in few.rules)


def test_a_term_that_fills_a_rule_alone_is_left_out_when_longer() -> None:
    """No rule can be longer than X takes."""
    assert plan(["a" * 1025, "b"]).left_out == ("a" * 1025,)


def test_refused_clauses_are_not_planned_again() -> None:
    """What X did not take is passed over."""
    assert plan(["a", "b"], refused={"a"}).rules == ("b",)


def test_only_differences_are_sent() -> None:
    """Rules that stay are not touched, ours that are stale go, others' are left alone."""
    held = [
        Held("1", "stays", tag_of("stays")), Held("2", "stale", tag_of("stale")), Held("3", "theirs", "study"),
        Held("4", "shared", "study"), Held("5", "shared", tag_of("shared")),
    ]  # fmt: skip
    assert difference(["stays", "new", "shared"], held) == (["new"], ["2", "5"])


def test_a_tag_is_ours_and_says_which_rule() -> None:
    """Tags are short, whatever the rule."""
    assert re.fullmatch("agora:[0-9a-f]{16}", tag_of("a" * 1024))
