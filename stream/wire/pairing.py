"""Pairing: how a new wall and the hub come to show the same six digits, and nobody between them can.

The wall commits to a secret, the hub answers with a number of its own, the wall reveals the secret; the digits follow from
both and from the authority that the wall was shown. Whoever sits between the two has to choose before knowing what the
others chose (numeric comparison, as in Bluetooth's Secure Simple Pairing), and has one chance in a million.
"""

from __future__ import annotations

import hashlib
from typing import Final

SECRET_BYTES: Final = 32
CODE_DIGITS: Final = 6


def commitment(secret: bytes) -> str:
    """What the wall says first: the hash of its secret, in hex."""
    return hashlib.sha256(b"agora wall" + secret).hexdigest()


def code(secret: bytes, answer: bytes, authority: str) -> str:
    """The digits that both show. ``authority`` is the PEM that the wall was given, empty where nothing is encrypted."""
    told = b"agora code" + secret + answer + hashlib.sha256(authority.encode()).digest()
    return f"{int.from_bytes(hashlib.sha256(told).digest()[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
