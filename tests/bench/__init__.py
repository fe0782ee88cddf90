"""The figures of the design, section 9: one module a row, one JSON line a figure.

``python -m tests.bench`` runs all, ``python -m tests.bench forces latency`` some. A row says honestly when its bar is missed.
"""
