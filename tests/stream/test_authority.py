"""The hub's own authority: what it vouches for, for how long, and who can read its key."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from stream.config import authority
from stream.config.addresses import is_any, is_loopback, own_addresses, own_names, reachable, url
from stream.config.authority import AuthorityUnusable, ensure, fingerprint

NOW = datetime(2026, 9, 1, tzinfo=UTC)
NAMES = ("hall-pc", "hall-pc.local")
ADDRESSES = (ipaddress.ip_address("10.0.0.7"), ipaddress.ip_address("192.0.2.9"))


def made(var: Path, days: float = 0, names: tuple[str, ...] = NAMES) -> authority.Issued:
    return ensure(var, "hub", names, ADDRESSES, NOW + timedelta(days=days))


def leaf(issued: authority.Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.certificate.read_bytes())


def test_keys_are_private(tmp_path: Path) -> None:
    """Nobody else reads the keys of the authority and of the door."""
    issued = made(tmp_path)
    for key in (issued.key, issued.authority.with_name("ca.key")):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_openssl_agrees(tmp_path: Path) -> None:
    """Another implementation finds the certificate good for the machine's names, and for no other."""
    issued = made(tmp_path)
    verify = ["openssl", "verify", "-attime", str(int(NOW.timestamp())), "-CAfile", str(issued.authority)]
    for name in ("-verify_hostname hall-pc.local", "-verify_ip 10.0.0.7", "-verify_ip 192.0.2.9"):
        assert subprocess.run([*verify, *name.split(), str(issued.certificate)], check=False).returncode == 0
    other = subprocess.run([*verify, "-verify_hostname", "bank.example", str(issued.certificate)], check=False)
    assert other.returncode != 0


def test_authority_vouches_for_no_other_site(tmp_path: Path) -> None:
    """The authority's own constraints keep it from vouching for anything but this machine and private networks."""
    made(tmp_path)
    later = ensure(
        tmp_path, "hub", (*NAMES, "bank.example", "printer.local"), (ipaddress.ip_address("203.0.113.5"),), NOW
    )
    assert later.left_out == ("203.0.113.5", "bank.example")
    names = leaf(later).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "printer.local" in names.get_values_for_type(x509.DNSName)


def test_certificate_is_renewed_and_the_authority_stays(tmp_path: Path) -> None:
    """A certificate that ends soon, or lacks a name, is made anew by the same authority; a good one stays."""
    first = made(tmp_path)
    trusted, shown = first.authority.read_bytes(), leaf(first).serial_number
    assert leaf(made(tmp_path, days=15)).serial_number == shown
    renewed = leaf(made(tmp_path, days=21)).serial_number
    assert renewed != shown
    assert leaf(made(tmp_path, days=21, names=(*NAMES, "x.local"))).serial_number not in (shown, renewed)
    assert first.authority.read_bytes() == trusted


def test_times_that_devices_accept(tmp_path: Path) -> None:
    """The authority lasts less than the 825 days that Apple allows, a certificate about a month."""
    issued = made(tmp_path)
    root = x509.load_pem_x509_certificate(issued.authority.read_bytes())
    assert root.not_valid_after_utc - root.not_valid_before_utc < timedelta(days=825)
    assert leaf(issued).not_valid_after_utc - NOW == timedelta(days=30)


def test_old_authority_is_made_anew(tmp_path: Path) -> None:
    """An authority that would end before its certificates is replaced."""
    first = made(tmp_path).authority.read_bytes()
    assert made(tmp_path, days=800).authority.read_bytes() != first


def test_broken_files_are_told(tmp_path: Path) -> None:
    """An authority that cannot be read is a sentence that says what to do."""
    made(tmp_path).authority.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
    with pytest.raises(AuthorityUnusable, match="move the folder away"):
        made(tmp_path)


async def test_wall_trusts_only_its_hub(tmp_path: Path) -> None:
    """A pinned authority accepts its own hub by any address, and refuses a hub of another authority."""
    now = datetime.now(UTC)
    ours, theirs = (ensure(tmp_path / who, "hub", NAMES, ADDRESSES, now) for who in ("ours", "theirs"))
    door = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    door.load_cert_chain(ours.certificate, ours.key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=door)
    port = server.sockets[0].getsockname()[1]
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=authority.pinned(ours.authority.read_text()))
    writer.close()
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", port, ssl=authority.pinned(theirs.authority.read_text()))
    server.close()


def test_fingerprint_is_what_openssl_says(tmp_path: Path) -> None:
    """People compare the fingerprint that every other tool shows."""
    path = made(tmp_path).authority
    told = subprocess.run(
        ["openssl", "x509", "-in", str(path), "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip().endswith(fingerprint(path.read_bytes()))


def test_hosts() -> None:
    """What is loopback, what stands for all addresses, and how an address is written."""
    assert [is_loopback(h) for h in ("127.0.0.2", "::1", "localhost", "10.0.0.1", "hall")] == [True] * 3 + [False] * 2
    assert (is_any("0.0.0.0"), is_any("::"), is_any("10.0.0.1"), is_any("hall")) == (True, True, False, False)
    assert reachable("hall") == "hall"
    assert not is_any(reachable("0.0.0.0"))
    assert url("fd00::7", 8000, encrypted=True) == "https://[fd00::7]:8000"
    assert "localhost" in own_names()
    assert ipaddress.ip_address("127.0.0.1") in own_addresses()
