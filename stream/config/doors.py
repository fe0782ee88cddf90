"""The doors of the house: where hub, webhook and guest book listen, with which certificates, and where alerts go."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from stream.config.addresses import is_any, is_loopback, reachable, url

Positive = Annotated[float, Meta(gt=0)]
Port = Annotated[int, Meta(ge=1, le=65535)]


class HubConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the hub listens, and how far back it looks."""

    host: str = "127.0.0.1"
    port: Port = 8000
    url: str = ""
    """Where walls find it; empty is host and port on this machine."""
    window_s: Annotated[int, Meta(ge=60, le=86_400)] = 1800
    rows: Annotated[int, Meta(ge=10_000)] = 1_000_000
    """Posts that are held whole; of older ones there is a sample (``stream.analysis.thinning``)."""
    partials: bool = False
    """Whether it takes in what ``agora count`` has read, instead of reading ``mentions`` itself."""
    checkpoint: str = "var/checkpoint"
    checkpoint_s: Positive = 20.0
    certificate: str = ""
    key: str = ""
    https: bool = False
    """Encrypted on loopback too; beyond it that is so anyhow, unless ``insecure_http`` was typed."""
    authority: str = ""
    """File with the authority of a hub elsewhere, for walls that were not paired."""
    insecure_http: bool = False

    @property
    def encrypted(self) -> bool:
        """Whether the hub's doors speak HTTPS."""
        beyond = not self.insecure_http and not is_loopback(self.host)
        return bool(self.certificate) or self.https or beyond

    @property
    def nearby(self) -> str:
        """The hub's address for a process on its own machine."""
        host = "127.0.0.1" if is_any(self.host) else self.host
        return url(host, self.port, encrypted=self.encrypted)

    @property
    def public(self) -> str:
        """The hub's address for people and walls elsewhere: ``url``, or what this machine's addresses say."""
        return self.url or url(reachable(self.host), self.port, encrypted=self.encrypted)


class CountConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agora count``: a worker that gives no sign of life for ``session_s`` seconds loses its partitions to the others."""

    session_s: Positive = 10.0


class SenderConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sender of the webhook; its secret comes from the environment or ``var/secrets.toml``."""

    secret: str = ""


class WebhookConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The webhook's door, closed unless it has senders."""

    host: str = "127.0.0.1"
    port: Port = 8001
    senders: dict[str, SenderConfig] = {}


class GuestbookConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The guest book, a door of its own for visitors. ``per_address`` and ``per_minute`` bound what they may write."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: Port = 8003
    url: str = ""
    """Where visitors find it, in the QR code; empty is this machine's address and the port."""
    per_address: Annotated[int, Meta(ge=1)] = 5
    """Messages at once from one address, which then may send one a minute."""
    per_minute: Annotated[int, Meta(ge=1)] = 30
    certificate: str = ""
    key: str = ""
    insecure_http: bool = False
    proxy: str = ""
    """Address of a reverse proxy before it, whose word for where a visitor comes from is taken."""

    @property
    def encrypted(self) -> bool:
        """Whether it speaks HTTPS itself."""
        return bool(self.certificate) or not (self.insecure_http or is_loopback(self.host))

    @property
    def public(self) -> str:
        """Its address for visitors."""
        return self.url or url(reachable(self.host), self.port, encrypted=self.encrypted)


class AlertsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where alerts go besides the tablets, and which ``kinds`` (none means all)."""

    url: str = ""
    secret: str = ""
    """What signs them (Standard Webhooks), from the environment or ``var/secrets.toml``."""
    kinds: tuple[Literal["raid", "mood", "source", "screens", "log"], ...] = ()
