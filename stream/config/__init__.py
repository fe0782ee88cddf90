"""The configuration: ``agora.toml``, every setting also from the environment, defaults that work without either.

``AGORA_<TABLE>_<KEY>`` overrides a key of a table (``AGORA_LOG_URL``, ``AGORA_HUB_PORT``). An unknown key, a wrong type or a
value out of range is a fault with its line; all faults are told at once.
"""

from __future__ import annotations

import difflib
import os
import typing
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from stream import toml
from stream.config.doors import AlertsConfig, CountConfig, GuestbookConfig, HubConfig, Positive, WebhookConfig
from stream.config.filters import problems
from stream.config.hours import HoursConfig
from stream.config.networks import (
    BlueskyConfig,
    CsvConfig,
    FeedsConfig,
    HackerNewsConfig,
    MastodonConfig,
    MatchConfig,
    XConfig,
)
from stream.config.theme import ThemeConfig
from stream.config.wall import WallConfig
from stream.toml import Fault
from stream.wire.messages import Event, Mode


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

    def when(self, t_ms: int) -> int:
        """The wall clock's time at which T is ``t_ms``."""
        if self.mode == "live" or not self.wall_start:
            return t_ms
        return self.wall_start + round((t_ms - self.event_start) / self.speed)


class ShowConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How words reach the wall: after a delay in which staff can hide them, or only when approved."""

    mode: Literal["delay", "approve"] = "delay"
    delay_s: Annotated[float, Meta(ge=0)] = 10.0


class RaidConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When many who say nearly the same are a raid: at least ``accounts`` of them ``within_s`` seconds, at least the share
    ``strangers`` of whom nobody had heard before and who have fewer than ``followers`` followers.
    """

    on: bool = True
    accounts: Annotated[int, Meta(ge=3)] = 4
    within_s: Positive = 60.0
    strangers: Annotated[float, Meta(ge=0, le=1)] = 0.6
    followers: Annotated[int, Meta(ge=1)] = 1000


class MediaConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Avatars and pictures of posts: whether the hub fetches them, how large one may be, and how many are kept on disk."""

    fetch: bool = True
    largest_mb: Annotated[int, Meta(ge=1, le=50)] = 5
    budget_mb: Annotated[int, Meta(ge=1, le=10_000)] = 64


class ModerationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``block`` and ``allow`` add to the word lists and take from them; ``languages`` empty means all lists.

    ``bots`` is what becomes of a bot's posts; ``links`` holds those that hide where they lead, with ``shorteners`` more hosts.
    ``rate`` is how many posts a minute an author may write, ``age_days`` and ``followers`` what an account must have, as far as
    its source tells it; 0 is no limit. ``order`` names the filters that are asked first (``stream.config.filters``).
    """

    order: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    bots: Literal["pass", "hold", "reject"] = "pass"
    links: bool = True
    shorteners: tuple[str, ...] = ()
    rate: Annotated[int, Meta(ge=0)] = 0
    age_days: Annotated[float, Meta(ge=0)] = 0.0
    followers: Annotated[int, Meta(ge=0)] = 0
    raid: RaidConfig = RaidConfig()


class ProgrammeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agenda`` is a CSV or iCalendar file of the event's sessions, ``room`` the one before the wall."""

    agenda: str = ""
    room: str = ""


class PrivacyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom people write to who want to be gone; shown by the ``title`` visual."""

    contact: str = ""


class AccountsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stable author ids (``source:native-id``) of the brand's and the staff's own accounts."""

    brand: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


class TrackConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tracked set of terms, written as in ``[match]``; ``exclude`` takes posts out of this track only."""

    kind: Literal["brand", "competitor", "campaign", "topic"] = "topic"
    terms: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    since: str = ""


class SimulationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The made-up event: mentions a second on average, its seed, and how often accounts made for it attack it."""

    rate: Positive = 8.0
    seed: int = 2012
    raids_per_hour: Annotated[float, Meta(ge=0, le=60)] = 0.0


class IngestConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sources run, and the spool that keeps mentions on disk while the log is away."""

    sources: tuple[str, ...] = ()
    spool: str = "var/spool"
    spool_mb: Annotated[int, Meta(ge=1)] = 512
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 8002
    """0 opens no port. Beyond loopback it needs the token AGORA_INGEST_TOKEN."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything, by table of ``agora.toml``."""

    log: LogConfig = LogConfig()
    clock: ClockConfig = ClockConfig()
    hub: HubConfig = HubConfig()
    count: CountConfig = CountConfig()
    show: ShowConfig = ShowConfig()
    media: MediaConfig = MediaConfig()
    moderation: ModerationConfig = ModerationConfig()
    wall: WallConfig = WallConfig()
    hours: HoursConfig = HoursConfig()
    theme: ThemeConfig = ThemeConfig()
    event: Event = Event()
    programme: ProgrammeConfig = ProgrammeConfig()
    privacy: PrivacyConfig = PrivacyConfig()
    accounts: AccountsConfig = AccountsConfig()
    ingest: IngestConfig = IngestConfig()
    match: MatchConfig = MatchConfig()
    bluesky: BlueskyConfig = BlueskyConfig()
    mastodon: MastodonConfig = MastodonConfig()
    x: XConfig = XConfig()
    feeds: FeedsConfig = FeedsConfig()
    hackernews: HackerNewsConfig = HackerNewsConfig()
    csv: CsvConfig = CsvConfig()
    simulation: SimulationConfig = SimulationConfig()
    webhook: WebhookConfig = WebhookConfig()
    guestbook: GuestbookConfig = GuestbookConfig()
    alerts: AlertsConfig = AlertsConfig()
    tracks: dict[str, TrackConfig] = {}


def sources_of(config: Config) -> tuple[str, ...]:
    """The sources that run: those that are named, else those that have settings of their own. None at all is possible."""
    own = {
        "mastodon": config.mastodon.servers,
        "rss": config.feeds.urls,
        "webhook": config.webhook.senders,
        "x": config.x.token,
    }
    return config.ingest.sources or tuple(name for name, settings in own.items() if settings)


class Misconfigured(Exception):
    """The configuration has faults; ``faults`` lists every one with its line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


NOT_SETTINGS: Final = frozenset(
    {"AGORA_HUB_TOKEN", "AGORA_INGEST_TOKEN", "AGORA_LOG_USER", "AGORA_LOG_PASSWORD", "AGORA_LOG_KEY_PASSWORD"}
)
"""Secrets that only come from the environment and belong to no table."""


def load(path: str | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration of ``path`` (default ``agora.toml`` if it exists), over it settings in ``var/secrets.toml``, over both
    the environment.

    Raises ``Misconfigured`` with every fault.
    """
    environment = os.environ if environment is None else environment
    path = path or environment.get("AGORA_CONFIG")
    file = path or "agora.toml"
    try:
        text = Path(file).read_text(encoding="utf-8")
    except FileNotFoundError:
        if path:
            raise Misconfigured([Fault(file, 0, "there is no such file")]) from None
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured([Fault(file, 0, f"cannot be read: {error}")]) from error
    document = toml.read(text, file)
    if isinstance(document, Fault):
        raise Misconfigured([document])
    wrong = toml.faults(document, Config, file)
    secrets, secret_faults = _secrets(Path(environment.get("AGORA_VAR", "") or "var") / "secrets.toml")
    settings, environment_faults = _from_environment(environment)
    wrong += secret_faults + environment_faults
    if wrong:
        raise Misconfigured(wrong)
    config = msgspec.convert(_merged(_merged(document.data, secrets), settings), Config)
    senseless = [
        Fault(file, document.line(where), f"{'.'.join(map(str, where))}: {why}") for where, why in _senseless(config)
    ]
    if senseless:
        raise Misconfigured(senseless)
    return config


def _senseless(config: Config) -> Iterator[tuple[toml.Path, str]]:
    """What the types cannot say: the path of a setting, and a sentence."""
    zone = config.event.timezone
    if zone and zone not in zoneinfo.available_timezones():
        yield ("event", "timezone"), f"{zone!r} is no time zone; write one such as Europe/Helsinki"
    for sentence in problems(config.moderation.order):
        yield ("moderation", "order"), sentence
    if config.hub.partials and not config.log.url.startswith("kafka:"):
        yield ("hub", "partials"), "agora count shares the partitions of Kafka; another log needs partials = false"
    for name, table in (("wall", config.wall), ("hours", config.hours), ("theme", config.theme)):
        for path, sentence in table.faults():
            yield (name, *path), sentence


def _secrets(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    """Settings that stand among the secrets of this machine, such as ``[alerts] secret``; PINs and tokens are the hub's own."""
    try:
        document = toml.read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        return {}, []
    if isinstance(document, Fault):
        return {}, []  # the hub says so, in the words of who made the file
    own = {"pins", "tokens", "walls"}
    settings = document._replace(data={k: v for k, v in document.data.items() if k not in own})
    return settings.data, toml.faults(settings, Config, str(path))


def environment_of(config: Config) -> dict[str, str]:
    """What ``agora run`` decides of ``config`` as environment variables, for a child process.

    The log, the clock, the hub's address, which sources run and for which terms they listen.
    """
    variables: dict[str, str] = {}
    for table in ("log", "clock", "hub"):
        for key, value in msgspec.structs.asdict(getattr(config, table)).items():
            variables[f"AGORA_{table}_{key}".upper()] = str(value)
    variables["AGORA_INGEST_SOURCES"] = ",".join(config.ingest.sources)
    if not any("," in term for term in config.match.terms):  # such a term can only have come from the file
        variables["AGORA_MATCH_TERMS"] = ",".join(config.match.terms)
    return variables


def _from_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """The settings that variables name, nested as in the file, and what is wrong with them."""
    settings: dict[str, Any] = {}
    wrong: list[Fault] = []
    tables = {f.name: f.type for f in msgspec.structs.fields(Config)}
    for name in sorted(environment):
        table, _, rest = name.removeprefix("AGORA_").lower().partition("_")
        if not name.startswith("AGORA_") or name in NOT_SETTINGS or not rest:
            continue
        if table not in tables:  # another program's, unless it is nearly one of ours
            if near := difflib.get_close_matches(table, tables, 1, 0.75):
                wrong.append(Fault("environment", 0, f"{name}: there is no table {table!r}; did you mean {near[0]!r}?"))
            continue
        found = _resolve(tables[table], rest)
        if found is None:
            known = [f.name for f in msgspec.structs.fields(tables[table])] if table != "tracks" else ["NAME_terms"]
            wrong.append(Fault("environment", 0, f"{name}: {toml.unknown(rest, known, table)}"))
            continue
        keys, kind = found
        raw = environment[name]
        parts = [p.strip() for p in raw.split(",") if p.strip()] if typing.get_origin(kind) is tuple else raw
        try:
            value = msgspec.convert(parts, kind, strict=False)
        except msgspec.ValidationError as error:
            wrong.append(Fault("environment", 0, f"{name}: {error}"))
            continue
        inner = settings.setdefault(table, {})
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[keys[-1]] = value
    return settings, wrong


def _resolve(kind: Any, rest: str) -> tuple[tuple[str, ...], Any] | None:
    """The path of keys that ``rest`` (keys joined by underscores) names inside ``kind``, and the type of its value."""
    if typing.get_origin(kind) is dict:
        name, _, inner = rest.partition("_")
        found = _resolve(typing.get_args(kind)[1], inner) if inner else None
        return ((name, *found[0]), found[1]) if found else None
    for field in msgspec.structs.fields(kind):
        if rest == field.name:
            return (field.name,), field.type
        nested = typing.get_origin(field.type) is dict or (
            isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
        )
        if nested and rest.startswith(field.name + "_"):
            found = _resolve(field.type, rest[len(field.name) + 1 :])
            if found:
                return (field.name, *found[0]), found[1]
    return None


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        merged[key] = _merged(merged[key], value) if isinstance(value, dict) and key in merged else value
    return merged
