"""What commands say when something is missing or wrong: a sentence with what to do, never a traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cyclopts import CycloptsError

import agora
from commands import archives, film, house, parts

ROOT = Path(__file__).parents[2]


def test_secrets_that_cannot_be_kept_are_a_sentence(tmp_path: Path) -> None:
    """Where AGORA_VAR names a file, or the secrets are broken, any command says which and what to do."""
    (tmp_path / "file").touch()
    (tmp_path / "secrets.toml").write_text("pins = [")
    for var, told in ((tmp_path / "file", "let AGORA_VAR name a folder"), (tmp_path, "mend it, or move it away")):
        ended = subprocess.run(
            [sys.executable, "-m", "agora", "pin"],
            cwd=ROOT, env={"AGORA_VAR": str(var), "PATH": ""}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 1
        assert told in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (lambda no: archives.report(str(no)), "the archive cannot be read: {no}: No such file or directory"),
        (lambda no: archives.export(str(no), out=no), "the archive cannot be read: {no}: No such file or directory"),
        (lambda no: parts.run(archive=no), "the archive cannot be played: {no}: No such file or directory"),
        (parts.rehearse, "the plan cannot be read: {no}: No such file or directory"),
        (
            lambda no: film.film(no, layout="topics", out=no),
            "the archive cannot be read: {no}: No such file or directory",
        ),
    ],
    ids=["report", "export", "run", "rehearse", "film"],
)
def test_a_missing_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Callable[[Path], int], told: str
) -> None:
    """A file that is not there is named, without the numbers of the operating system."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_VAR", str(tmp_path))
    monkeypatch.setenv("AGORA_WALL_LAYOUTS", str(ROOT / "layouts"))
    missing = tmp_path / "no.csv"
    with pytest.raises(SystemExit) as ended:
        command(missing)
    assert str(ended.value) == told.format(no=missing)


def test_a_certificate_that_cannot_be_offered_or_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`agora cert` names the port that is taken with the way to another, and the file that cannot be written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_VAR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as held:
        assert house.cert(serve=True, port=held.getsockname()[1]) == 1
    assert "choose another --port" in capsys.readouterr().err
    assert house.cert(out=tmp_path / "no" / "agora.crt") == 1
    assert capsys.readouterr().err == f"agora cert: {tmp_path / 'no' / 'agora.crt'}: No such file or directory\n"


@pytest.mark.parametrize(
    "words",
    [
        "hub --port 99999", "guestbook --port 0", "cert --port -1", "wall --frames 0", "rejected --limit -1",
        "simulate --rate 0", "simulate --seconds -5", "simulate --accounts 0", "simulate --raids-per-hour -1",
        "film --layout topics --out a --seconds 0", "film --layout topics --out a --speed 0",
        "film --layout topics --out a --width 0",
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(words: str) -> None:
    """A port that is none, no posts a second, a film of no length: refused before anything is started or written."""
    with pytest.raises(CycloptsError, match="Must be"):
        agora.app.parse_args(words, exit_on_error=False, print_error=False)


def test_an_archive_of_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An export without a post says so, and why that may be, and is no success."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts.csv").write_text("this,is\nno,archive\n")
    assert archives.export("posts.csv", out=tmp_path / "event.jsonl") == 1
    assert "another --format" in capsys.readouterr().err


def test_help_says_what_every_parameter_is() -> None:
    """Each parameter of each command has its words in `agora COMMAND --help`."""
    silent = [
        f"{name} {argument.name}"
        for name in agora.app
        if not name.startswith("-")
        for argument in agora.app[name].assemble_argument_collection(parse_docstring=True)
        if not argument.parameter.help
    ]
    assert silent == []
