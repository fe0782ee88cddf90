"""Whether the hub of this machine answers: ``python -m stream.hub.alive``, for a container's health check. Exit code 0 or 1."""

from __future__ import annotations

import ssl
import urllib.request
from contextlib import suppress
from typing import Final

from stream.config import load

TIMEOUT_S: Final = 2.0


def unverified() -> ssl.SSLContext:
    """TLS to whoever answers: enough to know that somebody does, never to tell a secret."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def alive(port: int) -> bool:
    """Whether ``/healthz`` answers on loopback, with or without TLS; whose certificate it is does not matter here."""
    for scheme in ("https", "http"):
        with (
            suppress(OSError),
            urllib.request.urlopen(f"{scheme}://127.0.0.1:{port}/healthz", timeout=TIMEOUT_S, context=unverified()),
        ):
            return True
    return False


if __name__ == "__main__":
    raise SystemExit(0 if alive(load().hub.port) else 1)
