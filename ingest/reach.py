"""Whether a network is there at all: asked once, before the wall is lit, so that it must not take long."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

PATIENCE_S: Final = 1.5
"""A person waits for the first light; a network that needs longer to say hello is heard the next time."""


def reachable(addresses: Sequence[str], patience_s: float = PATIENCE_S) -> bool:
    """Whether any of the web addresses (``wss://host``, ``https://host:port``, …) can be connected to in ``patience_s``.

    Names that resolve slowly and hosts that swallow what is sent to them count as not there. For ``wss`` and ``https`` the
    host must also prove who it is, so that a hotel's log-in page is not taken for the network.
    """
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    for address in addresses:
        # Daemons: resolving a name cannot be interrupted, and nobody should wait for it.
        threading.Thread(target=lambda a=address: answers.put(_answers(a, patience_s)), daemon=True).start()
    ends = time.monotonic() + patience_s
    try:
        return any(answers.get(timeout=max(0.0, ends - time.monotonic())) for _ in addresses)
    except queue.Empty:
        return False


def _answers(address: str, patience_s: float) -> bool:
    try:
        url = urlsplit(address)
        secure = url.scheme in ("wss", "https")
        with socket.create_connection((url.hostname or "", url.port or (443 if secure else 80)), patience_s) as plain:
            if secure:
                with ssl.create_default_context().wrap_socket(plain, server_hostname=url.hostname):
                    pass
    except (OSError, ValueError):
        return False
    return True
