"""Rows rebuilt from 32 numbers, and spoiled rows found: rows of the table of catalogues, each beside its peers."""

from __future__ import annotations

import time
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from embedcore import methods
from embedcore.tasks import score_products as score
from tests.bench.catalogues import DATA, D, dataset, line

ROWS_OF_IT = 20_000  # comparing all pairs of the whole table takes the peers minutes


def rebuild(p: ModuleType) -> None:
    """The autoencoder on every column of fashion: cells and whole rows right, on rows it learned and on others."""
    print("fashion full, rows rebuilt (hold cells .999 / rows .99 trained, .998 / .985 unseen, in 15 s)")
    spec = p.SPECS["fashion_full"]
    frame = p.load("fashion_full", str(DATA))
    known, new = (frame.iloc[rows].reset_index(drop=True) for rows in p.split(len(frame)))
    method = methods.get("autoencoder")
    for what, preset in (("autoencoder, faithful", "faithful"), ("autoencoder, good neighbours", "good neighbours")):
        start = time.process_time()
        fitted: Any = method.fit(dataset(known, spec), method.Params.of({"preset": preset, "dimension": D}))
        cpu = time.process_time() - start
        figures = {}
        for name, rows in (("trained", known), ("unseen", new)):
            again = fitted.reconstruct(dataset(rows, spec))
            again[list(spec.cat)] = again[list(spec.cat)].astype(object).where(again[list(spec.cat)].notna(), "")
            found = p.reconstruction(rows, again, spec)
            figures |= {f"{name} cells": found["cell_acc"], f"{name} rows": found["row_exact"]}
        line(what, cpu, figures)
    start = time.process_time()
    figures = _peer(p, spec, known, new)
    line("MLP autoencoder (sklearn)", time.process_time() - start, figures)


def odd_ones(p: ModuleType) -> None:
    """AUROC of the score of unusual products: 5 % of the rows spoiled, the model learns from the spoiled table."""
    for name in ("fashion_full", "fashion"):
        print(f"{name}, {ROWS_OF_IT:,} rows, spoiled ones found, AUROC (hold swap .86 / mix .97 / outlier .97)")
        spec = p.SPECS[name]
        frame = p.load(name, str(DATA)).sample(ROWS_OF_IT, random_state=0).reset_index(drop=True)
        found: dict[str, dict[str, float]] = {}
        spent: dict[str, float] = {}
        for mode in ("swap1", "swap2", "mix", "outlier"):
            spoiled, truth = p.corrupt(frame[spec.inputs], spec, mode=mode)
            for what, how in HOW.items():
                start = time.process_time()
                auroc = p.auroc(how(spoiled, spec), truth)["auroc"]
                spent[what] = max(spent.get(what, 0.0), time.process_time() - start)
                found.setdefault(what, {})[mode] = auroc
        for what, figures in found.items():
            line(what, spent[what], figures)


def _ours(frame: pd.DataFrame, spec: Any) -> np.ndarray:
    found, _ = score(dataset(frame, spec))
    out = np.zeros(len(frame))
    out[found["item"]] = found["score"]
    return out


def _one_hot(frame: pd.DataFrame, spec: Any) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, max_categories=200)
    return make_column_transformer((one_hot, list(spec.cat)), (StandardScaler(), list(spec.num))).fit(frame)


def _scaled(frame: pd.DataFrame, spec: Any) -> np.ndarray:
    return np.nan_to_num(_one_hot(frame, spec).transform(frame)).astype(np.float32)


def _near(frame: pd.DataFrame, spec: Any) -> np.ndarray:
    import faiss

    x = _scaled(frame, spec)
    return np.asarray(faiss.knn(x, x, 11)[0][:, 10])


def _forest(frame: pd.DataFrame, spec: Any) -> np.ndarray:
    from sklearn.ensemble import IsolationForest

    x = _scaled(frame, spec)
    return np.asarray(-IsolationForest(random_state=0).fit(x).score_samples(x))


def _peer(p: ModuleType, spec: Any, known: pd.DataFrame, new: pd.DataFrame) -> dict[str, float]:
    """One-hot and scaled numbers through 32 units with squared errors, the largest output of each column taken."""
    from sklearn.neural_network import MLPRegressor

    table = _one_hot(known, spec)
    x = np.nan_to_num(table.transform(known)).astype(np.float32)
    net = MLPRegressor(
        hidden_layer_sizes=(128, D, 128), max_iter=15, batch_size=512, learning_rate_init=0.003, random_state=0
    ).fit(x, x)
    values = table.named_transformers_["onehotencoder"].categories_
    cut = np.cumsum([len(v) for v in values])
    out = {}
    for name, rows in (("trained", known), ("unseen", new)):
        outputs = net.predict(np.nan_to_num(table.transform(rows)).astype(np.float32))
        parts = np.split(outputs[:, : cut[-1]], cut[:-1], axis=1)
        again = rows.copy()
        for column, part, known_values in zip(spec.cat, parts, values, strict=True):
            again[column] = known_values[part.argmax(1)]
        found = p.reconstruction(rows, again, spec)
        out |= {f"{name} cells": found["cell_acc"], f"{name} rows": found["row_exact"]}
    return out


HOW = {"each cell hidden in turn": _ours, "10-NN distance": _near, "isolation forest": _forest}
ROWS = [rebuild, odd_ones]
