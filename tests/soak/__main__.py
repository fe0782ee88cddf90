"""``python -m tests.soak [--rounds N] [--seed S] [--minutes M] [--log kafka|sqlite|both] [--patience X] [--hours H]``."""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.bench.figure import figure
from tests.soak import network
from tests.soak.endurance import endure
from tests.soak.faults import KINDS
from tests.soak.hall import Hall
from tests.soak.rounds import RATE, Round, Rounds


async def play(log: str, rounds: Sequence[int], seed: int, minutes: float, given: argparse.Namespace) -> list[Round]:
    """Play ``rounds`` (their numbers) in one hall; each draws from the seed and its number alone."""
    played: list[Round] = []
    ends = time.monotonic() + minutes * 60
    with tempfile.TemporaryDirectory(prefix="agora-soak-") as folder:
        async with Hall(Path(folder), seed, RATE, kafka=log == "kafka") as hall:
            made = Rounds(hall, given.patience)
            async with made.going():
                for number in rounds:
                    if time.monotonic() > ends:
                        break
                    done = await made.play(number, random.Random(f"{seed} {number}"), given.only)
                    played.append(done)
                    print(line(log, done), flush=True)
                    if done.failures:
                        hall.keep(given.keep / f"{seed}-{number}.log")
                        made.keep(given.keep / f"{seed}-{number}.msgpack")
                    if done.ended:
                        break
    return played


def line(log: str, done: Round) -> str:
    """A round as a line of the table."""
    verdict = "; ".join(done.failures) or (f"not tried: {done.skipped}" if done.skipped else "well")
    what = " + ".join(map(str, done.faults))
    return f"{done.number:4} {log:6} {what:58} back {done.back_s:5.1f} s, in all {done.lasted_s:5.1f} s  {verdict}"


def main(arguments: Sequence[str]) -> int:
    """Returns 1 where a round failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Faults, again and again.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="default: a new one, which is printed")
    parser.add_argument("--first", type=int, default=1, help="the number of the first round")
    parser.add_argument("--minutes", type=float, default=90.0, help="at most so long")
    parser.add_argument("--log", choices=("kafka", "sqlite", "both"), default="both")
    parser.add_argument("--only", choices=tuple(KINDS), default="", help="faults of one kind")
    parser.add_argument("--patience", type=float, default=1.0, help="how many times longer than the bars is waited")
    parser.add_argument(
        "--keep", type=Path, default=Path("build/soak"), help="what the parts and the log said in rounds that failed"
    )
    parser.add_argument("--hours", type=float, default=0.0, help="after the rounds run so long and watch memory")
    given = parser.parse_args(arguments)
    failed = given.rounds > 0 and _rounds(given)
    held = given.hours == 0 or _endurance(given.hours)
    return 1 if failed or not held else 0


def _endurance(hours: float) -> bool:
    """Whether memory stayed flat."""
    figures = []
    for measured in endure(hours * 3600, lambda told: print(told, flush=True)):
        figures.append(measured)
        print(msgspec.json.encode(measured).decode(), flush=True)
    return all(measured.ok is not False for measured in figures)


def _rounds(given: argparse.Namespace) -> bool:
    """Whether a round failed, or none could be tried."""
    seed = given.seed if given.seed is not None else secrets.randbelow(1_000_000)
    print(f"seed {seed}, {given.rounds} rounds{', packets can be lost' if network.own() else ''}", flush=True)
    numbers = range(given.first, given.first + given.rounds)
    kafka = len(numbers) * 3 // 4
    halves = {"kafka": [("kafka", numbers)], "sqlite": [("sqlite", numbers)],
              "both": [("kafka", numbers[:kafka]), ("sqlite", numbers[kafka:])]}[given.log]  # fmt: skip
    began = time.monotonic()
    played: list[Round] = []
    for log, some in halves:
        minutes = given.minutes * len(some) / len(numbers)
        played += asyncio.run(play(log, some, seed, minutes, given))
        if played and played[-1].ended:
            break
    failed = [done.number for done in played if done.failures]
    tried = [done for done in played if not done.skipped]
    slowest = max((done.back_s for done in tried), default=0.0)
    note = f"{len(tried)} rounds in {(time.monotonic() - began) / 60:.1f} min, seed {seed}, slowest recovery {slowest:.1f} s"
    if failed:
        note += f"; failed: {', '.join(map(str, failed))} (--seed {seed} --first N --rounds 1)"
    print(msgspec.json.encode(figure("fault rounds that failed", len(failed), "rounds", most=0, note=note)).decode())
    return bool(failed) or not tried


if __name__ == "__main__":
    network.enter("tests.soak", sys.argv[1:])
    sys.exit(main(sys.argv[1:]))
