"""Products listed twice: candidate pairs, features, a score that explains itself, its own cut, groups, and teaching."""

from embedcore.match import score
from embedcore.match.carry import carried
from embedcore.match.finding import VERSION, candidate_features, find
from embedcore.match.matches import NO_VERDICTS, Matches, PairVerdicts, rescored
from embedcore.match.merge import clean, merged, proposal
from embedcore.match.reasons import LABELS, Reasons, explain
from embedcore.match.score import PairWeights
from embedcore.match.teaching import Taught, ask, teach

__all__ = [
    "LABELS",
    "NO_VERDICTS",
    "VERSION",
    "Matches",
    "PairVerdicts",
    "PairWeights",
    "Reasons",
    "Taught",
    "ask",
    "candidate_features",
    "carried",
    "clean",
    "explain",
    "find",
    "merged",
    "proposal",
    "rescored",
    "score",
    "teach",
]
