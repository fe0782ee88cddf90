"""Standard Webhooks signatures (standardwebhooks.com), as senders make them and receivers check them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 after ``whsec_``, as the convention has it; else the secret as it is written.

    Raises ``ValueError`` when what follows ``whsec_`` is no base64, or the secret is empty.
    """
    if not secret:
        raise ValueError("the secret is empty")
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as fault:
        raise ValueError("what follows whsec_ is no base64") from fault


def sign(key: bytes, id: str, timestamp: str, body: bytes) -> str:
    """The signature that a sender gives, with its version."""
    digest = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
