"""Secrets: one eight-digit PIN a role kept as scrypt hashes, and tokens of one scope each, in ``var/secrets.toml`` (0600).

A PIN exists in clear only in what ``ensure`` and ``new_pins`` return: the caller prints it to a terminal, never to a journal
(see ``may_print``), and forgets it. New PINs are picked up by a running hub, and end the sessions that the old ones opened.
The same file may hold secrets of other parts (the webhook's senders); they are kept as they are.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, TextIO, get_args

import msgspec

Role = Literal["viewer", "moderator", "operator"]
Scope = Literal["wall", "metrics", "snapshot"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""From the least to the most: each may do what those before it may."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

FILE: Final = "secrets.toml"
PIN_DIGITS: Final = 8
WORK: Final = (2**14, 8, 2)
"""scrypt's n, r and p for new PINs: about 70 ms and 16 MB a try. One salt for all roles, so that a try costs one hash."""

Pins = Mapping[Role, str]
"""PINs in clear, by role."""


class SecretsUnreadable(Exception):
    """The file cannot be read or is no TOML of ours; the message says which file and what to do."""


class Joined(msgspec.Struct, frozen=True):
    """A wall that was let in: who confirmed its code and when (ms), and the digest of its own token of scope ``wall``."""

    name: str
    by: str
    at: int
    digest: str


class Secrets(msgspec.Struct, frozen=True):
    """What the file says: ``pins`` are hex digests by role under one ``salt``, ``tokens`` are in clear by scope."""

    salt: str
    work: tuple[int, int, int]
    pins: dict[str, str]
    tokens: dict[str, str]
    walls: dict[str, Joined] = {}

    def role_of(self, pin: str) -> Role | None:
        """The strongest role that ``pin`` opens. Takes about 70 ms of processor: call it in a thread."""
        digest = _digest(pin, self.salt, self.work)
        found: Role | None = None
        for role in ROLES:
            if hmac.compare_digest(self.pins.get(role, ""), digest):
                found = role
        return found

    def scope_of(self, token: str) -> Scope | None:
        """The one scope of ``token``."""
        found: Scope | None = None
        for scope in SCOPES:
            known = self.tokens.get(scope, "")
            if known and hmac.compare_digest(known.encode(), token.encode()):
                found = scope
        digest = _token_digest(token)
        for wall in self.walls.values():
            if hmac.compare_digest(wall.digest, digest):
                found = "wall"
        return found

    def seal(self, role: Role) -> str:
        """A mark of the PIN that is good for ``role`` now; it changes when the PIN does, and tells nothing of it."""
        return hashlib.sha256(f"{self.salt}:{self.pins.get(role, '')}".encode()).hexdigest()[:16]


def folder() -> Path:
    """Where secrets, spool and embedded log lie: ``AGORA_VAR``, by default ``var``."""
    return Path(os.environ.get("AGORA_VAR", "") or "var")


def may_print(stream: TextIO) -> bool:
    """Whether PINs may be written there: a terminal is read by the one who stands before it, a journal by many."""
    return stream.isatty()


def ensure(folder: Path) -> Pins | None:
    """Make what the file lacks. Returns the PINs when they were made just now, which is the only time they are known.

    Several processes may call it at once; one makes the secrets, all others find them.
    """
    with _locked(folder) as path:
        document = _read(path)
        made = _fill(document)
        if made is not None or _token_missing(document):
            _add_tokens(document)
            _write(path, document)
        elif path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return made


def new_pins(folder: Path, roles: Iterable[Role] = ROLES) -> Pins:
    """Replace the PINs of ``roles``; who signed in with the old ones has to sign in again."""
    with _locked(folder) as path:
        document = _read(path)
        made: dict[Role, str] = dict(_fill(document) or {})
        salt, work = document["pins"]["salt"], _work(document["pins"])
        for role in roles:
            made[role] = _random_pin(taken=made.values())
            document["pins"][role] = _digest(made[role], salt, work)
        _add_tokens(document)
        _write(path, document)
        return made


def load(folder: Path) -> Secrets:
    """The secrets of a folder that ``ensure`` has seen. Raises ``SecretsUnreadable``."""
    path = folder / FILE
    document = _read(path)
    pins = document.get("pins", {})
    if not isinstance(pins, dict) or not {"salt", "scrypt"} <= pins.keys():
        raise SecretsUnreadable(f"{path} holds no PINs; `agora pin` makes them.")
    return Secrets(
        salt=str(pins["salt"]),
        work=_work(pins),
        pins={role: str(pins.get(role, "")) for role in ROLES},
        tokens={scope: str(document.get("tokens", {}).get(scope, "")) for scope in SCOPES},
        walls=_walls(path, document),
    )


def let_in(folder: Path, name: str, by: str, at: int) -> str:
    """A token of its own for a wall whose code was confirmed; only its digest is kept."""
    token = f"wall-{secrets.token_urlsafe(32)}"
    with _locked(folder) as path:
        document = _read(path)
        joined = Joined(name, by, at, _token_digest(token))
        document.setdefault("walls", {})[secrets.token_hex(4)] = msgspec.structs.asdict(joined)
        _write(path, document)
    return token


def turn_out(folder: Path, wall: str) -> bool:
    """Take a joined wall's token away; whether there was such a wall."""
    with _locked(folder) as path:
        document = _read(path)
        if document.get("walls", {}).pop(wall, None) is None:
            return False
        _write(path, document)
        return True


def wall_token(folder: Path) -> str:
    """The token of a wall: ``AGORA_HUB_TOKEN``, else the one in the file of this machine; empty where there is neither."""
    if given := os.environ.get("AGORA_HUB_TOKEN", ""):
        return given
    try:
        return load(folder).tokens["wall"]
    except SecretsUnreadable:
        return ""


class Keeper:
    """The secrets as they are on disk now: reads the file again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: tuple[int, int] | None = None
        self._secrets = load(folder)

    def current(self) -> Secrets:
        """The newest readable secrets; while the file cannot be read, the last ones."""
        try:
            stat = (self._folder / FILE).stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp != self._stamp:
                self._secrets = load(self._folder)
                self._stamp = stamp
        except (OSError, SecretsUnreadable) as fault:
            if self._stamp is not None:
                print(f"agora hub: {fault}; the PINs and tokens known so far stay good.", file=sys.stderr)
                self._stamp = None
        return self._secrets


def _digest(pin: str, salt: str, work: tuple[int, int, int]) -> str:
    n, r, p = work
    word = pin.encode("utf-8", "replace")
    return hashlib.scrypt(word, salt=bytes.fromhex(salt), n=n, r=r, p=p, maxmem=64 * 2**20, dklen=32).hex()


def _token_digest(token: str) -> str:
    """Tokens are long and random: one round of hashing is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _walls(path: Path, document: Mapping[str, Any]) -> dict[str, Joined]:
    try:
        return msgspec.convert(document.get("walls", {}), dict[str, Joined])
    except msgspec.ValidationError as fault:
        raise SecretsUnreadable(f"{path}: what stands under [walls] is none of ours ({fault})") from fault


def _work(pins: Mapping[str, Any]) -> tuple[int, int, int]:
    n, r, p = pins["scrypt"]
    return int(n), int(r), int(p)


def _random_pin(taken: Iterable[str]) -> str:
    while (pin := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}") in set(taken):
        pass
    return pin


def _fill(document: dict[str, Any]) -> dict[Role, str] | None:
    """Make all PINs where the document has none."""
    pins = document.setdefault("pins", {})
    if all(pins.get(key) for key in ("salt", "scrypt", *ROLES)):
        return None
    made: dict[Role, str] = {}
    pins["salt"], pins["scrypt"] = secrets.token_hex(16), list(WORK)
    for role in ROLES:
        made[role] = _random_pin(taken=made.values())
        pins[role] = _digest(made[role], pins["salt"], _work(pins))
    return made


def _token_missing(document: Mapping[str, Any]) -> bool:
    return any(not document.get("tokens", {}).get(scope) for scope in SCOPES)


def _add_tokens(document: dict[str, Any]) -> None:
    tokens = document.setdefault("tokens", {})
    for scope in SCOPES:
        tokens[scope] = tokens.get(scope) or f"{scope}-{secrets.token_urlsafe(32)}"


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as fault:
        told = f"{folder} cannot be used ({fault.strerror}); let AGORA_VAR name a folder that can be written"
        raise SecretsUnreadable(told) from fault
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder / FILE
    finally:
        os.close(handle)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SecretsUnreadable(
            f"{path} cannot be read ({fault}); mend it, or move it away and new secrets are made"
        ) from (fault)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    """Replace the file in one step; it is never readable for others, not even for a moment."""
    scratch = path.with_name(f"{FILE}.{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("# Secrets of Agora: PINs as scrypt hashes, tokens in clear. Keep this file to yourself.\n")
        file.write(_toml(document))
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, path)


def _toml(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """Nested tables of plain values as TOML; JSON's strings, numbers, booleans and lists are TOML's as well."""
    lines = [f"{_key(key)} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict)]
    head = f"\n[{'.'.join(_key(part) for part in path)}]\n" if path and lines else ""
    body = head + "".join(line + "\n" for line in lines)
    return body + "".join(_toml(value, (*path, key)) for key, value in table.items() if isinstance(value, dict))


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("-", "").replace("_", "").isalnum() else json.dumps(key)
