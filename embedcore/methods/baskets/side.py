"""Side information: what the catalogue does for the vectors of rare products, and how well it finds new ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.methods.base import figure
from embedcore.methods.baskets import documents, unseen
from embedcore.methods.baskets.content import STEPS, ContentMap
from embedcore.methods.columns import Cells
from embedcore.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_RARE = 5  # purchases below which a product counts as rare in what is told
_CHANCE = 2.0  # the catalogue must find new products so many times as often as chance, or it is left alone


@dataclass(frozen=True, eq=False)
class Side:
    """What the catalogue says of every product of a dataset. said: (n,) bool, of which it says anything."""

    cells: Cells
    matrix: csr_matrix
    said: np.ndarray

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
        known = self.said[rows]
        matrix = self.matrix[rows]
        found = unseen.check(self.cells, matrix, known, docs, vectors, seed) if known.sum() >= 2 else None
        facts: dict[str, Any] = {}
        if found is not None:
            facts = {"figures": _figures(found), "notices": _notices(found)}
        if known.sum() < 2 or (found is not None and found.mine < _CHANCE * found.chance):
            progress(STEPS, STEPS, note="Reading the catalogue")
            return vectors, {}, facts
        learned = ContentMap.fit(self.cells, self.matrix, rows[known], vectors[known], counts[known], progress)
        place, said, _ = learned.predict(matrix)
        out = documents.drawn(vectors, place, said, counts)
        progress(STEPS, STEPS, note="Reading the catalogue")
        helped = int((said & (counts < _RARE)).sum())
        return out, learned.pack(), facts | {"helped": helped}


def _figures(found: unseen.Found) -> list[dict[str, Any]]:
    says = (
        f"{found.hidden:,} products were hidden from the catalogue's map and given a vector from their columns and "
        f"words only. Asked was with {found.asked:,} baskets that held one of them: in which share is it among the "
        f"{found.k} that fit the rest of the basket best, of all hidden ones? By chance {found.chance:.1%}."
    )
    rows = [("products with like words (TF-IDF)", found.words), ("the category bought most", found.category)]
    told = [
        figure("New products found for the baskets they belong to", found.mine, b, name, help=says)
        for name, b in rows
        if b is not None
    ]
    return told or [
        figure("New products found for the baskets they belong to", found.mine, found.chance, "chance", help=says)
    ]


def _notices(found: unseen.Found) -> list[str]:
    if found.mine < _CHANCE * found.chance:
        return [
            "What the catalogue says does not tell what products are bought with here, so it does not help the "
            "rare ones."
        ]
    out = []
    for name, other in (("likeness of words alone", found.words), ("the popularity of categories", found.category)):
        if other is not None and found.mine < other:
            out.append(
                f"For products that nobody has bought yet, {name} finds more here than the vectors do ({other:.1%} "
                f"against {found.mine:.1%} of their baskets). The recommender uses both."
            )
    return out
