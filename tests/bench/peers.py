"""The peers of the recommender, each in a few lines: functions split -> score(task, questions) -> (q, n_items)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

Score = Callable[[str, Sequence[Any]], np.ndarray]


def rows(queries: Sequence[np.ndarray], n: int) -> sparse.csr_matrix:
    indptr = np.r_[0, np.cumsum([len(a) for a in queries])]
    return sparse.csr_matrix(
        (np.ones(indptr[-1], np.float32), np.concatenate(list(queries)), indptr), (len(queries), n)
    )


def counted(task: str, queries: Sequence[Any], n: int, decay: float = 1.0) -> sparse.csr_matrix:
    """Questions as rows of counts: a basket, or all baskets of a customer, older ones decayed."""
    if task == "completion":
        return rows(queries, n)
    out = rows([np.concatenate(h) for h in queries], n)
    out.data = np.concatenate(
        [np.repeat(decay ** np.arange(len(h) - 1, -1, -1.0), [len(b) for b in h]) for h in queries]
    ).astype(np.float32)
    out.sum_duplicates()
    return out


def popularity(split: Any) -> Score:
    return lambda task, queries: np.tile(split.freq / split.freq.sum(), (len(queries), 1))


def own_frequency(split: Any, decay: float) -> Score:
    known = split.freq / (split.freq.max() + 1.0) * 1e-3

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        own = counted(task, queries, split.n_items, decay).toarray() if task == "next" else 0
        return np.asarray(own + np.tile(known, (len(queries), 1)))

    return score


def item_knn(split: Any) -> Score:
    """Cosine of products over baskets."""
    x = rows(split.train, split.n_items)
    x = x @ sparse.diags_array(1 / np.sqrt(np.maximum(split.freq, 1)).astype(np.float32))
    cosine = sparse.csr_matrix(x.T @ x)
    cosine.setdiag(0)
    return lambda task, queries: (counted(task, queries, split.n_items) @ cosine).toarray()


def ease(split: Any, most: int = 5000, ridge: float = 100.0) -> Score:
    """Steck 2019 on the products bought most."""
    head = np.sort(np.argsort(-split.freq, kind="stable")[:most])
    x = rows(split.train, split.n_items)[:, head]
    gram = (x.T @ x).toarray() + ridge * np.eye(len(head), dtype=np.float32)
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        out = np.zeros((len(queries), split.n_items), np.float32)
        out[:, head] = counted(task, queries, split.n_items)[:, head] @ weights
        return out

    return score


RIDGES = (10.0, 50.0, 200.0, 800.0)


def tuned_ridge(split: Any, measure: Callable[[Score], float], most: int = 5000) -> float:
    """The ridge of RIDGES that measures best on a split, the validation part of the data."""
    return max(RIDGES, key=lambda ridge: measure(ease(split, most, ridge)))


def tifu(
    split: Any, near: int = 300, within: float = 0.9, between: float = 0.7, share: float = 0.7, groups: int = 7
) -> Score:
    """TIFU-kNN (Hu et al. 2020): decayed history, mixed with that of the nearest customers."""

    def vectors(histories: Sequence[Any]) -> sparse.csr_matrix:
        out = []
        for h in histories:
            size = -(-len(h) // groups)
            group = (np.arange(len(h) - 1, -1, -1)) // size
            inside = (np.arange(len(h) - 1, -1, -1)) % size
            w = within**inside * between**group / len(h)
            out.append((np.concatenate(h), np.repeat(w, [len(b) for b in h])))
        table = rows([i for i, _ in out], split.n_items)
        table.data = np.concatenate([w for _, w in out]).astype(np.float32)
        table.sum_duplicates()
        return table

    everybody = vectors(split.histories)
    length = np.asarray(everybody.multiply(everybody).sum(1)).ravel()

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        if task != "next":
            return np.tile(split.freq / split.freq.sum(), (len(queries), 1))
        own = vectors(queries)
        far = length[None, :] - 2 * (own @ everybody.T).toarray()
        k = min(near, far.shape[1] - 1)
        chosen = np.argpartition(far, k, axis=1)[:, :k]
        pick = sparse.csr_matrix(
            (np.full(chosen.size, 1 / k, np.float32), chosen.ravel(), np.arange(len(queries) + 1) * k),
            (len(queries), everybody.shape[0]),
        )
        return np.asarray((own * share + (pick @ everybody) * (1 - share)).toarray())

    return score


def als(split: Any, factors: int = 64) -> Score:
    """implicit's alternating least squares; baskets are its users."""
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=factors, iterations=10, random_state=0, num_threads=1)
    model.fit(rows(split.train, split.n_items), show_progress=False)
    items = model.item_factors

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        return np.asarray(
            model.recalculate_user(np.arange(len(queries)), counted(task, queries, split.n_items)) @ items.T
        )

    return score


def gensim_tutorial(split: Any) -> Score:
    """gensim as its tutorials use it: CBOW, window 5, cosine of the mean vector."""
    import gensim

    model = gensim.models.Word2Vec([[str(i) for i in b] for b in split.train], workers=1, seed=0)
    vectors = np.zeros((split.n_items, model.vector_size), np.float32)
    for n, word in enumerate(model.wv.index_to_key):
        vectors[int(word)] = model.wv.get_normed_vectors()[n]
    return lambda task, queries: counted(task, queries, split.n_items) @ vectors @ vectors.T


def gensim_whole(split: Any, size: int = 64, exponent: float = 0.75) -> Score:
    """gensim at its best: skip-gram over the whole basket; the score of an in-vector with an out-vector is how much
    more than by chance, so the logarithm of the count comes back by the sampling exponent."""
    import gensim

    lines = sum(len(b) for b in split.train)
    model = gensim.models.Word2Vec(
        [[str(i) for i in b] for b in split.train],
        vector_size=size,
        sg=1,
        window=max(len(b) for b in split.train),
        min_count=1,
        ns_exponent=exponent,
        sample=0,
        shrink_windows=False,
        epochs=20 if lines < 500_000 else 5,
        workers=1,
        seed=0,
    )
    place = np.array([int(word) for word in model.wv.index_to_key])
    inside, outside = np.zeros((2, split.n_items, size), np.float32)
    inside[place], outside[place] = model.wv.vectors, model.syn1neg
    often = exponent * np.log(np.maximum(split.freq, 1))

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        known = counted(task, queries, split.n_items)
        mean = known @ inside / np.maximum(np.asarray(known.sum(1)), 1)
        return np.asarray(mean @ outside.T + often)

    return score


def product2vec(split: Any) -> Score:
    """Ours alone, with its defaults."""
    from embedcore import methods
    from tests.bench.recommend import dataset_of

    method: Any = methods.get("product2vec")
    fitted = method.fit(dataset_of(split), method.Params())
    ids = fitted.embeddings["product"].ids.astype(int)
    row = np.full(split.n_items, -1)
    row[ids] = np.arange(len(ids))

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        out = np.tile(split.freq / split.freq.sum() * 1e-3 - 1e3, (len(queries), 1)).astype(np.float32)
        for n, question in enumerate(queries):
            known = row[question if task == "completion" else np.concatenate(question[-10:])]
            if (known >= 0).any():
                out[n, ids] = fitted.score(known[known >= 0])
        return out

    return score
