"""Who bought what, as a matrix, and its main directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedcore.data import Baskets, Dataset, Texts
from embedcore.errors import NeedsError
from embedcore.methods.columns import main_directions
from embedcore.progress import Progress
from embedcore.vectors import select_rows, unit_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def customer_baskets(dataset: Dataset) -> tuple[Baskets, np.ndarray, Texts]:
    """(baskets, (b,) their customers, -1 unknown, ids of the customers); NeedsError when nobody is named."""
    baskets = dataset.baskets
    if baskets is None or baskets.customers is None or baskets.customer_ids is None:
        raise NeedsError("It learns who buys what, and these baskets name no customers.", "Mark the customer column.")
    return baskets, baskets.customers, baskets.customer_ids


def purchases(dataset: Dataset, half_life: int = 0, keep: np.ndarray | None = None) -> tuple[csr_matrix, np.ndarray]:
    """((c, n items) how often each customer bought each product, (c,) customer codes). half_life: in baskets of the
    customer, counted back from the last one. keep: (b,) which baskets count."""
    from scipy.sparse import csr_matrix

    baskets, customers, _ = customer_baskets(dataset)
    use = np.flatnonzero((customers >= 0) & (True if keep is None else keep))
    use = use[np.argsort(customers[use], kind="stable")]
    codes, row, count = np.unique(customers[use], return_inverse=True, return_counts=True)
    age = np.repeat(np.cumsum(count), count) - 1 - np.arange(len(use))
    weight = 0.5 ** (age / half_life) if half_life else np.ones(len(use))
    sizes = baskets.sizes[use]
    items = select_rows(baskets.indptr, baskets.items, use)[1]
    cells = (np.repeat(weight, sizes).astype(np.float32), (np.repeat(row, sizes), items))
    return csr_matrix(cells, (len(codes), len(dataset))), codes


def rarity(counts: np.ndarray, baskets: int) -> np.ndarray:
    """(v,) float32: log of all baskets over those a product is in (inverse document frequency, by baskets: by
    customers, what most of them buy now and then would count nearly as much as what few buy)."""
    return np.log((baskets + 1) / (counts + 1)).astype(np.float32)


def weighted(bought: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """(c, v) log(1 + count) x idf, rows of length 1."""
    m = bought.tocsr().astype(np.float32, copy=True)
    m.data = np.log1p(m.data)
    return unit_rows(m, idf)


def factors(
    bought: csr_matrix, idf: np.ndarray, dimension: int, seed: int, progress: Progress
) -> tuple[np.ndarray, csr_matrix]:
    """((v, d) product vectors, the weighted matrix): a customer is matrix row @ product vectors."""
    m = weighted(bought, idf)
    # Along the shorter side of the matrix: customers are often far fewer than products.
    if m.shape[0] < m.shape[1]:
        left, values = main_directions(m.T.tocsr(), dimension, seed, progress)
        right = m.T @ (left / np.maximum(values, 1e-9))
    else:
        right, values = main_directions(m, dimension, seed, progress)
    # The root of the singular values: between none of them (every direction counts alike) and all of them (the few
    # things that everybody buys decide).
    right = right * np.sqrt(values)
    usual = np.median(np.linalg.norm(right, axis=1))
    return np.asarray(right / max(usual, 1e-9), np.float32), m
