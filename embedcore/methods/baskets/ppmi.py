"""Who is bought with whom, counted in one pass, and the main directions of that: vectors in seconds, before SGNS has
any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedcore.data import Embedding
from embedcore.methods.baskets.documents import Documents
from embedcore.methods.baskets.pieces import cut_up
from embedcore.methods.columns import context_chance, main_directions, mutual_information, sample_rows
from embedcore.progress import Progress, part, silent
from embedcore.vectors import select_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Chosen with tests/bench/peers.py: held-out baskets completed, and at most a few CPU seconds.
DIMENSION = 64
_PAIRS = 60_000_000  # pairs that are counted at most, about two CPU seconds; of more documents, a sample is read
_CUT = 30  # products of a piece, as in product2vec
_BLOCK = 5_000_000  # pairs between two progress calls: a fifth of a second, and a hundred MB
_CONTEXTS = 3_000  # products by whose company the others are known: the tail as well adds time and no hits
_CONTEXT = 0.5  # exponent of the contexts' frequency
_SELDOM = 0.1  # a pair that weighs less (once, in a long basket) says next to nothing,
_OFTEN = 5  # unless it is all that is known: of a product bought fewer times it is kept
_ROUNDS = 3  # power iterations
_NOTE = "Counting a first answer"  # nothing of the training is done yet: its progress stays at 0


@dataclass(frozen=True, eq=False)
class Counted:
    """product, context: (v, d) float32, whose dot products are how much more often than by chance one is bought with
    the other, roughly. read: documents whose pairs were counted."""

    product: np.ndarray
    context: np.ndarray
    read: int


def answer(docs: Documents, ids: np.ndarray, seed: int = 0, progress: Progress = silent) -> Embedding | None:
    """The products of the documents that keep company with others, as vectors to compare by cosine; None when no
    company stands out. ids: (v,) of the vocabulary. meta: documents, and of how many the pairs were counted."""
    found = vectors(docs, DIMENSION, seed, progress)
    known = np.flatnonzero(np.abs(found.product).max(axis=1, initial=0))
    if len(known) < 2:
        return None
    return Embedding("product", ids[known], found.product[known], {"documents": len(docs), "read": found.read})


def vectors(docs: Documents, dimension: int, seed: int = 0, progress: Progress = silent) -> Counted:
    """Positive pointwise mutual information with an exponent on the context's frequency (Levy, Goldberg and Dagan
    2015), rare pairs discounted (Pantel and Lin 2002), and its truncated SVD with the singular values shared out
    between the two sides. d is smaller than `dimension` for few products, and 0 when no company stands out.

    Documents of more than _CUT products are read in random pieces; a pair weighs 1/(n-1) in a piece of n, so that
    every purchase counts alike. At most the pairs of a few seconds are counted: of more documents, a sample."""
    from scipy.sparse import vstack

    sizes = np.diff(docs.indptr)
    rows = sample_rows(sizes * np.minimum(sizes, _CUT).astype(np.float64), _PAIRS, seed)
    indptr, items = (docs.indptr, docs.items) if rows is None else select_rows(docs.indptr, docs.items, rows)
    indptr, items = cut_up(indptr, items, _CUT, np.random.default_rng(seed))
    v = len(docs.vocabulary)
    often = np.bincount(items, minlength=v).astype(np.float64)
    contexts = np.sort(np.argsort(-often, kind="stable")[:_CONTEXTS])
    m = vstack(list(_positive(indptr, items, often, contexts, progress)), format="csr")
    directions, values = main_directions(
        m, dimension if m.nnz else 0, seed, part(progress, 0, 0, _NOTE, only=True), rounds=_ROUNDS
    )
    known = values > 1e-6 * values.max(initial=0)
    directions, share = directions[:, known], np.sqrt(values[known])
    context = np.zeros((v, len(share)), np.float32)
    context[contexts] = directions * np.sqrt(values.mean() if len(values) else 0.0)
    return Counted(np.asarray(m @ directions / share, np.float32), context, len(docs) if rows is None else len(rows))


def _positive(
    indptr: np.ndarray, items: np.ndarray, often: np.ndarray, contexts: np.ndarray, progress: Progress
) -> Iterator[csr_matrix]:
    """The rows of the (v, contexts) table of what stands out, in blocks. often: (v,) purchases, which the weighted
    pairs of a product add up to."""
    from scipy.sparse import csr_matrix

    v, sizes, context_often = len(often), np.diff(indptr), often[contexts]
    each = np.repeat(1 / np.maximum(sizes - 1, 1), sizes).astype(np.float32)
    turned = csr_matrix((each, items, indptr), (len(sizes), v)).T.tocsr()
    company = csr_matrix((np.ones(len(items), np.float32), items, indptr), (len(sizes), v))[:, contexts]
    chance = context_chance(context_often, _CONTEXT)
    ends = np.cumsum(np.bincount(items, np.repeat(sizes, sizes), v))
    at = 0
    while at < v:
        done = float(ends[at - 1]) if at else 0.0
        stop = max(at + 1, int(np.searchsorted(ends, done + _BLOCK, side="right")))
        both = (turned[at:stop] @ company).tocoo()
        row, col, count = both.row + at, both.col, both.data
        good = (row != contexts[col]) & ((count >= _SELDOM) | (often[row] < _OFTEN))
        row, col, count = row[good], col[good], count[good]
        least = np.minimum(often[row], context_often[col])
        score = mutual_information(count, often[row], chance[col]) * (count / (count + 1)) * (least / (least + 1))
        good = score > 0
        yield csr_matrix((score[good].astype(np.float32), (row[good] - at, col[good])), (stop - at, len(contexts)))
        at = stop
        progress(0, 1, note=_NOTE)
