"""``agora rehearse``: light the stage, let the plan's troubles befall it, and write the sheet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from stream.config import Config
from stream.rehearsal.drills import DRILLS
from stream.rehearsal.plan import Plan
from stream.rehearsal.sheet import Act, Check, Sheet, page
from stream.rehearsal.stage import Stage

PAGE: Final = "rehearsal.html"
LEAST_FPS: Final = 5.0


async def rehearse(config: Config, plan: Plan, source: Sequence[str], var: Path, tell: Callable[[str], None]) -> Sheet:
    """Play the plan in the folder ``var``; ``source`` are the arguments of the command that feeds the log.

    Raises ``NotLit`` when the parts do not start.
    """
    acts: list[Act] = []
    made = int(time.time() * 1000)
    async with Stage(config, plan, source, var, tell) as stage:
        began = time.monotonic()
        tell("all parts are lit")
        for trouble in plan.troubles:
            await asyncio.sleep(max(0.0, trouble.at_s - (time.monotonic() - began)))
            tell(f"now: {trouble.kind}")
            at_s = time.monotonic() - began
            try:
                checks = await DRILLS[trouble.kind](stage, trouble)
            except Exception as fault:
                checks = [Check("the trouble can be watched", f"{type(fault).__name__}: {fault}", ok=False)]
            acts.append(Act(trouble.kind, at_s, tuple(checks)))
        await asyncio.sleep(max(0.0, plan.lasts_s - (time.monotonic() - began)))
        acts.append(Act("the whole", time.monotonic() - began, tuple(await _in_the_end(stage))))
        lasted = time.monotonic() - began
    played = f"{plan.archive}, {plan.speed:g} times as fast" if plan.archive else "the simulated event"
    return Sheet(plan.title, made, lasted, played, tuple(acts))


async def _in_the_end(stage: Stage) -> list[Check]:
    """What must hold when everything is over."""
    try:
        snapshot, told, on_air = await stage.desk.snapshot(), await stage.desk.walls(), await stage.desk.on_air()
    except Exception as fault:
        return [Check("the hub answers in the end", f"{type(fault).__name__}: {fault}", ok=False)]
    posts = snapshot["numbers"]["posts"]
    dead, slow = told["dead"], [w["name"] for w in told["walls"] if w["fps"] < LEAST_FPS]
    return [
        Check("posts were heard", f"{posts:,} in the window", posts > 0),
        Check("every screen has a wall", "all" if not dead else f"dark: {', '.join(map(str, dead))}", not dead),
        Check(
            f"walls draw {LEAST_FPS:g} frames a second", "all do" if not slow else f"slow: {', '.join(slow)}", not slow
        ),
        Check(
            "every decision is saved",
            "yes" if on_air.get("saved", True) else "not yet",
            bool(on_air.get("saved", True)),
        ),
    ]


def write(sheet: Sheet, folder: Path) -> Path:
    """The sheet as a page in the event's folder; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    path.write_text(page(sheet), encoding="utf-8")
    return path
