"""A small shop with trained results in a data folder, for the tests of pages: real store, real methods."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd

from embedcore import Catalogue, Dataset, Embedding, recommend
from embedcore.explore import clusters, projection
from embedcore.match import VERSION, find
from embedcore.methods import get, run_key
from embedcore.methods.base import Params
from embedcore.neighbours import build
from embedcore.store import Store
from tests import stock

KINDS = ("shoe", "shirt", "lamp", "bowl")
COLOURS = ("red", "blue", "green", "black", "white")


def catalogue(twins: int = 3) -> Catalogue:
    """20 products of 4 kinds in 5 colours; the first `twins` are listed twice with another title and price."""
    rows = [
        {
            "sku": f"p{k}{c}",
            "name": f"{colour} {kind}",
            "kind": kind,
            "maker": f"maker {c % 2}",
            "cost": 10.0 * k + c + 1,
        }
        for k, kind in enumerate(KINDS)
        for c, colour in enumerate(COLOURS)
    ]
    rows += [{**r, "sku": f"{r['sku']}x", "name": f"{r['name']} NEW", "cost": r["cost"] + 1} for r in rows[:twins]]
    roles = {"sku": "id", "name": "title", "kind": "category", "maker": "brand", "cost": "price"}
    return Catalogue(pd.DataFrame(rows), roles)


def lines(seed: int = 0, baskets: int = 120) -> pd.DataFrame:
    """Baskets of one kind each; a shoe and a shirt of the same colour are often together."""
    rng, rows = np.random.default_rng(seed), []
    for n in range(baskets):
        colour, kind = int(rng.integers(5)), int(rng.integers(4))
        items = {f"p{kind}{colour}", f"p{kind}{int(rng.integers(5))}"}
        if kind < 2:
            items |= {f"p0{colour}", f"p1{colour}"}
        rows += [{"basket": f"b{n}", "item": i} for i in sorted(items)]
    return pd.DataFrame(rows)


def dataset(baskets: bool = True, name: str = "A small shop", **how: int) -> Dataset:
    return Dataset.build(name, catalogue(**how), lines() if baskets else None)


def fill(
    home: Path, data: Dataset, *methods: str, params: dict[str, dict] | None = None, prepared: bool = True
) -> dict[str, str]:
    """Put a dataset and a trained result of each method into a data folder. -> {method: run key}, and "data": its hash.

    The method "planted" stands for any method: its vectors are the products' kind, colour and a little noise, so that
    a product and its twin are the closest pair by far."""

    def make(folder: Path) -> dict[str, str]:
        return _fill(folder, data, methods, params or {}, prepared)

    if home.exists():
        return make(home)
    return stock.copy(home, [data.hash, data.name, methods, params, prepared], make)


def _fill(home: Path, data: Dataset, methods: tuple[str, ...], params: dict, prepared: bool) -> dict[str, str]:
    store, keys = Store.open(home), {"data": data.hash}
    folder = Path(mkdtemp(prefix="made-", dir=home.parent))
    try:
        data.save(folder / "dataset")
        store.add_dataset(folder / "dataset", "test")
        for name in methods:
            keys[name] = _run(store, data, name, folder / name, params.get(name, {}))
        if prepared:
            _prepare(store, data, folder)
    finally:
        store.close()
        shutil.rmtree(folder)
    return keys


def _prepare(store: Store, data: Dataset, folder: Path) -> None:
    """What the pages would have the worker compute: who is bought with whom, and which rows are one product."""
    if data.baskets is not None:
        recommend.fit(data).save(folder / "recommender")
        store.save_artifact("recommender", recommend.key(data.hash), folder / "recommender", data.hash)
    if data.catalogue is not None:
        find(data).save(folder / "match")
        store.save_artifact("match", f"{VERSION}|", folder / "match", data.hash)


def _run(store: Store, data: Dataset, name: str, folder: Path, values: dict) -> str:
    if name == "planted":
        key, method, settings = hashlib.sha256(data.hash.encode()).hexdigest(), "text", {}
        vectors = Embedding("product", data.items[: data.n_catalogue], _planted(data))
        facts: dict = {}
        (folder / "model").mkdir(parents=True)
    else:
        found = get(name)
        chosen: Params = found.Params.of(values)
        key, method, settings = run_key(data.hash, found, chosen, 0), name, values
        fitted = found.fit(data, chosen, seed=0)
        vectors = fitted.embeddings["product"]
        for embedding in fitted.embeddings.values():
            embedding.save(folder / "embeddings")
        facts = {k: v for k, v in fitted.meta.items() if k != "losses"}
        fitted.save(folder / "model")
    vectors.save(folder / "embeddings")
    build(vectors.vectors, 30).save(folder / "graph")
    projection.pca(vectors.vectors).save(folder / "maps")
    clusters.kmeans(vectors.vectors, 4).save(folder / "clusters")
    store.save_run(
        folder,
        {
            "key": key,
            "dataset": data.hash,
            "method": method,
            "params": settings,
            "seed": 0,
            "seconds": 0.1,
            "losses": [],
            "meta": facts,
        },
    )
    return key


def _planted(data: Dataset) -> np.ndarray:
    out = np.zeros((data.n_catalogue, 12), np.float32)
    noise = np.random.default_rng(0)
    for row, id in enumerate(data.items[: data.n_catalogue]):
        out[row, int(id[1])], out[row, 4 + int(id[2])] = 1.0, 0.8
        out[row, 9:] = noise.normal(scale=0.02, size=3)
    return out
