"""How many posts may still be paid for this month: kept on disk, and never less than what was spent.

What may come is written down before it comes, a small block at a time. After a crash the whole block counts as spent, so the
count can be too high by a block, never too low.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import msgspec

LARGEST_BLOCK: Final = 50


class BudgetUnavailable(Exception):
    """The budget cannot be kept, and without it nothing may be bought; the message says what to do."""


class _Page(msgspec.Struct):
    """A month (``2026-06``, UTC) and the posts that count as spent in it."""

    month: str
    spent: int


class Budget:
    """At most ``limit`` posts in a calendar month, UTC, counted in the file at ``path``. ``now`` tells milliseconds UTC."""

    def __init__(self, path: Path, limit: int, now: Callable[[], int]) -> None:
        self._path, self.limit, self._now = path, limit, now
        self._block = max(1, min(LARGEST_BLOCK, limit // 400))
        self._month, self.spent, self._reserved = "", 0, 0

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the file: nobody else spends meanwhile, and afterwards it says exactly what was spent.

        Raises ``BudgetUnavailable`` when somebody else holds it, or it cannot be read or written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock: IO[bytes] = self._path.with_suffix(".lock").open("ab")
        except OSError as fault:
            raise BudgetUnavailable(
                f"the post budget cannot be kept in {self._path.parent}: {fault.strerror}"
            ) from fault
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as fault:
                raise BudgetUnavailable(
                    "another agora ingest listens to X with this budget; stop one of them"
                ) from fault
            self._load()
            try:
                yield
            finally:
                self._write(self.spent)

    def left(self) -> int:
        """Posts that may still come this month; they are written down as far as they may come at once."""
        month = _month(self._now())
        if month > self._month:  # a clock that goes back does not give the month a second budget
            self._month, self.spent, self._reserved = month, 0, 0
        if self._reserved < min(self.limit, self.spent + (self._block + 1) // 2):
            self._write(min(self.limit, self.spent + self._block))
        return max(0, self.limit - self.spent)

    def spend(self, posts: int) -> None:
        """``posts`` were delivered."""
        self.spent += posts
        if self.spent > self._reserved:
            self._write(self.spent)

    def resumes(self) -> int:
        """When the next month begins, milliseconds UTC."""
        year, month = map(int, max(self._month, _month(self._now())).split("-"))
        return int(datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)

    def _load(self) -> None:
        try:
            page = msgspec.json.decode(self._path.read_bytes(), type=_Page)
            datetime.strptime(page.month, "%Y-%m").replace(tzinfo=UTC)
        except FileNotFoundError:
            page = _Page(_month(self._now()), 0)
        except (OSError, ValueError) as fault:
            raise BudgetUnavailable(
                f"the post budget in {self._path} cannot be read; write the month and the posts that X says were used, "
                f'such as {{"month":"2026-06","spent":1200}}'
            ) from fault
        self._month, self.spent, self._reserved = page.month, max(0, page.spent), page.spent

    def _write(self, reserved: int) -> None:
        if not self._month:
            return
        new = self._path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                file.write(msgspec.json.encode(_Page(self._month, reserved)))
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as fault:
            raise BudgetUnavailable(f"the post budget in {self._path} cannot be written: {fault.strerror}") from fault
        self._reserved = reserved


def _month(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m}"
