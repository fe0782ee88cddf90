"""Feeds as documents: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 by feedparser, JSON Feed 1.x, in whatever state they come.

Reading a hostile document may take minutes or gigabytes: a source calls ``read`` in another process (``ingest/aside.py``).
"""

from __future__ import annotations

import calendar
import contextlib
import datetime
import email.utils
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal

import feedparser
import msgspec

from ingest import text as words
from ingest.markup import plain
from stream.mention import TEXT_LIMIT, Media, Unreadable, clean

ENTRY_LIMIT: Final = 1000
"""Entries of one document that are read, the newest ones."""
HTML_LIMIT: Final = 200_000
"""Characters of HTML of one entry that are looked at."""

_PERIODS: Final = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")


class Entry(msgspec.Struct, frozen=True):
    """One entry. ``native`` is the id that the feed gives, or empty; times are ms UTC or None; ``text`` has no markup."""

    native: str
    title: str
    text: str
    link: str
    author: str = ""
    published: int | None = None
    updated: int | None = None
    lang: str = ""
    tags: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    sensitive: bool = False


class Feed(msgspec.Struct, frozen=True):
    """A document. ``wait_s`` is how long it asks to be left alone; ``ended`` says that nothing will come any more.

    ``refused`` holds the reason and the bytes of entries that could not be read.
    """

    title: str
    site: str
    entries: tuple[Entry, ...]
    wait_s: float = 0.0
    ended: bool = False
    refused: tuple[tuple[str, bytes], ...] = ()


def read(body: bytes, content_type: str = "", url: str = "") -> Feed:
    """The feed in ``body``, which came from ``url`` with that ``Content-Type``. Raises ``Unreadable`` with the reason."""
    try:
        if _JSON_START.match(body) or "json" in content_type.partition(";")[0].lower():
            return _json_feed(body)
        return _xml_feed(body, content_type, url)
    except RecursionError as fault:
        raise Unreadable("nested too deeply") from fault


def _xml_feed(body: bytes, content_type: str, url: str) -> Feed:
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    try:
        # A stream: feedparser takes bytes for the name of a file.
        document = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except RecursionError:
        raise
    except Exception as fault:
        # feedparser fails on some of the world's bytes with whatever its parts raise.
        raise Unreadable(f"no feed can be read: {type(fault).__name__}: {fault}") from fault
    entries, about = document.entries, document.feed
    version, flaw = document.get("version"), document.get("bozo_exception")
    if isinstance(flaw, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType):
        flaw = None  # the server told the charset or the kind wrongly; the document itself is whole
    if not entries and (not version or (flaw and not about.get("title"))):
        what = "a broken feed" if version else "no feed of a known kind"
        raise Unreadable(f"{what}: {flaw}"[:500] if flaw else what)
    lang = _lang(about.get("language"))
    read_entries = [_xml_entry(entry, lang) for entry in _newest(entries, _xml_time)]
    return Feed(
        title=_line(_said(about, "title")),
        site=_web(about.get("link")),
        entries=tuple(read_entries),
        wait_s=_wait(about),
    )


def _xml_entry(entry: Any, lang: str) -> Entry:
    content: Any = next((part for part in entry.get("content", ()) if part.get("value")), {})
    summary = _said(entry, "summary") or _as_text(content)
    details = (entry.get("title_detail", {}), entry.get("summary_detail", {}), content)
    title = _line(_said(entry, "title"))
    pictures = [*entry.get("media_content", ()), *entry.get("enclosures", ()), *entry.get("media_thumbnail", ())]
    rating = str((entry.get("media_rating") or {}).get("content", "")).lower()
    return Entry(
        native=clean_id(entry.get("id")),
        title=title,
        text=summary,
        link=_web(entry.get("link")),
        author=_name((entry.get("author_detail") or {}).get("name") or entry.get("author")),
        published=_xml_stamp(entry, "published_parsed", "created_parsed"),
        updated=_xml_stamp(entry, "updated_parsed"),
        lang=next((known for d in details if (known := _lang(d.get("language")))), lang),
        tags=_tags(tag.get("label") or tag.get("term") for tag in entry.get("tags", ())),
        media=_media((p.get("url") or p.get("href"), p.get("type") or p.get("medium") or "image") for p in pictures),
        sensitive=rating == "adult" or entry.get("itunes_explicit") is True,
    )


def _xml_time(entry: Any) -> int:
    return _xml_stamp(entry, "published_parsed", "updated_parsed") or 0


def _xml_stamp(entry: Any, *keys: str) -> int | None:
    """The first of these times, in milliseconds UTC, that the entry has."""
    for key in keys:
        # Past feedparser's own mapping of one time to the other, which warns.
        if dict.__contains__(entry, key) and (parsed := entry[key]) is not None:
            with contextlib.suppress(ValueError, OverflowError, TypeError):
                return calendar.timegm(parsed) * 1000
    return None


def _said(holder: Any, name: str) -> str:
    """The field ``name`` without markup."""
    detail = holder.get(f"{name}_detail")
    return _as_text(detail) if detail else _as_text({"value": holder.get(name), "type": "text/plain"})


def _as_text(detail: Any) -> str:
    value = detail.get("value")
    if not isinstance(value, str):
        return ""
    return _text(value, markup=detail.get("type") in ("text/html", "application/xhtml+xml"))


def _text(value: str, *, markup: bool) -> str:
    value = value[:HTML_LIMIT]
    return clean((plain(value) if markup else value.strip())[:TEXT_LIMIT])


def _wait(about: Any) -> float:
    """Seconds between two changes by ``ttl`` or the syndication module, 0 when neither is told."""
    waits = [0.0]
    ttl = str(about.get("ttl", "")).strip()
    if ttl.isascii() and ttl.isdigit() and len(ttl) < 9:
        waits.append(int(ttl) * 60.0)
    period = _PERIODS.get(str(about.get("sy_updateperiod", "")).strip().lower())
    often = str(about.get("sy_updatefrequency", "1")).strip()
    if period:
        waits.append(period / (int(often) if often.isascii() and often.isdigit() and int(often[:9]) > 0 else 1))
    return max(waits)


def _json_feed(body: bytes) -> Feed:
    try:
        document = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(f"no JSON: {fault}") from fault
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise Unreadable("a JSON feed needs a list of items")
    lang, authors = _lang(document.get("language")), _json_author(document)
    entries, refused = [], []
    for item in _newest(items, _json_time):
        if isinstance(item, dict):
            entries.append(_json_entry(item, lang, authors))
        else:
            refused.append(("an item of a JSON feed is an object", msgspec.json.encode(item)))
    return Feed(
        title=_line(document.get("title")),
        site=_web(document.get("home_page_url")),
        entries=tuple(entries),
        ended=document.get("expired") is True,
        refused=tuple(refused),
    )


def _json_entry(item: dict[str, Any], lang: str, author: str) -> Entry:
    native = item.get("id")
    html, text = item.get("content_html"), item.get("content_text") or item.get("summary")
    words_of_it = item.get("summary") or text or html
    attached = [a for a in _list(item.get("attachments")) if isinstance(a, dict)]
    pictures = [(item.get("image") or item.get("banner_image"), "image")]
    return Entry(
        native=clean_id(f"{native:.15g}" if isinstance(native, float) else native if native is not None else ""),
        title=_line(item.get("title")),
        text=_text(words_of_it, markup=words_of_it is html) if isinstance(words_of_it, str) else "",
        link=_web(item.get("url")) or _web(item.get("external_url")),
        author=_json_author(item) or author,
        published=_time(item.get("date_published")),
        updated=_time(item.get("date_modified")),
        lang=_lang(item.get("language")) or lang,
        tags=_tags(_list(item.get("tags"))),
        media=_media([*pictures, *((a.get("url"), a.get("mime_type") or "") for a in attached)]),
    )


def _json_author(holder: dict[str, Any]) -> str:
    """The first author's name: a list since version 1.1, one object before."""
    candidates = [*_list(holder.get("authors")), holder.get("author")]
    return next((name for a in candidates if isinstance(a, dict) and (name := _name(a.get("name")))), "")


def _json_time(item: Any) -> int:
    return (_time(item.get("date_published")) or _time(item.get("date_modified")) or 0) if isinstance(item, dict) else 0


def _time(stamp: Any) -> int | None:
    """Milliseconds UTC of a time as RFC 3339, or as in mail; without a zone it is UTC. None for anything else."""
    if not isinstance(stamp, str):
        return None
    try:
        at = datetime.datetime.fromisoformat(stamp.strip())
    except ValueError:
        try:
            at = email.utils.parsedate_to_datetime(stamp)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    try:
        return int((at if at.tzinfo else at.replace(tzinfo=datetime.UTC)).timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def _newest(entries: Sequence[Any], time: Callable[[Any], int]) -> list[Any]:
    """At most ``ENTRY_LIMIT`` of ``entries``, the newest, oldest first; without times the first of a feed is its newest."""
    order = sorted(range(len(entries)), key=lambda i: (time(entries[i]), -i))
    return [entries[i] for i in order[-ENTRY_LIMIT:]]


def clean_id(native: Any) -> str:
    """An id as the feed gives it, without what no text may hold; empty for none."""
    return clean(str(native)[:TEXT_LIMIT]).strip() if isinstance(native, str | int) and native is not True else ""


def _line(value: Any) -> str:
    """One line of plain text."""
    return " ".join(clean(value[:TEXT_LIMIT]).split()) if isinstance(value, str) else ""


def _name(value: Any) -> str:
    """A person's name; an address of mail is nobody's name."""
    named = _line(value)[: words.NAME_LIMIT]
    return "" if "@" in named else named


def _lang(value: Any) -> str:
    tag = value.strip().replace("_", "-")[:35] if isinstance(value, str) else ""
    if not _LANGUAGE.match(tag):
        return ""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *(p.upper() if len(p) == 2 else p for p in rest)])


def _web(value: Any) -> str:
    found = words.web_links([value.strip()]) if isinstance(value, str) else ()
    return clean(found[0]) if found and not re.search(r"\s", found[0]) else ""


def _tags(values: Iterable[Any]) -> tuple[str, ...]:
    """Categories as hashtags are written: without spaces and sign."""
    tags = (re.sub(r"[^\w]", "", _line(value)) for value in values)
    return words.unique(tag for tag in tags if 0 < len(tag) <= 100 and not tag.isdigit())


def _media(found: Iterable[tuple[Any, str]]) -> tuple[Media, ...]:
    pictures: dict[str, Media] = {}
    for address, type in found:
        if url := _web(address):
            word = str(type).partition("/")[0].lower()
            kind: Literal["image", "video", "audio", "other"] = "other"
            if word in ("image", "video", "audio"):
                kind = word  # type: ignore[assignment]
            pictures.setdefault(url, Media(url=url, kind=kind))
    return tuple(pictures.values())[: words.LIST_LIMIT]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
