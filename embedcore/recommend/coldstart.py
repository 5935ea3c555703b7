"""Cold start: products of the catalogue that nobody has bought yet, which baskets they fit, which known products are
similar.

What is bought with a basket speaks for the words and values of those products, and these speak for new products.

>>> import pandas as pd
>>> from embedcore.recommend.model import fit
>>> table = pd.DataFrame({"id": ["bread", "jam", "new"], "name": ["Rye bread", "Plum jam", "Fig jam"]})
>>> lines = pd.DataFrame({"basket": [*"112233"], "item": ["bread", "jam"] * 3})
>>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}), lines)
>>> [(r.id, r.reason) for r in for_baskets(shop, fit(shop), {"q": np.array([0])}, 1)["q"]]
[('new', 'new; similar to “Plum jam”, which is bought with “Rye bread”')]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from embedcore.data import Catalogue, Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.explore import Recent, Recommendation
from embedcore.methods.columns import Cells
from embedcore.progress import Progress, silent
from embedcore.recommend.purchases import table
from embedcore.recommend.recommender import Recommender
from embedcore.vectors import unit_rows

NEW = "not bought yet"  # Recommendation.source of these
# Chosen on withheld products of instacart1k, Complete Journey and fashion (tests/bench/newcomers.py).
_FEW = 5.0  # products added to each word and value, so that one that few products have does not count as certain
_WORDS = 0.2  # weight of likeness to the basket's own products, beside what they are bought with
_CELLS = 6_000_000  # scores in memory
_BLOCK = 1_000  # queries answered before the next are read
_REPORT = 50  # queries between two reports of progress


@dataclass(frozen=True, eq=False)
class ColdStart:
    """items: (m,) positions of the never bought products that the catalogue describes, ascending. tokens: (n, T)
    float32, its description of every product: weights of words, values and ranges, rows of length 1 or empty.
    bought: (b,) positions of the bought products. spread: (T,) how much of each token the bought ones have.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": ["bread", "jam", "new"], "name": ["Rye bread", "Plum jam", "Fig jam"]})
    >>> lines = pd.DataFrame({"basket": ["1", "1"], "item": ["bread", "jam"]})
    >>> known = ColdStart.of(Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}), lines))
    >>> known.items.tolist(), known.bought.tolist()
    ([2], [0, 1])
    """

    items: np.ndarray
    bought: np.ndarray
    tokens: sparse.csr_array
    spread: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> ColdStart | None:
        """Kept for the two datasets used last. None without a catalogue or baskets, or where the columns hold nothing
        that products share."""
        if dataset.catalogue is None or dataset.baskets is None:
            return None
        return _recent.get(dataset.hash, lambda: cls._build(dataset))

    @classmethod
    def _build(cls, dataset: Dataset) -> ColdStart | None:
        try:
            cells = Cells.of(dataset)
        except NeedsError:
            return None
        matrix = cells.matrix(dataset)
        tokens = sparse.csr_array(unit_rows(matrix, _rarity(matrix) * cells.share))
        bought = np.flatnonzero(dataset.counts)
        described = np.asarray(tokens.sum(axis=1)).ravel() > 0
        items = np.flatnonzero((dataset.counts == 0) & described)
        return cls(items, bought, tokens, np.asarray(tokens[bought].sum(axis=0)).ravel())

    def scores(self, model: Recommender, baskets: Sequence[np.ndarray]) -> np.ndarray:
        """(q, m) float32: how well each new product fits each basket (positions); -inf where it is in it.

        Each word and value scores the mean of how well the products that have it go with the basket (co-occurrence);
        a new product the mean of its own, plus its likeness to what is in the basket. On withheld products of three
        shops this found more than similar words, the popularity of categories or learned vectors did."""
        queries = table([np.unique(b) for b in baskets], len(model))
        partners = sparse.csr_array(queries @ model.together)[:, self.bought]
        worth = (partners @ self.tokens[self.bought]) @ sparse.diags_array(1 / (self.spread + _FEW))
        own = self.tokens[self.items]
        out = _best_is_one((sparse.csr_array(worth) @ (own * own).T).toarray())
        out += _WORDS * _best_is_one(((queries @ self.tokens) @ own.T).toarray())
        inside = queries[:, self.items].tocoo()
        out[inside.row, inside.col] = -np.inf
        return np.asarray(out, np.float32)

    def like(self, item: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        """(positions, likeness 0..1) of the k bought products most like `item`, best first."""
        alike = (self.tokens[self.bought] @ self.tokens[[item]].T).toarray().ravel()
        order = np.lexsort((self.bought, -alike))[:k]
        order = order[alike[order] > 0]
        return self.bought[order], alike[order]

    def why(self, dataset: Dataset, model: Recommender, basket: np.ndarray, item: int) -> str:
        """Such as: new; similar to “Oat drink”, which is bought with “Muesli”."""
        alike = (self.tokens[self.bought] @ self.tokens[[item]].T).toarray().ravel()
        rows = sparse.csr_array(model.together[basket])[:, self.bought].toarray()
        through = alike**3 * rows.sum(axis=0)  # what is very similar rather than what is bought often
        if through.max(initial=0) > 0:
            best = int(through.argmax())
            anchor = int(basket[rows[:, best].argmax()])
            known = self.bought[best]
            return f"new; similar to “{dataset.titles[known]}”, which is bought with “{dataset.titles[anchor]}”"
        near = (self.tokens[basket] @ self.tokens[[item]].T).toarray().ravel()
        return f"new; similar to “{dataset.titles[basket[int(near.argmax())]]}”" if near.max(initial=0) > 0 else "new"


def for_baskets(
    dataset: Dataset, model: Recommender, queries: Mapping[str, np.ndarray], k: int
) -> dict[str, list[Recommendation]]:
    """query -> its k best products that nobody has bought yet, best first; [] where nothing speaks for any.

    queries: query -> positions of the basket's products."""
    known = ColdStart.of(dataset)
    out: dict[str, list[Recommendation]] = {name: [] for name in queries}
    if known is None or not len(known.items):
        return out
    names = [name for name in queries if len(queries[name])]
    step = max(1, min(256, _CELLS // len(known.items)))
    for start in range(0, len(names), step):
        some = names[start : start + step]
        baskets = [np.unique(queries[name]) for name in some]
        for name, basket, row in zip(some, baskets, known.scores(model, baskets), strict=True):
            order = np.lexsort((known.items, -row))[:k]
            out[name] = [
                Recommendation.of(dataset, item, float(score), known.why(dataset, model, basket, item), NEW)
                for item, score in zip(known.items[order].tolist(), row[order].tolist(), strict=True)
                if score > 0
            ]
    return out


def in_blocks(
    dataset: Dataset, model: Recommender, queries: Mapping[str, np.ndarray], k: int, progress: Progress = silent
) -> Iterator[tuple[str, list[Recommendation]]]:
    """for_baskets for any number of queries, some at a time."""
    names = list(queries)
    for start in range(0, len(names), _BLOCK):
        progress(start, len(names), note="New products")
        some = {name: queries[name] for name in names[start : start + _BLOCK]}
        yield from for_baskets(dataset, model, some, k).items()
    progress(len(names), len(names), note="New products")


def from_result(
    dataset: Dataset, fitted: Any, queries: Mapping[str, np.ndarray], k: int, progress: Progress = silent
) -> Iterator[tuple[str, list[Recommendation]]]:
    """The same from a trained product2vec alone: by the vectors that the catalogue gives to what nobody has bought.

    fitted: the trained method. NeedsError without a catalogue, InputError when all its products were bought."""
    if dataset.catalogue is None:
        raise NeedsError("There is no catalogue, so nothing is known of new products.", "Add a table of products.")
    catalogue, counts = dataset.catalogue, dataset.counts[: dataset.n_catalogue]
    if counts.all():
        raise InputError("Every product of the catalogue was bought, so none is new.")
    frame = catalogue.frame[counts == 0].reset_index(drop=True)
    score = fitted.newcomers(Dataset.build(dataset.name, Catalogue(frame, catalogue.roles), None))
    items, product = np.flatnonzero(counts == 0), fitted.embeddings["product"]
    row = np.full(len(dataset), -1, np.int64)
    row[dataset.positions(product.ids)] = np.arange(len(product))
    for n, (name, basket) in enumerate(queries.items()):
        rows = row[basket][row[basket] >= 0]
        fits = score(rows) if len(rows) else np.full(len(items), -np.inf, np.float32)
        fits[np.isin(items, basket)] = -np.inf
        order = np.lexsort((items, -fits))[:k]
        yield (
            name,
            [
                Recommendation.of(dataset, int(items[at]), float(fits[at]), "new; close in the embedding", NEW)
                for at in order.tolist()
                if fits[at] > 0
            ],
        )
        if n % _REPORT == 0:
            progress(n, len(queries), note="New products")


def _rarity(tokens: sparse.csr_matrix) -> np.ndarray:
    """(T,) float32: log of products per product that has the token (inverse document frequency)."""
    having = np.asarray(tokens.sum(axis=0)).ravel()
    return np.asarray(np.log(tokens.shape[0] / np.maximum(having, 1)), np.float32)


def _best_is_one(scores: np.ndarray) -> np.ndarray:
    """(q, m): each row divided by its largest."""
    return np.asarray(scores / np.maximum(scores.max(axis=1, keepdims=True, initial=0), 1e-12))


_recent: Recent[ColdStart | None] = Recent(2)
