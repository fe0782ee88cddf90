"""Compiled code that numba keeps on the disk, cleared when any of our sources changed.

Numba looks only at the file of the function that it loads, not at those of the functions that were compiled into it: after an
update a function could run with the old code of another (numba's manual, "Notes on caching").
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import xxhash

ROOT: Final = Path(__file__).parent


def clear_stale(root: Path = ROOT) -> bool:
    """Remove what was compiled of other sources than those that lie under ``root`` now; whether there was anything to check.

    Where the folder cannot be written, nothing was kept there either.
    """
    mark = root / "__pycache__" / "compiled-of"
    now = _digest(root)
    with contextlib.suppress(OSError):
        if mark.read_text("ascii") == now:
            return False
    with contextlib.suppress(OSError):
        for kept in root.rglob("__pycache__/*.nb[ic]"):
            kept.unlink(missing_ok=True)
        mark.parent.mkdir(exist_ok=True)
        mark.write_text(now, "ascii")
    return True


def _digest(root: Path) -> str:
    digest = xxhash.xxh3_64()
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        if b"njit" in source:
            digest.update(f"{path.relative_to(root)} {len(source)}\n".encode() + source)
    return digest.hexdigest()
