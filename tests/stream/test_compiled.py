"""Compiled code that was kept goes when a source changes."""

from __future__ import annotations

from pathlib import Path

from stream.compiled import clear_stale


def test_what_was_compiled_of_other_sources_goes(tmp_path: Path) -> None:
    """clear_stale removes kept code once after each change of a source that is compiled, in every folder, and nothing else."""
    (tmp_path / "part" / "__pycache__").mkdir(parents=True)
    source = tmp_path / "a.py"
    kept = [tmp_path / "part" / "__pycache__" / f"b.f-1.py311.{kind}" for kind in ("nbi", "1.nbc")]
    other = tmp_path / "part" / "__pycache__" / "b.cpython-311.pyc"

    def compile_all() -> None:
        for path in (*kept, other):
            path.write_bytes(b"code")

    source.write_text("x = njit(1)")
    compile_all()
    assert clear_stale(tmp_path)
    assert [path.exists() for path in (*kept, other)] == [False, False, True]
    compile_all()
    assert not clear_stale(tmp_path)
    assert all(path.exists() for path in kept)
    source.write_text("x = njit(2)")
    assert clear_stale(tmp_path)
    assert not any(path.exists() for path in kept)
    compile_all()
    (tmp_path / "plain.py").write_text("y = 1")
    assert not clear_stale(tmp_path)
