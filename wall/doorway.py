"""The doorway: with which token, and trusting whom, this machine's walls come to a hub, and how they ask to be let in."""

from __future__ import annotations

import logging
import os
import ssl
from pathlib import Path

from stream.config.authority import folder, pinned
from wall.client import page_url, wall_token
from wall.pairing import Book, NotJoined, join

log = logging.getLogger(__name__)


class Doorway:
    """Tokens and trust for the hub at ``hub_url``. ``var`` is this machine's folder, ``authority`` a file that was given.

    The hub's own machine has both in ``var``. Elsewhere the wall asks, and ``code`` is what its screens show meanwhile.
    """

    def __init__(self, hub_url: str, var: Path, authority: str, name: str, screens: tuple[int, ...]) -> None:
        self.code = ""
        self._url = page_url(hub_url)
        self._var, self._authority = var, authority
        self._name, self._screens = name, screens
        self._book = Book(var)

    def token(self) -> str:
        joined = self._book.find(self._url)
        given = os.environ.get("AGORA_HUB_TOKEN", "")
        return joined.token if joined and not given else wall_token(self._var)

    def trust(self) -> ssl.SSLContext | None:
        joined = self._book.find(self._url)
        if self._authority:
            return pinned(Path(self._authority).read_text("ascii"))
        if joined is not None:
            return pinned(joined.authority) if joined.authority else None
        own = folder(self._var) / "ca.pem"
        return pinned(own.read_text("ascii")) if own.exists() else None

    async def refused(self) -> None:
        """Ask to be let in, unless a token was given to this machine: then somebody must give another."""
        if os.environ.get("AGORA_HUB_TOKEN", ""):
            return
        self._book.forget(self._url)
        try:
            self._book.keep(self._url, await join(self._url, self._name, self._screens, self._show))
        except NotJoined as fault:
            log.warning("%s", fault)

    def _show(self, code: str) -> None:
        self.code = code
        if code:
            log.info("this wall shows its code; type it on the tablet to let it in")
