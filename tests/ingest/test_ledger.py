"""The ledger's stories: what it lets through, when it tells counts, and that it forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.ledger import DAY_MS, TALLY_MS, Ledger
from ingest.shelf import LedgerDamaged, LedgerUnavailable
from ingest.source import Batch, Deletion, Item, LogItem, Reaction, Takedown
from stream.mention import Author, Mention, Rejected, Retraction, Target, Weight, validate
from tests.ingest.cable import NOW


class Clock:
    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "ledger.db", now=clock)


def post(id: str = "n:1", author: str = "n:ann", at: int = NOW, **more: object) -> Mention:
    return Mention(id, "n", "post", at, NOW, Author(author), **more)  # type: ignore[arg-type]


def repost(id: str, target: str, author: str = "n:bob", of: str = "") -> Mention:
    return Mention(id, "n", "repost", NOW, NOW, Author(author), target=Target(target, of))


def edit(target: str, revision: int) -> Mention:
    return Mention(f"{target}@{revision}", "n", "edit", NOW, NOW, Author("n:ann"), target=Target(target))


def like(who: str, target: str = "n:1") -> Reaction:
    return Reaction(target, f"like {who}", "like", NOW)


def say(
    ledger: Ledger, *items: Item, source: str = "here", safe: bool = True, natives: dict[str, str] | None = None
) -> list[LogItem]:
    settled = ledger.settle(source, Batch(items, natives=natives or {}))
    ledger.close(settled, safe)
    return settled.items


def due(ledger: Ledger, **how: bool) -> list[tuple[str, int]]:
    """The tallies that are told now: of which post, and how many likes."""
    settled = ledger.due(**how)
    ledger.close(settled, True)
    return [(m.target.id, m.weight.likes) for m in settled.items if isinstance(m, Mention) and m.target and m.weight]


def test_the_copy_of_another_server_is_deleted_by_its_own_id(ledger: Ledger) -> None:
    """One status heard from two servers is one mention, and either's delete finds it; then neither's copy comes back."""
    assert say(ledger, post(), natives={"17": "n:1"}) == [post()]
    assert say(ledger, post(), source="there", natives={"99": "n:1"}) == []
    assert say(ledger, Deletion("17", NOW), source="there") == []
    assert say(ledger, Deletion("99", NOW), source="there") == [Retraction("n:1", "post", NOW)]
    assert say(ledger, post(), natives={"17": "n:1"}) == []
    assert ledger.dropped == {("there", "heard before"): 1, ("here", "deleted before"): 1}


def test_a_deletion_before_its_post(ledger: Ledger) -> None:
    """A post that was deleted before we heard of it does not come in, nor does another server's copy of it."""
    assert say(ledger, Deletion("17", NOW)) == []
    assert say(ledger, post(), natives={"17": "n:1"}) == []
    assert say(ledger, post(), source="there") == []


def test_a_deletion_that_finds_its_post_late(ledger: Ledger) -> None:
    """A delete by an id that only later is known to be a published post's still clears it."""
    say(ledger, Deletion("17", NOW, "why"))
    assert say(ledger, post(), source="there") == [post()]
    assert say(ledger, post(), natives={"17": "n:1"}) == [Retraction("n:1", "post", NOW, "why")]


def test_reposts_go_with_their_post(ledger: Ledger) -> None:
    """What repeats a deleted post is retracted too, also where only the repost was published, and no new one comes in."""
    say(ledger, post(), repost("n:r", "n:1"), repost("n:s", "n:2"))
    gone = say(ledger, Deletion("n:1", NOW), Deletion("n:2", NOW))
    assert [g.target for g in gone if isinstance(g, Retraction)] == ["n:1", "n:r", "n:s"]
    assert say(ledger, repost("n:t", "n:1"), repost("n:u", "n:2")) == []


def test_a_takedown(ledger: Ledger) -> None:
    """It clears the author and what others repeated; once more it is nothing; what the author writes later is heard."""
    say(ledger, post(), repost("n:r", "n:1"), repost("n:s", "n:7", of="n:ann"))
    down = say(ledger, Takedown("n:ann", NOW + 5), Takedown("n:nobody", NOW))
    assert [(g.scope, g.target) for g in down if isinstance(g, Retraction)] == [
        ("author", "n:ann"), ("post", "n:s"), ("post", "n:r")
    ]  # fmt: skip
    assert say(ledger, post("n:2"), repost("n:t", "n:9", of="n:ann")) == []
    back = post("n:3", at=NOW + 6)
    again = repost("n:v", "n:3", of="n:ann")
    assert say(ledger, back, again) == [back, again]
    assert say(ledger, Takedown("n:ann", NOW + 5), Takedown("n:nobody", NOW)) == []
    assert len(say(ledger, Takedown("n:ann", NOW + 9))) == 2


def test_a_source_that_retracts_by_itself(ledger: Ledger) -> None:
    """Retractions pass once, whatever was published, and are remembered like deletions."""
    told = Retraction("n:1", "post", NOW), Retraction("n:bob", "author", NOW)
    assert say(ledger, *told, *told) == list(told)
    assert say(ledger, post(), post("n:2", author="n:bob")) == []


def test_edits(ledger: Ledger) -> None:
    """Each revision of a published post goes out once; an edit of a post that was not published stays outside."""
    assert say(ledger, edit("n:1", 1)) == []
    say(ledger, post())
    assert say(ledger, edit("n:1", 1), edit("n:1", 1), edit("n:1", 2)) == [edit("n:1", 1), edit("n:1", 2)]
    say(ledger, Deletion("n:1", NOW))
    assert say(ledger, edit("n:1", 3)) == []


def test_a_crash_before_the_batch_is_safe(tmp_path: Path, clock: Clock) -> None:
    """What was perhaps published is published again when it is heard again, and found by a deletion when it is not."""
    before = Ledger(tmp_path / "l.db", now=clock)
    before.settle("here", Batch((post("n:1"), post("n:2"))))
    before.shut()
    after = Ledger(tmp_path / "l.db", now=clock)
    assert say(after, post("n:1")) == [post("n:1")]
    lost = after.settle("here", Batch((Deletion("n:2", NOW),)))
    assert lost.items == [Retraction("n:2", "post", NOW)]
    after.shut()
    settled = Ledger(tmp_path / "l.db", now=clock).due()
    assert settled.items == [Retraction("n:2", "post", NOW)]


def test_two_batches_on_their_way(ledger: Ledger) -> None:
    """While one server's copy is being published another's is not, and a retraction on its way is not told twice."""
    flying = ledger.settle("here", Batch((post(),)))
    assert say(ledger, post(), source="there") == []
    gone = ledger.settle("there", Batch((Deletion("n:1", NOW),)))
    assert ledger.due().items == []
    ledger.close(gone, False)
    ledger.close(flying, True)
    assert ledger.due().items == [Retraction("n:1", "post", NOW)]


def test_reactions_are_counted_once(ledger: Ledger, clock: Clock) -> None:
    """Those of posts that we published, each once also after a rewind, less those that were taken back."""
    bob = repost("n:r", "n:1")
    shared = Reaction("n:1", "n:r", "repost", NOW, mention=bob)
    assert say(ledger, like("x", "n:2"), like("x"), post(), like("ann"), like("bob"), like("ann"), shared)[1:] == [bob]
    assert due(ledger) == [("n:1", 2)]
    clock.ms += TALLY_MS
    gone = say(ledger, Deletion("like bob", NOW), Deletion("like bob", NOW), like("bob"), Deletion("n:r", NOW), shared)
    assert gone == [Retraction("n:r", "post", NOW)]
    assert due(ledger) == [("n:1", 1)]


def test_tallies_keep_their_pace(ledger: Ledger, clock: Clock) -> None:
    """At most one in ten seconds for a post, absolute and later than the last; the last one always comes out."""
    say(ledger, post(weight=Weight(likes=5)), like("a"))
    first = ledger.due()
    (tally,) = first.items
    assert isinstance(tally, Mention)
    assert validate(tally).weight == Weight(likes=6)
    say(ledger, like("b"))
    ledger.close(first, True)
    clock.ms += TALLY_MS - 1
    assert due(ledger) == []
    clock.ms += 1
    assert due(ledger) == [("n:1", 7)]
    say(ledger, like("c"))
    assert due(ledger) == []
    assert due(ledger, all=True) == [("n:1", 8)]
    assert due(ledger, all=True) == []


def test_tallies_and_a_clock_that_goes_back(ledger: Ledger, clock: Clock) -> None:
    """Counts are told though it is an hour earlier, at a time that is later than the last."""
    say(ledger, post(), like("a"))
    due(ledger)
    clock.ms -= 3_600_000
    say(ledger, like("b"))
    (tally,) = ledger.due().items
    assert isinstance(tally, Mention)
    assert tally.at == NOW + 1


def test_counts_of_the_network_itself(ledger: Ledger) -> None:
    """Where a source tells absolute counts they replace ours, and come out when they changed."""
    count = Mention("n:t", "n", "tally", NOW, NOW, Author("n:ann"), target=Target("n:1"), weight=Weight(likes=9))
    assert say(ledger, count) == []
    say(ledger, post(), count)
    assert due(ledger) == [("n:1", 9)]
    say(ledger, count)
    assert due(ledger, all=True) == []


def test_dead_letters_pass(ledger: Ledger) -> None:
    """What could not be read needs no memory."""
    letter = Rejected("n", "broken", NOW, b"x", 1)
    assert say(ledger, letter) == [letter]


def test_it_forgets_after_seven_days(ledger: Ledger, clock: Clock) -> None:
    """What is a week old is forgotten and its room given back; what came again meanwhile stays."""
    for start in range(0, 20_000, 1000):
        say(ledger, *(post(f"n:{n}") for n in range(start, start + 1000)))
    full = ledger.bytes
    clock.ms += 4 * DAY_MS
    say(ledger, post("n:7"), Deletion("n:8", NOW))
    clock.ms += 4 * DAY_MS
    while ledger.prune():
        pass
    assert ledger.bytes < full / 20
    assert say(ledger, post("n:7"), post("n:8"), post("n:9")) == [post("n:9")]


def test_a_new_log_knows_nothing(ledger: Ledger) -> None:
    """Cleared, it publishes everything anew."""
    say(ledger, post(), like("a"), natives={"1": "n:1"})
    ledger.clear()
    assert say(ledger, post()) == [post()]


def test_a_file_of_somebody_else(tmp_path: Path, clock: Clock) -> None:
    """What is no ledger, or a broken one, is told with what to do."""
    (tmp_path / "l.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerDamaged, match="move it away"):
        Ledger(tmp_path / "l.db", now=clock)


def test_a_full_disk(ledger: Ledger) -> None:
    """What cannot be written down is not published; the source is asked again, and nothing is half remembered."""
    db = ledger._shelf._db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(LedgerUnavailable, match="full"):
        say(ledger, *(post(f"n:{n}") for n in range(1000)))
    db.execute("PRAGMA max_page_count = 100000")
    assert len(say(ledger, *(post(f"n:{n}") for n in range(1000)))) == 1000


def test_strangers_leave_no_trace(ledger: Ledger) -> None:
    """Reactions to posts that were never published write nothing."""
    writes: list[str] = []
    ledger._shelf._db.set_trace_callback(writes.append)
    assert say(ledger, *(like(str(n), f"n:{n}") for n in range(2000))) == []
    assert not any(w.startswith("INSERT") for w in writes)
