"""One file a visual."""
