"""Words of titles and descriptions as TF-IDF vectors: how alike two products are described, without a model."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.dataset import Dataset
from embedcore.explore.recent import Recent

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 60  # words of a product that are read


@dataclass(frozen=True, eq=False)
class Words:
    """unit: (n_catalogue, words) float32, rows of length 1 or empty."""

    unit: sparse.csr_array

    @classmethod
    def of(cls, dataset: Dataset) -> Words:
        """Kept for the two datasets used last. The dataset must have a catalogue."""
        return _recent.get(dataset.hash, lambda: cls._build(dataset))

    @classmethod
    def _build(cls, dataset: Dataset) -> Words:
        assert dataset.catalogue is not None
        frame = dataset.catalogue.frame
        columns = [*dataset.columns("title"), *dataset.columns("description")]
        known: dict[str, int] = {}
        rows, cols, counts = [], [], []
        texts = zip(*(frame[c].astype(object).where(frame[c].notna(), "") for c in columns), strict=True)
        for n, parts in enumerate(texts if columns else ()):
            words = _WORD.findall(" ".join(map(str, parts)).lower())[:_LONGEST]
            for word, times in Counter(words).items():
                rows.append(n)
                cols.append(known.setdefault(word, len(known)))
                counts.append(1 + np.log(times))
        table = sparse.csr_array((np.array(counts, np.float32), (rows, cols)), shape=(len(frame), max(len(known), 1)))
        seen = np.bincount(table.indices, minlength=table.shape[1])
        rare = np.log((len(frame) + 1) / (seen + 1)).astype(np.float32) + 1
        table.data *= rare[table.indices]
        length = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
        table.data /= np.repeat(np.maximum(length, 1e-9), np.diff(table.indptr)).astype(np.float32)
        return cls(table)

    def like(self, item: int) -> np.ndarray:
        """(n_catalogue,) float64 cosine with one product."""
        return np.asarray((self.unit @ self.unit[[item]].T).toarray()).ravel().astype(np.float64)


_recent: Recent[Words] = Recent(2)
