"""A map from what words mean in general to what they mean in this shop, learned from baskets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.base import figure
from embedcore.methods.evaluation import best, hits
from embedcore.progress import Progress, silent
from embedcore.vectors import unit

# Chosen by hand: the map has settled after these steps at this rate.
_STEPS, _BATCH, _RATE, _HEAT = 300, 1024, 1e-2, 0.1
_HELD = 0.15  # share of the texts that the fit does not see
_QUERIES = 1000  # of them, whose neighbours are looked at
_FEW = 100  # pairs below which there is nothing to learn from
_BASKETS = 300_000  # baskets that are looked at
_LINES = 20_000_000  # lines of the baskets they are taken from


@dataclass(frozen=True, eq=False)
class Adapter:
    """matrix: (d, d) float32; a vector x becomes x @ matrix, at length 1."""

    matrix: np.ndarray

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """(n, d) -> (n, d) float32 of length 1."""
        return unit(np.asarray(vectors, np.float32) @ self.matrix)

    def arrays(self) -> dict[str, np.ndarray]:
        """For a model's file."""
        return {"adapter": self.matrix}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Adapter | None:
        """From a model's file; None when it has none."""
        return cls(arrays["adapter"]) if "adapter" in arrays else None


@dataclass(frozen=True)
class Result:
    """adapter: None when it was refused. figures: before and after, on texts that the fit never saw."""

    adapter: Adapter | None
    notices: list[str] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Texts that were bought together more often than chance has it: a < b, how often for sure (weight)."""

    a: np.ndarray
    b: np.ndarray
    weight: np.ndarray

    def only(self, keep: np.ndarray) -> _Pairs:
        return _Pairs(self.a[keep], self.b[keep], self.weight[keep])

    def __len__(self) -> int:
        return len(self.a)


def fit_adapter(
    dataset: Dataset,
    at: np.ndarray,
    texts: list[str],
    vectors: np.ndarray,
    seed: int = 0,
    progress: Progress = silent,
    *,
    steps: int = _STEPS,
) -> Result:
    """Learn a linear map (d x d, starting at no change) that brings texts close which are bought together: InfoNCE
    (van den Oord and others 2018) on pairs drawn by their share of the baskets times the log of their lift.

    at: (n,) positions in `dataset.items` of the products with a text; texts, vectors (n, d): of these. Equal texts are
    one, and _HELD of the different texts, with all products that have them, are kept out of the fit: on them what is
    found before and after is measured, and a map that finds less is refused."""
    progress(0, steps + 2, note="Fitting: looking for what is bought together")
    code = {t: n for n, t in enumerate(dict.fromkeys(texts))}
    text_of = np.fromiter((code[t] for t in texts), np.int64, len(texts))
    first = np.unique(text_of, return_index=True)[1]
    x = np.ascontiguousarray(vectors[first], np.float32)
    of = np.full(len(dataset), -1, np.int64)
    of[at] = text_of
    pairs = _pairs(dataset, of, len(x), seed)
    rng = np.random.default_rng(seed)
    bought = np.unique(np.r_[pairs.a, pairs.b])
    held = np.zeros(len(x), bool)
    held[rng.choice(bought, round(_HELD * len(bought)), replace=False)] = True
    seen = pairs.only(~held[pairs.a] & ~held[pairs.b])
    if len(seen) < _FEW or not held.any():
        progress(steps + 2, steps + 2, note="Fitting: nothing to learn from")
        return Result(
            None,
            [
                "Too few products are bought together more often than by chance to fit to them: the "
                "vectors are those of the language model."
            ],
        )
    matrix, losses = _train(x, seen, rng, seed, steps, progress)
    adapter = Adapter(matrix)
    progress(steps + 1, steps + 2, note="Fitting: measuring on products it has not seen")
    categories = _categories(dataset, at[first])
    figures = _figures(pairs, held, x, adapter.apply(x), categories, rng)
    progress(steps + 2, steps + 2, note="Fitting")
    before, after = figures[0]["baseline"], figures[0]["value"]
    if after <= before:
        notice = (
            f"Fitting to the baskets did not help: of what is bought together with products that it had not seen, it "
            f"found {after:.1%}, the language model alone {before:.1%}. The vectors are those of the language model."
        )
        return Result(None, [notice], figures, losses)
    return Result(adapter, [], figures, losses)


def _pairs(dataset: Dataset, of: np.ndarray, n: int, seed: int) -> _Pairs:
    """of: (items,) the text of each item, -1 for none. n: how many texts there are."""
    import scipy.sparse as sparse

    baskets = dataset.baskets.thinned(_LINES) if dataset.baskets is not None else None
    nothing = np.empty(0, np.int64)
    if baskets is None:
        return _Pairs(nothing, nothing, np.empty(0))
    lines = of[baskets.items]
    which = np.repeat(np.arange(len(baskets)), baskets.sizes)[lines >= 0]
    table = sparse.csr_matrix((np.ones(len(which), np.float32), (which, lines[lines >= 0])), (len(baskets), n))
    table.sum_duplicates()
    table.data[:] = 1
    size = np.diff(table.indptr)
    several = np.flatnonzero(size > 1)
    if len(several) > _BASKETS:
        several = np.sort(np.random.default_rng(seed).choice(several, _BASKETS, replace=False))
    table, size = table[several], size[several]
    # A basket of 40 says less about each of its pairs than a basket of 2.
    share = sparse.triu(table.T @ (sparse.diags((1.0 / (size - 1)).astype(np.float32)) @ table), 1).tocoo()
    times = sparse.triu(table.T @ table, 1).tocoo().data
    total = np.bincount(share.row, share.data, n) + np.bincount(share.col, share.data, n)
    with np.errstate(divide="ignore"):
        lift = np.log(share.data * total.sum() / (total[share.row] * total[share.col]))
    for often, above in ((3, 1.0), (2, 0.0)):  # of small data every hint is taken
        clear = (times >= often) & (lift > above)
        if clear.sum() >= 2000:
            break
    return _Pairs(share.row[clear].astype(np.int64), share.col[clear].astype(np.int64), (share.data * lift)[clear])


def _train(
    x: np.ndarray, pairs: _Pairs, rng: np.random.Generator, seed: int, steps: int, progress: Progress
) -> tuple[np.ndarray, list[float]]:
    import torch
    from torch.nn.functional import cross_entropy, normalize

    from embedcore.methods.adamw import AdamW

    torch.manual_seed(seed)
    upto = np.cumsum(pairs.weight, dtype=np.float64)
    batch = int(min(_BATCH, max(32, len(pairs) // 4)))
    texts = torch.from_numpy(x)
    matrix = torch.eye(x.shape[1], requires_grad=True)
    adam = AdamW([([matrix], 0.0)])
    answer = torch.arange(batch)
    losses = []
    for step in range(steps):
        drawn = np.minimum(np.searchsorted(upto, rng.random(batch) * upto[-1]), len(pairs) - 1)
        turn = rng.random(batch) < 0.5
        a, b = np.where(turn, pairs.a[drawn], pairs.b[drawn]), np.where(turn, pairs.b[drawn], pairs.a[drawn])
        left, right = normalize(texts[a] @ matrix, dim=1), normalize(texts[b] @ matrix, dim=1)
        # The same text twice in a batch is no example of what does not belong together.
        same = (b[:, None] == b[None, :]) | (a[:, None] == b[None, :]) | (a[:, None] == a[None, :])
        np.fill_diagonal(same, False)
        scores = (left @ right.T / _HEAT).masked_fill(torch.from_numpy(same), -1e4)
        loss = (cross_entropy(scores, answer) + cross_entropy(scores.T, answer)) / 2
        torch.autograd.backward(loss)
        adam.step(_RATE * (1 - step / steps))
        losses.append(float(loss.detach()))
        progress(step + 1, steps + 2, losses[-1], note="Fitting to the baskets")
    return np.asarray(matrix.detach().numpy(), np.float32), losses


def _categories(dataset: Dataset, items: np.ndarray) -> np.ndarray | None:
    """A category of each text; None without categories that differ between texts."""
    for column in dataset.columns("category"):
        values = dataset.column(column).iloc[items]
        if 8 <= values.nunique() <= len(items) / 4:
            return np.asarray(values.astype(object).where(values.notna(), "").to_numpy(dtype=object))
    return None


def _figures(
    pairs: _Pairs,
    held: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    categories: np.ndarray | None,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Of what is bought together with held-out texts, the share among their nearest texts, with and without the map."""
    k = 50 if len(before) >= 2000 else 10
    a, b = np.r_[pairs.a, pairs.b], np.r_[pairs.b, pairs.a]
    queries = np.unique(a[held[a]])
    queries = np.sort(rng.choice(queries, min(_QUERIES, len(queries)), replace=False))
    some = np.isin(a, queries)
    a, b = a[some], b[some]
    row = np.asarray(np.searchsorted(queries, a))
    found = [hits(_nearest(z, queries, k), row, b) for z in (before, after)]
    help = (
        f"Recall@{k} on {len(queries):,} texts that the fit never saw: of the texts bought together with one (more "
        f"often than chance has it), the share among its {k} nearest. Beside it the language model unchanged."
    )
    out = [_one("Bought together and found, for products never seen", found, a, help)]
    if categories is not None and (other := categories[a] != categories[b]).any():
        out.append(_one("The same, across categories", [f[other] for f in found], a[other], help))
    return out


def _nearest(vectors: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    """(q, k) the texts nearest to each of the texts `queries`, by vectors of length 1."""
    return best(lambda rows: vectors[queries[rows]] @ vectors.T, len(queries), min(k, len(vectors) - 1), queries)


def _one(name: str, found: list[np.ndarray], query: np.ndarray, help: str) -> dict[str, Any]:
    """The mean over products of the share that is found."""
    _, codes, counts = np.unique(query, return_inverse=True, return_counts=True)
    before, after = (float((np.bincount(codes, f) / counts).mean()) for f in found)
    return figure(name, after, before, "without the fit", help=help)
