"""What the doctor sees on a machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from stream import doctor
from stream.config import Config, HubConfig, LogConfig, WallConfig
from stream.config.doors import GuestbookConfig
from stream.config.findings import Finding, Health, bad, fair, good, sheet


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A configuration on a free port whose files lie in a folder of their own."""
    monkeypatch.setenv("AGORA_VAR", str(tmp_path))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Config(hub=HubConfig(port=port), log=LogConfig(url=f"sqlite:{tmp_path / 'agora.db'}"))


def seen(config: Config, what: str, hub: str | None = None) -> Finding:
    """What the doctor says of one thing."""
    return next(finding for finding in doctor.examine(config, hub) if finding.what == what)


def test_a_machine_that_works(here: Config) -> None:
    """Where all is well nothing is bad: layouts, disk, log and the hub's port."""
    found = {finding.what: finding.health for finding in doctor.examine(here)}
    assert Health.BAD not in found.values()
    assert {"layouts", "disk", "log", f"port {here.hub.port}"} <= {w for w, h in found.items() if h is Health.GOOD}


def test_a_taken_port_is_told_with_what_to_do(here: Config) -> None:
    """A port that something else holds is bad, and the setting that moves it is named."""
    with socket.create_server(("127.0.0.1", here.hub.port)) as held:
        held.settimeout(1)
        finding = seen(here, f"port {here.hub.port}")
    assert finding.health is Health.BAD
    assert "AGORA_HUB_PORT" in finding.do


def test_the_port_of_the_guest_book_is_looked_at(here: Config) -> None:
    """Where visitors may write, the port that they come to is looked at like the hub's."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        held.settimeout(1)
        port = held.getsockname()[1]
        finding = seen(
            msgspec.structs.replace(here, guestbook=GuestbookConfig(enabled=True, port=port)), f"port {port}"
        )
    assert finding.health is Health.BAD
    assert "AGORA_GUESTBOOK_PORT" in finding.do


def test_looking_makes_no_log(here: Config, tmp_path: Path) -> None:
    """Where no log is yet none is made; one that is there is asked."""
    file = tmp_path / "agora.db"
    assert (seen(here, "log").health, file.exists()) == (Health.GOOD, False)
    file.write_bytes(b"no log of anybody's")
    assert seen(here, "log").health is Health.BAD


def test_a_log_that_is_away_is_told(here: Config) -> None:
    """A Kafka that nobody runs is bad, in the log's own words."""
    finding = seen(msgspec.structs.replace(here, log=LogConfig(url="kafka://127.0.0.1:9")), "log")
    assert finding.health is Health.BAD
    assert "is Kafka running there?" in finding.seen


def test_a_hub_that_nobody_reads_for_is_told(here: Config) -> None:
    """Partials without a worker are bad, with the command that starts one; without partials nobody asks."""
    fed = msgspec.structs.replace(here, hub=msgspec.structs.replace(here.hub, partials=True))
    finding = seen(fed, "workers")
    assert finding.health is Health.BAD
    assert "agora count" in finding.do
    assert not [finding for finding in doctor.examine(here) if finding.what == "workers"]


def test_layouts_with_faults_are_told(here: Config, tmp_path: Path) -> None:
    """A layout that cannot be read is bad, with its first fault."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "other"\ntitle = ""\npanels = []\n')
    finding = seen(msgspec.structs.replace(here, wall=WallConfig(layouts=str(folder))), "layouts")
    assert finding.health is Health.BAD
    assert "mine.toml" in finding.seen


def test_secrets_that_others_can_read_are_told(here: Config, tmp_path: Path) -> None:
    """A file of secrets with an open mode is bad; closed it is good."""
    secrets = tmp_path / "secrets.toml"
    secrets.write_text("")
    secrets.chmod(0o644)
    assert seen(here, "secrets").health is Health.BAD
    secrets.chmod(0o600)
    assert seen(here, "secrets").health is Health.GOOD


class _Hub(BaseHTTPRequestHandler):
    date = ""

    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("Date", self.date or self.date_time_string())
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    """A server that answers as a hub's ``/healthz`` does."""
    with HTTPServer(("127.0.0.1", 0), _Hub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_hub_elsewhere_is_asked_for_its_clock(here: Config, hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that answers is good, one whose clock is far off only fair, one that is silent bad."""
    assert seen(here, "hub", hub).health is Health.GOOD
    monkeypatch.setattr(_Hub, "date", "Wed, 01 Jan 2020 00:00:00 GMT")
    finding = seen(here, "hub", hub)
    assert finding.health is Health.FAIR
    assert "behind" in finding.seen
    assert seen(here, "hub", "http://127.0.0.1:9").health is Health.BAD


def test_an_address_that_is_none_is_told_how_to_write(here: Config) -> None:
    """A hub named without its scheme is told how an address is written, not to look after the network."""
    finding = seen(here, "hub", "hub:8000")
    assert (finding.health, finding.do) == (Health.BAD, "write it like https://hub:8000")


def test_the_sheet_says_what_to_do_under_each_line() -> None:
    """Each finding is a line with its mark; what to do stands beneath."""
    lines = sheet([good("disk", "room"), fair("OpenGL", "slow", "a card"), bad("log", "away", "start it")]).splitlines()
    assert lines == [
        "✓ disk    room",
        "! OpenGL  slow",
        "          → a card",
        "✗ log     away",
        "          → start it",
    ]
