"""The rules of X's filtered stream: what is listened for, in X's words, packed into few rules that change little.

Words and phrases, hashtags, cashtags, named accounts and ``from:`` for those that are heard whatever they say are joined by
``OR``; exclusions and languages stand behind each rule. Which terms share a rule depends on hashes of the terms, so that one
term more or less changes one rule and not all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Final

import msgspec
import xxhash

LONGEST: Final = 1024
"""Characters of a rule."""
MOST: Final = 1000
OURS: Final = "agora:"
"""How the tags of our rules begin; all others belong to somebody else."""

_TOGETHER: Final = 32
"""Terms in a rule, on average."""
_HANDLE: Final = re.compile(r"@?(\w{1,15})", re.ASCII)
_STABLE: Final = re.compile(r"x:(\d{1,20})", re.ASCII)
_CASHTAG: Final = re.compile(r"\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?")
_TAG: Final = re.compile(r"[#＃](\w+)")
_CODES: Final = {"he": ("iw",), "id": ("in",), "zh": ("zh-CN", "zh-TW"), "nb": ("no",), "nn": ("no",)}


class Held(msgspec.Struct, frozen=True):
    """A rule as X holds it, or as a post says that it matched it."""

    id: str = ""
    value: str = ""
    tag: str = ""


class Plan(msgspec.Struct, frozen=True):
    """``rules`` by value, in order; what could not be put into any, as written; the clauses of each rule."""

    rules: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    clauses: dict[str, tuple[str, ...]] = {}


def plan(
    terms: Iterable[str],
    accounts: Iterable[str] = (),
    exclude: Iterable[str] = (),
    languages: Iterable[str] = (),
    *,
    longest: int = LONGEST,
    most: int = MOST,
    refused: Collection[str] = frozenset(),
) -> Plan:
    """The rules that listen for all this, at most ``most`` of at most ``longest`` characters.

    ``refused`` are clauses that X does not take. Terms that X cannot know, such as accounts of other networks, are passed over.
    """
    unwanted = _exclusions(exclude, longest // 2)
    spoken = _languages(languages)
    said = {clause for term in terms if (clause := clause_of(term)) and clause not in refused}
    heard = {clause for account in accounts if (clause := from_of(account)) and clause not in refused}
    groups = ((said, " ".join((*unwanted, *spoken))), (heard, " ".join(unwanted)))
    for together in (_TOGETHER, 0):
        packed = list(chain.from_iterable(_packed(clauses, suffix, longest, together) for clauses, suffix in groups))
        if len(packed) <= most:
            break
    taken = packed[:most]
    kept = set(chain.from_iterable(clauses for _, clauses in taken))
    left_out = tuple(sorted((said | heard) - kept))
    return Plan(tuple(value for value, _ in taken), left_out, dict(taken))


def clause_of(term: str) -> str:
    """What finds ``term`` at X; empty for what X has no word for.

    >>> [clause_of(term) for term in ("Nokia", "sea view", "#Pori*", "$NOK", "@heron", "@heron@social.example", "OR")]
    ['Nokia', '"sea view"', '#Pori', '$NOK', '@heron', '', '"OR"']
    """
    words = " ".join(term.rstrip(" *").replace('"', " ").replace("\\", " ").split())
    if tag := _TAG.fullmatch(words):
        return f"#{tag[1]}"
    if _CASHTAG.fullmatch(words):
        return words
    if words.startswith("@"):
        return words if _HANDLE.fullmatch(words) else ""
    plain = words.isalnum() and words.upper() not in ("OR", "AND", "NOT")
    return words if plain or not words else f'"{words}"'


def from_of(account: str) -> str:
    """What finds everything that ``account`` says: an id as ``x:7``, or a handle; empty for one of another network."""
    if stable := _STABLE.fullmatch(account):
        return f"from:{stable[1]}"
    handle = _HANDLE.fullmatch(account)
    return f"from:{handle[1]}" if handle else ""


def tag_of(value: str) -> str:
    """The tag of our rule ``value``.

    >>> tag_of("Nokia")
    'agora:f65a853e5833ea6d'
    """
    return f"{OURS}{xxhash.xxh64_hexdigest(value.encode())}"


def difference(wanted: Iterable[str], held: Sequence[Held]) -> tuple[list[str], list[str]]:
    """The values to add, and the ids of our rules to delete, so that X holds what is ``wanted``.

    A rule of somebody else is left alone; where it says the same as one of ours, theirs will do.
    """
    missing = dict.fromkeys(wanted)
    stale = []
    for rule in sorted(held, key=lambda rule: rule.tag.startswith(OURS)):
        if rule.value in missing:
            del missing[rule.value]
        elif rule.tag.startswith(OURS):
            stale.append(rule.id)
    return list(missing), stale


def _packed(clauses: Collection[str], suffix: str, longest: int, together: int) -> list[tuple[str, tuple[str, ...]]]:
    """Rules of these clauses, each value with its clauses; full ones, or with ``together`` some that end where hashes say."""
    room = longest - (len(suffix) + 3 if suffix else 0)
    rules: list[tuple[str, ...]] = []
    group: list[str] = []
    size = 0
    for digest, clause in sorted((xxhash.xxh64_intdigest(clause.encode()), clause) for clause in clauses):
        if len(clause) > room:
            continue
        if group and (size + 4 + len(clause) > room or (together and digest % together == 0)):
            rules.append(tuple(group))
            group, size = [], 0
        size += len(clause) + (4 if group else 0)
        group.append(clause)
    if group:
        rules.append(tuple(group))
    return [(_value(rule, suffix), rule) for rule in rules]


def _value(clauses: tuple[str, ...], suffix: str) -> str:
    either = " OR ".join(clauses)
    if not suffix:
        return either
    return f"({either}) {suffix}" if len(clauses) > 1 else f"{either} {suffix}"


def _exclusions(exclude: Iterable[str], room: int) -> list[str]:
    """As many as there is room for; who reads the stream leaves out the others."""
    taken: list[str] = []
    for term in sorted(set(exclude)):
        clause = f"-{clause_of(term)}"
        if len(clause) > 1 and not term.rstrip().endswith("*") and len(clause) < room:
            taken.append(clause)
            room -= len(clause) + 1
    return taken


def _languages(languages: Iterable[str]) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for language in languages:
        primary = language.lower().replace("_", "-").partition("-")[0]
        codes.update(dict.fromkeys(_CODES.get(primary, (primary,))))
    spoken = [f"lang:{code}" for code in sorted(codes)]
    if len(spoken) > 1:
        return (f"({' OR '.join(spoken)})",)
    return tuple(spoken)
