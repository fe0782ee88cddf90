"""Memory that stays flat for weeks: buffers that live for a moment do not leave holes in the heap."""

from __future__ import annotations

import ctypes
from typing import Final

M_MMAP_THRESHOLD: Final = -3
LARGE: Final = 64 << 10
"""Bytes from which a buffer gets pages of its own, which go back to the system at once."""


def keep_flat() -> bool:
    """Fix the size from which glibc maps memory instead of taking it from the heap; whether it could be fixed.

    Left alone glibc raises that size with every large buffer that is freed (mallopt(3)); at 2,000 events a second the holes
    between larger and smaller buffers then grew by half a megabyte a minute. Elsewhere nothing happens.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE))
    except (AttributeError, OSError, TypeError):
        return False
