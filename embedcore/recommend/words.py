"""Words of titles and descriptions as TF-IDF vectors: how alike two products are described, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.data import Dataset
from embedcore.explore.counts import counted, tfidf
from embedcore.explore.recent import Recent

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 60  # words of a product that are read


@dataclass(frozen=True, eq=False)
class TitleWords:
    """unit: (n_catalogue, words) float32, rows of length 1 or empty."""

    unit: sparse.csr_array

    @classmethod
    def of(cls, dataset: Dataset) -> TitleWords:
        """Kept for the two datasets used last. The dataset must have a catalogue."""
        return _recent.get(dataset.hash, lambda: cls._build(dataset))

    @classmethod
    def _build(cls, dataset: Dataset) -> TitleWords:
        assert dataset.catalogue is not None
        frame = dataset.catalogue.frame
        columns = [*dataset.columns("title"), *dataset.columns("description")]
        texts = zip(*(frame[c].astype(object).where(frame[c].notna(), "") for c in columns), strict=True)
        rows = (_WORD.findall(" ".join(map(str, parts)).lower())[:_LONGEST] for parts in texts)
        counts, _ = counted(rows if columns else [()] * len(frame))
        return cls(sparse.csr_array(tfidf(counts)))

    def like(self, item: int) -> np.ndarray:
        """(n_catalogue,) float64 cosine with one product."""
        return np.asarray((self.unit @ self.unit[[item]].T).toarray()).ravel().astype(np.float64)


_recent: Recent[TitleWords] = Recent(2)
