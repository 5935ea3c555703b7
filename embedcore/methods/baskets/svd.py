"""Truncated SVD of the baskets: the simple baseline beside the learned methods."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.base import Method, Params, param
from embedcore.methods.baskets import documents
from embedcore.methods.columns import main_directions
from embedcore.methods.persistence import FittedArrays, load_model
from embedcore.progress import Progress, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_BASKETS = 5_000_000  # at most: each takes about a kilobyte while it is computed


@dataclass(frozen=True)
class SVDParams(Params):
    """Parameters of the truncated SVD."""

    documents: str = param(
        "basket",
        "Learn from",
        "What counts as bought together (the rows of the matrix): one basket, or everything a customer ever bought.",
        choices=documents.KINDS,
        words=documents.WORDS,
    )
    n_components: int = param(
        64, "Dimensions", "Length of a vector (number of singular vectors kept).", low=2, high=512, step=1
    )
    min_count: int = param(
        2, "Minimum purchases", "Products bought fewer times get no vector (min count).", low=1, high=1000, step=1
    )


class FittedSVD(FittedArrays):
    """embeddings: "product"."""

    def embed(self, new: Dataset) -> Embedding:
        """Known products keep their vector. A new product that shares a document with known ones gets a
        mean of their vectors, rare partners counting more; see documents.fold_in."""
        return documents.fold_in(
            self.embeddings["product"], self.arrays["counts"], new, self.meta["params"]["documents"]
        )


class BasketSVD(Method):
    """Truncated singular value decomposition of the basket-by-product matrix (Deerwester et al. 1990, Indexing by
    Latent Semantic Analysis), by seeded power iterations on random directions (Halko, Martinsson and Tropp 2011)."""

    name = "svd"
    title = "Truncated SVD"
    subtitle = "simple baseline for baskets"
    summary = "Compresses the baskets with plain linear algebra: the baseline to compare with."
    source = (
        "Deerwester et al. 1990, Indexing by Latent Semantic Analysis; Halko, Martinsson and Tropp 2011, Finding "
        "Structure with Randomness"
    )
    version = 1
    needs = frozenset({"baskets"})
    Params: ClassVar[type[Params]] = SVDParams

    def lacks(self, dataset: Dataset) -> str | None:
        """As Method.lacks, and more baskets than memory holds."""
        missing = super().lacks(dataset)
        if missing is None and dataset.baskets is not None and len(dataset.baskets) > _BASKETS:
            return f"It holds all baskets in memory, and {len(dataset.baskets):,} are too many: choose product2vec."
        return missing

    def fit(self, dataset: Dataset, params: SVDParams, progress: Progress = silent, seed: int = 0) -> FittedSVD:
        """Decompose; embedding "product" (v, n_components), fewer numbers when the matrix has a smaller rank.

        meta: singular_values, explained (share of the matrix's squared weight), left_out (products bought fewer
        than min_count times), never_bought, single. NeedsError when no document has two products."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        begin = time.perf_counter()
        docs = documents.read(dataset, params.documents, params.min_count)
        matrix = _weights(docs)
        directions, values = main_directions(matrix, params.n_components, seed, progress)
        vectors = (directions * values).astype(np.float32)
        ids = dataset.items[docs.vocabulary]
        meta = {
            "params": asdict(params),
            "seed": seed,
            "losses": [],
            "seconds": round(time.perf_counter() - begin, 3),
            "vocabulary": len(ids),
            "documents": len(docs),
            "left_out": docs.rare,
            "never_bought": len(dataset) - docs.bought,
            "single": docs.single,
            "singular_values": [float(x) for x in values],
            "explained": float((values**2).sum() / (matrix.data**2).sum()),
        }
        return FittedSVD({"product": Embedding("product", ids, vectors)}, meta, {"counts": docs.counts})

    def load(self, folder: Path) -> FittedSVD:
        """Read what FittedSVD.save wrote."""
        return FittedSVD(*load_model(folder))


def _weights(docs: documents.Documents) -> csr_matrix:
    """The documents as rows: a product weighs 1/sqrt(its count), so that bananas do not fill every direction, and
    a document of n products 1/sqrt(n), so that long ones do not either."""
    from scipy.sparse import csr_matrix

    sizes = np.diff(docs.indptr)
    data = 1.0 / np.sqrt(docs.counts[docs.items] * np.repeat(sizes, sizes))
    m = csr_matrix((data.astype(np.float32), docs.items, docs.indptr), (len(docs), len(docs.vocabulary)))
    m.sum_duplicates()
    return m
