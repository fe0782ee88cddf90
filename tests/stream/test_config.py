"""The configuration: a person learns everything that is wrong, and where, at once."""

from __future__ import annotations

import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream import toml
from stream.config import ClockConfig, Config, Misconfigured, environment_of, load

BROKEN = '''[hub]
prot = 3
port = 99999
host = [
 "a",
 "port = 3",
]
[wall]
distance_m = """
port = 4
"""
colums = 3
[wall.bezel_mm]
left = "x"
[tracks.harbour]
kind = "brandx"
terms = ["a", 3]
'''


def written(folder: Path, text: str) -> str:
    path = folder / "agora.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def faults_of(path: str | None, environment: dict[str, str]) -> list[str]:
    with pytest.raises(Misconfigured) as error:
        load(path, environment)
    return [f"{f.line}: {f.sentence}" for f in error.value.faults]


def test_nothing_is_needed() -> None:
    """load gives the defaults where there is neither a file nor a variable."""
    assert load(None, {}) == Config()


def test_every_fault_with_its_line(tmp_path: Path) -> None:
    """load tells all faults of a file at once, each with its line."""
    assert faults_of(written(tmp_path, BROKEN), {}) == [
        "2: unknown key 'prot' in hub; did you mean 'port'?",
        "3: hub.port: Expected `int` <= 65535",
        "4: hub.host: Expected `str`, got `array`",
        "9: wall.distance_m: Expected `float`, got `str`",
        "12: unknown key 'colums' in wall; did you mean 'columns'?",
        "14: wall.bezel_mm.left: Expected `float`, got `str`",
        "16: tracks.harbour.kind: 'brandx' is none of brand, competitor, campaign, topic",
        "17: tracks.harbour.terms[1]: Expected `str`, got `int`",
    ]


def test_unreadable_toml_has_a_line(tmp_path: Path) -> None:
    """load says on which line a file stops being TOML."""
    (fault,) = faults_of(written(tmp_path, "[hub]\nport = = 3\n"), {})
    assert fault.startswith("2: ")


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """load does not fall back to defaults when the file that was asked for is missing."""
    assert "there is no such file" in faults_of(str(tmp_path / "none.toml"), {})[0]


def test_environment_wins(tmp_path: Path) -> None:
    """A variable overrides the file, nested tables and lists included."""
    path = written(tmp_path, "[hub]\nport = 9000\nwindow_s = 60\n")
    config = load(
        path,
        {
            "AGORA_HUB_PORT": "9001",
            "AGORA_WALL_BEZEL_MM_LEFT": "3",
            "AGORA_INGEST_SOURCES": "simulation, webhook",
            "AGORA_WEBHOOK_SENDERS_DESK_SECRET": "s",
            "AGORA_APP_ID": "another program's",
        },
    )
    assert (config.hub.port, config.hub.window_s, config.wall.bezel_mm.left) == (9001, 60, 3.0)
    assert config.ingest.sources == ("simulation", "webhook")
    assert config.webhook.senders["desk"].secret == "s"


def test_a_misspelt_variable_is_a_fault() -> None:
    """A variable that names no key of its table is told with the nearest one."""
    assert faults_of(None, {"AGORA_HUB_PROT": "1"}) == [
        "0: AGORA_HUB_PROT: unknown key 'prot' in hub; did you mean 'port'?"
    ]
    assert faults_of(None, {"AGORA_WAL_COLUMNS": "1"}) == [
        "0: AGORA_WAL_COLUMNS: there is no table 'wal'; did you mean 'wall'?"
    ]


def test_a_time_zone_must_exist(tmp_path: Path) -> None:
    """The clock's time zone is one that the system knows."""
    path = written(tmp_path, '[event]\nname = "Light"\ntimezone = "Europe/Helsinky"\n')
    assert faults_of(path, {}) == [
        "3: event.timezone: 'Europe/Helsinky' is no time zone; write one such as Europe/Helsinki"
    ]


def test_a_child_gets_the_same(tmp_path: Path) -> None:
    """environment_of hands log, clock and hub to a child process unchanged."""
    config = load(None, {"AGORA_CLOCK_MODE": "replay", "AGORA_CLOCK_SPEED": "120", "AGORA_LOG_PREFIX": "r-"})
    assert load(None, environment_of(config)) == config


def test_the_shipped_file_documents_every_setting() -> None:
    """agora.toml holds every setting with its default, so that nothing has to be guessed."""
    shipped = Path(__file__).parents[2] / "agora.toml"
    assert load(str(shipped), {}) == Config()
    document = toml.read(shipped.read_text(encoding="utf-8"), "agora.toml")
    assert isinstance(document, toml.Document)
    missing = [
        (table.name, key.name)
        for table in msgspec.structs.fields(Config)
        if table.name not in ("tracks",)
        for key in msgspec.structs.fields(table.type)
        if key.name not in document.data.get(table.name, {}) and typing.get_origin(key.type) is not dict
    ]
    assert missing == []


def test_replay_clock() -> None:
    """The replay's clock runs at its speed and stops at its end."""
    clock = ClockConfig(mode="replay", event_start=1_000_000, event_end=1_500_000, wall_start=50_000, speed=120)
    assert clock.now(50_000) == 1_000_000
    assert clock.now(51_000) == 1_120_000
    assert clock.now(99_000) == 1_500_000


@given(
    st.lists(
        st.sampled_from(
            ["a = 1", 'b = "x = [" # c', "c = [", "  1, # ]", "]", 'd = """', "e = 3 '''", '"""', "[t]", "[[u]]"]
        )
    )
)
def test_lines_never_fail(lines: list[str]) -> None:
    """read gives a document or one fault for any text, and lines only for lines that exist."""
    document = toml.read("\n".join(lines), "f")
    if isinstance(document, toml.Document):
        assert all(1 <= line <= len(lines) for line in document.lines.values())


def test_secrets_have_a_file_of_their_own(tmp_path: Path) -> None:
    """Settings in var/secrets.toml hold over those of agora.toml and under the environment; what is no setting is told."""
    (tmp_path / "secrets.toml").write_text(
        '[pins]\nsalt = "x"\n[tokens]\nwall = "w"\n[alerts]\nsecret = "kept"\n[webhook.senders.desk]\nsecret = "s"\n'
    )
    found = load(None, {"AGORA_VAR": str(tmp_path)})
    assert (found.alerts.secret, found.webhook.senders["desk"].secret) == ("kept", "s")
    assert load(None, {"AGORA_VAR": str(tmp_path), "AGORA_ALERTS_SECRET": "given"}).alerts.secret == "given"
    (tmp_path / "secrets.toml").write_text('[alerts]\nsecrets = "kept"\n')
    with pytest.raises(Misconfigured, match="secrets"):
        load(None, {"AGORA_VAR": str(tmp_path)})
    (tmp_path / "secrets.toml").write_text("[pins")
    assert load(None, {"AGORA_VAR": str(tmp_path)}).alerts.secret == ""


def test_partials_need_partitions(tmp_path: Path) -> None:
    """A hub that takes partials in is refused where the log is a file, with the line that says so."""
    path = written(tmp_path, "[hub]\npartials = true\n")
    (fault,) = faults_of(path, {})
    assert fault.startswith("2: hub.partials:")
    assert load(path, {"AGORA_LOG_URL": "kafka://broker:9092"}).hub.partials
