"""A partial: what one bucket of one partition of ``mentions`` says, read by a worker once and taken in by every hub.

A bucket is a run of ``BUCKET`` offsets. Its partial holds the posts and the rows that were read from them, so that merging is
what a state does anyway: the union by id. As the bucket fills its partial is told again under the same key, with a greater
``through``; a bucket whose posts are large is told in several pieces, each with a key of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import cramjam
import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from stream.analysis import checkpoint as saved
from stream.analysis.analysed import Analysed
from stream.analysis.columns import FEATURES, Columns
from stream.analysis.names import Names
from stream.config import ModerationConfig, TrackConfig
from stream.hub.checkpoint import program
from stream.log import Entry
from stream.moderation.filters import Judged
from stream.moderation.verdict import NO_OPINION, Verdict

BUCKET: Final = 512
"""Offsets of a partition that are told together: few enough that what fills slowly is not told over and over at length."""
STATISTIC: Final = "rows"
"""The statistic that a partial is about: every other follows from the rows."""
_LEVEL: Final = 1


class Partial(msgspec.Struct, frozen=True, array_like=True):
    """The head, read without the rest. ``through`` is the last offset that was read; ``read_by`` is ``reading`` of the rows."""

    bucket: int
    through: int
    read_by: str
    body: msgspec.Raw


class _Body(msgspec.Struct, frozen=True, array_like=True):
    """``offsets``, ``times`` and ``places`` (of each post its row, -1 for none) are int64, ``shed`` pairs of them.

    What is judged of each row: ``keys`` are uint64, ``sketches`` uint32 one after another, ``lengths`` uint8 of each, and
    ``verdicts`` those that are an opinion, by row.
    """

    offsets: bytes
    times: bytes
    places: bytes
    data: list[bytes]
    columns: dict[str, bytes]
    names: dict[str, list[str]]
    shed: bytes
    keys: bytes
    sketches: bytes
    lengths: bytes
    verdicts: dict[int, Verdict]


class Post(NamedTuple):
    """A mention as the worker read it: where it stands in the log, when the log took it (ms), its bytes and its row or -1."""

    offset: int
    time: int
    data: bytes
    place: int


class Told(NamedTuple):
    """What a hub had not been told before: posts in the order of the log, their rows, what is judged of each row, and when
    those were written that are left out (``stream.hub.shedding``; 0 for what counts nowhere).
    """

    posts: list[Post]
    rows: Analysed
    judged: list[Judged]
    shed: list[int]


_head: Final = msgspec.msgpack.Decoder(Partial)
_body: Final = msgspec.msgpack.Decoder(_Body)
_encoder: Final = msgspec.msgpack.Encoder()


def reading(tracks: Mapping[str, TrackConfig], moderation: ModerationConfig) -> str:
    """What rows and judgements depend on beside their posts: the tracks, what moderation is told, and the program."""
    parts = (dict(tracks), moderation, program())
    return xxhash.xxh3_64_hexdigest(msgspec.json.encode(parts, order="deterministic"))


def decode(data: bytes | None) -> Partial:
    """The head of a record of ``partials``. Raises ``ValueError`` for what is none."""
    try:
        return _head.decode(data or b"")
    except msgspec.DecodeError as fault:
        raise ValueError(f"no partial: {fault}") from fault


def entry(
    partition: int,
    bucket: int,
    piece: int,
    through: int,
    read_by: str,
    posts: Sequence[Post],
    rows: Sequence[Columns],
    names: Names,
    judged: Sequence[Judged],
    shed: Sequence[tuple[int, int]],
) -> Entry:
    """The record that tells a piece of a bucket; ``shed`` has offset and ``at`` of each post that is left out."""
    body = _Body(
        offsets=_ints([post.offset for post in posts]),
        times=_ints([post.time for post in posts]),
        places=_ints([post.place for post in posts]),
        data=[post.data for post in posts],
        columns={name: b"".join(saved.column(part, name) for part in rows) for name in FEATURES},
        names={name: table.names for name, table in names.tables().items()},
        shed=_ints([number for pair in shed for number in pair]),
        keys=np.array([one.key for one in judged], np.uint64).tobytes(),
        sketches=np.array([number for one in judged for number in one.sketch], np.uint32).tobytes(),
        lengths=bytes(len(one.sketch) for one in judged),
        verdicts={row: one.verdict for row, one in enumerate(judged) if one.verdict is not NO_OPINION},
    )
    packed = _encoder.encode(bytes(cramjam.zstd.compress(_encoder.encode(body), _LEVEL)))
    value = _encoder.encode(Partial(bucket, through, read_by, msgspec.Raw(packed)))
    return Entry(f"{partition}:{STATISTIC}:{bucket}" + (f":{piece}" if piece else ""), value, partition)


def read(partial: Partial, after: int) -> Told:
    """What a partial tells beyond the offset ``after``. Raises ``ValueError`` for a broken one."""
    try:
        body = _body.decode(bytes(cramjam.zstd.decompress(msgspec.msgpack.decode(partial.body, type=bytes))))
        columns = saved.load(body.columns)
        names = Names()
        for name, table in names.tables().items():
            table.restore(body.names[name])
        offsets, times, places, shed = map(_numbers, (body.offsets, body.times, body.places, body.shed))
        posts = list(map(Post, offsets.tolist(), times.tolist(), body.data, places.tolist()))
        judged = _judged(body)
    except (cramjam.DecompressionError, msgspec.DecodeError, KeyError) as fault:
        raise ValueError(f"a broken partial: {fault}") from fault
    fresh = [post for post in posts if post.offset > after]
    rows = Analysed(columns, names, [post.place for post in fresh], [post.data for post in fresh])
    return Told(fresh, rows, judged, [at for offset, at in shed.reshape(-1, 2).tolist() if offset > after])


def _judged(body: _Body) -> list[Judged]:
    keys = np.frombuffer(body.keys, np.uint64).tolist()
    numbers, ends = np.frombuffer(body.sketches, np.uint32).tolist(), accumulate(body.lengths)
    return [
        Judged(body.verdicts.get(row, NO_OPINION), key, tuple(numbers[end - length : end]))
        for row, (key, length, end) in enumerate(zip(keys, body.lengths, ends, strict=True))
    ]


def _ints(numbers: Sequence[int]) -> bytes:
    return np.array(numbers, np.int64).tobytes()


def _numbers(data: bytes) -> NDArray[np.int64]:
    return np.frombuffer(data, np.int64)
