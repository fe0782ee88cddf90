"""The rules at X follow what is listened for, whatever X makes of them."""

from __future__ import annotations

import pytest

from stream.config.networks import MatchConfig
from tests.faults.x_stage import Desk, saying
from tests.standins.x import Refuse, XStandIn


async def test_the_rules_follow_what_is_listened_for(desk: Desk) -> None:
    """Terms that change while it runs change X's rules by differences, without a new connection; others' rules stay."""
    desk.matcher.listen(MatchConfig(terms=("harbour", "sea view"), accounts=("x:7",)), {})
    async with XStandIn(rules=(("cats", "their study"), ("old", "agora:1"))) as x, desk.listening(x):
        await desk.until(lambda: x.open == 1)
        assert x.values == ['"sea view" OR harbour', "cats", "from:7"]
        x.changes.clear()
        desk.matcher.listen(MatchConfig(terms=("harbour", "lighthouse", "cats"), accounts=("x:7",)), {})
        await desk.until(lambda: [list(change) for change in x.changes] == [["add"], ["delete"]])
        terms = [term for value in x.values for term in value.split(" OR ")]
        assert sorted(terms) == ["cats", "cats", "from:7", "harbour", "lighthouse"]
        assert (len(x.streams()), desk.pauses) == (1, [])


async def test_a_rule_that_x_does_not_take_costs_only_its_term(desk: Desk) -> None:
    """X is asked which term spoils a rule; that one is told and the others are listened for."""
    desk.matcher.listen(MatchConfig(terms=("harbour", "ferry", "evil")), {})
    async with XStandIn(saying(1)) as x:
        x.invalid = lambda value: "evil" in value
        async with desk.listening(x):
            await desk.mentions(1)
            assert sorted(x.values[0].split(" OR ")) == ["ferry", "harbour"]
            assert desk.supervisor is not None
            status = desk.supervisor.states["x"].status()
            assert "no viable alternative" in status.fault
            assert "evil" in status.fault
            assert (status.condition, status.advice) == ("live", "change these terms")


async def test_without_any_rule_nothing_is_opened(desk: Desk) -> None:
    """No terms at all, or none that X knows, wait for a person; our old rules are gone meanwhile, and cost nothing."""
    desk.matcher.listen(MatchConfig(terms=("@heron@social.example",)), {})
    async with XStandIn(rules=(("old", "agora:1"),)) as x, desk.listening(x):
        await desk.until(lambda: bool(desk.pauses))
        assert (x.values, x.streams()) == ([], [])
        assert "nothing is listened for that X knows" in desk.faults[0]
        desk.matcher.listen(MatchConfig(terms=("harbour",)), {})
        await desk.until(lambda: x.open == 1)


async def test_rules_that_cannot_be_changed_now_are_changed_later(desk: Desk) -> None:
    """A refusal while the stream runs is told, and tried again after X's pause; the stream goes on."""
    async with XStandIn() as x, desk.listening(x):
        await desk.until(lambda: x.open == 1)
        x.answer_rules = Refuse(429, {"detail": "slow down"}, retry_after="300")

        def mend(seconds: float) -> None:
            assert "slow down" in desk.x.complaint
            x.answer_rules = None

        desk.on_pause = mend
        desk.matcher.listen(MatchConfig(terms=("harbour", "ferry")), {})
        await desk.until(lambda: any("ferry" in value for value in x.values))
        await desk.until(lambda: not desk.x.complaint)
        assert (desk.pauses, len(x.streams())) == ([300.0], 1)


async def test_thousands_of_terms_fill_pages_of_rules(desk: Desk) -> None:
    """Rules beyond one request and one page are sent and found again; a second start changes nothing."""
    desk.matcher.listen(MatchConfig(terms=tuple(f"term{n}" for n in range(3000))), {})
    async with XStandIn() as x:
        x.page = 50
        for _ in range(2):
            async with desk.listening(x):
                await desk.until(lambda: x.open == 1)
                assert sorted(term for value in x.values for term in value.split(" OR ")) == sorted(desk.matcher.terms)
        assert all(len(value) <= 1024 for value in x.values)
        assert len(x.changes) == -(-len(x.values) // 100)


async def test_an_answer_that_is_none_is_asked_for_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that are no JSON, too many bytes, or a refusal without a reason wait for the next try."""
    monkeypatch.setattr("ingest.x.api.ANSWER_LIMIT", 200)
    refusals = [
        Refuse(200, b"<html>"),
        Refuse(200, {"data": [{"id": "1", "value": "x" * 500}]}),
        Refuse(400, {"errors": [{"detail": "rule cap reached", "type": "https://api.x.com/2/problems/rule-cap"}]}),
    ]
    async with XStandIn(saying(1)) as x:
        x.answer_rules = refusals.pop(0)

        def next_one(seconds: float) -> None:
            x.answer_rules = refusals.pop(0) if refusals else None

        desk.on_pause = next_one
        async with desk.listening(x):
            await desk.mentions(1)
    assert desk.faults == ["X answers 200", "X answers 200", "X answers 400: rule cap reached"]
    assert desk.pauses == [5.0, 10.0, 20.0]


async def test_where_rules_are_full_ours_make_room(desk: Desk) -> None:
    """With as many rules as X holds, the stale ones go before the new ones come; a cap that stays is told."""
    theirs = tuple((f"theirs {n}", "study") for n in range(999))
    async with XStandIn(rules=(*theirs, ("old", "agora:1"))) as x, desk.listening(x):
        await desk.until(lambda: x.open == 1)
        assert [list(change) for change in x.changes] == [["delete"], ["add"]]
        assert "harbour" in x.values


async def test_a_rule_of_one_refused_term_is_told(desk: Desk) -> None:
    """What X does not take is named; the rest is listened for."""
    desk.matcher.listen(MatchConfig(terms=("evil",), accounts=("x:7",)), {})
    async with XStandIn() as x:
        x.invalid = lambda value: "evil" in value
        async with desk.listening(x):
            await desk.until(lambda: x.open == 1)
            assert x.values == ["from:7"]
            assert "does not take the rule 'evil'" in desk.x.complaint


async def test_x_refuses_every_rule_without_a_word(desk: Desk) -> None:
    """A request for rules that is refused as a whole waits a minute."""
    async with XStandIn() as x:

        async def refuse(exchange: object) -> None:
            await exchange.answer(400, {"errors": [{"detail": "rule cap reached"}]})  # type: ignore[attr-defined]

        x._change = refuse  # type: ignore[assignment,method-assign]
        async with desk.listening(x):
            await desk.until(lambda: bool(desk.pauses))
    assert (desk.faults[0], desk.pauses[0]) == ("X does not take rules: rule cap reached", 60.0)
