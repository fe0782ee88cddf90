"""Lines of X's stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.x.lines import Line, Lines


@given(st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"").rstrip(b"\r"))), st.integers(1, 9))
def test_pieces_do_not_matter(lines: list[bytes], size: int) -> None:
    """However the bytes are cut, the lines are the same."""
    data = b"".join(line + b"\r\n" for line in lines)
    reader = Lines()
    found = [line for i in range(0, len(data), size) for line in reader.feed(data[i : i + size])]
    assert found == [Line(line, len(line)) for line in lines]
    assert not reader.begun


@given(st.integers(1, 40), st.integers(1, 13))
def test_a_long_line_is_cut_and_measured(size: int, piece: int) -> None:
    """Of a line over the limit the beginning is kept, never more than the limit is held, and the next one is whole."""
    data = b"x" * size + b"\nnext\n"
    reader = Lines(limit=10)
    found = []
    for i in range(0, len(data), piece):
        found += reader.feed(data[i : i + piece])
        assert reader._held <= 11
    first, second = found
    assert first.size == size
    assert (len(first.data) == size) == (size <= 10) or size == 11
    assert second == Line(b"next", 4)


def test_a_line_that_has_begun_is_known() -> None:
    """A heartbeat's half is no beginning of a post."""
    reader = Lines()
    assert list(reader.feed(b"\r")) == []
    assert not reader.begun
    list(reader.feed(b"\n{"))
    assert reader.begun
