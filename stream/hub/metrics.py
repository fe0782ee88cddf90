"""What the hub tells Prometheus: counts, lags, latencies, sizes of queues, ages of sources."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Buckets of the histograms, in seconds."""


class Metrics:
    """The hub's figures in a registry of their own, so that several hubs can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.records = Counter("agora_records", "Records read from the log", ["topic"], registry=self.registry)
        self.dead = Counter("agora_dead_records", "Records that could not be read", ["topic"], registry=self.registry)
        self.log_faults = Counter("agora_log_unavailable", "Times the log was not there", registry=self.registry)
        self.lag = Gauge(
            "agora_lag_seconds", "Age of the oldest record that waits to be applied", registry=self.registry
        )
        self.queue = Gauge("agora_queue_records", "Records that wait to be applied", registry=self.registry)
        self.shed = Counter("agora_shed_mentions", "Mentions left out, more than can be read", registry=self.registry)
        self.share = Gauge("agora_read_share", "Share of the mentions that is read", registry=self.registry)
        self.unsaved = Gauge("agora_unsaved_decisions", "Decisions that the log has not taken", registry=self.registry)
        self.held = Gauge("agora_held_posts", "Posts that wait for a decision", registry=self.registry)
        self.source_age = Gauge(
            "agora_source_age_seconds", "Since a source was heard", ["source"], registry=self.registry
        )
        self.snapshot_s = self._timer("agora_snapshot_seconds", "Making a snapshot")
        self.apply_s = self._timer("agora_apply_seconds", "Applying a batch of records")
        self.motion_s = self._timer("agora_motion_seconds", "One force step and its frame")
        self.late_s = self._timer("agora_motion_late_seconds", "How late a frame of positions was")
        self.removal_s = self._timer("agora_removal_seconds", "A removal heard until it left every feed")
        self.decision_s = self._timer("agora_decision_seconds", "A decision of the staff until it took effect")
        self.checkpoint_s = self._timer("agora_checkpoint_seconds", "Writing a checkpoint")
        self.checkpoint_bytes = Gauge("agora_checkpoint_bytes", "Size of the last checkpoint", registry=self.registry)

    def _timer(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, buckets=STEPS, registry=self.registry)

    def page(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)
