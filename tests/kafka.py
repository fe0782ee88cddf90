"""A private Apache Kafka for tests: one broker on free ports of loopback, its data in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

QUICK = """
log.initial.task.delay.ms=500
log.retention.check.interval.ms=500
log.cleaner.backoff.ms=500
log.segment.delete.delay.ms=1000
group.min.session.timeout.ms=1000
"""
FOLDER = Path(__file__).parent.parent / "docker" / "kafka"
START_S = 60.0


class NoKafka(Exception):
    """What is missing for a broker, and how to get it."""


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Broker:
    """One broker, its own controller. ``settings`` are lines that its server.properties has besides.

    Retention and compaction look around every half second instead of every five minutes, and who is dead may be told sooner.
    """

    def __init__(self, settings: str = "") -> None:
        if shutil.which("java") is None:
            raise NoKafka("Java is missing: apt-get install openjdk-17-jre-headless")
        if not any((FOLDER / "target" / "jars").glob("kafka_*.jar")):
            raise NoKafka("the jars of Apache Kafka are missing: make kafka-jars")
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="agora-kafka-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._java = ["java", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
        self._java += ["-cp", f"{FOLDER}:{FOLDER}/target/jars/*"]
        self.properties = self.folder / "server.properties"
        text = (FOLDER / "server.properties").read_text()
        for name, value in (("PORT", self.port), ("CONTROLLER", free_port()), ("DATA", self.folder / "log")):
            text = text.replace(f"@{name}@", str(value))
        self.properties.write_text(f"{text}{QUICK}{settings}\n")

    @property
    def url(self) -> str:
        """The log's URL at this broker."""
        return f"kafka://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Format the data if need be, start, and wait until clients are answered."""
        if not (self.folder / "log" / "meta.properties").exists():
            format_ = ["kafka.tools.StorageTool", "format", "--standalone", "--cluster-id", "AgoraTestsAgoraTests0w"]
            made = subprocess.run(
                [*self._java, *format_, "--config", self.properties], capture_output=True, check=False
            )
            if made.returncode:
                raise RuntimeError(f"Kafka's storage was not formatted: {made.stdout.decode()}{made.stderr.decode()}")
        with (self.folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen([*self._java, "kafka.Kafka", self.properties], stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"Kafka did not start:\n{(self.folder / 'kafka.log').read_text()[-4000:]}")

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: ``kill -9``."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang: connections stay, nothing is answered once this returns."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)  # each of its threads stops when its turn comes

    def resume(self) -> None:
        """Let it go on after ``pause``."""
        self._running().send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it and delete its data."""
        if self._process is not None:
            self.resume()
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("Kafka was not started")
        return self._process

    def _end(self, how: signal.Signals) -> None:
        process = self._running()
        process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None
