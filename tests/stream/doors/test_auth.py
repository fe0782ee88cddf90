"""PINs and tokens on disk."""

from __future__ import annotations

import io
import stat
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stream.hub import auth


def test_first_start_makes_one_pin_a_role(tmp_path: Path) -> None:
    """ensure makes one PIN of eight digits for each role, all different."""
    pins = auth.ensure(tmp_path)
    assert pins is not None
    assert list(pins) == ["viewer", "moderator", "operator"]
    assert all(len(pin) == 8 and pin.isdigit() for pin in pins.values())
    assert len(set(pins.values())) == 3


def test_second_start_tells_no_pins(tmp_path: Path) -> None:
    """ensure returns None once there are secrets, and leaves them as they are."""
    auth.ensure(tmp_path)
    before = (tmp_path / auth.FILE).read_bytes()
    assert auth.ensure(tmp_path) is None
    assert (tmp_path / auth.FILE).read_bytes() == before


def test_file_is_private_and_holds_no_pin(tmp_path: Path) -> None:
    """The file has mode 0600 and only hashes of the PINs."""
    pins = auth.ensure(tmp_path)
    assert pins is not None
    path = tmp_path / auth.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(pin in path.read_text() for pin in pins.values())


def test_open_file_is_closed_to_others(tmp_path: Path) -> None:
    """ensure takes the rights of others away where somebody gave them."""
    auth.ensure(tmp_path)
    (tmp_path / auth.FILE).chmod(0o644)
    auth.ensure(tmp_path)
    assert stat.S_IMODE((tmp_path / auth.FILE).stat().st_mode) == 0o600


def test_pin_opens_its_role(tmp_path: Path) -> None:
    """role_of gives the role of a PIN, and None for any other word."""
    pins = auth.ensure(tmp_path)
    assert pins is not None
    secrets = auth.load(tmp_path)
    assert {secrets.role_of(pin) for pin in pins.values()} == set(auth.ROLES)
    assert secrets.role_of("") is None
    assert secrets.role_of("\udcff") is None


def test_token_has_one_scope(tmp_path: Path) -> None:
    """scope_of gives each token's own scope; an empty token has none."""
    auth.ensure(tmp_path)
    secrets = auth.load(tmp_path)
    assert {secrets.scope_of(token) for token in secrets.tokens.values()} == set(auth.SCOPES)
    assert secrets.scope_of("") is None


def test_new_pins_replace_the_old(tmp_path: Path) -> None:
    """After new_pins the old PIN of that role opens nothing, and those of other roles what they did."""
    old = auth.ensure(tmp_path)
    assert old is not None
    new = auth.new_pins(tmp_path, ["operator"])
    secrets = auth.load(tmp_path)
    assert list(new) == ["operator"]
    assert secrets.role_of(old["operator"]) is None
    assert secrets.role_of(new["operator"]) == "operator"
    assert secrets.role_of(old["viewer"]) == "viewer"


def test_other_secrets_stay(tmp_path: Path) -> None:
    """What other parts keep in the file survives, whatever its keys are called."""
    (tmp_path / auth.FILE).write_text('[webhook.senders."a \\"desk\\""]\nsecret = "ä\\n1"\nports = [1, 2]\n')
    auth.ensure(tmp_path)
    auth.new_pins(tmp_path)
    kept = tomllib.loads((tmp_path / auth.FILE).read_text())["webhook"]["senders"]
    assert kept == {'a "desk"': {"secret": "ä\n1", "ports": [1, 2]}}


def test_only_one_of_many_starts_makes_the_pins(tmp_path: Path) -> None:
    """Of several parts that start at once exactly one makes the secrets."""
    with ThreadPoolExecutor(8) as pool:
        made = [pins for pins in pool.map(lambda _: auth.ensure(tmp_path), range(8)) if pins]
    assert len(made) == 1
    assert auth.load(tmp_path).role_of(made[0]["operator"]) == "operator"


def test_broken_file_says_what_to_do(tmp_path: Path) -> None:
    """A file that is no TOML is told with its name, and not overwritten."""
    (tmp_path / auth.FILE).write_text("[pins")
    with pytest.raises(auth.SecretsUnreadable, match=r"secrets\.toml cannot be read"):
        auth.ensure(tmp_path)
    assert (tmp_path / auth.FILE).read_text() == "[pins"


def test_keeper_sees_new_pins_and_survives_a_broken_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A running hub takes new PINs over, and keeps the last ones while the file cannot be read."""
    auth.ensure(tmp_path)
    keeper = auth.Keeper(tmp_path)
    new = auth.new_pins(tmp_path)
    assert keeper.current().role_of(new["viewer"]) == "viewer"
    (tmp_path / auth.FILE).write_text("[pins")
    assert keeper.current().role_of(new["viewer"]) == "viewer"
    assert "stay good" in capsys.readouterr().err


def test_wall_token_comes_from_environment_or_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """wall_token prefers AGORA_HUB_TOKEN, and is empty where there is neither."""
    monkeypatch.delenv("AGORA_HUB_TOKEN", raising=False)
    assert auth.wall_token(tmp_path) == ""
    auth.ensure(tmp_path)
    assert auth.load(tmp_path).scope_of(auth.wall_token(tmp_path)) == "wall"
    monkeypatch.setenv("AGORA_HUB_TOKEN", "given")
    assert auth.wall_token(tmp_path) == "given"


def test_pins_are_printed_to_terminals_only() -> None:
    """may_print refuses a stream that is no terminal."""
    assert not auth.may_print(io.StringIO())
