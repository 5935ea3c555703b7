"""Baskets as a method reads them: documents over a vocabulary, and what new products are bought with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedcore.data import Dataset, Embedding, LinesDone, count_items, row_slices, scratch_array
from embedcore.errors import NeedsError
from embedcore.progress import silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from embedcore.methods.baskets.content import Places

KINDS = ("basket", "customer")
WORDS = {"basket": "one basket", "customer": "all that a customer bought"}
# Chosen on a large grocery (see mix).
_ENOUGH = 5.0  # purchases at which a product's own vector says as much as the catalogue does


@dataclass(frozen=True, eq=False)
class Documents:
    """Documents of at least two known products.

    vocabulary: (v,) int64, positions in Dataset.items, ascending. counts: (v,) int64, documents' tokens of
    each. indptr (n+1,) int64 and items (nnz,) int32: the documents, as rows of the vocabulary; many million lie in a
    temporary file.
    bought, rare, single: products bought at all, of them bought too rarely to be in the vocabulary, and
    documents left out because they hold fewer than two known products.
    """

    vocabulary: np.ndarray
    counts: np.ndarray
    indptr: np.ndarray
    items: np.ndarray
    bought: int
    rare: int
    single: int

    def __len__(self) -> int:
        return len(self.indptr) - 1


def lists(dataset: Dataset, kind: str, progress: LinesDone = silent) -> tuple[np.ndarray, np.ndarray]:
    """(indptr, items): the baskets, or one list per customer; NeedsError when there are none of that kind."""
    if dataset.baskets is None:
        raise NeedsError("It learns from baskets, and this dataset has none.", "Add a baskets file.")
    if kind == "basket":
        return dataset.baskets.indptr, dataset.baskets.items
    if dataset.baskets.customers is None:
        raise NeedsError(
            "It should learn from customers, and these baskets name no customers.",
            "Mark the customer column, or learn from baskets.",
        )
    indptr, items, _ = dataset.baskets.by_customer(progress)
    return indptr, items


def read(
    dataset: Dataset, kind: str, min_count: int, rare: np.ndarray | None = None, progress: LinesDone = silent
) -> Documents:
    """The documents of a dataset over the products bought at least `min_count` times, and over those that were
    bought at all and are True in `rare` (n,). Some lines at a time, so that what is held does not grow with them.

    NeedsError, in a plain sentence, when not one document has two such products."""
    passes = _LinePasses(progress, 4 if kind == "customer" else 3)
    indptr, items = lists(dataset, kind, passes.done)
    counts = count_items(items, len(dataset), passes.done)
    enough = counts >= max(1, min_count)
    vocabulary = np.flatnonzero(enough if rare is None else enough | ((counts > 0) & rare))
    bought = int((counts > 0).sum())
    row = np.full(len(dataset), -1, np.int32)
    row[vocabulary] = np.arange(len(vocabulary), dtype=np.int32)
    sizes = np.zeros(len(indptr) - 1, np.int32)
    one = np.zeros(len(indptr) - 1, bool)  # which hold one product only, again and again
    for start, stop in row_slices(indptr):
        ends = np.r_[0, np.cumsum(row[items[indptr[start] : indptr[stop]]] >= 0)]
        sizes[start:stop] = np.diff(ends[indptr[start : stop + 1] - indptr[start]])
        if kind == "customer":
            one[start:stop] = _alone(row[items[indptr[start] : indptr[stop]]], indptr[start : stop + 1] - indptr[start])
        passes.done(int(indptr[stop]), len(items))
    full = (sizes >= 2) & ~one
    if not full.any():
        least = f" that were each bought at least {min_count} times" if min_count > 1 else ""
        raise NeedsError(
            f"It learns from what is bought together, and no {kind} holds two products{least}.",
            "Lower the minimum purchases."
            if min_count > 1 and (np.diff(indptr) > 1).any()
            else "Give baskets with two or more products.",
        )
    ends = np.r_[0, np.cumsum(sizes[full], dtype=np.int64)]
    folder = dataset.baskets.folder if dataset.baskets is not None else None
    kept, at = scratch_array(int(ends[-1]), np.int32, folder), 0
    for start, stop in row_slices(indptr):
        part = row[items[indptr[start] : indptr[stop]]]
        part = part[(part >= 0) & np.repeat(full[start:stop], np.diff(indptr[start : stop + 1]))]
        kept[at : at + len(part)] = part
        at += len(part)
        passes.done(int(indptr[stop]), len(items))
    return Documents(vocabulary, counts[vocabulary], ends, kept, bought, bought - len(vocabulary), int((~full).sum()))


def _alone(rows: np.ndarray, indptr: np.ndarray) -> np.ndarray:
    """(n,) bool: lists in which all that is known (rows >= 0) is one product. indptr: (n + 1,)."""
    out = np.zeros(len(indptr) - 1, bool)
    some = np.flatnonzero(np.diff(indptr))
    if len(some):
        highest = np.maximum.reduceat(rows, indptr[some])
        lowest = np.minimum.reduceat(np.where(rows < 0, np.iinfo(rows.dtype).max, rows), indptr[some])
        out[some] = highest == lowest
    return out


class _LinePasses:
    """Several passes over the same lines, with one progress."""

    def __init__(self, progress: LinesDone, passes: int) -> None:
        self._progress, self._passes, self._finished = progress, passes, 0

    def done(self, lines: int, of: int) -> None:
        """So many lines of a pass are done."""
        self._progress(self._finished * of + lines, self._passes * of)
        self._finished += lines == of


def partners(new: Dataset, known: Mapping[str, int], kind: str = "basket") -> tuple[np.ndarray, csr_matrix]:
    """What the unknown products of `new` are bought with.

    known: id -> row, for the products that have a vector. Returns (positions in new.items of the unknown
    products that share a document with a known one, (n, len(known)) weights whose rows sum to 1). A document
    counts once for each of its unknown products, whatever its length, and a row depends only on documents
    that hold its product: many at once or one alone give the same.
    """
    from scipy.sparse import csr_matrix

    if new.baskets is None:
        return np.empty(0, np.int64), csr_matrix((0, len(known)), dtype=np.float32)
    if kind == "customer" and new.baskets.customers is None:
        kind = "basket"
    indptr, items = lists(new, kind)
    row = np.fromiter((known.get(str(i), -1) for i in new.items), np.int64, len(new))
    unknown = np.flatnonzero(row < 0)
    column = np.full(len(new), -1, np.int64)
    column[unknown] = np.arange(len(unknown))
    total = csr_matrix((len(unknown), len(known)))
    for start, stop in row_slices(indptr):
        part, n = items[indptr[start] : indptr[stop]], stop - start
        doc = np.repeat(np.arange(n), np.diff(indptr[start : stop + 1]))
        is_known = row[part] >= 0
        have = csr_matrix((np.ones(is_known.sum()), (doc[is_known], row[part][is_known])), (n, len(known)))
        want = csr_matrix((np.ones((~is_known).sum()), (doc[~is_known], column[part][~is_known])), (n, len(unknown)))
        total += want.T @ _rows_to_one(have)
    found = _rows_to_one(total)
    rows = np.flatnonzero(np.diff(found.indptr))
    return unknown[rows], found[rows]


def fold_in(
    known: Embedding, counts: np.ndarray, new: Dataset, kind: str = "basket", content: Places | None = None
) -> Embedding:
    """Vectors of the products of `new`, in its order.

    Those of `known` as they are; others a mean over the known products they are bought with, each weighing
    1/(its count + 5), scaled to the usual length of a known vector: on withheld products such a mean finds
    neighbours of the right shelf as often as training with them does. counts: (len(known),) purchases of each known
    product. content: where the catalogue alone would put the products of `new` and of which it says something: it is
    mixed in, the less the more often a product was bought (see `mix`). The rest is left out and
    counted in meta ("known", "folded", "left_out", and "placed" by the catalogue alone).
    """
    at, weights = partners(new, known.row_of, kind)
    row = np.fromiter((known.row_of.get(str(i), -1) for i in new.items), np.int64, len(new))
    kept = row >= 0
    vectors = np.zeros((len(new), known.dimension), np.float32)
    vectors[kept] = known.vectors[row[kept]]
    usual = usual_length(known.vectors)
    if len(at):
        weights.data /= counts[weights.indices] + 5.0
        vectors[at] = scaled(_rows_to_one(weights) @ known.vectors.astype(np.float64), usual)
    meta = {"known": int(kept.sum()), "folded": len(at)}
    if content is not None and (placed := np.flatnonzero(content.known & ~kept)).size:
        bought = np.zeros(len(new))
        bought[at] = new.counts[at]
        vectors[placed] = mix(vectors[placed], scaled(content.vectors[placed], usual), bought[placed])
        alone = np.setdiff1d(placed, at)
        kept[placed] = True
        meta["placed"] = len(alone)
    kept[at] = True
    return Embedding("product", new.items[kept], vectors[kept], meta | {"left_out": int((~kept).sum())})


def mix(learned: np.ndarray, content: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(n, d): learned vectors of products that were bought `counts` (n,) times, drawn to what the catalogue says, half
    way at _ENOUGH purchases. Fewer purchases leave rare products among chance neighbours: of a product bought two to
    four times in a large grocery, 1 in 8 neighbours was of its kind with what the purchases alone say, 9 in 10 so."""
    trust = (counts / (counts + _ENOUGH))[:, None]
    return np.asarray(trust * learned + (1 - trust) * content, np.float32)


def drawn(learned: np.ndarray, place: np.ndarray, known: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(n, d): learned vectors of products bought `counts` (n,) times, those that the catalogue knows (v,)
    drawn to the place (n, d) it gives them, at the usual length of a vector."""
    out = learned.copy()
    out[known] = mix(learned[known], scaled(place[known], usual_length(learned)), counts[known])
    return out


def usual_length(vectors: np.ndarray) -> float:
    """The median length."""
    return float(np.median(np.linalg.norm(vectors, axis=1)))


def scaled(vectors: np.ndarray, length: float) -> np.ndarray:
    """(n, d): the same directions, all of one length."""
    return np.asarray(vectors * (length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)))


def _rows_to_one(m: csr_matrix) -> csr_matrix:
    total = np.asarray(m.sum(axis=1)).ravel()
    m.data /= np.repeat(np.maximum(total, 1e-12), np.diff(m.indptr))
    return m
