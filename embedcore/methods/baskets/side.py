"""Side information: what the catalogue does for the vectors of rare products, and how well it finds new ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.methods.baskets import documents
from embedcore.methods.baskets.content import STEPS, ContentMap
from embedcore.methods.baskets.unseen import NewProducts, judge
from embedcore.methods.columns import Cells
from embedcore.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_RARE = 5  # purchases below which a product counts as rare in the facts of a result


@dataclass(frozen=True, eq=False)
class Side:
    """What the catalogue says of every product of a dataset. known: (n,) bool, of which it says anything."""

    cells: Cells
    matrix: csr_matrix
    known: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Side | None:
        """None without a catalogue, or with one whose columns say nothing that products share."""
        if dataset.catalogue is None:
            return None
        try:
            cells = Cells.of(dataset)
        except NeedsError:
            return None
        matrix = cells.matrix(dataset)
        return cls(cells, matrix, np.diff(matrix.indptr) > 0)

    def help(
        self, docs: documents.Documents, vectors: np.ndarray, seed: int, progress: Progress
    ) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, Any]]:
        """Draw the vectors (v, d) of rare products to where the catalogue would put them, if it can.

        Returns (vectors, arrays of the ContentMap, facts for meta): the vectors as they were and no arrays when it
        cannot find products it has not seen."""
        rows, counts = docs.vocabulary, docs.counts
        known = self.known[rows]
        matrix = self.matrix[rows]
        facts: dict[str, Any] = {}
        helps = known.sum() >= 2
        if helps:
            verdict = judge(NewProducts(self.cells, matrix, known, docs, vectors), seed)
            helps = verdict.facts["helps"]
            if verdict.figures:
                facts = {"figures": verdict.figures, "notices": verdict.notices}
        if not helps:
            progress(STEPS, STEPS, note="Reading the catalogue")
            return vectors, {}, facts
        learned = ContentMap.fit(self.cells, self.matrix, rows[known], vectors[known], counts[known], progress=progress)
        place, reached, _ = learned.predict(matrix)
        out = documents.drawn(vectors, place, reached, counts)
        progress(STEPS, STEPS, note="Reading the catalogue")
        helped = int((reached & (counts < _RARE)).sum())
        return out, learned.pack(), facts | {"helped": helped}
