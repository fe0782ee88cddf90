"""Posts as tables."""

from __future__ import annotations

import contextlib
import csv as standard
import gzip
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import archive
from ingest.formats import csv
from ingest.formats.csv_rows import headed, header_of, parted
from ingest.formats.csv_values import degrees, identity, number, several, time, truth
from ingest.source import LogItem, SourceUnavailable
from ingest.sources.archive import Archive
from stream.config import AccountsConfig
from stream.config.networks import CsvConfig
from stream.mention import Mention, Place, Rejected, Unreadable, Weight

NOW = 1_750_000_000_000
HEADER = "id,created_at,text,username\n"


def items(folder: Path, content: str | bytes, **more: object) -> list[LogItem]:
    """What is read in a file with ``content``."""
    path = folder / "posts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table = CsvConfig(**{k: v for k, v in more.items() if k in CsvConfig.__struct_fields__})  # type: ignore[arg-type]
    rest = {k: v for k, v in more.items() if k not in CsvConfig.__struct_fields__}
    return list(archive.read(path, "csv", now_ms=NOW, table=table, **rest))  # type: ignore[arg-type]


def posts(folder: Path, content: str | bytes, **more: object) -> list[Mention]:
    """The mentions in a file that has nothing else."""
    found = items(folder, content, **more)
    assert all(isinstance(item, Mention) for item in found), found
    return [item for item in found if isinstance(item, Mention)]


def test_usual_headers_need_no_mapping(tmp_path: Path) -> None:
    """An export is read as it comes."""
    (post,) = posts(
        tmp_path,
        "Tweet ID,Created At,Full Text,Screen Name,User ID,Language,Likes,Retweets,Country Code,lat,lon,Network\n"
        '12,2016-01-13T02:10:05Z,"Hello @berta, see https://a.example #Kaleido",@Anna,7,en,"1,204",3,fi,60.17,24.94,Twitter\n',
    )
    assert (post.id, post.source, post.kind, post.at, post.seen) == ("x:12", "x", "post", 1452651005000, 1452651005000)
    assert (post.author.id, post.author.handle, post.lang) == ("x:7", "Anna", "en")
    assert (post.hashtags, post.links, post.mentions[0].handle) == (("Kaleido",), ("https://a.example",), "berta")
    assert (post.weight, post.place) == (Weight(1204, 3), Place("FI", 60.2, 24.9))


def test_a_mapping_names_the_columns(tmp_path: Path) -> None:
    """What the configuration says comes before the usual names."""
    columns = {"text": "Was", "at": "Wann", "author.id": "Wer", "weight.likes": "Herzen"}
    (post,) = posts(tmp_path, "text;Was;Wann;Wer;Herzen\nno;yes;1452651005;u1;4\n", columns=columns)
    assert (post.text, post.at, post.author.id, post.weight) == ("yes", 1452651005000, "archive:u1", Weight(4))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    """Whichever parts the header into known columns."""
    content = "id,date,message\n1,2016-01-13,a.b\n".replace(",", delimiter)
    assert [post.text for post in posts(tmp_path, content)] == ["a.b"]


def test_a_mark_and_a_hint_before_the_header_are_passed_over(tmp_path: Path) -> None:
    """Spreadsheets write a byte order mark and ``sep=;``."""
    assert len(posts(tmp_path, "\ufeffsep=;\r\n\r\nid;date;text\r\n1;2016-01-13;x\r\n\r\n")) == 1


def test_records_span_lines(tmp_path: Path) -> None:
    """New lines, delimiters and doubled quotes inside quotes belong to the text."""
    (one, two) = posts(tmp_path, HEADER + '1,2016-01-13,"a\r\nb, ""c""\n\nd",anna\r\n2,2016-01-13,x,anna')
    assert (one.text, two.text) == ('a\nb, "c"\n\nd', "x")


def test_a_header_may_span_lines(tmp_path: Path) -> None:
    """Also as part of a dead letter."""
    good, bad = items(tmp_path, '"id\n(native)",date,text,post_id\n,2016-01-13,a,1\n,never,a,2\n')
    assert isinstance(good, Mention)
    assert isinstance(bad, Rejected)
    assert parted(bad.raw) == (b'"id\n(native)",date,text,post_id\n', b",never,a,2")


def test_a_stray_quote_costs_one_record(tmp_path: Path) -> None:
    """A quote inside an unquoted field is a character; one that never closes is told, and the rest goes on."""
    found = items(tmp_path, HEADER + '1,2016-01-13,a 5" screen,u\n2,2016-01-13,"open,u\n3,2016-01-13,x,u\n')
    assert [item.id for item in found if isinstance(item, Mention)] == ["archive:1", "archive:3"]
    (letter,) = [item for item in found if isinstance(item, Rejected)]
    assert letter.reason == "csv, line 2: a quote is opened and never closed"
    assert letter.raw == HEADER.encode() + b'2,2016-01-13,"open,u'


def test_a_dead_letter_reads_alone(tmp_path: Path) -> None:
    """It holds the header and the bytes of its record."""
    (letter,) = items(tmp_path, HEADER + "1,tomorrow,hello,anna\n")
    assert isinstance(letter, Rejected)
    assert letter.reason.startswith("csv, line 1: the time is 'tomorrow'")
    (post,) = csv.parser({})(letter.raw.replace(b"tomorrow", b"2016-01-13"))
    assert isinstance(post, Mention)
    assert (post.id, post.text) == ("archive:1", "hello")


def test_too_many_fields_are_refused(tmp_path: Path) -> None:
    """A comma without quotes would put words into the wrong columns; missing ones at the end are empty."""
    letter, post = items(tmp_path, "date,text,likes\n2016-01-13,a, b,3\n2016-01-13,a\n")
    assert isinstance(letter, Rejected)
    assert "4 fields where the header has 3" in letter.reason
    assert isinstance(post, Mention)


@pytest.mark.parametrize(
    ("content", "columns", "why"),
    [
        ("a,b\n1,2\n", {}, "no column is known as at or text; there are 'a', 'b'"),
        ("text,when\n1,2\n", {}, "no column is known as at; there are 'text', 'when'"),
        (
            "text,date\n1,2\n",
            {"id": "nr"},
            "there is no column 'nr', which [csv.columns] gives for id; there are 'text', 'date'",
        ),
        ("text,date\n1,2\n", {"author": "x"}, "[csv.columns] names 'author', which is no field; there are id, at"),
        ("", {}, "holds no header"),
        ("text,date\n".encode("utf-16"), {}, "UTF-16"),
        ("täxt,date\n".encode("cp1252"), {}, 'encoding = "windows-1252"'),
    ],
)
def test_a_header_that_does_not_suffice_is_told_at_once(
    tmp_path: Path, content: str | bytes, columns: dict[str, str], why: str
) -> None:
    """With the columns that were found."""
    with pytest.raises(ValueError) as fault:
        items(tmp_path, content, columns=columns)
    assert why in str(fault.value)


def test_bytes_that_are_not_utf_8_are_not_guessed(tmp_path: Path) -> None:
    """Each such record is refused with what to do; told the encoding, all are read."""
    content = (HEADER + "1,2016-01-13,plain,a\n2,2016-01-13,Café,a\n").encode("cp1252")
    post, letter = items(tmp_path, content)
    assert isinstance(post, Mention)
    assert isinstance(letter, Rejected)
    assert 'encoding = "windows-1252"' in letter.reason
    assert [post.text for post in posts(tmp_path, content, encoding="windows-1252")] == ["plain", "Café"]
    (letter,) = items(tmp_path, HEADER.encode() + b"1,2016-01-13,\x81,a\n", encoding="windows-1252")
    assert isinstance(letter, Rejected)
    assert "not in windows-1252" in letter.reason


def test_reading_goes_on_after_a_record(tmp_path: Path) -> None:
    """Records are counted, not lines; the header is read each time; gzip is read as it is."""
    rows = "".join(f'{n},2016-01-13,"line\n{n}",anna\n' for n in range(5))
    counts: Counter[str] = Counter()
    found = posts(tmp_path, gzip.compress((HEADER + rows).encode()), skip=3, counts=counts)
    assert [post.id for post in found] == ["archive:3", "archive:4"]
    assert counts["lines"] == 5


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its beginning is kept, and the rest goes on."""
    monkeypatch.setattr(archive, "LINE_LIMIT", 100_000)
    letter, post = items(tmp_path, HEADER + '1,2016-01-13,"' + "x" * 300_000 + '",a\n2,2016-01-13,y,a\n')
    assert isinstance(letter, Rejected)
    assert letter.size > 300_000
    assert isinstance(post, Mention)


def test_a_quote_open_for_too_long_is_a_stray_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows is read as records of its own."""
    monkeypatch.setattr("ingest.formats.csv_rows.LONGEST", 1000)
    found = items(tmp_path, HEADER + '0,2016-01-13,"x,a\n' + "".join(f"{n},2016-01-13,y,a\n" for n in range(1, 100)))
    assert Counter(type(item) for item in found) == {Rejected: 1, Mention: 99}


def test_rows_without_ids_and_authors(tmp_path: Path) -> None:
    """An id is made of the bytes, the same each time; nobody told apart is one author."""
    content = "date,text\n2016-01-13,a\n2016-01-13,b\n"
    one, two = posts(tmp_path, content)
    assert one.id != two.id
    assert posts(tmp_path, content)[0].id == one.id
    assert one.author.id == two.author.id == "archive:unknown"


def test_an_author_is_known_by_handle_or_name(tmp_path: Path) -> None:
    """Where there is no id; roles come from the configuration."""
    accounts = AccountsConfig(brand=("x:anna",))
    anna, cafe = posts(
        tmp_path,
        "date,text,handle,name\n2016-01-13,a,@Anna,\n2016-01-13,b,,Harbour Café\n",
        source="x",
        accounts=accounts,
    )
    assert (anna.author.id, anna.author.role) == ("x:anna", "brand")
    assert (cafe.author.id, cafe.author.name) == ("x:harbour-café", "Harbour Café")


def test_kinds_and_targets(tmp_path: Path) -> None:
    """A reply is one with what it replies to; ids of our own keep their source; an edit's id is the post's with a revision."""
    content = (
        "id,date,text,type,in_reply_to_id,sensitive,visibility\n"
        "1,2016-01-13,a,,bluesky:at://b/c/9,yes,public\n2,2016-01-13,b,Retweet,8,,\n3,2016-01-13,c,edit,1,,\n"
        "4,2016-01-13,d,photo,,,\n5,2016-01-13,e,,,,private\n"
    )
    counts: Counter[str] = Counter()
    reply, repost, edit, post = posts(tmp_path, content, counts=counts)
    assert (reply.kind, reply.target and reply.target.id, reply.flags) == (
        "reply",
        "bluesky:at://b/c/9",
        ("sensitive",),
    )
    assert (repost.kind, repost.target and repost.target.id) == ("repost", "archive:8")
    assert (edit.kind, edit.id) == ("edit", f"archive:1@{edit.at}")
    assert post.kind == "post"
    assert counts["private"] == 1


def test_lists_in_cells(tmp_path: Path) -> None:
    """Tags, links and people as exports write them; a column that is there and empty says there are none."""
    one, two = posts(
        tmp_path,
        "date,text,hashtags,urls,user_mentions\n"
        "2016-01-13,#no,\"['Kaleido', '#light']\",https://a.example|ftp://b,@anna;berta\n2016-01-13,#no,,,\n",
    )
    assert (one.hashtags, one.links, [p.handle for p in one.mentions]) == (
        ("Kaleido", "light"),
        ("https://a.example",),
        ["anna", "berta"],
    )
    assert (two.hashtags, two.links, two.mentions) == ((), (), ())


def test_guards_against_formulas_are_taken_off(tmp_path: Path) -> None:
    """The apostrophe before what a spreadsheet would run is not the author's; another one is."""
    one, two = posts(tmp_path, HEADER + '\'123,2016-01-13,\'@anna hi,"\'=x"\n"=""124""",2016-01-13,\'tis,anna\n')
    assert (one.id, one.text, one.author.handle) == ("archive:123", "@anna hi", "=x")
    assert (two.id, two.text) == ("archive:124", "'tis")


def test_rounded_ids_are_refused(tmp_path: Path) -> None:
    """Two posts would become one."""
    (letter,) = items(tmp_path, HEADER + "6.87E+17,2016-01-13,a,b\n")
    assert isinstance(letter, Rejected)
    assert "rounded by a spreadsheet" in letter.reason


@pytest.mark.parametrize(
    "cell",
    [
        "2016-01-13T02:10:05Z",
        "2016-01-13T02:10:05",
        "2016-01-13 02:10:05",
        "2016-01-13 02:10:05 UTC",
        "2016-01-13T04:10:05+02:00",
        "2016-01-13T02:10:05.000Z",
        "20160113T021005Z",
        "1452651005",
        "1452651005.0",
        "1452651005000",
        "1452651005000000",
        "'1452651005",
        "Wed Jan 13 02:10:05 +0000 2016",
        "Wed, 13 Jan 2016 02:10:05 GMT",
    ],
)
def test_times(cell: str) -> None:
    """One moment in the ways in which exports write it."""
    assert time(cell) == 1452651005000


@pytest.mark.parametrize(
    "cell", ["", "never", "1/2/2016 10:00", "13.01.2016", "9" * 30, "2016-13-45", "Wed Jan 99 02:10:05 +0000 2016"]
)
def test_times_that_nobody_can_tell(cell: str) -> None:
    """They are refused; the first of February and the second of January look alike."""
    with pytest.raises(Unreadable, match="the time is"):
        time(cell)


def test_values() -> None:
    """Counts, coordinates, lists, truths and ids as people write them."""
    assert [number(cell) for cell in ("1,204", "1 204", "12.0", "-3", "", "many", "1,2")] == [
        1204,
        1204,
        12,
        0,
        0,
        0,
        0,
    ]
    assert [degrees(cell, 90) for cell in ("60.17", "91", "", "north")] == [60.2, None, None, None]
    assert several("['a', \"b\"]") == several("a, b") == several("a;b") == several("a|b") == ["a", "b"]
    assert [truth(cell) for cell in ("True", "1", "yes", "no", "")] == [True, True, True, False, False]
    assert identity(" 12 ") == "12"


async def test_a_bad_header_stops_the_source_with_its_sentence(tmp_path: Path) -> None:
    """Waiting does not help, and says so."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    source = Archive(path, "csv", clock=None, now=lambda: NOW)
    with pytest.raises(SourceUnavailable, match="no column is known as at or text") as fault:
        await anext(aiter(source.batches("")))
    assert fault.value.stopped


rows = st.lists(st.lists(st.text(st.sampled_from('ab,;"\n\r\t 5é'), max_size=6), min_size=3, max_size=3), max_size=6)


@given(rows, st.sampled_from(",;\t|"), st.booleans())
def test_records_are_those_of_the_standard_reader(
    rows: Sequence[Sequence[str]], delimiter: str, all_quoted: bool
) -> None:
    """Whatever was written by the rules comes apart where the rules say."""
    header = delimiter.join(("id", "date", "text")) + "\n"
    out = io.StringIO(newline="")
    quoting = standard.QUOTE_ALL if all_quoted else standard.QUOTE_MINIMAL
    standard.writer(out, delimiter=delimiter, quoting=quoting).writerows(rows)
    content = header.encode() + out.getvalue().encode()
    lines = iter(_lines(content))
    found = list(headed(lines, header_of(lines), delimiter))
    read = [
        next(standard.reader(io.StringIO(parted(r)[1].decode(), newline=""), delimiter=delimiter)) for r, _, _ in found
    ]
    assert read == [list(row) for row in rows]
    assert all(parted(record)[0] == header.encode() for record, _, _ in found)
    assert sum(size - len(header) for _, size, _ in found) == len(content) - len(header)


def _lines(content: bytes) -> list[tuple[bytes, int, str]]:
    return [(line, len(line), "") for line in io.BytesIO(content)]


@given(st.text(st.sampled_from('ab,"\n\r\x00é1'), max_size=60), st.integers(0, 59))
def test_no_file_crashes_the_reader(content: str, cut: int) -> None:
    """Torn anywhere, every record is a mention or says why not."""
    whole = (HEADER + '1,2016-01-13,"x",a\n' + content).encode()[: len(HEADER) + cut]
    lines = iter(_lines(whole))
    parse = csv.parser({})
    for record, _, fault in csv.records(lines, CsvConfig()):
        if not fault:
            with contextlib.suppress(Unreadable):
                parse(record)
