"""python -m tests.bench.newcomers [instacart1k cj fashion]: products that nobody bought, and those bought rarely.

Withheld: products are hidden from all of training; asked with the rest of each basket that held one, which of the
hidden ones belongs to it? Bought 1 to 4 times: one product of a held-out basket is hidden, and its place among all
such products is looked at. In brackets 95 % intervals of a bootstrap over the products that were asked for. Category
popularity is that of the column that does best. The map and the mix learn from the training part alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy import sparse

from embedcore import methods, samples
from embedcore.data import Catalogue, Dataset
from embedcore.recommend import ColdStart, TitleWords, fit, mix
from tests.shared import SHARED

HIDDEN, QUERIES, BATCH, K = 1_000, 4_000, 50, 20
RARE = 5
Score = Callable[[sparse.csr_array], np.ndarray]


def catalogue_of(shop: str) -> Catalogue:
    if shop == "instacart1k":
        frame = pd.read_csv(SHARED / "data" / "recs" / shop / "products.csv.gz", dtype=str)
        return Catalogue(
            frame, {"product_id": "id", "text": "title", "category_mid": "category", "category_top": "category"}
        )
    found = samples.load({"cj": "completejourney"}.get(shop, shop)).catalogue
    assert found is not None
    return found


def data_of(module: Any, shop: str) -> Any:
    if shop != "fashion":
        return module.load(shop)
    sample = samples.load(shop)
    b = sample.baskets
    assert b is not None
    assert b.customers is not None
    assert b.times is not None
    each = np.repeat(np.arange(len(b)), b.sizes)
    return module.from_frame(
        pd.DataFrame(
            {
                "basket_id": each,
                "product_id": sample.items[b.items],
                "customer_id": b.customers[each],
                "ts": b.times[each],
            }
        )
    )


def dataset_of(split: Any, catalogue: Catalogue, hidden: np.ndarray) -> tuple[Dataset, np.ndarray]:
    """(training without the hidden products (n_items,) bool, where each product of the split lies in it)."""
    ids = np.array([str(i) for i in split.products], dtype=object)
    basket = np.repeat(np.arange(len(split.train)), [len(b) for b in split.train])
    items = np.concatenate(split.train)
    keep = ~hidden[items]
    lines = pd.DataFrame({"basket": basket[keep].astype(str), "item": ids[items[keep]]})
    data = Dataset.build("bench", catalogue, lines)
    return data, np.array([data.index.get(str(i), -1) for i in ids])


def category_popularity(data: Dataset) -> dict[str, np.ndarray]:
    """Column -> (n,) how often products of each one's value are bought."""
    out = {}
    for column in data.columns("category", "brand"):
        codes = pd.factorize(data.column(column))[0]
        total = np.bincount(codes[codes >= 0], data.counts[codes >= 0])
        out[column] = np.where(codes >= 0, total[codes], 0)
    return out


def words_of(data: Dataset) -> sparse.csr_array:
    x = TitleWords.of(data).unit
    return sparse.csr_array(
        (x.data, x.indices, np.r_[x.indptr, np.full(len(data) - x.shape[0], x.indptr[-1])]),
        shape=(len(data), x.shape[1]),
    )


def table(rows: Sequence[np.ndarray], n: int) -> sparse.csr_array:
    indptr = np.r_[0, np.cumsum([len(r) for r in rows])]
    return sparse.csr_array((np.ones(indptr[-1], np.float32), np.concatenate(list(rows)), indptr), shape=(len(rows), n))


def shown(place: np.ndarray, product: np.ndarray) -> str:
    """HR@K and MRR with intervals, resampling products."""
    cells = []
    for x in (place <= K, 1 / place):
        _, at = np.unique(product, return_inverse=True)
        total, many = np.bincount(at, x), np.bincount(at)
        drawn = np.random.default_rng(1).integers(0, len(many), (1000, len(many)))
        means = total[drawn].sum(axis=1) / many[drawn].sum(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        cells.append(f"{x.mean():8.3f} [{low:.3f} {high:.3f}]".replace("0.", "."))
    return "".join(f"{c:>20}" for c in cells)


def rank(queries: sparse.csr_array, among: np.ndarray, truth: np.ndarray, contenders: dict[str, Score]) -> None:
    """Print each contender's line. among: (m,) positions that are ranked; truth: (q,) rows of among."""
    places: dict[str, list[np.ndarray]] = {who: [] for who in contenders}
    for start in range(0, len(truth), BATCH):
        some, right = queries[start : start + BATCH], truth[start : start + BATCH]
        inside = some[:, among].tocoo()
        for who, score in contenders.items():
            s = np.array(score(some), np.float32)
            s[inside.row, inside.col] = -np.inf
            true_scores = s[np.arange(len(right)), right][:, None]
            places[who].append(1 + (s > true_scores).sum(axis=1) + ((s == true_scores).sum(axis=1) - 1) / 2)
    best = max(
        (w for w in places if w.startswith("category")),
        default=None,
        key=lambda w: np.mean(np.concatenate(places[w]) <= K),
    )
    for who, found in places.items():
        if not who.startswith("category") or who == best:
            print(f"  {who:44}{shown(np.concatenate(found), truth)}", flush=True)


def simple(data: Dataset, among: np.ndarray) -> dict[str, Score]:
    """Category popularity and similar words."""
    words = words_of(data)
    out: dict[str, Score] = {
        f"category popularity ({name})": lambda q, p=popular: np.tile(p[among], (q.shape[0], 1))
        for name, popular in category_popularity(data).items()
    }
    out["text neighbours (TF-IDF of the names)"] = lambda q: ((q @ words) @ words[among].T).toarray()
    return out


def withheld(module: Any, shop: str, catalogue: Catalogue, seed: int) -> None:
    split = module.make_split(data_of(module, shop), "test")
    rng = np.random.default_rng(seed)
    hidden = np.zeros(split.n_items, bool)
    hidden[rng.choice(split.n_items, min(HIDDEN, split.n_items // 10), replace=False)] = True
    data, at = dataset_of(split, catalogue, hidden)
    hidden &= at >= 0
    queries = [
        (at[b[~hidden[b]]], at[i]) for b in split.train if hidden[b].any() and not hidden[b].all() for i in b[hidden[b]]
    ]
    queries = [queries[n] for n in np.sort(rng.permutation(len(queries))[:QUERIES])]
    among = np.sort(at[hidden])
    truth = np.searchsorted(among, [i for _, i in queries])
    method: Any = methods.get("product2vec")
    fitted, found = method.fit(data, method.Params()), fit(data)
    product = fitted.embeddings["product"]
    new = Dataset.build("new", _rows(catalogue, data.items[among]), None)
    score, order = fitted.newcomers(new), np.array([new.index.get(str(i), -1) for i in data.items[among]])
    place, row = _dense(fitted.embed(new), data, among), _dense(product, data)
    at_row = np.full(len(data), -1)
    at_row[data.positions(product.ids)] = np.arange(len(product))
    known = ColdStart.of(data)
    assert known is not None
    column = np.searchsorted(known.items, among)
    column[known.items[np.minimum(column, len(known.items) - 1)] != among] = -1

    def ours(q: sparse.csr_array) -> np.ndarray:
        rows = [at_row[q.indices[a:b]] for a, b in zip(q.indptr, q.indptr[1:], strict=False)]
        return np.maximum(np.array([score(r[r >= 0])[order] for r in rows]), -1e9)

    def mixed(q: sparse.csr_array) -> np.ndarray:
        scores = known.scores(found, [q.indices[a:b] for a, b in zip(q.indptr, q.indptr[1:], strict=False)])
        return np.where(column >= 0, scores[:, column], -1e9)

    print(
        f"\n{shop}: {len(among):,} withheld products, {len(truth):,} baskets (seed {seed}); by chance "
        f"{K / len(among):.3f}\n  {'':44}{f'HR@{K}':>20}{'MRR':>20}",
        flush=True,
    )
    rank(
        table([b for b, _ in queries], len(data)),
        among,
        truth,
        simple(data, among)
        | {
            "product2vec: the vectors' mean": lambda q: (q @ _unit(row)) @ _unit(place).T,
            "product2vec: content map": ours,
            "recommender: newcomers": mixed,
        },
    )


def rarely(module: Any, shop: str, catalogue: Catalogue, seed: int) -> None:
    split = module.make_split(data_of(module, shop), "test", per_basket=200, max_completion=10**9)
    data, at = dataset_of(split, catalogue, np.zeros(split.n_items, bool))
    rare = np.flatnonzero((split.ct >= 0) & (split.freq[split.ct] < RARE) & (at[split.ct] >= 0))
    rare = np.sort(np.random.default_rng(seed).permutation(rare)[: QUERIES // 4])
    among = np.flatnonzero((data.counts > 0) & (data.counts < RARE))
    truth = np.searchsorted(among, at[split.ct[rare]])
    method: Any = methods.get("product2vec")
    fitted, found = method.fit(data, method.Params()), fit(data)
    drawn = _dense(fitted.embeddings["product"], data)
    plain = np.zeros_like(drawn)
    own = fitted.arrays["inner"] + fitted.embeddings["context"].vectors
    plain[data.positions(fitted.embeddings["product"].ids)] = own - own.mean(axis=0)
    old = _unit(plain)
    print(
        f"\n{shop}: {len(truth):,} held-out baskets with a product bought 1 to {RARE - 1} times, ranked among the "
        f"{len(among):,} of these\n  {'':44}{f'HR@{K}':>20}{'MRR':>20}",
        flush=True,
    )
    now = _unit(drawn)
    rank(
        table([at[split.cq[i]] for i in rare], len(data)),
        among,
        truth,
        simple(data, among)
        | {
            "product2vec without the catalogue": lambda q: (q @ old) @ old[among].T,
            "product2vec with it": lambda q: (q @ now) @ now[among].T,
            "recommender": lambda q: mix.completion(
                found, [q.indices[a:b] for a, b in zip(q.indptr, q.indptr[1:], strict=False)]
            )[0][:, among],
        },
    )


def _rows(catalogue: Catalogue, ids: np.ndarray) -> Catalogue:
    wanted = set(map(str, ids))
    keep = [str(i) in wanted for i in catalogue.ids]
    return Catalogue(catalogue.frame[keep].reset_index(drop=True), catalogue.roles)


def _dense(found: Any, data: Dataset, among: np.ndarray | None = None) -> np.ndarray:
    """Vectors by position in data, or by row of among; zero where there is none."""
    out = np.zeros((len(data), found.dimension), np.float32)
    out[data.positions(found.ids)] = found.vectors
    return out if among is None else out[among]


def _unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9))


def main(names: Sequence[str] = ("instacart1k", "fashion"), seed: int = 202) -> None:
    from tests.bench.__main__ import protocol

    module = protocol()
    if module is None:
        print("newcomers: did not run, the evaluation protocol and its data are not beside this checkout")
        return
    for shop in names:
        catalogue = catalogue_of(shop)
        withheld(module, shop, catalogue, seed)
        rarely(module, shop, catalogue, seed)


if __name__ == "__main__":
    main(sys.argv[1:] or ("instacart1k", "cj", "fashion"))
