"""A small HTTP door beside the sources: a socket of its own, a server that leaves signals to ingest."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn


class PortTaken(OSError):
    """Another process listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host:port``; 0 takes any port. Raises ``PortTaken`` and ``OSError``."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(fault.errno, fault.strerror) from fault
        raise
    return listener


class Door(uvicorn.Server):
    """Uvicorn for the ASGI application ``app``, without its own signal handlers."""

    def __init__(self, app: Any) -> None:
        super().__init__(
            uvicorn.Config(app, log_config=None, lifespan="off", access_log=False, timeout_graceful_shutdown=2)
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
