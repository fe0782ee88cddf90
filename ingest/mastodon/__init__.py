"""What the source for Mastodon is made of."""
