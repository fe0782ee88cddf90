"""The built-in sources that need no network keep the contract that packages run on theirs; so does the example package."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ingest.contract import NOW, SourceContract
from ingest.simulation.world import World
from ingest.source import Batch, Deletion, Item, Source
from ingest.sources import archive, simulation
from stream.config import Config, HubConfig, SimulationConfig
from stream.mention import Author, Mention, Retraction, encode

PLUGIN = Path(__file__).parents[2] / "docs" / "plugin"


def mention(n: int, source: str = "archive") -> Mention:
    """The n-th post."""
    return Mention(f"{source}:{n}", source, "post", NOW - 10_000 + n, NOW, Author(f"{source}:a"))


class TestArchive(SourceContract):
    """An archive in our own format, as ``archive:agora:PATH``."""

    factory = staticmethod(archive.create)
    expected = tuple(f"archive:{n}" for n in range(2500))
    deleted = ("archive:7",)

    def argument(self, folder: Path) -> str:
        items = [*map(mention, range(2500)), Retraction("archive:7", "post", NOW)]
        (folder / "a.jsonl").write_bytes(b"".join(encode(item) + b"\n" for item in items))
        return f"agora:{folder / 'a.jsonl'}"


class TestTable(SourceContract):
    """An archive that is a table; it holds no deletions, and live it does not promise any."""

    factory = staticmethod(archive.create)
    expected = tuple(f"archive:{n}" for n in range(1500))

    def argument(self, folder: Path) -> str:
        rows = "".join(f'{n},{NOW - 5000 + n},"a\nb",anna\n' for n in range(1500))
        (folder / "a.csv").write_text(f"id,created_at,text,username\n{rows}")
        return f"csv:{folder / 'a.csv'}"


PLANNED = [planned.item for planned in World(7, 2.0).plan(NOW - 50_000, NOW)]


class TestSimulation(SourceContract):
    """The simulated event: what it has told of the minute behind."""

    factory = staticmethod(simulation.create)
    expected = tuple(item.id for item in PLANNED if isinstance(item, Mention))
    deleted = tuple(item.target for item in PLANNED if isinstance(item, Retraction))
    heartbeats = False

    def config(self) -> Config:
        return Config(simulation=SimulationConfig(rate=2.0, seed=7), hub=HubConfig(window_s=60))


class Liar:
    """A source that breaks one law at a time."""

    tells_deletions = True
    source = "liar"

    def __init__(self, items: list[Item], *, name: str = "liar", loses: bool = False) -> None:
        self.name, self._items, self._loses = name, items, loses

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        for i, item in enumerate(self._items):
            if i >= int(cursor or 0):
                yield Batch((item,), cursor=str(i + 1 + self._loses))


def contract_of(made: Callable[[], Source], **attributes: object) -> SourceContract:
    """The contract of a source that lies."""
    fields = {"factory": staticmethod(lambda _: made()), "expected": ("liar:1", "liar:2"), "deleted": ("liar:1",)}
    return type("Lies", (SourceContract,), {**fields, **attributes})()


POSTS: list[Item] = [mention(1, "liar"), mention(2, "liar")]
GONE = Retraction("liar:1", "post", NOW)


def test_an_honest_source_passes() -> None:
    """All laws hold."""
    honest = contract_of(lambda: Liar([*POSTS, GONE]))
    for name in dir(SourceContract):
        if name.startswith("test_"):
            getattr(honest, name)()


@pytest.mark.parametrize(
    ("law", "lie", "why"),
    [
        ("its_name_and_its_promise", lambda: Liar([], name="A Liar"), "no name of a source"),
        ("what_it_says_keeps_the_form", lambda: Liar(POSTS[:1]), "not said: .*liar:2"),
        ("what_it_says_keeps_the_form", lambda: Liar([mention(1)]), "says it is from 'archive'"),
        ("what_it_says_keeps_the_form", lambda: Liar([Deletion("liar:1", NOW)]), "needs remembered"),
        ("it_goes_on_from_its_cursor", lambda: Liar(POSTS, loses=True), "lost after batch"),
        ("it_tells_of_deletions_as_it_promises", lambda: Liar(POSTS), "not told to be gone"),
    ],
)
def test_a_broken_law_is_told(law: str, lie: Callable[[], Source], why: str) -> None:
    """Each with what went wrong."""
    with pytest.raises(AssertionError, match=why):
        getattr(contract_of(lie), f"test_{law}")()


def test_who_promises_no_deletions_may_say_some() -> None:
    """A source that learns of deletions only by chance says so, and passes on those that it hears."""

    class Shy(Liar):
        tells_deletions = False

    contract_of(lambda: Shy([*POSTS, GONE])).test_it_tells_of_deletions_as_it_promises()


def test_a_task_that_is_left_behind_is_told() -> None:
    """Whoever starts one ends it."""

    class Littering(Liar):
        async def batches(self, cursor: str) -> AsyncIterator[Batch]:
            self.task = asyncio.create_task(asyncio.sleep(60), name="litter")
            yield Batch(cursor=cursor)
            await asyncio.sleep(60)

    with pytest.raises(AssertionError, match="tasks are left: litter"):
        contract_of(lambda: Littering(POSTS)).test_it_closes_at_once()


def test_the_example_package_keeps_the_contract(tmp_path: Path) -> None:
    """Built into a wheel and unpacked beside Agora, it is found by its entry point, and its own tests pass."""
    package, site = tmp_path / "package", tmp_path / "site"
    shutil.copytree(PLUGIN, package, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools import build_meta; print(build_meta.build_wheel('..'))"
    subprocess.run([sys.executable, "-c", build], cwd=package, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    paths = f"{site}{os.pathsep}{PLUGIN.parents[1]}"
    environment = {**os.environ, "PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(package), str(package)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "10 passed" in ran.stdout
