"""Standard Webhooks signatures (standardwebhooks.com): who sent this, just now, and never before."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from stream.config.signing import key_of, sign

__all__ = ["Delivered", "Refused", "checked_headers", "key_of", "sender_of", "sign"]

TOLERANCE_S: Final = 300
ID_LIMIT: Final = 256


class Refused(Exception):
    """A message that is not let in; the message is a sentence for its sender, ``status`` the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def checked_headers(id: str, timestamp: str, signature: str, now_s: float) -> None:
    """Refuse what can be refused before the body is read. Raises ``Refused``."""
    if not id or not timestamp or not signature:
        raise Refused(401, "Sign your message: webhook-id, webhook-timestamp and webhook-signature are needed.")
    if len(id) > ID_LIMIT or not id.isprintable() or " " in id:
        raise Refused(400, f"webhook-id must be 1 to {ID_LIMIT} printable characters without a space.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        raise Refused(400, "webhook-timestamp must be seconds since 1970.")
    if abs(now_s - int(timestamp)) > TOLERANCE_S:
        raise Refused(401, "webhook-timestamp is more than five minutes from our clock; set yours, then sign again.")


def sender_of(keys: Mapping[str, bytes], id: str, timestamp: str, signature: str, body: bytes) -> str:
    """The sender whose secret made one of the signatures. Raises ``Refused`` when nobody's did."""
    given = [part.encode() for part in signature.split(" ")[:16] if part.startswith("v1,")]
    found = ""
    for sender, key in keys.items():
        expected = sign(key, id, timestamp, body).encode()
        if any(hmac.compare_digest(expected, each) for each in given):
            found = sender
    if not found:
        raise Refused(
            401, "No sender's secret made this signature; check the secret, and that the body was signed as sent."
        )
    return found


class Delivered:
    """The messages that were taken: each only once, a restart included.

    Kept in ``path`` as lines of expiry, sender and id; an entry is forgotten when its timestamp is too old to be let in.
    """

    def __init__(self, path: Path, now_s: float) -> None:
        self._path = path
        self._expires: dict[tuple[str, str], int] = {}
        self._swept = now_s
        if path.exists():
            for line in path.read_text().splitlines():
                parts = line.split(" ")
                if len(parts) == 3 and parts[0].isdigit() and int(parts[0]) > now_s:
                    self._expires[parts[1], parts[2]] = int(parts[0])
        self._rewrite()

    def __contains__(self, message: tuple[str, str]) -> bool:
        return message in self._expires

    def add(self, sender: str, id: str, timestamp: str, now_s: float) -> None:
        """Never let the message ``id`` of ``sender`` in again."""
        expires = int(timestamp) + TOLERANCE_S + 1
        self._expires[sender, id] = expires
        if now_s - self._swept > TOLERANCE_S:
            self._expires = {message: at for message, at in self._expires.items() if at > now_s}
            self._swept = now_s
            self._rewrite()
        else:
            with self._path.open("a") as file:
                file.write(f"{expires} {sender} {id}\n")

    def _rewrite(self) -> None:
        new = self._path.with_suffix(".new")
        new.write_text("".join(f"{at} {sender} {id}\n" for (sender, id), at in self._expires.items()))
        new.replace(self._path)
