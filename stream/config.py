"""The configuration: ``agora.toml``, every setting also from the environment, defaults that work without either.

``AGORA_<TABLE>_<KEY>`` overrides a key of a table (``AGORA_LOG_URL``, ``AGORA_HUB_PORT``). An unknown key, a wrong type or a
value out of range is a fault with its line; all faults are told at once.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from stream.wire.geometry import Grid
from stream.wire.messages import Event, Mode, Theme

Positive = Annotated[float, Meta(gt=0)]
Port = Annotated[int, Meta(ge=1, le=65535)]


class LogConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the log is; ``prefix`` stands before each topic's name."""

    url: str = "sqlite:var/agora.db"
    prefix: str = ""
    timeout_s: Positive = 10.0


class ClockConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The event clock: live is the wall clock; else T = ``event_start`` + (now − ``wall_start``) · ``speed``, in ms.

    ``event_end`` stops T; 0 never does. ``agora run`` and ``agora replay`` set it for the processes that they start.
    """

    mode: Mode = "live"
    event_start: int = 0
    event_end: int = 0
    wall_start: int = 0
    speed: Positive = 1.0

    def now(self, wall_ms: int) -> int:
        """T at the wall clock's ``wall_ms``, in milliseconds UTC."""
        if self.mode == "live" or not self.wall_start:
            return wall_ms
        now = self.event_start + int((wall_ms - self.wall_start) * self.speed)
        return min(now, self.event_end) if self.event_end else now


class HubConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the hub listens, and how far back it looks."""

    host: str = "127.0.0.1"
    port: Port = 8000
    url: str = ""
    """Where walls find it; empty is host and port on this machine."""
    window_s: Annotated[int, Meta(ge=60, le=86_400)] = 1800
    checkpoint: str = "var/checkpoint"
    checkpoint_s: Positive = 20.0
    certificate: str = ""
    key: str = ""
    insecure_http: bool = False


class ShowConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How words reach the wall: after a delay in which staff can hide them, or only when approved."""

    mode: Literal["delay", "approve"] = "delay"
    delay_s: Annotated[float, Meta(ge=0)] = 10.0


class ModerationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``block`` and ``allow`` add to the word lists and take from them; ``languages`` empty means all lists."""

    languages: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


class Bezel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Width of a screen's frame at each edge, in millimetres."""

    left: Annotated[float, Meta(ge=0)] = 11.34
    right: Annotated[float, Meta(ge=0)] = 11.34
    top: Annotated[float, Meta(ge=0)] = 11.34
    bottom: Annotated[float, Meta(ge=0)] = 11.34


class WallConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The screens as they hang; ``layouts`` is the folder of layout files, ``layout`` the one that is on air by default."""

    columns: Annotated[int, Meta(ge=1, le=8)] = 3
    rows: Annotated[int, Meta(ge=1, le=4)] = 2
    width: Annotated[int, Meta(ge=320, le=7680)] = 1920
    height: Annotated[int, Meta(ge=240, le=4320)] = 1080
    pitch_mm: Positive = 0.63
    distance_m: Positive = 5.0
    bezel_mm: Bezel = Bezel()
    layouts: str = ""
    layout: str = "pulse"

    @property
    def grid(self) -> Grid:
        """The geometry that the hub's hello tells the walls."""
        return Grid(
            columns=self.columns,
            rows=self.rows,
            width=self.width,
            height=self.height,
            gap_x=round((self.bezel_mm.left + self.bezel_mm.right) / self.pitch_mm),
            gap_y=round((self.bezel_mm.top + self.bezel_mm.bottom) / self.pitch_mm),
            pitch_mm=self.pitch_mm,
            distance_m=self.distance_m,
        )


class PrivacyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom people write to who want to be gone; shown by the ``title`` visual."""

    contact: str = ""


class AccountsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stable author ids (``source:native-id``) of the brand's and the staff's own accounts."""

    brand: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


class TrackConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tracked set of terms."""

    kind: Literal["brand", "competitor", "campaign", "topic"] = "topic"
    terms: tuple[str, ...] = ()
    since: str = ""


class SimulationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The made-up event: mentions a second on average, and its seed."""

    rate: Positive = 8.0
    seed: int = 2012


class SenderConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sender of the webhook; its secret comes from the environment or ``var/secrets.toml``."""

    secret: str = ""


class WebhookConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The webhook's door, closed unless it has senders."""

    host: str = "127.0.0.1"
    port: Port = 8001
    senders: dict[str, SenderConfig] = {}


class IngestConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sources run, and the spool that keeps mentions on disk while the log is away."""

    sources: tuple[str, ...] = ()
    spool: str = "var/spool"
    spool_mb: Annotated[int, Meta(ge=1)] = 512


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything, by table of ``agora.toml``."""

    log: LogConfig = LogConfig()
    clock: ClockConfig = ClockConfig()
    hub: HubConfig = HubConfig()
    show: ShowConfig = ShowConfig()
    moderation: ModerationConfig = ModerationConfig()
    wall: WallConfig = WallConfig()
    theme: Theme = Theme()
    event: Event = Event()
    privacy: PrivacyConfig = PrivacyConfig()
    accounts: AccountsConfig = AccountsConfig()
    ingest: IngestConfig = IngestConfig()
    simulation: SimulationConfig = SimulationConfig()
    webhook: WebhookConfig = WebhookConfig()
    tracks: dict[str, TrackConfig] = {}
