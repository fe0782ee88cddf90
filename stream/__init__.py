"""The mention, the log, the analysis, moderation, the hub and the tablet page."""
