"""The whole hub on a real log: threads, decisions, restarts."""

from __future__ import annotations

import asyncio
import gc
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from stream import mention
from stream.config import (
    ClockConfig,
    Config,
    HubConfig,
    LogConfig,
    ModerationConfig,
    RaidConfig,
    ShowConfig,
    WallConfig,
)
from stream.hub import core, decisions, upkeep
from stream.hub.core import Conflict, Hub
from stream.hub.threads import Ended
from stream.log import CONTROL, MENTIONS, RETRACTIONS, Entry, Log, Topic, open_log
from stream.mention import Mention, Person, Retraction, Target
from stream.wire.messages import Hello, Labels, OnAir, decode_from_hub
from tests.stream.hub.house import NOW, edit, post

COMPILED_S = 60.0
"""A hub may have to compile what it runs first."""
LAYOUT = 'name = "{0}"\ntitle = "{0}"\n[[panels]]\nvisual = "{1}"\nscreens = "1-6"\n'
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def config(folder: Path, name: str = "hub", **tables) -> Config:
    """A replay that stands still at ``NOW``, on the folder's log."""
    layouts = folder / "layouts"
    if not layouts.exists():
        layouts.mkdir()
        for layout, visual in (("pulse", "numbers"), ("topics", "constellation"), ("stories", "stories")):
            (layouts / f"{layout}.toml").write_text(LAYOUT.format(layout, visual))
    return Config(
        **{
            "log": LogConfig(url=f"sqlite:{folder}/log.db"),
            "clock": ClockConfig(mode="replay", event_start=NOW, event_end=NOW, wall_start=1),
            "hub": HubConfig(window_s=600, checkpoint=f"{folder}/{name}/checkpoint"),
            "show": ShowConfig(delay_s=0),
            "moderation": ModerationConfig(raid=RaidConfig(on=False)),
            "wall": WallConfig(layouts=str(layouts)),
            **tables,
        }
    )


async def until(true: Callable[[], object]) -> None:
    """Return when something is true; the test fails when it never is."""
    async with asyncio.timeout(COMPILED_S):
        while not true():
            await asyncio.sleep(0.005)


async def started(config: Config) -> Hub:
    hub = Hub(config)
    await hub.start()
    await until(lambda: hub.ready() or hub._fault)
    if hub._fault:
        raise hub._fault
    return hub


@pytest.fixture
async def log(tmp_path: Path):
    opened = await open_log(f"sqlite:{tmp_path}/log.db")
    yield opened
    await opened.close()


@pytest.fixture
async def hub(tmp_path: Path, log: Log):
    running = await started(config(tmp_path))
    yield running
    await running.stop()


async def say(log: Log, *mentions: Mention) -> None:
    await log.publish(MENTIONS, [Entry(m.author.id, mention.encode(m)) for m in mentions])


async def retract(log: Log, target: str) -> None:
    await log.publish(RETRACTIONS, [Entry(target, mention.encode(Retraction(target, "post", NOW)))])


def evening(seed: int, count: int) -> list[Mention]:
    """Posts, replies, quotes and edits of forty people about ten topics, within twenty minutes before ``NOW``."""
    r = random.Random(seed)
    posts: list[Mention] = []
    for i in range(count):
        who = f"author{r.randrange(40)}"
        more = {}
        if posts and r.random() < 0.4:
            other = r.choice(posts)
            more = {"kind": r.choice(["reply", "quote", "repost"]), "target": Target(other.id, other.author.id)}
        elif r.random() < 0.3:
            more = {"mentions": (Person(f"simulation:author{r.randrange(40)}", "somebody"),)}
        text = f"Good evening number {i % 3} from #hall{r.randrange(5)} and #stage{r.randrange(5)}"
        posts.append(post(i, text, author=who, at=NOW - r.randrange(1_200_000), **more))
        if r.random() < 0.1:
            posts.append(
                edit(r.choice([p for p in posts if p.kind == "post"]), f"Better said: #hall{r.randrange(5)} {i}", i)
            )
    return posts


def on_air(hub: Hub) -> OnAir:
    posted = hub.board.newest("on_air")
    assert posted is not None
    message = decode_from_hub(posted.payload)
    assert isinstance(message, OnAir)
    return message


async def test_hello_and_first_feeds(hub: Hub) -> None:
    """A hub that has started greets, is ready, and has every feed."""
    feeds = {"hello", "light", "on_air", "graph:topics", "motion:people", "stories", "figures", "watch"}
    await until(lambda: feeds <= {p.channel for p in hub.board.since({})})
    hello = {p.channel: decode_from_hub(p.payload) for p in hub.board.since({})}["hello"]
    assert isinstance(hello, Hello)
    assert hello.mode_label == "Replay, 14 November 2023"
    channels = {"on_air", "posts", "held", "numbers", "sources", "walls", "notice", "programme", "agenda"}
    await until(lambda: channels <= {p.channel for p in hub.tablet.since({})})
    await until(lambda: json.loads(hub.tablet.newest("notice").payload)["notices"] == [])


async def test_take_and_back(hub: Hub) -> None:
    """A take puts a layout on air with its labels, in the log and in the audit; back goes to the programme."""
    air = await hub.take("topics", seen_rev=hub.on_air.rev, by="Ada")
    assert (air.layout.name, air.why, air.by) == ("topics", "take", "Ada")
    await until(lambda: on_air(hub).rev == air.rev)
    labels = decode_from_hub(hub.board.newest("labels:0").payload)
    assert isinstance(labels, Labels)
    assert labels.layout == "topics"
    assert json.loads(hub.tablet.newest("on_air").payload)["by"] == "Ada"
    assert (await hub.back_to_programme("Ada")).why == "default"
    assert [entry["by"] for entry in await hub.audit()] == ["Ada", "Ada"]


async def test_labels_stand_before_their_layout(hub: Hub) -> None:
    """On the board a layout's labels are older than the layout."""
    air = await hub.take("topics", seen_rev=None, by="Ada")
    await until(lambda: on_air(hub).rev == air.rev)
    hub._mover.end()
    posted = {p.channel: p for p in hub.board.since({})}
    assert decode_from_hub(posted["labels:0"].payload).layout == "topics"
    assert decode_from_hub(posted["labels:0"].payload).at <= hub.clock()


async def test_who_was_quicker(hub: Hub) -> None:
    """Of two people who saw the same, the second hears of the first, and of what is on air then; also when both tap at once."""
    seen = hub.on_air.rev
    first, second = await asyncio.gather(
        hub.take("topics", seen_rev=seen, by="Ada"),
        hub.take("stories", seen_rev=seen, by="Ben"),
        return_exceptions=True,
    )
    assert isinstance(first, OnAir)
    assert isinstance(second, Conflict)
    assert (second.by, second.rev, hub.on_air.layout.name) == ("Ada", first.rev, "topics")
    with pytest.raises(Conflict):
        await hub.take("stories", seen_rev=seen, by="Ben")
    assert (await hub.take("stories", seen_rev=hub.on_air.rev, by="Ben")).layout.name == "stories"


async def test_unknown_layout(hub: Hub) -> None:
    """A layout that does not exist cannot be taken."""
    with pytest.raises(KeyError):
        await hub.take("nothing", seen_rev=None, by="Ada")


async def test_panic_survives_a_restart(tmp_path: Path, log: Log, hub: Hub) -> None:
    """Panic holds in the next life of the hub, until somebody releases it; so does a take."""
    await hub.take("topics", seen_rev=None, by="Ada")
    assert (await hub.panic(True, "Ben")).panic
    await hub.stop()
    (tmp_path / "hub" / "checkpoint").unlink()
    again = await started(config(tmp_path))
    await until(lambda: again.board.newest("on_air"))
    assert (on_air(again).panic, on_air(again).why, on_air(again).layout.name) == (True, "panic", "topics")
    assert not (await again.panic(False, "Ben")).panic
    assert again.on_air.why == "take"
    await again.stop()


async def test_freeze(hub: Hub) -> None:
    """A freeze holds the layout against takes, and lets go."""
    assert (await hub.freeze(True, "Ada")).frozen
    assert (await hub.take("topics", seen_rev=None, by="Ada")).layout.name == "pulse"
    assert (await hub.freeze(False, "Ada")).layout.name == "topics"


async def test_decide_and_undo(log: Log, hub: Hub) -> None:
    """A decision takes effect at once and is undone by its id; ids, never content, are in the log."""
    await say(log, post(1, "Unusual words about #weather"))
    await until(lambda: (posted := hub.board.newest("stories")) and b"Unusual" in posted.payload)
    receipt = await hub.decide("post:simulation:1", {"show": "hidden"}, by="Ada", reason="too long")
    assert receipt.saved
    await until(lambda: b"Unusual" not in hub.board.newest("stories").payload)
    await hub.undo(receipt, "Ben")
    await until(lambda: b"Unusual" in hub.board.newest("stories").payload)
    undone, done = await hub.audit(2)
    assert (done["by"], done["old"], done["new"], done["reason"]) == ("Ada", None, {"show": "hidden"}, "too long")
    assert (undone["by"], undone["old"], undone["new"]) == ("Ben", {"show": "hidden"}, None)
    assert b"Unusual" not in json.dumps(await hub.audit()).encode()
    with pytest.raises(KeyError):
        await hub.undo("nothing", "Ada")


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("post:", {"show": "hidden"}),
        ("post:x:1", {"show": "loud"}),
        ("post:x:1", {"show": "approved"}),
        ("block:term:...", {}),
        ("block:author:", {}),
        ("layout", {"layout": "pulse"}),
        ("nonsense", {}),
    ],
)
async def test_decisions_that_mean_nothing(hub: Hub, subject: str, value: dict) -> None:
    """A subject or a value that means nothing is refused, and nothing is written."""
    with pytest.raises(ValueError):
        await hub.decide(subject, value, by="Ada")
    assert await hub.audit() == []


async def test_silent_log(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the log is silent a panic is on air all the same, and tablets say that it is not saved yet."""
    monkeypatch.setattr(decisions, "SILENT_S", 0.01)
    monkeypatch.setattr(decisions, "RETRY_S", 0.01)
    publish = hub._follower.log.publish
    away = asyncio.Event()

    async def silent(topic: Topic, entries) -> None:
        await away.wait()
        await publish(topic, entries)

    monkeypatch.setattr(hub._follower.log, "publish", silent)
    assert (await hub.panic(True, "Ada")).panic
    await until(lambda: on_air(hub).panic)
    assert json.loads(hub.tablet.newest("notice").payload)["notices"][0]["kind"] == "unsaved"
    assert json.loads(hub.tablet.newest("on_air").payload)["saved"] is False
    away.set()
    await until(lambda: json.loads(hub.tablet.newest("notice").payload)["notices"] == [])
    assert json.loads(hub.tablet.newest("on_air").payload)["saved"] is True
    assert hub.on_air.panic


async def test_broken_control_records(log: Log, hub: Hub) -> None:
    """A record of control that is no decision is counted, and the next one works."""
    await log.publish(CONTROL, [Entry("layout", b"{"), Entry("post:simulation:1", b"[]")])
    assert (await hub.panic(True, "Ada")).panic
    assert hub.metrics.registry.get_sample_value("agora_dead_records_total", {"topic": "control"}) == 2


async def test_layout_files(tmp_path: Path, hub: Hub) -> None:
    """A layout that changes on disk changes on air; a broken one leaves the old one there and says why."""
    file = tmp_path / "layouts" / "pulse.toml"
    file.write_text(LAYOUT.format("pulse", "stories"))
    hub.shelf.reload()
    assert hub.on_air.layout.panels[0].visual == "stories"
    await until(lambda: on_air(hub).layout == hub.on_air.layout)
    file.write_text(LAYOUT.format("pulse", "storys"))
    hub.shelf.reload()
    assert hub.on_air.layout.panels[0].visual == "stories"
    assert [fault.split(": ", 1)[0] for fault in hub.faults()] == [f"{file}:4"]
    assert json.loads(hub.tablet.newest("notice").payload)["notices"][0]["kind"] == "layout"


async def test_layout_files_are_watched(tmp_path: Path, hub: Hub) -> None:
    """Nobody has to ask for it."""
    (tmp_path / "layouts" / "new.toml").write_text(LAYOUT.format("new", "stories"))
    await until(lambda: "new" in hub.layouts())


async def test_snapshot_of_a_time_that_is_not_held(hub: Hub) -> None:
    """A time too far back is refused in a sentence."""
    with pytest.raises(ValueError, match="not held"):
        await hub.snapshot(NOW - 10_000_000)


async def test_checkpoint_of_another_log(tmp_path: Path) -> None:
    """A checkpoint of a log that was replaced is ignored."""
    first = await open_log(f"sqlite:{tmp_path}/log.db")
    hub = await started(config(tmp_path))
    await say(first, *evening(1, 50))
    await until(lambda: len(hub._engine.state) == 50)
    await hub.stop()
    await first.close()
    (tmp_path / "log.db").rename(tmp_path / "old.db")
    fresh = await open_log(f"sqlite:{tmp_path}/log.db")
    await say(fresh, post(1, "The only words"))
    again = await started(config(tmp_path))
    assert json.loads(await again.snapshot(None))["numbers"]["posts"] == 1
    await again.stop()
    await fresh.close()


async def test_restart_equals_no_restart(tmp_path: Path, log: Log) -> None:
    """A hub that stopped half way, with or without its checkpoint, says the same as one that never stopped."""
    posts = evening(2, 300)
    gone = [p.id for p in posts if p.kind == "post"][::17]
    steady, short = await started(config(tmp_path, "steady")), await started(config(tmp_path, "short"))
    await retract(log, gone[0])
    await say(log, *posts[:150])
    await short.decide(f"post:{posts[3].id}", {"show": "hidden"}, by="Ada")
    await short.decide("block:author:simulation:author7", {}, by="Ada")
    await until(lambda: len(short._engine.state) > 100)
    await short.stop()
    await say(log, *posts[150:])
    for target in gone[1:]:
        await retract(log, target)
    with_it, without = await started(config(tmp_path, "short")), await started(config(tmp_path, "without"))
    hubs = (steady, with_it, without)
    await with_it.decide("block:term:stage3", {}, by="Ada")
    await until(lambda: all(hub.desk.scribe.ledger.value("block:term:stage3") is not None for hub in hubs))
    memories = [hub._engine.state.memory.latest for hub in hubs]
    await until(lambda: min(latest() for latest in memories) > NOW - 60_000)
    await until(lambda: all(hub.ready() and hub._follower.behind == 0 and not hub._analyst.queued for hub in hubs))
    ends = [await hub.snapshot(NOW) for hub in hubs]
    found = json.loads(ends[0])
    assert ends[1] == ends[0]
    assert ends[2] == ends[0]
    assert found["topics"]["nodes"]
    assert found["people"]["edges"]
    assert "stage3" not in ends[0].decode()
    for hub in hubs:
        await hub.stop()


async def test_ends(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of our own ends the hub: it is not ready any more, and ``wait`` raises."""
    assert hub.ready()
    monkeypatch.setattr(hub._engine.state, "advance", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await hub.wait()
    assert not hub.ready()
    async with asyncio.timeout(5):
        with pytest.raises(Ended):
            await hub.snapshot(None)


async def test_no_such_log(tmp_path: Path) -> None:
    """A URL that names no log is refused before anything begins."""
    with pytest.raises(ValueError, match="names no log"):
        await Hub(config(tmp_path, log=LogConfig(url="postgres://x"))).start()


async def test_clock_never_falls(tmp_path: Path) -> None:
    """Hub time waits where the wall clock goes back."""
    times = iter([1000, 2000, 1500, 2500] * 100)
    hub = Hub(config(tmp_path), wall_clock=lambda: next(times))
    seen = [hub.clock() for _ in range(20)]
    assert seen == sorted(seen)


def test_now_ms() -> None:
    """The wall clock is in milliseconds."""
    assert core.now_ms() > NOW


async def test_what_a_ready_hub_holds_is_left_out_of_garbage_collection_until_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full collection would hold up every thread, longer the more posts there are."""
    monkeypatch.setattr(upkeep, "REMEMBER_S", 0.01)
    running = await started(config(tmp_path))
    await until(gc.get_freeze_count)
    await running.stop()
    assert gc.get_freeze_count() == 0
