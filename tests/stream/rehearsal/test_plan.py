"""Plans of rehearsals, and sheets."""

from __future__ import annotations

import re

import pytest

from stream.rehearsal.drills import DRILLS
from stream.rehearsal.plan import SHIPPED, Plan, parse
from stream.rehearsal.sheet import Act, Check, Sheet, page, text

GOOD = 'lasts = "2m"\n[[troubles]]\nkind = "hub killed"\nat = "20s"\n'


def test_the_shipped_plan_is_good() -> None:
    """The plan that comes with Agora has no fault and a trouble of every kind."""
    plan = parse(SHIPPED.read_text(), "shipped.toml", 6)
    assert isinstance(plan, Plan)
    assert {trouble.kind for trouble in plan.troubles} == set(DRILLS)


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (GOOD.replace("hub killed", "hub eaten"), 3, "hub killed"),
        (GOOD.replace("20s", "soon"), 2, "no length of time"),
        (GOOD.replace("20s", "115s"), 4, "ends less than 15 s before"),
        (GOOD + '[[troubles]]\nkind = "screen lost"\nat = "40s"\nscreen = 7\n', 8, "screens 1 to 6"),
        (GOOD + '[[troubles]]\nkind = "screen lost"\nat = "25s"\n', 7, "before it is not over"),
        (GOOD + '[[troubles]]\nkind = "log away"\nat = "40s"\nstop = "x"\n', 8, "belong together"),
        (GOOD.replace("lasts", "last"), 1, "lasts"),
        ("walls = 9\n" + GOOD, 1, "cannot share"),
        ("speed = 80\n" + GOOD, 1, "50"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, sentence: str) -> None:
    """Each fault of a plan names its line and what to do."""
    faults = parse(text, "plan.toml", 6)
    assert not isinstance(faults, Plan)
    assert faults[0].line == line
    assert sentence in str(faults[0])


def test_every_kind_has_its_drill() -> None:
    """Each kind that a plan may name can be done, and is in the documentation."""
    from pathlib import Path
    from typing import get_args

    from stream.rehearsal.plan import Kind

    assert set(DRILLS) == set(get_args(Kind))
    told = (Path(__file__).resolve().parents[3] / "docs" / "rehearsal.md").read_text()
    assert set(re.findall(r"^\| `([a-z ]+)` \|", told, re.MULTILINE)) == set(DRILLS)


def test_one_miss_is_no_go() -> None:
    """The sheet says go only when every expectation was met, in text and page; words on it are no markup."""
    met, missed = Check("a <b>", "1 s", ok=True), Check("lit", "dark", ok=False)
    good = Sheet("Dress", 0, 60.0, "the simulated event", (Act("hub killed", 12.0, (met,)),))
    bad = Sheet("Dress", 0, 60.0, "the simulated event", (Act("hub killed", 12.0, (met, missed)),))
    assert text(good).startswith("Dress: GO")
    assert text(bad).startswith("Dress: NO-GO")
    assert ">Go<" in page(good)
    assert ">No-go<" in page(bad)
    assert "a &lt;b&gt;" in page(bad)
    assert "0:12" in page(bad)
