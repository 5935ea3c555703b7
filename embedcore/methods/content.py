"""From what a catalogue says of a product to where its purchases would have put it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.dataset import Dataset
from embedcore.errors import NeedsError
from embedcore.methods import documents
from embedcore.methods.base import Progress, figure, silent
from embedcore.methods.cells import Cells

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_TRUST = 100.0  # purchases at which a product's vector counts half as much as one that is bought without end
_RIDGE = 2.5  # how far the vectors of rare values and words are drawn to zero
STEPS = 12  # of the conjugate gradients: more change no neighbour
_CHECKED = 1_000  # products at most that are hidden to see how well the catalogue finds their place
_LEARNED = 10_000  # products at most that this check learns from
_OFTEN = 5  # purchases from which a product's own vector is taken for its place
_STOP = 1e-4  # or when the error has fallen to this share


@dataclass(frozen=True, eq=False)
class ContentMap:
    """A vector for each value, range and word of a catalogue; a product is where the sum of its own leads.

    weights: (T,) float32, what each token says (idf). tokens: (T, d). mean: (d,).
    """

    cells: Cells
    weights: np.ndarray
    tokens: np.ndarray
    mean: np.ndarray

    @classmethod
    def fit(
        cls,
        cells: Cells,
        matrix: csr_matrix,
        rows: np.ndarray,
        vectors: np.ndarray,
        counts: np.ndarray,
        progress: Progress = silent,
        steps: int = STEPS,
    ) -> ContentMap:
        """Ridge regression of vectors (m, d) on the tokens of the products `rows` of matrix (n, T); a product of n
        purchases weighs n / (n + _TRUST)."""
        common = np.asarray(matrix.sum(axis=0)).ravel()
        weights = np.log(matrix.shape[0] / np.maximum(common, 1)).astype(np.float32)
        weights = np.maximum(weights * cells.share, 0)
        trust = (counts / (counts + _TRUST)).astype(np.float32)
        mean = (trust @ vectors / trust.sum()).astype(np.float32)
        x = _weighted(matrix[rows], weights)
        return cls(cells, weights, _ridge(x, (vectors - mean).astype(np.float32), trust, progress, steps), mean)

    def predict(self, matrix: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """((n, d) float32, (n,) bool: which rows have a token that was learned from) of Cells.matrix (n, T)."""
        x = _weighted(matrix, self.weights)
        said = np.asarray(np.abs(x) @ np.abs(self.tokens).sum(axis=1)).ravel() > 1e-6
        return np.asarray(self.mean + x @ self.tokens, np.float32), said

    def of(self, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
        """The same for the products of a dataset: ((n, d), (n,) bool)."""
        return self.predict(self.cells.matrix(dataset))

    def pack(self) -> dict[str, np.ndarray]:
        """As arrays for a model's file."""
        mine = {"content_weights": self.weights, "content_tokens": self.tokens, "content_mean": self.mean}
        return self.cells.pack() | mine

    @classmethod
    def unpack(cls, arrays: dict[str, np.ndarray]) -> ContentMap | None:
        """None when the model has none."""
        if "content_tokens" not in arrays:
            return None
        parts = (arrays[f"content_{part}"] for part in ("weights", "tokens", "mean"))
        return cls(Cells.unpack(arrays), *parts)


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
        self, rows: np.ndarray, vectors: np.ndarray, counts: np.ndarray, seed: int, progress: Progress
    ) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, Any]]:
        """Draw the vectors (v, d) of rare products to where the catalogue would put them, if it can.

        rows: (v,) positions of the products, counts: (v,) their purchases. Returns (vectors, arrays of the ContentMap,
        facts for meta): the vectors as they were and no arrays when it cannot place products it has not seen."""
        known = self.said[rows]
        usual = documents.usual_length(vectors)
        facts: dict[str, Any] = {}
        found = self._check(rows, vectors, counts, seed) if known.sum() >= 2 else None
        if found is not None:
            mine, theirs, chance = found
            facts["figures"] = [_figure(mine, theirs, chance)]
            if mine < 2 * chance:
                facts["notices"] = [
                    "What the catalogue says does not tell what products are bought with here, so it does not help the "
                    "rare ones."
                ]
            elif theirs is not None and mine < theirs:
                facts["notices"] = [
                    f"For products that nobody has bought yet, the mean of their category finds as much here as all "
                    f"columns and words together ({theirs:.1%} against {mine:.1%} of their neighbours)."
                ]
        if known.sum() < 2 or (found is not None and mine < 2 * chance):
            progress(STEPS, STEPS, note="Reading the catalogue")
            return vectors, {}, facts
        learned = ContentMap.fit(self.cells, self.matrix, rows[known], vectors[known], counts[known], progress)
        place, said = learned.predict(self.matrix[rows])
        out = vectors.copy()
        out[said] = documents.mix(vectors[said], documents.scaled(place[said], usual), counts[said])
        progress(STEPS, STEPS, note="Reading the catalogue")
        return out, learned.pack(), facts | {"helped": int((said & (counts < _OFTEN)).sum())}

    def _check(
        self, rows: np.ndarray, vectors: np.ndarray, counts: np.ndarray, seed: int
    ) -> tuple[float, float | None, float] | None:
        """Hide some products: which share of their neighbours by purchases are neighbours of the place that the
        catalogue gives them? (That share, the same for the mean of their category, the share by chance.) None where
        there are too few products to tell."""
        often = np.flatnonzero((counts >= _OFTEN) & self.said[rows])
        if len(often) < 50:
            return None
        rng = np.random.default_rng(seed)
        often = rng.permutation(often)
        hidden, rest = np.split(often, [min(_CHECKED, len(often) // 5)])
        rest = rest[np.argsort(-counts[rest], kind="stable")[:_LEARNED]]
        learned = ContentMap.fit(self.cells, self.matrix, rows[rest], vectors[rest], counts[rest], steps=STEPS)
        place, _ = learned.predict(self.matrix[rows[hidden]])
        k = max(1, min(50, len(rest) // 10))
        truth = _nearest(vectors[hidden], vectors[rest], k)
        mine = _shared(_nearest(place, vectors[rest], k), truth)
        category = self._category(rows, vectors, counts, hidden, rest)
        theirs = None if category is None else _shared(_nearest(category, vectors[rest], k), truth)
        return mine, theirs, k / len(rest)

    def _category(
        self, rows: np.ndarray, vectors: np.ndarray, counts: np.ndarray, hidden: np.ndarray, rest: np.ndarray
    ) -> np.ndarray | None:
        """(h, d): the mean of the hidden products' category, in the column of the most values; None without one."""
        columns = self.cells.table.categories
        if not columns:
            return None
        best = max(range(len(columns)), key=lambda c: len(columns[c].values))
        start = sum(len(c.values) for c in columns[:best])
        inside = self.matrix[:, start : start + len(columns[best].values)]
        total = inside[rows[rest]].T @ (vectors[rest] * counts[rest, None])
        return np.asarray(inside[rows[hidden]] @ total)


def _figure(mine: float, theirs: float | None, chance: float) -> dict[str, Any]:
    return figure(
        "New products put in their place by the catalogue alone",
        mine,
        chance if theirs is None else theirs,
        "chance" if theirs is None else "the mean of their category",
        help="Products were hidden and given a vector from their columns and words only (ridge regression of the "
        "vectors on the catalogue): the share of their 50 nearest neighbours by purchases that they found.",
    )


def _nearest(x: np.ndarray, among: np.ndarray, k: int) -> np.ndarray:
    """(n, k) rows of `among` nearest to each row of x by cosine."""
    length = np.maximum(np.linalg.norm(among, axis=1), 1e-9)
    return np.asarray(np.argpartition(-(x @ among.T) / length, k - 1, axis=1)[:, :k])


def _shared(a: np.ndarray, b: np.ndarray) -> float:
    """Mean share of the entries of a row of a that are in that row of b."""
    return float(np.mean([len(np.intersect1d(x, y)) for x, y in zip(a, b, strict=True)]) / a.shape[1])


def _weighted(matrix: csr_matrix, weights: np.ndarray) -> csr_matrix:
    """Tokens times their weights, each row of length 1."""
    x = matrix.astype(np.float32, copy=True)
    x.data = x.data * weights[x.indices]
    length = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    x.data /= np.repeat(np.maximum(length, 1e-9), np.diff(x.indptr)).astype(np.float32)
    return x


def _ridge(x: csr_matrix, y: np.ndarray, w: np.ndarray, progress: Progress, steps: int) -> np.ndarray:
    """argmin over b (T, d) of sum w |y - x b|^2 + _RIDGE |b|^2: conjugate gradients with a diagonal preconditioner,
    all columns of y at once."""
    back, weight, ridge = x.T.tocsr(), w[:, None], np.float32(_RIDGE)
    scale = (1.0 / (np.asarray(x.multiply(x).T @ w).ravel() + _RIDGE)).astype(np.float32)[:, None]
    rest = np.asarray(back @ (weight * y), np.float32)
    b = np.zeros_like(rest)
    z = scale * rest
    p, size = z.copy(), (rest * z).sum(axis=0)
    first = size.copy()
    for step in range(steps):
        q = np.asarray(back @ (weight * (x @ p)) + ridge * p, np.float32)
        far = size / np.maximum((p * q).sum(axis=0), 1e-20)
        b += far * p
        rest -= far * q
        z = scale * rest
        now = (rest * z).sum(axis=0)
        if (now <= _STOP**2 * first).all():
            break
        p = z + (now / np.maximum(size, 1e-20)) * p
        size = now
        progress(step + 1, steps, note="Reading the catalogue")
    return b
