"""The simulated event: a seeded little world, and the truth about it."""

from ingest.simulation.truth import Truth
from ingest.simulation.world import World

__all__ = ["Truth", "World"]
