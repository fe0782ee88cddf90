"""The hub's own authority: made at the first start, it vouches for this machine's certificate, which lasts a month.

Tablets install the authority once and walls pin it; the certificate beneath it is renewed and follows the machine's names
and addresses. The authority can vouch for names of this machine, for ``.local`` and for private networks only, so that whoever
stole its key could not stand for any other site (name constraints, RFC 5280 4.2.1.10).
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stream.config.addresses import Address

AUTHORITY_DAYS: Final = 820
"""Apple's devices take no installed authority that lasts longer than 825 days."""
LEAF_DAYS: Final = 30
RENEW_DAYS: Final = 10
"""A certificate with fewer days left is made anew."""
SKEW: Final = timedelta(hours=24)
"""Certificates are good a day before they are made: clocks of a hall differ."""
PRIVATE: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10",
    "::1/128",
)  # fmt: skip


class AuthorityUnusable(Exception):
    """The files of the authority cannot be read or written; the message says what to do."""


class Issued(msgspec.Struct, frozen=True):
    """Paths of what was issued: ``certificate`` holds the certificate and its authority, ``authority`` that alone (PEM)."""

    certificate: Path
    key: Path
    authority: Path
    left_out: tuple[str, ...] = ()
    """Names and addresses that the authority may not vouch for; a new authority could."""


def folder(var: Path) -> Path:
    """Where the authority of a machine lies."""
    return var / "authority"


def ensure(var: Path, door: str, names: Iterable[str], addresses: Iterable[Address], now: datetime) -> Issued:
    """Make the authority where there is none, and a certificate for ``door`` where none is good for all names.

    Several processes may call it at once. Raises ``AuthorityUnusable``.
    """
    place = folder(var)
    wanted = sorted({name.lower().rstrip(".") for name in names if name} | {str(address) for address in addresses})
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(place):
            authority, signer = _authority(place, wanted, now)
            known = [name for name in wanted if _may_vouch(authority, name)]
            certificate, key = place / f"{door}.pem", place / f"{door}.key"
            if not (key.exists() and certificate.exists() and _good(certificate, authority, known, now)):
                _issue(certificate, key, authority, signer, known, now)
    except (OSError, ValueError, TypeError) as fault:
        raise AuthorityUnusable(
            f"The hub's authority in {place} cannot be used ({fault}); mend it, or move the folder away: a new one is made, "
            "which every tablet and wall must then learn anew."
        ) from fault
    return Issued(certificate, key, place / "ca.pem", tuple(name for name in wanted if name not in known))


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a certificate as people compare it: ``AB:CD:…``. Raises ``ValueError`` for bytes that are none."""
    digest = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def der(pem: bytes) -> bytes:
    """The certificate of ``pem`` in the form that devices download. Raises ``ValueError`` for bytes that are none."""
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def pinned(pem: str) -> ssl.SSLContext:
    """Trust in this one authority. Whatever name the hub goes by: the authority vouches for no other machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.load_verify_locations(cadata=pem)
    return context


def _authority(place: Path, wanted: list[str], now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority and its key; made anew when there is none, or when it has had its time."""
    certificate, key = place / "ca.pem", place / "ca.key"
    if certificate.exists() and key.exists():
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        signer = serialization.load_pem_private_key(key.read_bytes(), None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise ValueError("ca.key is no elliptic curve key")
        if found.not_valid_after_utc - now > timedelta(days=LEAF_DAYS):
            return found, signer
    signer = ec.generate_private_key(ec.SECP256R1())
    machine = next((name for name in wanted if not _address(name) and name != "localhost"), "this machine")
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Agora"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Agora on {machine}"[:64]),
        ]
    )
    names = [name for name in wanted if not _address(name)]
    networks = [ipaddress.ip_network(n) for n in PRIVATE]
    outside = [a for name in wanted if (a := _address(name)) and not any(a in network for network in networks)]
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in sorted({*names, "local", "localhost"})]
    permitted += [x509.IPAddress(network) for network in [*networks, *(ipaddress.ip_network(a) for a in outside)]]
    made = (
        _builder(name, name, signer, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(key, _private(signer))
    _write(certificate, made.public_bytes(serialization.Encoding.PEM), 0o644)
    return made, signer


def _issue(
    path: Path,
    key_path: Path,
    authority: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    names: list[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Agora hub")])
    issued = (
        _builder(subject, authority.subject, key, now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(key_path, _private(key))
    pem = serialization.Encoding.PEM
    _write(path, issued.public_bytes(pem) + authority.public_bytes(pem), 0o644)


def _good(path: Path, authority: x509.Certificate, names: list[str], now: datetime) -> bool:
    """Whether the certificate comes from ``authority``, names all that it should, and lasts long enough."""
    found = x509.load_pem_x509_certificate(path.read_bytes())
    told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {*told.get_values_for_type(x509.DNSName), *map(str, told.get_values_for_type(x509.IPAddress))}
    try:
        found.verify_directly_issued_by(authority)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return set(names) <= known and found.not_valid_after_utc - now > timedelta(days=RENEW_DAYS)


def _may_vouch(authority: x509.Certificate, name: str) -> bool:
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    address = _address(name)
    if address is not None:
        return any(isinstance(p, x509.IPAddress) and address in ipaddress.ip_network(str(p.value)) for p in permitted)
    return any(isinstance(p, x509.DNSName) and (name == p.value or name.endswith("." + p.value)) for p in permitted)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(**granted: bool) -> x509.KeyUsage:
    kinds = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    usage: dict[str, Any] = dict.fromkeys(kinds, False) | granted
    return x509.KeyUsage(**usage)


def _general(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.IPAddress(address) if address is not None else x509.DNSName(name)


def _address(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file in one step; a key is never readable for others, not even for a moment."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, path)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
