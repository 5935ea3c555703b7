"""python -m tests.bench.recommend [--quick] [instacart1k cj groceries]: the recommender beside its peers, one table a
shop. All of it takes about ten CPU minutes, most of them gensim's on Complete Journey; --quick leaves the slowest peers
out and asks fewer questions.

The shared protocol's test part: full ranking, no sampled negatives. R = recall@20 of the next basket over all
products, n = over products never bought before, H and M = HR@10 and MRR of basket completion; in brackets the 95 %
interval of a bootstrap over customers or baskets. s = CPU seconds to train.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from embedcore.data import Baskets, Dataset
from tests.bench import peers

MEASURES = ("next/all/recall@20", "next/new/recall@20", "completion/hr@10", "completion/mrr")


def dataset_of(split: Any) -> Dataset:
    """The training part of a split; the position of a product is its number there."""
    sizes = np.array([len(b) for b in split.train])
    ids = np.arange(split.n_items).astype(str).astype(object)
    who = split.train_customer
    baskets = Baskets(
        np.r_[0, np.cumsum(sizes)].astype(np.int64),
        np.concatenate([np.sort(b) for b in split.train]).astype(np.int32),
        np.arange(len(sizes)).astype(str).astype(object),
        None if who is None else who.astype(np.int32),
        None if who is None else np.arange(int(who.max()) + 1).astype(str).astype(object),
    )
    return Dataset("bench", None, baskets, ids)


def ours(split: Any) -> peers.Score:
    from embedcore.recommend import Histories, People, fit, mix

    dataset = dataset_of(split)
    found = fit(dataset)
    known = Histories.of(dataset)
    people = People.of(known) if known is not None else None

    def score(task: str, queries: Sequence[Any]) -> np.ndarray:
        if task == "completion":
            return mix.completion(found, queries)[0]
        return mix.next_baskets(found, queries, people).any

    return score


def contenders(split: Any, ridge: float, quick: bool) -> dict[str, Callable[[Any], peers.Score]]:
    out: dict[str, Callable[[Any], peers.Score]] = {"popularity": peers.popularity}
    if split.has_next:
        out |= {
            "own frequency, decay .9": partial(peers.own_frequency, decay=0.9),
            "own frequency, decay .95": partial(peers.own_frequency, decay=0.95),
            "TIFU-kNN": peers.tifu,
        }
    if find_spec("implicit") and not quick:
        out["implicit ALS 64"] = peers.als
    out |= {"item-kNN cosine": peers.item_knn, f"EASE, top 5,000, {ridge:g}": partial(peers.ease, ridge=ridge)}
    if find_spec("gensim"):
        out["gensim, as in tutorials"] = peers.gensim_tutorial
        if not quick:
            out["gensim, whole baskets"] = peers.gensim_whole
    return out | {"product2vec alone": peers.product2vec, "recommender": ours}


def best_ridge(module: Any, data: Any) -> float:
    """EASE's ridge, tuned by completion on the validation part."""
    split = module.make_split(data, part="valid")
    thin(split, 1500)
    return peers.tuned_ridge(
        split,
        lambda score: float(module.evaluate(split, score, batch=64, tasks=("completion",), B=2)["completion/mrr"][0]),
    )


def table(module: Any, name: str, most: int = 10**9, only: Sequence[str] = (), quick: bool = False) -> None:
    """Print one shop's table. most: at most so many customers and questions (evenly spaced)."""
    data = module.load(name)
    split = module.make_split(data)
    thin(split, most)
    print(
        f"\n{name}, test part: {len(split.train):,} baskets, {split.n_items:,} products, "
        f"{len(split.histories) if split.has_next else 0:,} customers, {len(split.cq):,} completions"
    )
    print(f"{'':26}{'s':>6}" + "".join(f"{m:>19}" for m in ("R", "n", "H", "M")), flush=True)
    ridge = 100.0 if quick or only else best_ridge(module, data)
    for who, train in contenders(split, ridge, quick).items():
        if only and who not in only:
            continue
        began = time.process_time()
        score = train(split)
        spent = time.process_time() - began
        report = module.evaluate(split, score, batch=64)
        cells = [
            f"{v[0]:8.3f} [{v[1]:.3f} {v[2]:.3f}]".replace("0.", ".") if (v := report.get(m)) else "-" for m in MEASURES
        ]
        print(f"{who:26}{spent:6.1f}" + "".join(f"{c:>19}" for c in cells), flush=True)


def thin(split: Any, most: int) -> None:
    step = max(1, -(-len(split.histories) // most))
    split.histories, split.truth = split.histories[::step], split.truth[::step]
    split.truth_cold = split.truth_cold[::step]
    step = max(1, -(-len(split.cq) // most))
    split.cq, split.ct, split.cg = split.cq[::step], split.ct[::step], split.cg[::step]


def main(
    names: Sequence[str] = ("instacart1k", "groceries"),
    most: int = 10**9,
    only: Sequence[str] = (),
    quick: bool = False,
) -> None:
    from tests.bench.__main__ import protocol

    module = protocol()
    if module is None:
        print("recommend: did not run, the evaluation protocol and its data are not beside this checkout")
        return
    for name in names:
        table(module, name, min(most, 1000) if quick else most, only, quick)


if __name__ == "__main__":
    queries = [a for a in sys.argv[1:] if a != "--quick"]
    main(queries or ("instacart1k", "groceries", "cj"), quick="--quick" in sys.argv)
