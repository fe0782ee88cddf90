"""The guest book's pages: plain HTML for any phone, without a script. Strangers' words are escaped, always."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

import msgspec

from ingest.guestbook.book import LIMIT, NAME_LIMIT, Form
from stream.config.theme import contrast

INKS: Final = ("#06121C", "#FFFFFF")
STYLE: Final = Path(__file__).with_name("style.css").read_text("ascii")


class Place(msgspec.Struct, frozen=True):
    """Whose guest book it is: the event's name, and whom to write to."""

    event: str
    contact: str


def style(accent: str) -> str:
    """The style sheet in the event's colour; words on it are dark or white, whichever is read more easily."""
    ink = max(INKS, key=lambda ink: contrast(ink, accent))
    return f"{STYLE}:root {{ --accent: {accent}; --on-accent: {ink}; }}\n"


def form(place: Place, words: Mapping[str, str], lang: str, stamp: str, filled: Form, fault: str = "") -> str:
    """The one form. ``fault`` is a sentence above it; ``filled`` is what the visitor has written already."""
    told = f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""
    body = (
        f"<p>{escape(words['lead'])}</p>{told}"
        '<form method="post" action="/">'
        f"<label>{escape(words['message'])} <span>{escape(words['hint'])}</span>"
        f'<textarea name="text" maxlength="{LIMIT}" required dir="auto">{escape(filled.text)}</textarea></label>'
        f"<label>{escape(words['name'])} <span>{escape(words['optional'])}</span>"
        f'<input name="name" maxlength="{NAME_LIMIT}" autocomplete="nickname" dir="auto" value="{escape(filled.name)}"></label>'
        f'<label class="trap" aria-hidden="true">{escape(words["leave"])}'
        '<input name="website" tabindex="-1" autocomplete="off"></label>'
        f'<input type="hidden" name="stamp" value="{escape(stamp)}">'
        f"<button>{escape(words['send'])}</button></form>"
        f'<p class="quiet">{escape(words["privacy"])} {_contact(place, words)}</p>'
    )
    return page(place, lang, words["title"], body)


def receipt(place: Place, words: Mapping[str, str], lang: str, address: str) -> str:
    """After sending: what happens now, and how to take it back."""
    body = (
        f"<p>{escape(words['waits'])}</p><p>{escape(words['keep'])}</p>"
        f'<form method="post" action="{escape(address)}"><button class="plain">{escape(words["back"])}</button></form>'
        f'<a class="button" href="/">{escape(words["again"])}</a><p class="quiet">{_contact(place, words)}</p>'
    )
    return page(place, lang, words["thanks"], body)


def gone(place: Place, words: Mapping[str, str], lang: str) -> str:
    """After taking it back."""
    body = f'<p>{escape(words["gone_more"])}</p><a class="button" href="/">{escape(words["again"])}</a>'
    return page(place, lang, words["gone"], body)


def lost(place: Place, words: Mapping[str, str], lang: str, sentence: str = "") -> str:
    """For every address where nothing is, and for what did not work there."""
    body = f'<a class="button" href="/">{escape(words["title"])}</a>'
    return page(place, lang, sentence or words["lost"], body)


def page(place: Place, lang: str, title: str, body: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f'<body><main><p class="event">{escape(place.event)}</p><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def _contact(place: Place, words: Mapping[str, str]) -> str:
    return escape(words["contact"].format(contact=place.contact)) if place.contact else ""
