"""The hub: reads the log, keeps the state, decides what and where, and tells walls and tablets."""
