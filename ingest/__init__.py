"""Turns the world into mentions: sources, matching, back-off, dead letters."""
