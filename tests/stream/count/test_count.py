"""What workers read and hubs take in is what a hub reads by itself, whoever read it, how often, and in whatever pieces."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import pytest

from stream import mention
from stream.config import ModerationConfig, TrackConfig
from stream.count import counter as counting
from stream.count.counter import TELL_S, Counter
from stream.count.followed import Followed
from stream.count.kept import Kept
from stream.count.partial import BUCKET, decode, read
from stream.hub.decisions import Envelope
from stream.hub.shedding import Rule, more
from stream.log import CONTROL, MENTIONS, PARTIALS, RETRACTIONS, Entry, Record
from stream.mention import Mention, Retraction, Target, Weight
from tests.stream.hub.house import NOW, House, config, edit, post

PARTITIONS = 3
TRACKED = {"tea": TrackConfig(terms=("tea",))}


def evening(seed: int, count: int) -> list[Mention]:
    """Posts, answers, edits and tallies of forty people about ten topics, in the last twenty minutes, many twice."""
    r = random.Random(seed)
    posts: list[Mention] = []
    said: list[Mention] = []
    for i in range(count):
        more_: dict = {}
        if posts and r.random() < 0.4:
            other = r.choice(posts)
            more_ = {"kind": r.choice(["reply", "quote", "repost"]), "target": Target(other.id, other.author.id)}
        text = f"Good evening number {i % 3} from #hall{r.randrange(5)} with tea and #stage{r.randrange(5)}"
        posts.append(post(i, text, author=f"author{r.randrange(40)}", at=NOW - r.randrange(1_200_000), **more_))
        said.append(posts[-1])
        if r.random() < 0.1:
            said.append(edit(r.choice(posts), f"Better said: #hall{r.randrange(5)} and coffee {i}", i))
        if r.random() < 0.1:
            of = r.choice(posts)
            tally = {"kind": "tally", "target": Target(of.id), "weight": Weight(likes=r.randrange(90))}
            said.append(msgspec.structs.replace(post(9000 + i, "", at=NOW - 1000), **tally))
        if r.random() < 0.1:
            said.append(r.choice(said))
    return said


def mentions(seed: int, count: int) -> list[Record]:
    """An evening as the log has it, each author in one partition, with a record in it that is none."""
    nexts = [0] * PARTITIONS
    records = []
    for said in evening(seed, count):
        p = sum(said.author.id.encode()) % PARTITIONS
        records.append(Record(MENTIONS.name, p, nexts[p], NOW - 500, said.author.id, mention.encode(said)))
        nexts[p] += 1
        if nexts[p] % 100 == 50:
            records.append(Record(MENTIONS.name, p, nexts[p], NOW - 500, "broken", b"{"))
            nexts[p] += 1
    return records


def told(counters: Sequence[Counter], records: Sequence[Record], step: int) -> list[Entry]:
    """What workers tell that read so many records of the log at once."""
    entries = []
    for turn, begin in enumerate(range(0, len(records), step)):
        for counter in counters:
            counter.take([r for r in records[begin : begin + step] if r.partition == counter.partition])
            entries += counter.due(turn * TELL_S)
    return entries


def counters(followed: Followed | None = None) -> list[Counter]:
    known = followed or Followed(config())
    return [Counter(p, 0, known) for p in range(PARTITIONS)]


def published(entries: Sequence[Entry]) -> list[Record]:
    """Partials as the log has them."""
    return [
        Record(PARTIALS.name, entry.partition or 0, offset, NOW, entry.key, entry.value)
        for offset, entry in enumerate(entries)
    ]


def snapshot(records: Sequence[Record], house: House | None = None) -> bytes:
    """What a hub says that has read these, a few at a time."""
    house = house or House()
    for begin in range(0, len(records), 97):
        house.engine.apply(records[begin : begin + 97], house.now)
    return house.engine.snapshot(None, NOW)


def decision(key: str, value: object) -> Record:
    data = None if value is None else msgspec.json.encode(Envelope("a", 1, NOW, "ada", value))  # type: ignore[arg-type]
    return Record(CONTROL.name, 0, 0, NOW, key, data)


@pytest.mark.parametrize("step", [40, 450, 5_000])
def test_a_hub_that_takes_in_partials_says_what_one_says_that_reads(step: int) -> None:
    """The snapshot has the same bytes, with answers, edits and tallies across partitions, however much is read at once."""
    records = mentions(1, 2_500)
    assert snapshot(published(told(counters(), records, step))) == snapshot(records)


def test_a_hub_does_not_read_what_a_worker_has_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts are taken in with their rows and verdicts: their texts are not looked at again."""
    said = [post(i, f"Only number {i} says so {i * 7} times", at=NOW - i) for i in range(700)]
    records = [Record(MENTIONS.name, 0, i, NOW, m.author.id, mention.encode(m)) for i, m in enumerate(said)]
    counter, house = Counter(0, 0, Followed(config())), House()
    counter.take(records)
    partials = published(counter.due(0.0))

    def never(*arguments: object) -> None:
        raise AssertionError("texts are read")

    with monkeypatch.context() as without:
        without.setattr(house.engine.state._extractor, "rows", never)
        without.setattr(house.engine.gate._chain._alone, "_judges", (never,))
        house.engine.apply(partials, NOW)
    assert house.engine.snapshot(None, NOW) == snapshot(records)


def test_what_waits_for_staff_is_the_same() -> None:
    """Marks, links, listed words, repetitions and raids hold the same posts for the same reasons, whoever read them."""
    r = random.Random(11)
    doubtful = (
        {"flags": ("sensitive",)},
        {"links": ("https://bit.ly/x",)},
        {"flags": ("!hide",)},
        {"flags": ("bot",)},
        {},
    )
    said = []
    for i in range(900):
        words = r.choice(["fine evening", "shit evening", "https://a.example/x", f"evening {i} with many other words"])
        said.append(
            post(i, words, author=f"author{r.randrange(60)}", at=NOW - r.randrange(500_000), **r.choice(doubtful))
        )
    crowd = [post(2000 + i, "vote against them all at the old gate tonight", author=f"new{i}") for i in range(40)]
    records = [
        Record(MENTIONS.name, 0, i, NOW - 500, m.author.id, mention.encode(m)) for i, m in enumerate([*said, *crowd])
    ]
    settings = config(moderation=ModerationConfig(block=("fine",), bots="hold"))
    worker, alone, fed = Counter(0, 0, Followed(settings)), House(settings), House(settings)
    worker.take(records)
    for house in (alone, fed):
        house.engine.decide("block:term:old", {})
    assert snapshot(published(worker.due(0.0)), fed) == snapshot(records, alone)
    for house in (alone, fed):
        house.later()
    reasons = [sorted((post_id, held.reason) for post_id, held in h.engine.gate.held()) for h in (alone, fed)]
    assert reasons[0] == reasons[1]
    assert len({reason.partition(":")[0] for _, reason in reasons[0]}) >= 4
    assert [raid.id for raid in fed.engine.gate.raids()] == [raid.id for raid in alone.engine.gate.raids()]


def test_whoever_tells_and_however_often_the_same_is_counted() -> None:
    """One worker dies with a bucket half told, another tells all of it anew, and the first wakes and tells what it had."""
    records = mentions(2, 2_500)
    first = told(counters(), records[:1300], 200)
    asleep = told(counters(), records[:1500], 333)[-4:]
    again = told(counters(), records, 450)
    mixed = random.Random(3).sample(first, len(first))
    assert snapshot(published([*mixed, *again[:5], *asleep, *again[5:], *first])) == snapshot(records)


def test_a_worker_goes_on_after_what_stands_whole() -> None:
    """What is told by a worker that passes over whole buckets, behind what stands already, is all that there is."""
    records = mentions(4, 2_500)
    before, kept = told(counters(), records[:1700], 300), Kept()
    for record in published(before):
        partial = decode(record.value)
        kept.put(record.partition, partial.bucket, partial.through, record.time)
    later = [Counter(p, kept.next(p, 0), Followed(config())) for p in range(PARTITIONS)]
    assert all(counter.next % BUCKET == 0 for counter in later)
    assert sum(counter.next for counter in later) >= BUCKET
    assert snapshot(published([*before, *told(later, records, 700)])) == snapshot(records)


def test_what_one_hub_has_taken_in_its_next_life_goes_on_from() -> None:
    """A hub with a checkpoint is told the rest and the newest again, and neither counts nor sheds anything twice."""
    rules = more((), Rule(6_000, dict.fromkeys(range(PARTITIONS), 100), NOW), 10**9)
    followed = Followed(config())
    followed.hear(decision("shed", rules))
    partials = published(told(counters(followed), mentions(5, 2_000), 150))
    half = len(partials) // 2
    one, other = House(), House()
    snapshot(partials[:half], one)
    saved = one.engine.save()()
    from stream.analysis.state import State

    other.engine.restore(saved, State.from_bytes(saved.state, other.config))
    assert snapshot(partials[half - 6 :], other) == snapshot(partials[half:], one)


def test_what_is_shed_is_shed_by_the_workers() -> None:
    """By a rule of ``control`` workers leave out what a hub would, and the hub says how many."""
    records = mentions(6, 2_000)
    rules = more((), Rule(3_000, dict.fromkeys(range(PARTITIONS), 40), NOW), 10**9)
    followed, alone = Followed(config()), House()
    followed.hear(decision("shed", rules))
    alone.engine.decide("shed", rules)
    said = snapshot(published(told(counters(followed), records, 400)))
    assert said == snapshot(records, alone)
    assert b'"shed":0' not in said


@pytest.mark.parametrize("decided", [None, {"terms": ["coffee"]}])
def test_tracks_that_staff_change_are_counted(decided: dict | None) -> None:
    """Rows that a worker read before it heard of new tracks are read again, by it or by the hub."""
    records = mentions(7, 1_500)
    settings = config(tracks=TRACKED)
    followed = Followed(settings)
    workers = counters(followed)
    entries = told(workers, records[:900], 300)
    followed.hear(decision("track:tea", decided))
    entries += told(workers, records, 300)

    def house() -> House:
        made = House(settings)
        made.engine.decide("track:tea", decided)
        made.engine.begin()
        return made

    said = snapshot(published(entries), house())
    assert said == snapshot(records, house())
    assert said != snapshot(records, House(settings)) or decided is None


def test_what_was_taken_back_is_handed_on_without_its_words() -> None:
    """A worker that knows of a retraction tells no word of the post or its author, and the count is the same."""
    records = mentions(8, 1_200)
    gone = [Retraction("simulation:3", "post", NOW), Retraction("simulation:author5", "author", NOW)]
    taken = [Record(RETRACTIONS.name, 0, i, NOW, r.target, mention.encode(r)) for i, r in enumerate(gone)]
    followed = Followed(config())
    for record in taken:
        followed.hear(record)
    entries = told(counters(followed), records, 500)
    handed = [
        mention.decode(post.data) for entry in entries for post in read(decode(entry.value), -1).posts if entry.value
    ]
    theirs = [said for said in handed if said.author.id == "simulation:author5"]
    assert theirs
    assert not any(said.text or said.author.name or said.hashtags for said in theirs)
    assert next(said.text for said in handed if said.id == "simulation:3") == ""
    assert snapshot([*taken, *published(entries)]) == snapshot([*taken, *records])


def test_a_bucket_of_large_posts_is_told_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece has a key of its own and less than a record may hold; together they are the bucket."""
    monkeypatch.setattr(counting, "PIECE_BYTES", 20_000)
    records = mentions(9, 600)
    entries = told(counters(), records, 5_000)
    assert len({entry.key for entry in entries}) == len(entries) > 2 * PARTITIONS
    assert snapshot(published(entries)) == snapshot(records)


def test_a_broken_partial_is_counted_and_passed_over() -> None:
    """Bytes that are no partial leave the others as they are."""
    records = mentions(10, 300)
    partials = published(told(counters(), records, 5_000))
    cut = partials[0]
    broken = [msgspec.structs.replace(cut, value=value) for value in (None, b"", b"\x94", (cut.value or b"")[:-9])]
    house = House()
    assert snapshot([*broken, *partials], house) == snapshot(records)
    assert house.metrics.dead.labels(PARTIALS.name)._value.get() == len(broken)
