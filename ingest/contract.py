"""The laws that every source keeps, as tests: a package with a source of its own runs them on it.

In a test module, for pytest or anything else that collects methods called ``test_*``::

    class TestNoticeboard(SourceContract):
        factory = staticmethod(create)
        expected = ("noticeboard:1", "noticeboard:2")

        def argument(self, folder: Path) -> str:  # noqa: ARG002
            ...write what the source shall read, or start a stand-in; return what stands after its name in the settings

They need no network, no plug-in of pytest, and no time: the clock and the pauses are the contract's.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, ClassVar, Final, cast

from ingest.cursors import Cursors
from ingest.source import Batch, Context, Deletion, Factory, Item, Reaction, Source, Takedown
from stream.config import Config
from stream.mention import Mention, Rejected, Retraction, validate

NOW: Final = 1_790_000_000_000
PATIENCE_S: Final = 20.0
"""Longest that a law may take; a source that needs longer hangs."""
CLOSING_S: Final = 2.0
"""How soon a source is closed that was cancelled."""
_NAME: Final = re.compile(r"[a-z0-9_-]+(?::\S+)?\Z")


class Clock:
    """A clock that only pauses move."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def now(self) -> int:
        """Milliseconds UTC."""
        return self.at

    def monotonic(self) -> float:
        """Seconds."""
        return self.at / 1000

    async def pause(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, and others run."""
        self.at += round(seconds * 1000)
        await asyncio.sleep(0.001)


class SourceContract:
    """Subclass it as ``Test…`` with the attributes below."""

    factory: ClassVar[Factory]
    """What the entry point names."""
    expected: Collection[str] = ()
    """The ids of all mentions that the source must say, at least."""
    deleted: Collection[str] = ()
    """Ids that it must say are gone; needed where it tells of deletions."""
    prefixes: Collection[str] = ()
    """What ids begin with, where that is not the source's word."""
    heartbeats: bool = True
    """Whether it says that it is alive while there is nothing new; one that ends need not."""

    def argument(self, folder: Path) -> str:  # noqa: ARG002
        """Prepare what the source listens to, in ``folder`` if it likes, and return its argument. Called once a law."""
        return ""

    def config(self) -> Config:
        """The configuration that it is made with."""
        return Config()

    def test_its_name_and_its_promise(self) -> None:
        """Its name is a word, with more after a colon, and whether it tells of deletions is a plain yes or no."""

        async def law(stage: _Stage) -> None:
            for source in stage.sources():
                assert _NAME.match(source.name), f"{source.name!r} is no name of a source"
                assert isinstance(source.tells_deletions, bool)
                assert re.fullmatch(r"[a-z0-9_-]+", word_of(source)), f"{word_of(source)!r} is no word for mentions"

        self._hold(law)

    def test_what_it_says_keeps_the_form(self) -> None:
        """Items are of the known kinds, mentions are valid, and ids and authors begin with the source's word."""

        async def law(stage: _Stage) -> None:
            batches = await stage.read()
            for source, item in stage.said(batches):
                mention = item.mention if isinstance(item, Reaction) else item
                if isinstance(mention, Mention):
                    validate(mention)
                    prefixes = tuple(f"{prefix}:" for prefix in self.prefixes or (word_of(source),))
                    assert mention.source == word_of(source), f"{mention.id} says it is from {mention.source!r}"
                    assert mention.id.startswith(prefixes), f"the id {mention.id!r} does not begin with {prefixes[0]!r}"
                    assert mention.author.id.startswith(prefixes), f"so does not the author {mention.author.id!r}"
                if isinstance(item, Deletion | Takedown | Reaction):
                    assert getattr(source, "remembered", False), f"{type(item).__name__} needs remembered = True"
            heard = ids(batches)
            assert heard >= set(self.expected), f"not said: {sorted(set(self.expected) - heard)[:5]}"

        self._hold(law)

    def test_it_goes_on_from_its_cursor(self) -> None:
        """Ended after any batch and made anew, it says the rest: nothing is lost, whatever comes twice."""

        async def law(stage: _Stage) -> None:
            whole = await stage.read()
            for cut in sorted({1, len(whole) // 2, len(whole)}):
                first = whole[:cut]
                rest = await stage.read(cursors=stage.kept(first), heard=ids(first))
                missing = set(self.expected) - ids(first) - ids(rest)
                assert not missing, f"lost after batch {cut} of {len(whole)}: {sorted(missing)[:5]}"

        self._hold(law)

    def test_it_tells_of_deletions_as_it_promises(self) -> None:
        """One that promises deletions tells them. One that does not may pass on those that it learns by chance."""

        async def law(stage: _Stage) -> None:
            batches = await stage.read(until_gone=True)
            if any(source.tells_deletions for source in stage.sources()):
                assert self.deleted, "name in `deleted` what the source must say is gone"
                missing = set(self.deleted) - gone(batches)
                assert not missing, f"not told to be gone: {sorted(missing)[:5]}"

        self._hold(law)

    def test_it_closes_at_once(self) -> None:
        """Cancelled while it waits, it ends soon and leaves no task behind."""

        async def law(stage: _Stage) -> None:
            before = asyncio.all_tasks()
            for source in stage.sources():
                task = asyncio.ensure_future(_listen_for_ever(source))
                await asyncio.sleep(0.02)
                task.cancel()
                _, hanging = await asyncio.wait((task,), timeout=CLOSING_S)
                assert not hanging, f"{source.name} does not end when it is cancelled"
                with suppress(asyncio.CancelledError):
                    task.result()
            await asyncio.sleep(0.02)
            left = [task.get_name() for task in asyncio.all_tasks() - before]
            assert not left, f"tasks are left: {', '.join(left)}"

        self._hold(law)

    def test_it_shows_that_it_is_alive(self) -> None:
        """When there is nothing new it yields empty batches, or it ends."""

        async def law(stage: _Stage) -> None:
            for source in stage.sources():
                cursor = (await stage.cursors_at_the_end()).get(source.name, "")
                async with _batches(source, cursor) as batches:
                    async for batch in batches:
                        if not batch.items:
                            break

        if self.heartbeats:
            self._hold(law)

    def _hold(self, law: Callable[[_Stage], Coroutine[Any, Any, None]]) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            stage = _Stage(self, folder)

            try:
                asyncio.run(asyncio.wait_for(law(stage), PATIENCE_S))
            except TimeoutError:
                raise AssertionError(f"nothing came of it within {PATIENCE_S:g} seconds") from None


class _Stage:
    """One law's world: sources made again and again over the same folder, and what they said."""

    def __init__(self, contract: SourceContract, folder: Path) -> None:
        self._contract, self._folder, self._clock = contract, folder, Clock()
        self._argument = contract.argument(folder)

    def sources(self) -> Sequence[Source]:
        """New ones, as after a start."""
        made = type(self._contract).factory(
            Context(
                config=self._contract.config(),
                now=self._clock.now,
                folder=self._folder,
                argument=self._argument,
                pause=self._clock.pause,
                monotonic=self._clock.monotonic,
                draw=random.Random(1).random,
            )
        )
        return made if isinstance(made, Sequence) else (made,)

    async def read(
        self, *, cursors: dict[str, str] | None = None, heard: Collection[str] = (), until_gone: bool = False
    ) -> list[tuple[str, Batch]]:
        """Batches with their source's name until all that is expected was said, every source has ended, or patience has."""
        found: list[tuple[str, Batch]] = []
        wanted = set(self._contract.expected) - set(heard)
        buried = set(self._contract.deleted) if until_gone else set()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S / 2):
                for source in self.sources():
                    async with _batches(source, (cursors or {}).get(source.name, "")) as batches:
                        while wanted or buried or not found:
                            batch = await anext(batches, None)
                            if batch is None:
                                break
                            assert isinstance(batch, Batch), f"{source.name} yields {type(batch).__name__}, not Batch"
                            found.append((source.name, batch))
                            wanted -= ids(found[-1:])
                            buried -= gone(found)
        return found

    def kept(self, batches: Sequence[tuple[str, Batch]]) -> dict[str, str]:
        """Where each source stands after ``batches``, written to disk and read again."""
        path = self._folder / "cursors.json"
        path.unlink(missing_ok=True)
        cursors = Cursors(path, self._clock.now)
        for name, batch in batches:
            if batch.cursor:
                cursors.set(name, batch.cursor)
        cursors.save()
        again = Cursors(path, self._clock.now)
        return {name: again.get(name) for name, _ in batches}

    async def cursors_at_the_end(self) -> dict[str, str]:
        """Where each source stands when all was said."""
        return self.kept(await self.read())

    def said(self, batches: Sequence[tuple[str, Batch]]) -> list[tuple[Source, Item]]:
        """Every item with the source that said it."""
        by_name = {source.name: source for source in self.sources()}
        return [(by_name[name], item) for name, batch in batches for item in batch.items]


def word_of(source: Source) -> str:
    """The word that the mentions of ``source`` carry."""
    return str(getattr(source, "source", "") or source.name.partition(":")[0])


def ids(batches: Sequence[tuple[str, Batch]]) -> set[str]:
    """The ids of all mentions said; of what could not be read there are none."""
    items = (item for _, batch in batches for item in batch.items if not isinstance(item, Rejected))
    mentions = (item.mention if isinstance(item, Reaction) else item for item in items)
    return {mention.id for mention in mentions if isinstance(mention, Mention)}


def gone(batches: Sequence[tuple[str, Batch]]) -> set[str]:
    """The posts and authors said to be gone, by the mention's id where the batches name it."""
    found: set[str] = set()
    natives: dict[str, str] = {}
    for _, batch in batches:
        natives.update(batch.natives)
        for item in batch.items:
            if isinstance(item, Deletion):
                found |= {item.native, natives.get(item.native, item.native)}
            elif isinstance(item, Retraction):
                found.add(item.target)
            elif isinstance(item, Takedown):
                found.add(item.author)
    return found


def _batches(source: Source, cursor: str) -> aclosing[AsyncIterator[Batch]]:  # type: ignore[type-var]
    return aclosing(cast(Any, source.batches(cursor)))


async def _listen_for_ever(source: Source) -> None:
    async with _batches(source, "") as batches:
        async for _ in batches:
            await asyncio.sleep(0)
