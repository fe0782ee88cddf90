"""Whether a status may enter any topic: it must be public, and its author must not have asked to be left alone.

What is asked is answered from the JSON document as it came, before its types are believed, so that a status that cannot be read
in full is still never kept, not even as a dead letter, unless all of it is known to be open.
"""

from __future__ import annotations

import re
from typing import Any, Final

UNREADABLE: Final = "unreadable visibility"

_VISIBILITIES: Final = frozenset({"public", "unlisted", "private", "direct", "limited", "local"})
_TAG = re.compile(r"<[^<>]*>")
_NOBOT = re.compile(r"[#＃]nobot(?!\w)", re.IGNORECASE)


def closed(status: Any) -> str:
    """Why ``status`` must not be heard; empty when it may be. Of a repost, both it and what it repeats must be open."""
    if not isinstance(status, dict) or not isinstance(status.get("account"), dict):
        return UNREADABLE
    visibility = status.get("visibility")
    if visibility != "public":
        known = isinstance(visibility, str) and visibility in _VISIBILITIES
        return f"visibility {visibility}" if known else UNREADABLE
    if reason := opted_out(status["account"]):
        return reason
    return closed(status["reblog"]) if status.get("reblog") is not None else ""


def opted_out(account: dict[str, Any]) -> str:
    """How the author asks to be left alone: ``noindex``, ``#nobot`` in the note or a field of the profile, or not at all.

    ``indexable`` concerns search engines and says nothing here.
    """
    if account.get("noindex") not in (None, False):
        return "noindex"
    fields = account.get("fields")
    values = [field.get("value") for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    return "nobot" if any(_says_nobot(text) for text in (account.get("note"), *values)) else ""


def may_be_kept(status: Any) -> bool:
    """Whether every byte of ``status`` may be kept as a dead letter: it and all statuses within it are open."""
    if closed(status):
        return False
    quote = status.get("quote")
    if quote is None:
        return True
    if not isinstance(quote, dict):
        return False
    quoted = quote.get("quoted_status", quote if "visibility" in quote else None)
    return quoted is None or may_be_kept(quoted)


def _says_nobot(html: Any) -> bool:
    return isinstance(html, str) and "nobot" in html.lower() and bool(_NOBOT.search(_TAG.sub("", html)))
