"""Listening to feeds: fetched politely, read aside, told when new."""
