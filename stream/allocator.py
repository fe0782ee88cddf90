"""The C library's allocator, told how a process lives that runs for days: what it lets go of, the machine has back.

By default glibc gives each thread an arena of its own and, once large arrays come and go, keeps their room for others like
them: a hub with a million mentions was a fifth to two fifths larger (mallopt(3)).
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

LARGE: Final = 1 << 20
"""Bytes from which what is asked for lies in pages of its own, and beyond which free room at the end is given back."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def settle() -> None:
    """Let all threads share one arena, and keep large arrays out of it. Before threads start; elsewhere than glibc nothing."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE)):
            libc.mallopt(option, value)


def give_back() -> None:
    """Let the machine have what was needed for a moment: glibc keeps it otherwise, a tenth of a hub's memory."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
