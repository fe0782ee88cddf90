"""What was heard, kept small."""

from __future__ import annotations

from stream.mention import Target, encode
from stream.report.heard import BLOCK, Heard
from tests.stream.hub.house import NOW, post


def test_all_of_it_is_read_again_in_order() -> None:
    """Blocks give every mention as it came, beside its bytes, however many are taken at once."""
    mentions = [post(n, f"line one\nline {n}", at=NOW + n) for n in range(BLOCK + 7)]
    heard = Heard()
    heard.take(mentions[:3])
    heard.take(mentions[3:])
    blocks = list(heard.blocks())
    assert [len(block) for block, _ in blocks] == [BLOCK, 7]
    assert [mention for block, _ in blocks for mention in block] == mentions
    assert [data for _, encoded in blocks for data in encoded] == list(map(encode, mentions))


def test_its_bounds_are_those_of_the_posts() -> None:
    """The oldest and the newest post count, edits and tallies of other times do not; nothing heard has no bounds."""
    heard = Heard()
    assert (heard.first, heard.last) == (None, None)
    changed = [post(9, "", kind=kind, at=NOW + at, target=Target("a:1")) for kind, at in (("edit", 9), ("tally", -9))]
    heard.take([post(1, "one", at=NOW + 5), post(2, "two", at=NOW), post(3, "three", at=NOW + 3), *changed])
    assert (heard.first, heard.last) == (NOW, NOW + 5)
