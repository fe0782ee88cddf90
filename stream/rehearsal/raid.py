"""The raid of a rehearsal: many strangers say nearly the same at once, while somebody listens to all that walls are told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Final

from websockets.asyncio.client import connect

from stream.hub import auth
from stream.rehearsal.plan import Trouble
from stream.rehearsal.sheet import Check
from stream.rehearsal.stage import Stage
from stream.rehearsal.waiting import PATIENCE, until

HELD_S: Final = 10.0
LEAD_MS: Final = 3_000
"""So long before its first post the raid is made, in event time at speed 1."""
SEED: Final = 7
MARK: Final = f"raid{SEED:x}-"
"""What stands in the id of everything that raiders post, and of themselves."""
FRAME_LIMIT: Final = 16 << 20


async def raid(stage: Stage, trouble: Trouble) -> list[Check]:
    """A raid comes: it is held soon and as one decision, which ends it, and no wall is ever told a word of it."""
    async with _listening(stage) as ear:
        begins = (await stage.desk.snapshot())["at"] + int(LEAD_MS * stage.plan.speed)
        process = await _played(stage, begins, trouble.accounts)
        try:
            await until(lambda: _heard(stage), "", HELD_S)
            held = await until(lambda: _known(stage), "the raid is held", HELD_S)
            one = await _one_decision(stage)
            await asyncio.sleep(trouble.lasts_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), PATIENCE * trouble.lasts_s)
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        decided = await _decided(stage)
    said = f"named in {ear.named} of {ear.frames:,} frames"
    return [held, one, decided, Check("walls are told nothing of it", said, ear.frames > 0 and not ear.named)]


async def _played(stage: Stage, begins: int, accounts: int) -> asyncio.subprocess.Process:
    """The process that plays a raid from the event time ``begins`` (ms) on, beside ingest."""
    file = stage.var / "raid.jsonl"
    moment = datetime.fromtimestamp(begins / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    agora = (sys.executable, "-m", "agora")
    environment = {**os.environ, **_environment(stage), "AGORA_INGEST_SPOOL": str(stage.var / "raid-spool")}
    made = ("simulate", "--raid", "copied", "--accounts", str(accounts), "--seed", str(SEED), "--from", moment)
    make = await asyncio.create_subprocess_exec(*agora, *made, "--out", str(file), env=environment)
    await make.wait()
    pace = ("--speed", f"{stage.plan.speed:g}") if stage.config.clock.mode == "replay" else ("--into-live",)
    play = ("replay", str(file), "--format", "agora", *pace)
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*agora, *play, env=environment, stdout=quiet, stderr=quiet)


def _environment(stage: Stage) -> Mapping[str, str]:
    """Ingest's: the same log and clock."""
    return next(part.environment for part in stage.supervisor.parts if part.name == "ingest")


class Ear:
    """How many ``frames`` a wall would have got, and in how many of them a raider or a raider's post is ``named``."""

    def __init__(self) -> None:
        self.frames = self.named = 0


@contextlib.asynccontextmanager
async def _listening(stage: Stage) -> AsyncIterator[Ear]:
    """Hear what walls hear while this lasts."""
    ear = Ear()
    token = auth.load(stage.var).tokens["wall"]
    url = f"ws://127.0.0.1:{stage.config.hub.port}/ws/wall"

    async def hear() -> None:
        async for line in connect(
            url, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None, max_size=FRAME_LIMIT
        ):
            async for told in line:
                ear.frames += 1
                ear.named += isinstance(told, bytes) and MARK.encode() in told

    hearing = asyncio.create_task(hear(), name="rehearsal-ear")
    try:
        yield ear
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _heard(stage: Stage) -> bool:
    """Whether the hub has heard its first post."""
    return any(MARK in post["id"] for post in await stage.desk.posts())


async def _known(stage: Stage) -> bool:
    """Whether there is an alert of a raid, and its newest posts are held."""
    mine = [post for post in await stage.desk.posts() if MARK in post["id"]]
    return bool(mine and await stage.desk.raids()) and all(post["state"] in ("held", "hidden") for post in mine)


async def _one_decision(stage: Stage) -> Check:
    raids = await stage.desk.raids()
    singly = sum(MARK in post["id"] for post in await stage.desk.held())
    told = f"{len(raids)} raid{'' if len(raids) == 1 else 's'}, {singly} of its posts wait singly"
    return Check("the tablet shows it as one decision", told, len(raids) == 1 and not singly)


async def _decided(stage: Stage) -> Check:
    """Hide it, as staff would."""
    expected = "one tap hides all of it"
    raids = await stage.desk.raids()
    if not raids:
        return Check(expected, "there is no raid to decide about", ok=False)
    for raid_id in raids:
        await stage.desk.hide_raid(raid_id)

    async def hidden() -> bool:
        posts = [post for post in await stage.desk.posts() if MARK in post["id"]]
        return all(post["state"] == "hidden" for post in posts) and not await stage.desk.raids()

    return await until(hidden, expected, HELD_S)
