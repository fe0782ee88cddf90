"""What may be shown: an ordered chain between the state and every feed."""

from stream.moderation.chain import Chain
from stream.moderation.presentable import presentable
from stream.moderation.verdict import Verdict

__all__ = ["Chain", "Verdict", "presentable"]
