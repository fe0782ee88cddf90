"""Endurance: seeded faults befall a running Agora again and again, or it simply runs for hours: ``python -m tests.soak``."""
