"""Words of titles and descriptions as TF-IDF vectors: how alike two products are described, without a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.data import Dataset, words_in
from embedcore.errors import NeedsError
from embedcore.explore import Recent, counts

_LONGEST = 60  # words of a product that are read


@dataclass(frozen=True, eq=False)
class TitleWords:
    """unit: (n_catalogue, words) float32, rows of length 1 or empty.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Green tea", "Black tea", "Lamp"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> TitleWords.of(shop).like(0).round(2).tolist()
    [1.0, 0.37, 0.0]
    """

    unit: sparse.csr_array

    @classmethod
    def of(cls, dataset: Dataset) -> TitleWords:
        """Kept for the two datasets used last. NeedsError without a catalogue."""
        return _recent.get(dataset.hash, lambda: cls._build(dataset))

    @classmethod
    def _build(cls, dataset: Dataset) -> TitleWords:
        if dataset.catalogue is None:
            raise NeedsError("There is no catalogue.", "Add a table with one row per product.")
        frame = dataset.catalogue.frame
        columns = [*dataset.columns("title"), *dataset.columns("description")]
        texts = zip(*(frame[c].astype(object).where(frame[c].notna(), "") for c in columns), strict=True)
        rows = (words_in(" ".join(map(str, parts)).lower())[:_LONGEST] for parts in texts)
        table, _ = counts.counted(rows if columns else [()] * len(frame))
        return cls(sparse.csr_array(counts.tfidf(table)))

    def like(self, item: int) -> np.ndarray:
        """(n_catalogue,) float64 cosine with one product."""
        return np.asarray((self.unit @ self.unit[[item]].T).toarray()).ravel().astype(np.float64)


_recent: Recent[TitleWords] = Recent(2)
