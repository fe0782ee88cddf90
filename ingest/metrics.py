"""``/metrics`` and ``/healthz`` of ``agora ingest``: how each source, the spool and the ledger do, for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.door import Door, PortTaken, listen
from ingest.health import Health
from ingest.ledger import Ledger
from ingest.publisher import Publisher
from ingest.source import Source
from stream.config import IngestConfig
from stream.mention import SourceStatus

TOKEN: Final = "AGORA_INGEST_TOKEN"
CONDITIONS: Final = ("starting", "live", "quiet", "waiting", "stopped", "finished")

logger = structlog.get_logger("ingest")


def token_for(config: IngestConfig, environment: Mapping[str, str]) -> str:
    """The token that the door asks for, empty on loopback where none is set.

    Raises ``ValueError`` with a sentence when the door would be open to strangers.
    """
    token = environment.get(TOKEN, "")
    if config.metrics_port and not token and not _loopback(config.metrics_host):
        raise ValueError(
            f"[ingest] metrics_host = {config.metrics_host!r} lets others in; set {TOKEN} to a token that they must send, "
            "or leave it at 127.0.0.1"
        )
    return token


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Figures(Collector):
    """What Prometheus reads, made when it asks."""

    def __init__(
        self,
        sources: Iterable[Source],
        states: Mapping[str, Health],
        publisher: Publisher,
        ledger: Ledger,
        now: Callable[[], int],
    ) -> None:
        self._sources, self._states = tuple(sources), states
        self._publisher, self._ledger, self._now = publisher, ledger, now

    def collect(self) -> Iterable[Metric]:
        """Every figure, by source where it has one."""
        statuses = [health.status() for health in self._states.values()]
        condition = GaugeMetricFamily(
            "agora_source", "1 for the condition that the source is in", labels=["source", "condition"]
        )
        for status in statuses:
            for word in CONDITIONS:
                condition.add_metric([status.name, word], float(word == status.condition))
        yield condition
        yield self._ages(statuses, "agora_source_alive_age_seconds", "since the newest sign of life", lambda s: s.alive)
        yield self._ages(statuses, "agora_source_heard_age_seconds", "since the newest item", lambda s: s.heard)
        yield _gauge(
            "agora_source_rate", "items that went to the log in the last minute", {s.name: s.rate for s in statuses}
        )
        yield _gauge("agora_source_failures", "failures in a row", {s.name: s.failures for s in statuses})
        yield _counter("agora_items", "items made safe, by kind", "kind", self._publisher.counts)
        yield _counter("agora_dropped", "what was heard and not published, by reason", "reason", self._dropped())
        figures = {
            (source.name, str(name)): value
            for source in self._sources
            for name, value in getattr(source, "figures", {}).items()
        }
        yield _gauges("agora_source_figure", "what a source counts itself", "figure", figures)
        for name, help, value in (
            ("agora_spool_entries", "entries that wait for the log", self._publisher.waiting),
            ("agora_spool_bytes", "what the spool holds of the disk", self._publisher.spooled_bytes),
            ("agora_ledger_bytes", "what the ledger holds of the disk", self._ledger.bytes),
        ):
            yield GaugeMetricFamily(name, help, value=value)

    def _ages(
        self, statuses: Iterable[SourceStatus], name: str, help: str, of: Callable[[SourceStatus], int]
    ) -> Metric:
        now = self._now()
        return _gauge(name, help, {s.name: max(0, now - of(s)) / 1000 for s in statuses if of(s)})

    def _dropped(self) -> Counter[tuple[str, str]]:
        dropped = Counter(self._ledger.dropped)
        for source in self._sources:
            for reason, count in getattr(source, "dropped", {}).items():
                dropped[source.name, str(reason)] += count
        return dropped


def _gauge(name: str, help: str, by_source: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=["source"])
    for source, value in by_source.items():
        family.add_metric([source], value)
    return family


def _gauges(name: str, help: str, label: str, values: Mapping[tuple[str, str], float]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=["source", label])
    for (source, word), value in sorted(values.items()):
        family.add_metric([source, word], value)
    return family


def _counter(name: str, help: str, label: str, counts: Mapping[tuple[str, str], int]) -> Metric:
    family = CounterMetricFamily(name, help, labels=["source", label])
    for (source, word), count in sorted(counts.items()):
        family.add_metric([source, word], count)
    return family


def app(figures: Figures, token: str) -> Starlette:
    """The door as an ASGI application; with a ``token`` the figures are for its bearer."""
    registry = CollectorRegistry()
    registry.register(figures)

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and not hmac.compare_digest(given.encode(), token.encode()):
            return JSONResponse({"error": f"Send the token of {TOKEN} as Authorization: Bearer …"}, 401)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    return Starlette(routes=[Route("/metrics", metrics), Route("/healthz", healthz)])


async def serve(config: IngestConfig, application: Any) -> None:
    """Let machines read until cancelled; a port that is taken is one warning, not the end of ingest."""
    if not config.metrics_port:
        return
    where = f"{config.metrics_host} port {config.metrics_port}"
    try:
        listener = listen(config.metrics_host, config.metrics_port)
    except PortTaken:
        logger.warning(
            "nobody can read the figures", reason=f"{where} is in use; choose another with [ingest] metrics_port"
        )
        return
    except OSError as fault:
        logger.warning("nobody can read the figures", reason=f"cannot listen on {where}: {fault.strerror}")
        return
    with listener:
        await Door(application).serve([listener])
