"""Counting by many workers: each reads some partitions of ``mentions`` and hands what it read to every hub, in ``partials``."""
