"""TOML with line numbers, and every fault of a document told at once.

``tomllib`` says where a document breaks, but not where a value stands that reads well and means nothing. ``read`` gives both:
the data, and for each key the line it stands on.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import typing
from typing import Any, NamedTuple

import msgspec

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$"""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*$')
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class Fault(NamedTuple):
    """One thing that is wrong in a file. ``line`` is 0 where it has none (the environment, a missing key)."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}" if self.line else f"{self.file}: {self.sentence}"


class Document(NamedTuple):
    """A parsed document: its data, and the line of each path of keys (array indices are integers)."""

    data: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def read(text: str, file: str) -> Document | Fault:
    """The document in ``text``, or the one fault that makes it unreadable."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        sentence = _LINE.sub("", str(error)).strip()
        return Fault(file, int(found[1]) if found else text.count("\n") + 1, f"{sentence}; this is not valid TOML")
    return Document(data, _lines(text))


def _lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not depth and not quote:
            if header := _HEADER.match(line):
                table = _keys(header[2])
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                elif table[:-1] in counts:
                    table = (*table[:-1], counts[table[:-1]], table[-1])
                lines.setdefault(table, number)
                continue
            if assignment := _ASSIGNMENT.match(line):
                lines.setdefault((*table, *_keys(assignment[1])), number)
                depth, quote = _open(assignment[2], depth, quote)
                continue
        depth, quote = _open(line, depth, quote)
    return lines


def _keys(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _open(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets, and which multi-line string, are open after ``line``."""
    while line:
        if quote:
            before, found, line = line.partition(quote)
            if not found:
                return depth, quote
            quote = ""
        elif found_string := _STRING.search(line):
            before, line = line[: found_string.start()], line[found_string.end() :]
            depth += sum(before.count(c) for c in "[{") - sum(before.count(c) for c in "]}")
            if found_string[0] in ('"""', "'''"):
                quote = found_string[0]
        else:
            return depth + sum(line.count(c) for c in "[{") - sum(line.count(c) for c in "]}"), ""
    return depth, quote


def faults(document: Document, kind: type[msgspec.Struct], file: str) -> list[Fault]:
    """Everything in ``document`` that keeps it from being a ``kind``, in order of lines."""
    found = [Fault(file, document.line(path), sentence) for path, sentence in _wrong(document.data, kind, ())]
    return sorted(found, key=lambda fault: fault.line)


def _wrong(value: Any, kind: Any, path: Path) -> typing.Iterator[tuple[Path, str]]:
    origin = typing.get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        for key, part in value.items():
            if key in fields:
                yield from _wrong(part, fields[key].type, (*path, key))
            else:
                yield (*path, key), unknown(key, fields, ".".join(map(str, path)))
        for key, field in fields.items():
            if field.required and key not in value:
                yield path, f"{key} is missing" + (f" in {_dotted(path)}" if path else "")
    elif origin is dict and isinstance(value, dict):
        for key, part in value.items():
            yield from _wrong(part, typing.get_args(kind)[1], (*path, key))
    elif origin is tuple and isinstance(value, list) and typing.get_args(kind)[-1] is Ellipsis:
        for i, part in enumerate(value):
            yield from _wrong(part, typing.get_args(kind)[0], (*path, i))
    elif origin in (typing.Union, types.UnionType) and value is None:
        return
    elif origin is typing.Literal and value not in typing.get_args(kind):
        yield path, f"{_dotted(path)}: {value!r} is none of {', '.join(map(str, typing.get_args(kind)))}"
    else:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            yield path, f"{_dotted(path)}: {str(error).split(' - at ')[0]}"


def _dotted(path: Path) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def unknown(key: str, known: typing.Iterable[str], where: str) -> str:
    """The sentence about a key that does not exist, with the nearest one that does."""
    near = difflib.get_close_matches(key, list(known), 1, 0.5)
    sentence = f"unknown key {key!r}" + (f" in {where}" if where else "")
    return f"{sentence}; did you mean {near[0]!r}?" if near else f"{sentence}; known are {', '.join(sorted(known))}"
