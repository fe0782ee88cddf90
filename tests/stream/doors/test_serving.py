"""Opening and closing the doors: addresses, ports, signals, slow readers."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from stream.config import AlertsConfig, Config, HubConfig, PrivacyConfig
from stream.hub.app import certified, problems, serve
from stream.wire.messages import Ping, Pong, decode_from_hub, encode
from tests.stream.doors.process import HubProcess, free_port

CONTACT = PrivacyConfig(contact="privacy@example.org")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_nothing(host: str) -> None:
    """A hub that only this machine reaches may open with no certificate and no contact."""
    assert problems(Config(hub=HubConfig(host=host))) == []


def test_other_addresses_need_a_contact() -> None:
    """A hub that others reach names whom people can write to; encryption is its own affair."""
    assert any("[privacy] contact" in sentence for sentence in problems(Config(hub=HubConfig(host="0.0.0.0"))))
    assert problems(Config(hub=HubConfig(host="0.0.0.0"), privacy=CONTACT)) == []


def test_alerts_are_signed() -> None:
    """A webhook for alerts without a good secret is told."""
    for secret in ("", "whsec_no base64"):
        unsigned = AlertsConfig(url="https://desk.example", secret=secret)
        assert any("AGORA_ALERTS_SECRET" in sentence for sentence in problems(Config(alerts=unsigned)))


@pytest.mark.parametrize(
    ("hub", "encrypted"),
    [
        (HubConfig(), False),
        (HubConfig(https=True), True),
        (HubConfig(host="0.0.0.0"), True),
        (HubConfig(host="hall.local"), True),
        (HubConfig(host="0.0.0.0", insecure_http=True), False),
        (HubConfig(certificate="c.pem", key="k.pem"), True),
    ],
)
def test_what_others_reach_is_encrypted(hub: HubConfig, encrypted: bool) -> None:
    """Beyond loopback the hub speaks HTTPS unless plain HTTP was typed, and its addresses say so."""
    assert hub.encrypted is encrypted
    assert hub.nearby.startswith("https:" if encrypted else "http:")


def test_hub_makes_its_own_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a certificate the hub takes one from its own authority, and tells browsers so by its cookie."""
    monkeypatch.setenv("AGORA_VAR", str(tmp_path))
    hub = certified(Config(hub=HubConfig(host="0.0.0.0"))).hub
    assert Path(hub.certificate).read_text().count("BEGIN CERTIFICATE") == 2
    assert certified(Config(hub=HubConfig())).hub.certificate == ""


def test_certificate_needs_its_key() -> None:
    """Half a certificate is told."""
    assert any("belong together" in sentence for sentence in problems(Config(hub=HubConfig(certificate="c.pem"))))


def test_faults_end_with_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port in use, an address of another machine and an open address each get one sentence and exit code 2."""
    monkeypatch.setenv("AGORA_VAR", str(tmp_path))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert serve(Config(hub=HubConfig(port=port))) == 2
        assert f"Port {port} is in use" in capsys.readouterr().err
    assert serve(Config(hub=HubConfig(host="192.0.2.1", insecure_http=True), privacy=CONTACT)) == 2
    assert "no address of this machine" in capsys.readouterr().err
    assert serve(Config(hub=HubConfig(host="0.0.0.0"))) == 2
    assert "[privacy] contact" in capsys.readouterr().err
    hub = HubConfig(port=free_port(), certificate=str(tmp_path / "none.pem"), key=str(tmp_path / "none.key"))
    assert serve(Config(hub=hub)) == 2
    assert "certificate" in capsys.readouterr().err
    (tmp_path / "secrets.toml").write_text("[pins")
    assert serve(Config(hub=HubConfig(port=free_port()))) == 2
    assert "secrets.toml" in capsys.readouterr().err


def wall(hub: HubProcess) -> ClientConnection:
    headers = {"Authorization": f"Bearer {hub.token('wall')}"}
    return connect(hub.url.replace("http", "ws") + "/ws/wall", additional_headers=headers)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_hub_in_order(tmp_path: Path, sign: int) -> None:
    """SIGTERM and SIGINT end the hub within five seconds with code 0, though a wall hangs on it that reads nothing.

    Strangers who knocked before were told what to do, and are no errors of the hub.
    """
    with HubProcess(tmp_path) as hub, wall(hub):
        for door in ("/ws/wall", "/ws/tablet", "/ws/none"):
            with pytest.raises(InvalidStatus) as refused:
                connect(hub.url.replace("http", "ws") + door)
            assert refused.value.response.status_code == 401
            assert b"Sign in with the PIN first" in refused.value.response.body
        assert hub.stop(sign, seconds=5) == 0
        assert hub.process is not None
        assert hub.process.stderr is not None
        assert "ERROR" not in hub.process.stderr.read()


def test_wall_that_reads_nothing_holds_up_nobody(tmp_path: Path) -> None:
    """While one wall reads nothing another hears every word at once, and the hub keeps no queue for the deaf one."""
    with HubProcess(tmp_path) as hub, socket.create_connection(("127.0.0.1", hub.port)) as deaf, wall(hub) as other:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(
            f"GET /ws/wall HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {hub.token('wall')}\r\n\r\n".encode()
        )
        assert deaf.recv(12) == b"HTTP/1.1 101"
        for n in range(50):
            other.send(encode(Ping(float(n))))
            while not isinstance(heard := decode_from_hub(other.recv(timeout=5, decode=False)), Pong):
                pass
            assert heard.sent == n


def test_hub_that_was_killed_knows_its_tablets(tmp_path: Path) -> None:
    """Who was signed in is signed in still when the hub comes back after kill -9, and a wall's token is still good."""
    with HubProcess(tmp_path) as hub, httpx2.Client(base_url=hub.url) as tablet:
        tablet.post("/api/v1/session", json={"pin": hub.pins["viewer"], "desk": "Desk 1"})
        assert hub.stop(signal.SIGKILL) == -signal.SIGKILL
        hub.start()
        hub.until_ready()
        assert tablet.get("/api/v1/session").json()["desk"] == "Desk 1"
        with wall(hub) as again:
            assert again.recv(timeout=5)
