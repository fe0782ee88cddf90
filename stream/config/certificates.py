"""Certificates of this machine's doors: which names they hold, and how a door that stays open for weeks renews its own."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from stream.config import authority
from stream.config.addresses import is_any, own_addresses, own_names

LOOK_S: Final = 3600.0

log = structlog.get_logger(__name__)


def issued(var: Path, door: str, host: str, url: str) -> authority.Issued:
    """The certificate of a door on ``host`` that others find at ``url``, made or renewed. Raises ``AuthorityUnusable``."""
    names, addresses = list(own_names()), list(own_addresses())
    for given in {host, urlsplit(url).hostname or ""} - {""}:
        try:
            number = ipaddress.ip_address(given)
        except ValueError:
            names.append(given)
        else:
            if not is_any(given):
                addresses.append(number)
    return authority.ensure(var, door, names, addresses, datetime.now(UTC))


async def renew(context: ssl.SSLContext, again: Callable[[], authority.Issued], pause_s: float = LOOK_S) -> None:
    """Have the open door of ``context`` show a new certificate when ``again`` has made one, for ever."""
    shown: bytes | None = None
    while True:
        try:
            made = await asyncio.to_thread(again)
            read = await asyncio.to_thread(made.certificate.read_bytes)
            if shown is not None and read != shown:
                context.load_cert_chain(made.certificate, made.key)
                log.info("a new certificate is shown")
            shown = read
        except (authority.AuthorityUnusable, OSError, ssl.SSLError) as fault:
            log.warning("the certificate cannot be renewed", fault=str(fault))
        await asyncio.sleep(pause_s)
