"""Products listed twice: candidates, features, a score that explains itself, its own cut, groups, and teaching."""

from embedcore.match.explain import LABELS, Reasons, explain
from embedcore.match.find import VERSION, find
from embedcore.match.matches import NOTHING, Matches, Said, rescored
from embedcore.match.merge import clean, merged, proposal
from embedcore.match.score import Weights
from embedcore.match.teach import Taught, ask, teach

__all__ = [
    "LABELS",
    "NOTHING",
    "VERSION",
    "Matches",
    "Reasons",
    "Said",
    "Taught",
    "Weights",
    "ask",
    "clean",
    "explain",
    "find",
    "merged",
    "proposal",
    "rescored",
    "teach",
]
