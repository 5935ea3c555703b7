"""A product that is suggested, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from embedcore.data import Dataset

TOGETHER, ALIKE, POPULAR = "bought together", "alike", "popular"


@dataclass(frozen=True)
class Recommendation:
    """item: its position in Dataset.items. score: higher is better, to be compared only with the same source in the
    same list. reason: plain words with the evidence. source: which signal spoke: TOGETHER, ALIKE (near in the
    embedding), POPULAR (nothing better is known), or one of embedcore.recommend.reasons."""

    item: int
    id: str
    title: str
    score: float
    reason: str
    source: str

    @classmethod
    def of(cls, dataset: Dataset, item: int, score: float, reason: str, source: str) -> Recommendation:
        return cls(item, str(dataset.items[item]), str(dataset.titles[item]), score, reason, source)
