"""The tables of names that rows refer to by number."""

from __future__ import annotations

from typing import Final

from stream.analysis.intern import Interner

NAMED_BY: Final = {
    "people": ("author", "people"),
    "terms": ("terms",),
    "forms": ("handle", "forms", "handles"),
    "labels": ("source", "lang", "country"),
}
"""Which columns refer to which table."""


class Names:
    """``people`` by stable id, ``terms`` by folded text, ``forms`` as written (topics and handles), ``labels`` the rest."""

    def __init__(self) -> None:
        self.people = Interner()
        self.terms = Interner()
        self.forms = Interner()
        self.labels = Interner()

    def tables(self) -> dict[str, Interner]:
        return {"people": self.people, "terms": self.terms, "forms": self.forms, "labels": self.labels}
