"""The evidence that a cluster of voices is a raid and no crowd: a likelihood ratio that grows with each voice.

In a crowd, strangers are as many as is usual at that moment, or as many as a great moment may draw. In a raid nearly all are
strangers, and most have far fewer followers than people here usually have. The ratio of how probable the voices are under
either is a test that may be looked at after each voice (Wald 1945): by Ville's inequality a crowd ever reaches the ratio R
with a probability of at most 1/R, however long it goes on.
"""

from __future__ import annotations

import math
from typing import Final

SURE: Final = math.log(100)
"""The ratio, as a logarithm, from which a cluster is a raid: one crowd in a hundred, at most, is taken for one."""
SURE_OF_MORE: Final = math.log(30)
"""The same for other words while a raid is on: raids come in several languages and wordings."""
OVER: Final = 0.0
"""The ratio below which what was taken for a raid is a crowd after all."""
AMONG_RAIDERS: Final = (0.7, 0.85, 0.97)
"""Shares of strangers among raiders, each as probable as the others: accounts made for it, or bought ones that have spoken."""
DRAWN: Final = 0.63
"""The share of strangers that a moment, a song or what a star has said may draw to the same words."""
OF_FEW: Final = 0.85
"""Share of raiders who have fewer followers than a quarter of the people here …"""
OF_FEW_IN_CROWDS: Final = 0.5
"""… and of a crowd at most, newcomers among it."""
_MOST_FOR: Final = math.log(1000)
_MOST_AGAINST: Final = math.log(30)


def ratio(accounts: int, strangers: int, crowd: float, fewer: int = 0, more: int = 0) -> float:
    """How many times more probable the voices are in a raid than in a crowd, as a logarithm.

    Of ``accounts``, ``strangers`` are; in a crowd, the share ``crowd`` (0 … 1, ends excluded) would be. ``fewer`` and ``more``
    count those with fewer and more followers than a quarter of the people here, where that is known. What followers say is
    bounded: they can be bought.
    """
    known = accounts - strangers
    each = [
        strangers * math.log(share / crowd) + known * math.log((1 - share) / (1 - crowd)) for share in AMONG_RAIDERS
    ]
    most = max(each)
    told = most + math.log(sum(math.exp(one - most) for one in each) / len(each))
    by_followers = fewer * math.log(OF_FEW / OF_FEW_IN_CROWDS) + more * math.log((1 - OF_FEW) / (1 - OF_FEW_IN_CROWDS))
    return told + min(_MOST_FOR, max(-_MOST_AGAINST, by_followers))
