"""The show: what staff plan for the wall (playlists, a schedule, an agenda) and say on it. Pure; clocks are arguments."""
