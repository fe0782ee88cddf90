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
SURE_UNDER_BANNER: Final = math.log(1000)
"""The same for those who say different things under one banner: a crowd gathers there more easily than around one text."""
MADE: Final = math.log(30)
"""What the accounts alone must say, under a banner: what goes round the world brings strangers, too, but not of that kind."""
SURE_OF_ONE: Final = math.log(1000)
"""The same for one of the many texts of a crowd that gathers under a banner: each of them is a try."""
LEAST_UNDER_BANNER: Final = 0.95
"""The share of strangers among all who stand under a banner that may be held as a whole: others would be held with them."""
OVER: Final = 0.0
"""The ratio below which what was taken for a raid is a crowd after all."""
AMONG_RAIDERS: Final = (0.7, 0.85, 0.97)
"""Shares of strangers among raiders, each as probable as the others: accounts made for it, or bought ones that have spoken."""
DRAWN: Final = 0.63
"""The share of strangers that a moment, a song or what a star has said may draw to the same words."""
OF_FEW: Final = 0.7
"""Share of raiders who have fewer followers than nine in ten of the people here …"""
OF_FEW_IN_CROWDS: Final = 0.4
"""… and of a crowd of which most are new."""
OF_MANY: Final = 0.15
"""Share of raiders who have more followers than a quarter of the people here …"""
OF_MANY_IN_CROWDS: Final = 0.45
"""… and of such a crowd."""
OF_MADE: Final = 0.9
"""Share of raiders with a sign of an account that was made for it, in the raids that show it at all: every other one."""
OF_MADE_IN_CROWDS: Final = 0.5
"""… and of a crowd, newcomers among it, unless it is usual here."""
_MOST_FOR: Final = math.log(1000)
_MOST_AGAINST: Final = math.log(30)


def by_strangers(accounts: int, strangers: int, crowd: float) -> float:
    """How many times more probable the voices are in a raid than in a crowd, as a logarithm.

    Of ``accounts``, ``strangers`` are; in a crowd, the share ``crowd`` (0 … 1, ends excluded) would be.
    """
    known = accounts - strangers
    each = [
        strangers * math.log(share / crowd) + known * math.log((1 - share) / (1 - crowd)) for share in AMONG_RAIDERS
    ]
    most = max(each)
    return most + math.log(sum(math.exp(one - most) for one in each) / len(each))


def by_followers(few: int, many: int) -> float:
    """The same from those with ``few`` followers, fewer than nine in ten of the people here, and with ``many``, more than a
    quarter; where that is known.

    It is bounded: followers can be bought.
    """
    told = few * math.log(OF_FEW / OF_FEW_IN_CROWDS) + many * math.log(OF_MANY / OF_MANY_IN_CROWDS)
    return min(_MOST_FOR, max(-_MOST_AGAINST, told))


def by_sign(having: int, lacking: int, usual: float) -> float:
    """The same from a sign of made accounts that some are ``having`` and others ``lacking``, ``usual`` the share among others.

    Raiders may well not have it, so its absence says next to nothing.
    """
    crowd = min(0.85, max(OF_MADE_IN_CROWDS, usual + 0.1))
    told = having * math.log(OF_MADE / crowd) + lacking * math.log((1 - OF_MADE) / (1 - crowd))
    return math.log1p(math.expm1(min(_MOST_FOR, told)) / 2)
