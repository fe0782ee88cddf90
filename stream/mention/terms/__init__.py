"""What a tracked term is, and where it stands in a text: one meaning for the ear that listens and the count of tracks."""

from stream.mention.terms.finder import Finder
from stream.mention.terms.folding import fold
from stream.mention.terms.term import BadTerms, Term, faults, parse

__all__ = ["BadTerms", "Finder", "Term", "faults", "fold", "parse"]
