"""Addresses: whether a host is this machine only, and by which names and addresses others reach it."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import socket
import struct
from pathlib import Path
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SIOCGIFADDR: Final = 0x8915
_IF_INET6: Final = Path("/proc/net/if_inet6")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_any(host: str) -> bool:
    """Whether ``host`` stands for all addresses of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def own_names() -> tuple[str, ...]:
    """The names that this machine goes by, small letters, its name on the local network included."""
    machine = socket.gethostname().lower().rstrip(".")
    short = machine.partition(".")[0]
    return tuple(
        dict.fromkeys(name for name in (machine, short, f"{short}.local", "localhost") if name and name != ".local")
    )


def own_addresses() -> tuple[Address, ...]:
    """The addresses of this machine's interfaces, loopback last; those of IPv6 that hold on one link only are left out."""
    found: list[Address] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                told = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(ipaddress.IPv4Address(told[20:24]))
    with contextlib.suppress(OSError):
        for line in _IF_INET6.read_text().splitlines():
            address = ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))
            if not address.is_link_local:
                found.append(address)
    return tuple(sorted(dict.fromkeys(found), key=lambda a: (a.is_loopback, a.version, int(a))))


def reachable(host: str) -> str:
    """What to write for ``host`` in an address that another device opens: one of this machine's own for all of them."""
    if not is_any(host):
        return host
    others = [address for address in own_addresses() if not address.is_loopback]
    return str(others[0]) if others else "127.0.0.1"


def url(host: str, port: int, *, encrypted: bool) -> str:
    """The address of a door, such as ``https://10.0.0.7:8000``."""
    written = f"[{host}]" if ":" in host else host
    return f"{'https' if encrypted else 'http'}://{written}:{port}"
