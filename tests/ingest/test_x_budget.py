"""The budget of X, and what a crash does to it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.x.budget import Budget, BudgetUnavailable

JUNE = 1_750_000_000_000
JULY = 1_751_328_000_000


class Clock:
    """A clock that the test sets."""

    def __init__(self, at: int = JUNE) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


def test_what_was_spent_is_kept(tmp_path: Path) -> None:
    """After a good end the file says exactly what was spent."""
    budget = Budget(tmp_path / "b.json", 1000, Clock())
    with budget.opened():
        assert budget.left() == 1000
        budget.spend(7)
    assert json.loads((tmp_path / "b.json").read_bytes()) == {"month": "2025-06", "spent": 7}
    with budget.opened():
        assert budget.left() == 993


def test_a_month_has_its_own_budget(tmp_path: Path) -> None:
    """At midnight UTC of the first the count begins anew; a clock that goes back gives nothing twice."""
    clock = Clock(JULY - 1)
    budget = Budget(tmp_path / "b.json", 10, clock)
    with budget.opened():
        budget.spend(10)
        assert (budget.left(), budget.resumes()) == (0, JULY)
        clock.at = JULY
        assert budget.left() == 10
        budget.spend(4)
        clock.at = JUNE
        assert (budget.left(), budget.resumes()) == (6, JULY + 31 * 86_400_000)


@given(st.integers(0, 3000), st.lists(st.integers(0, 40), max_size=20))
@settings(deadline=None, max_examples=20)
def test_the_disk_is_never_behind(limit: int, pieces: list[int]) -> None:
    """Whenever a crash comes, the file holds at least what was spent, at most a block more, and never more than there is."""
    with tempfile.TemporaryDirectory() as folder:
        path, spent = Path(folder) / "b.json", 0
        budget = Budget(path, limit, Clock())
        with budget.opened():
            for posts in pieces:
                left = budget.left()
                assert left == max(0, limit - spent)
                on_disk = _on_disk(path)
                assert spent <= on_disk <= max(spent, min(limit, spent + 50))
                assert on_disk > spent or left == 0
                budget.spend(posts)
                spent += posts
                assert _on_disk(path) >= spent


def _on_disk(path: Path) -> int:
    spent: int = json.loads(path.read_bytes())["spent"] if path.exists() else 0
    return spent


def test_killed_it_has_not_counted_too_little(tmp_path: Path) -> None:
    """kill -9 in the middle of spending: the next start knows of everything, and the lock is free."""
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom ingest.x.budget import Budget\n"
        f"budget = Budget(Path({str(tmp_path / 'b.json')!r}), 4000, lambda: {JUNE})\n"
        "with budget.opened():\n"
        "    for n in range(1, 100_000):\n"
        "        budget.left(); budget.spend(1); print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while (last := int(process.stdout.readline())) < 137:
        pass
    process.send_signal(signal.SIGKILL)
    last = max([last, *map(int, process.stdout.read().split())])
    process.wait()
    budget = Budget(tmp_path / "b.json", 4000, Clock())
    with budget.opened():
        assert last <= budget.spent <= last + 11


def test_two_do_not_share_it(tmp_path: Path) -> None:
    """Who comes second is told so, until the first has ended."""
    first, second = (Budget(tmp_path / "b.json", 10, Clock()) for _ in range(2))
    with first.opened(), pytest.raises(BudgetUnavailable, match="another agora ingest"), second.opened():
        pass
    with second.opened():
        assert second.left() == 10


@pytest.mark.parametrize("page", [b"", b"{}", b'{"month":"June","spent":1}', b'{"month":"2025-06","spent":"1"}'])
def test_a_damaged_file_is_told(tmp_path: Path, page: bytes) -> None:
    """What cannot be read is for a person to mend."""
    (tmp_path / "b.json").write_bytes(page)
    with pytest.raises(BudgetUnavailable, match="write the month"), Budget(tmp_path / "b.json", 10, Clock()).opened():
        pass


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    """Where no file can be, nothing is spent."""
    (tmp_path / "file").write_bytes(b"")
    budget = Budget(tmp_path / "file" / "b.json", 10, Clock())
    with pytest.raises(BudgetUnavailable, match="cannot be kept"), budget.opened():
        pass


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """What cannot be written down is not spent."""
    budget = Budget(tmp_path / "b.json", 10, Clock())
    (tmp_path / "b.new").mkdir()
    with pytest.raises(BudgetUnavailable, match="cannot be written"), budget.opened():
        budget.left()
