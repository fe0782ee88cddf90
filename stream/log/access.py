"""How to reach Kafka: addresses, TLS and SASL from a URL's options, secrets from the environment."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, Final, Self

import msgspec
from aiokafka.helpers import create_ssl_context

from stream.log import LogUnavailable

OPTIONS: Final = ("security", "sasl", "user", "ca", "cert", "key", "compression")
SECURITY: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
SASL: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
COMPRESSION: Final = ("zstd", "lz4", "gzip", "none")


class _LastWords(logging.Handler):
    """Keeps what the client last complained of: its exceptions name no cause, and its retries would flood a terminal."""

    said = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the message; it goes nowhere else."""
        self.said = record.getMessage()


_last_words = _LastWords(logging.WARNING)
_logger = logging.getLogger("aiokafka")
_logger.addHandler(_last_words)
_logger.propagate = False


class Access(msgspec.Struct, frozen=True):
    """``settings`` are the arguments that every client of aiokafka takes."""

    servers: str
    settings: dict[str, Any]
    compression: str | None

    @classmethod
    def of(cls, servers: str, options: Mapping[str, str]) -> Self:
        """From ``host:port[,host:port]`` and a URL's options.

        ``security`` is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; ``sasl`` PLAIN or SCRAM-SHA-256/512 with ``user``; ``ca``,
        ``cert`` and ``key`` are PEM files. The passwords are AGORA_LOG_PASSWORD and AGORA_LOG_KEY_PASSWORD in the environment.
        Raises ``ValueError`` for what it does not know.
        """
        if "@" in servers:
            raise ValueError("no passwords in the log's URL: use ?user=NAME, and AGORA_LOG_PASSWORD in the environment")
        if unknown := sorted(set(options) - set(OPTIONS)):
            raise ValueError(
                f"unknown option {', '.join(unknown)} in the log's URL; there are {', '.join(OPTIONS)}, retention"
            )
        user = options.get("user", os.environ.get("AGORA_LOG_USER", ""))
        security = _one_of("security", options.get("security", "SASL_SSL" if user else "PLAINTEXT"), SECURITY)
        compression = _one_of("compression", options.get("compression", "zstd"), COMPRESSION)
        settings: dict[str, Any] = {"bootstrap_servers": servers.rstrip("/"), "security_protocol": security}
        if security.startswith("SASL"):
            password = os.environ.get("AGORA_LOG_PASSWORD", "")
            if not user or not password:
                raise ValueError(
                    f"{security} needs ?user=NAME in the log's URL and AGORA_LOG_PASSWORD in the environment"
                )
            settings |= {
                "sasl_mechanism": _one_of("sasl", options.get("sasl", "SCRAM-SHA-512"), SASL),
                "sasl_plain_username": user,
                "sasl_plain_password": password,
            }
        if security.endswith("SSL"):
            try:
                settings["ssl_context"] = create_ssl_context(
                    cafile=options.get("ca"),
                    certfile=options.get("cert"),
                    keyfile=options.get("key"),
                    password=os.environ.get("AGORA_LOG_KEY_PASSWORD"),
                )
            except OSError as fault:
                raise ValueError(f"a certificate or key of the log's URL cannot be read: {fault}") from fault
        return cls(servers, settings, None if compression == "none" else compression)

    def __str__(self) -> str:
        return f"kafka://{self.servers}"

    def unavailable(self, what: str) -> LogUnavailable:
        """The sentence for a log that is away."""
        said = f" ({_last_words.said})" if _last_words.said else ""
        return LogUnavailable(
            f"the log {self} {what}{said}: is Kafka running there? `make kafka` starts one on this machine"
        )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{name}={value} in the log's URL is not one of {', '.join(known)}")
    return value
