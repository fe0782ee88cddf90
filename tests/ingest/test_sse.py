"""Server-sent events from bytes that are cut anywhere."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sse import COMMENT_LIMIT, Comment, Decoder, Event, Overlong
from stream.mention import RAW_LIMIT


def said(*pieces: bytes, limit: int = RAW_LIMIT) -> list[Event | Comment | Overlong]:
    decoder = Decoder(limit)
    return [one for piece in pieces for one in decoder.feed(piece)]


def test_an_event_ends_with_an_empty_line() -> None:
    """Its type and its data are told when it is over, and not before."""
    decoder = Decoder()
    assert decoder.feed(b"event: update\ndata: 1\n") == []
    assert decoder.feed(b"\n") == [Event("update", b"1")]


def test_data_of_several_lines_is_joined() -> None:
    """Lines of data are parted by a newline, and a type that is not said is ``message``."""
    assert said(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [Event("message", b"YHOO\n+2\n10")]


def test_one_space_after_the_colon_is_not_said() -> None:
    """A second one is."""
    assert said(b"data:x\n\ndata: x\n\ndata:  x\n\n") == [Event("message", b) for b in (b"x", b"x", b" x")]


def test_empty_data_is_an_event_and_no_data_is_none() -> None:
    """A field without colon has an empty value; an event without data is forgotten with its type."""
    assert said(b"data\n\ndata\ndata\n\nevent: x\n\ndata: y\n\n") == [
        Event("message", b""),
        Event("message", b"\n"),
        Event("message", b"y"),
    ]


def test_comments_are_signs_of_life() -> None:
    """They are told at the end of their line, do not end an event, and are cut."""
    assert said(b":thump\ndata: a\n: still here\n") == [Comment(b"thump"), Comment(b" still here")]
    assert said(b"data: a\n:\ndata: b\n\n") == [Comment(b""), Event("message", b"a\nb")]
    assert said(b":" + b"z" * (2 * RAW_LIMIT) + b"\n") == [Comment(b"z" * COMMENT_LIMIT)]


def test_the_last_id_stays() -> None:
    """It holds for the events that follow, an empty one clears it, and one with a NUL is none."""
    events = said(b"id: 1\ndata: a\n\ndata: b\n\nid: 2\x003\ndata: c\n\nid\ndata: d\n\n")
    assert [event.id for event in events if isinstance(event, Event)] == ["1", "1", "1", ""]


def test_retry_is_digits() -> None:
    """Anything else leaves the pause as it was."""
    decoder = Decoder()
    decoder.feed(b"retry: 2500\nretry: soon\nretry: -1\nretry:\n")
    assert decoder.retry_ms == 2500


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_end_of_line(end: bytes) -> None:
    """A carriage return alone ends a line at once, and is one end together with the newline that follows."""
    stream = end.join((b"event: a", b"data: 1", b"", b"data: 2", b"", b""))
    assert said(stream) == [Event("a", b"1"), Event("message", b"2")]
    assert said(*(bytes([byte]) for byte in stream)) == [Event("a", b"1"), Event("message", b"2")]


def test_a_byte_order_mark_is_passed_over_once() -> None:
    """At the very beginning only, even when it comes in pieces."""
    assert said(b"\xef", b"\xbb", b"\xbfdata: 1\n\n") == [Event("message", b"1")]
    assert said(b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n") == [Event("message", b"1")]


def test_what_has_no_end_is_not_said() -> None:
    """An event that the end of the stream cuts off is forgotten, as the standard wants."""
    assert said(b"data: 1\n\ndata: 2\n") == [Event("message", b"1")]


def test_an_overlong_event_is_told_by_its_head() -> None:
    """What follows is read as ever, whether one line or many made it too long."""
    line = b"event: update\ndata: " + b"x" * RAW_LIMIT + b"\n\n"
    lines = b"data: " + b"\ndata: ".join([b"y" * 99] * 1000) + b"\n\n"
    one, many, after = said(line, lines, b"data: 1\n\n")
    assert isinstance(one, Overlong)
    assert isinstance(many, Overlong)
    assert (one.type, one.head, one.size) == ("update", b"x" * RAW_LIMIT, RAW_LIMIT + 19)
    assert (many.type, many.size) == ("message", 105_000)
    assert many.head.startswith(b"y" * 99 + b"\n")
    assert len(many.head) <= RAW_LIMIT
    assert after == Event("message", b"1")


def test_memory_is_bounded() -> None:
    """A line of 50 MB that never ends is not held."""
    decoder = Decoder(RAW_LIMIT)
    piece = b"data: " + b"x" * 65_536
    tracemalloc.start()
    for _ in range(800):
        decoder.feed(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_limit_that_would_cut_dead_letters_is_refused() -> None:
    """The head of an overlong event fills a dead letter."""
    with pytest.raises(ValueError, match="dead letters"):
        Decoder(100)


_LINES = st.sampled_from(
    [
        b"data: \xf0\x9f\x8e\xb6 \xc3\xa4",
        b"data",
        b"event: update",
        b":thump",
        b"id: 7",
        b"retry: 9",
        b"",
        b"",
        b"x: y",
        b"\xef\xbb\xbf",
    ]
)
_STREAMS = st.one_of(
    st.lists(st.tuples(_LINES, st.sampled_from([b"\n", b"\r", b"\r\n"]))).map(
        lambda ls: b"".join(a + b for a, b in ls)
    ),
    st.binary(max_size=200),
    st.integers(1, 3).map(lambda n: (b"data: " + b"q" * (RAW_LIMIT * n // 2) + b"\n") * 2 + b"\n:c\n"),
)


@given(stream=_STREAMS, data=st.data())
def test_any_cut_says_the_same(stream: bytes, data: st.DataObject) -> None:
    """Where the network cuts the bytes changes nothing, be it inside a character or between CR and LF."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert said(*pieces) == said(stream)
