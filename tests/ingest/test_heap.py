"""The heap of a process that runs for weeks."""

from __future__ import annotations

import ctypes
import platform

import pytest

from ingest import heap


def test_the_heap_is_told_where_there_is_something_to_tell() -> None:
    """glibc takes the size; another C library has no such switch, and that is no fault."""
    assert heap.keep_flat() == (platform.libc_ver()[0] == "glibc")


def test_another_c_library_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no such switch nothing happens."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not heap.keep_flat()
