"""The troubles: what befalls the stage, what is expected then, and what came of it."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from stream.rehearsal.desk import Desk, Silent
from stream.rehearsal.plan import Kind, Trouble
from stream.rehearsal.raid import raid
from stream.rehearsal.sheet import Check
from stream.rehearsal.stage import Stage
from stream.rehearsal.waiting import LOOK_S, PATIENCE, until

BACK_S: Final = 5.0
"""A part that was killed works again within this."""
LIT_S: Final = 10.0
"""A screen whose wall was lost shows what is on air again within this."""
FLOWS_S: Final = 10.0
AT_ONCE_S: Final = 1.0
BEHIND_MS: Final = 1_500
SETTLED_S: Final = 6.0
"""What ingest published before it paused is read, and judged by the raids there are, once the hub says the same for so long."""

Drill = Callable[[Stage, Trouble], Awaitable[list[Check]]]


async def hub_killed(stage: Stage, _: Trouble) -> list[Check]:
    """``kill -9`` to the hub: it comes back and says the same of the past. Ingest pauses, so that the log says the same too."""
    stage.signal("ingest", signal.SIGSTOP)
    try:
        before = await _settled(stage.desk)
        walls = {name: pid for name, pid in stage.supervisor.running.items() if name.startswith("wall")}
        stage.signal("hub", signal.SIGKILL)
        await asyncio.sleep(LOOK_S)
        back = await until(stage.desk.ready, "the hub has caught up", BACK_S)
        same = await _says_the_same(stage.desk, before)
        lit = await until(_all_lit(stage), "every screen shows what is on air", LIT_S)
    finally:
        stage.signal("ingest", signal.SIGCONT)
    kept = all(stage.supervisor.running.get(name) == pid for name, pid in walls.items())
    return [back, same, lit, Check("no wall goes dark meanwhile", "all went on" if kept else "a wall ended", kept)]


async def ingest_killed(stage: Stage, _: Trouble) -> list[Check]:
    """``kill -9`` to ingest: posts come again."""
    stage.signal("ingest", signal.SIGKILL)
    await asyncio.sleep(LOOK_S)
    return [await until(_flows(stage.desk), "posts come again", FLOWS_S), await _others_lit(stage, None)]


async def ingest_silent(stage: Stage, trouble: Trouble) -> list[Check]:
    """Ingest hangs: the tablet sees it, and what was missed comes after."""
    stage.signal("ingest", signal.SIGSTOP)
    await asyncio.sleep(trouble.lasts_s)
    lit = await _others_lit(stage, None)
    stage.signal("ingest", signal.SIGCONT)
    return [lit, await until(_flows(stage.desk), "posts come again", FLOWS_S)]


async def screen_lost(stage: Stage, trouble: Trouble) -> list[Check]:
    """``kill -9`` to a wall: the others go on, and it comes back."""
    name = stage.wall_of(trouble.screen)
    stage.signal(name, signal.SIGKILL)
    others = await _others_lit(stage, name)
    await asyncio.sleep(LOOK_S)
    return [others, await until(_all_lit(stage), f"screen {trouble.screen} shows what is on air", LIT_S)]


async def screen_frozen(stage: Stage, trouble: Trouble) -> list[Check]:
    """A wall hangs: it is seen on the tablet, and catches up when it can."""
    name = stage.wall_of(trouble.screen)
    stage.signal(name, signal.SIGSTOP)

    async def seen() -> bool:
        walls = (await stage.desk.walls())["walls"]
        return all(wall["name"] != name or wall["age_ms"] > BEHIND_MS for wall in walls)

    noticed = await until(seen, f"the tablet sees that {name} is silent", 3.0)
    await asyncio.sleep(trouble.lasts_s)
    stage.signal(name, signal.SIGCONT)
    return [noticed, await until(_all_lit(stage), f"screen {trouble.screen} shows what is on air", LIT_S)]


async def log_away(stage: Stage, trouble: Trouble) -> list[Check]:
    """The log takes nothing: decisions hold at once and are saved later, posts come after."""
    layout = await _other_layout(stage.desk)
    async with _Away(stage, trouble):
        began = time.monotonic()
        taken = await stage.desk.take(layout, (await stage.desk.on_air())["rev"])
        took = time.monotonic() - began
        held = taken["layout"] == layout
        decided = Check("a take holds within 1 s without the log", f"{took:.1f} s", held and took <= AT_ONCE_S)
        await asyncio.sleep(trouble.lasts_s)
    saved = await until(_saved(stage.desk), "decisions are saved", FLOWS_S)
    return [
        decided,
        saved,
        await until(_flows(stage.desk), "posts come again", FLOWS_S),
        await _others_lit(stage, None),
    ]


async def network_slow(stage: Stage, trouble: Trouble) -> list[Check]:
    """The line between walls and hub is slow: walls go on, and a take reaches them all the same."""
    stage.line.delay, stage.line.jitter = trouble.delay_ms / 1000, trouble.jitter_ms / 1000
    await asyncio.sleep(trouble.lasts_s)
    layout = await _other_layout(stage.desk)
    await stage.desk.take(layout, (await stage.desk.on_air())["rev"])
    within = 1.0 + 4 * (trouble.delay_ms + trouble.jitter_ms) / 1000
    confirmed = await until(_all_lit(stage), "every screen confirms a take", within)
    stage.line.delay = stage.line.jitter = 0.0
    return [confirmed, await _others_lit(stage, None)]


async def tablet_gone(stage: Stage, _: Trouble) -> list[Check]:
    """A tablet goes without a word and another signs in: what is on air stays, and the new one may decide."""
    before = (await stage.desk.on_air())["layout"]
    other = stage.desk.again()
    async with other:
        await other.sign_in()
        seen = (await other.on_air())["layout"]
        layout = await _other_layout(other)
        taken = await other.take(layout, (await other.on_air())["rev"])
    same = Check("another tablet sees the same on air", f"{seen}", seen == before)
    return [
        same,
        Check("it decides", f"{taken['layout']} is on air", taken["layout"] == layout),
        await _others_lit(stage, None),
    ]


DRILLS: Final[Mapping[Kind, Drill]] = {
    "hub killed": hub_killed,
    "ingest killed": ingest_killed,
    "ingest silent": ingest_silent,
    "screen lost": screen_lost,
    "screen frozen": screen_frozen,
    "log away": log_away,
    "network slow": network_slow,
    "tablet gone": tablet_gone,
    "raid": raid,
}


class _Away:
    """The log out of reach while this lasts: a file by a lock that is held, another by the plan's commands."""

    def __init__(self, stage: Stage, trouble: Trouble) -> None:
        self._url, self._trouble = stage.config.log.url, trouble
        self._lock: sqlite3.Connection | None = None

    async def __aenter__(self) -> None:
        if self._trouble.stop:
            await _run(self._trouble.stop)
            return
        path = self._url.removeprefix("sqlite:").partition("?")[0]
        self._lock = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        self._lock.execute("begin immediate")

    async def __aexit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.rollback()
            self._lock.close()
        else:
            await _run(self._trouble.start)


async def _run(command: str) -> None:
    process = await asyncio.create_subprocess_exec(*shlex.split(command))
    await process.wait()


async def _settled(desk: Desk) -> dict[str, Any]:
    """The snapshot of now, once the hub has read what is in the log, to which nothing comes meanwhile."""
    told = await desk.snapshot()
    for _ in range(round(PATIENCE * BACK_S / SETTLED_S)):
        await asyncio.sleep(SETTLED_S)
        again = await desk.snapshot(told["at"])
        if not _differ(told, again):
            break
        told = again
    return told


def _differ(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The first place in each section in which two snapshots of the same T differ; ingest tells of the sources later."""
    differ = [key for key in sorted(before) if key != "sources" and before[key] != after.get(key)]
    return [_where(key, before[key], after.get(key)) for key in differ]


def _where(path: str, before: Any, after: Any) -> str:
    """The first place in which two values differ, and how."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        key = next(key for key in before if before[key] != after[key])
        return _where(f"{path}.{key}", before[key], after[key])
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        at = next(i for i, value in enumerate(before) if value != after[i])
        return _where(f"{path}.{at}", before[at], after[at])
    was, now = (f"{len(it)} in it" if isinstance(it, list | dict) else repr(it)[:80] for it in (before, after))
    return f"{path} (was {was}, now {now})"


def _of_all(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What a snapshot says of all posts, held or not: the raid shield of a later life knows of raids from their beginning."""
    return {key: figure for key, figure in snapshot["numbers"].items() if key != "held"}


async def _says_the_same(desk: Desk, before: dict[str, Any]) -> Check:
    """Whether the hub says of an earlier T what it said then; one that is not back yet is asked again for a while."""
    expected = "the same figures for the time before"
    happened = "not told"
    until_s = time.monotonic() + PATIENCE * BACK_S
    while True:
        try:
            after = await desk.snapshot(before["at"])
            differ = _differ(before, after)
            if not differ:
                return Check(expected, "the same", ok=True)
            held, holds = before["numbers"]["held"], after["numbers"]["held"]
            if held != holds and _of_all(before) == _of_all(after):
                return Check(expected, f"the same, but {holds} posts are held where {held} were", ok=True)
            happened = f"different: {', '.join(differ)}"
        except Exception as fault:
            happened = f"not told: {type(fault).__name__} {fault}"
        if time.monotonic() > until_s:
            return Check(expected, happened, ok=False)
        await asyncio.sleep(4 * LOOK_S)


def _flows(desk: Desk) -> Callable[[], Awaitable[bool]]:
    """Whether posts were heard since it was first asked."""
    began: list[float] = []

    async def flows() -> bool:
        snapshot = await desk.snapshot()
        ages = [source["age_ms"] for source in snapshot["sources"] if source["age_ms"] >= 0]
        began.append(time.monotonic())
        since_ms = (time.monotonic() - began[0]) * 1000
        return bool(ages) and min(ages) < since_ms

    return flows


def _saved(desk: Desk) -> Callable[[], Awaitable[bool]]:
    async def saved() -> bool:
        return bool((await desk.on_air()).get("saved", True))

    return saved


def _all_lit(stage: Stage) -> Callable[[], Awaitable[bool]]:
    """Whether each screen has a wall that shows what is on air."""

    async def lit() -> bool:
        told = await stage.desk.walls()
        fresh = [wall for wall in told["walls"] if wall["confirmed"] and wall["age_ms"] <= BEHIND_MS]
        screens = {screen for wall in fresh for screen in wall["screens"]}
        return len(screens) == stage.screens

    return lit


async def _others_lit(stage: Stage, lost: str | None) -> Check:
    """Whether every other screen goes on drawing."""
    expected = "the other screens go on" if lost else "every screen stays lit"
    try:
        walls = (await stage.desk.walls())["walls"]
    except Silent as fault:
        return Check(expected, f"not told: {fault}", ok=False)
    wanted = {f"wall{i + 1}" for i in range(stage.plan.walls)} - {lost}
    going = {wall["name"] for wall in walls if wall["age_ms"] <= BEHIND_MS}
    missing = sorted(wanted - going)
    return Check(expected, f"silent: {', '.join(missing)}" if missing else "they do", not missing)


async def _other_layout(desk: Desk) -> str:
    now = (await desk.on_air())["layout"]
    return next(name for name in await desk.layouts() if name != now)
