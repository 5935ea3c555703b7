"""EASE: which purchases predict which, each given all others. A closed formula for the products bought most."""

from __future__ import annotations

import numpy as np
from scipy import sparse

MEMORY = 400_000_000  # bytes while it is computed; 4 matrices of 4 bytes a cell give 5,000 products
_PULL = 0.75  # regularisation grows with a product's count to this power; chosen on held-out baskets


def head_size(memory: int = MEMORY) -> int:
    """How many products fit: four square matrices of float32 are alive at once."""
    return int((memory / 16) ** 0.5)


def fit(
    x: sparse.csr_array, head: np.ndarray, strength: float, length: float, pull: float = _PULL
) -> tuple[np.ndarray, np.ndarray]:
    """((h, h) float32: weight of a purchase of head[i] for head[j], zero on the diagonal; (h,) the diagonal of the
    inverse, from which heldout.scores_without gets the inverse back).

    x: (rows, n) baskets or customers. Each row counts by its size to the power `length`; strength times a product's
    weighted count to the power `pull` is added to the diagonal (the regularisation). Steck 2019, Embarrassingly
    Shallow Autoencoders for Sparse Data. Computed in float32 by a Cholesky inverse; 2 h^3 operations.
    """
    from scipy.linalg import lapack

    sizes = np.maximum(np.diff(x.indptr), 1).astype(np.float64)
    part = sparse.csc_array(x)[:, head].tocsr()
    weighted = sparse.diags_array((sizes**length).astype(np.float32)) @ part
    gram = np.asfortranarray((part.T @ weighted).toarray(), dtype=np.float32)
    own = gram.diagonal().astype(np.float64)
    gram[np.diag_indices(len(gram))] += (strength * np.maximum(own, 1e-3) ** pull + 1e-3).astype(np.float32)
    factor, bad = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if bad:  # not positive definite in float32: no answer is better than a wrong one
        return np.zeros((len(head), len(head)), np.float32), np.ones(len(head), np.float32)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    own = inverse.diagonal().copy()
    inverse /= -own[None, :]
    inverse[np.diag_indices(len(inverse))] = 0
    return np.ascontiguousarray(inverse, np.float32), own
