"""Vectors of catalogues beside their peers: python -m tests.bench.catalogues. A row of the table is a function in ROWS.

Each prints its lines with `line`: what, seconds of CPU, figures. All vectors have 32 numbers; "cold": fitted on 80 % of
the rows, the others looked up among them. Peers that are not installed (skrub) are left out and named."""

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
from embedcore.data import Catalogue, Dataset
from tests.shared import SHARED

DATA, D = SHARED / "data" / "catalogues", 32
Vectors = tuple[np.ndarray, np.ndarray]  # of the known rows, of the new rows
Maker = Callable[[pd.DataFrame, pd.DataFrame, Any], Vectors]


def protocol() -> ModuleType | None:
    """The shared evaluation protocol, when it lies beside this checkout."""
    path = SHARED / "protocols" / "catalogue_eval.py"
    if not path.exists():
        return None
    import sys

    spec = importlib.util.spec_from_file_location("catalogue_eval", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogue_eval"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def dataset(frame: pd.DataFrame, spec: Any, extra: dict[str, str] | None = None) -> Dataset:
    """The inputs of a catalogue (never its labels; `extra` columns, such as a target, with their roles)."""
    columns: dict[str, Any] = {"id": pd.Series(np.arange(len(frame)).astype(str), dtype="str")}
    roles = {"id": "id"}
    kinds = [(spec.cat, "category"), (spec.num, "number"), (spec.text[:1], "title"), (spec.text[1:], "text")]
    for names, role in [*kinds, *(((c,), r) for c, r in (extra or {}).items())]:
        for c in names:
            roles[c] = role
            cells = frame[c].reset_index(drop=True)
            columns[c] = cells if role == "number" else cells.astype("str").where(cells != "", None).astype("str")
    return Dataset.build("bench", Catalogue(pd.DataFrame(columns), roles))


def ours(name: str, extra: dict[str, str] | None = None, **values: Any) -> Maker:
    """A method of ours as a maker of vectors."""

    def make(known: pd.DataFrame, new: pd.DataFrame, spec: Any) -> Vectors:
        method = methods.get(name)
        fitted = method.fit(dataset(known, spec, extra), method.Params.of(values))
        return tuple(  # type: ignore[return-value]
            _full(e, n)
            for e, n in ((fitted.embeddings["product"], len(known)), (fitted.embed(dataset(new, spec)), len(new)))
        )

    return make


def _full(embedding: Any, n: int) -> np.ndarray:
    out = np.zeros((n, embedding.dimension), np.float32)
    out[embedding.ids.astype(int)] = embedding.vectors
    return out


def skrub(known: pd.DataFrame, new: pd.DataFrame, spec: Any) -> Vectors:
    """TableVectorizer with a StringEncoder for text, then PCA: the best peer for mixed tables."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from skrub import StringEncoder, TableVectorizer

    table = TableVectorizer(cardinality_threshold=60, high_cardinality=StringEncoder(n_components=D))
    model = make_pipeline(table, StandardScaler(), PCA(D, random_state=0))
    x = model.fit_transform(known[spec.inputs].fillna(dict.fromkeys(spec.num, 0)))
    return x, model.transform(new[spec.inputs].fillna(dict.fromkeys(spec.num, 0)))


def mlp_autoencoder(known: pd.DataFrame, new: pd.DataFrame, spec: Any) -> Vectors:
    """scikit-learn's MLP taught to give back one-hot values and scaled numbers through 32 units."""
    from sklearn.compose import make_column_transformer
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, max_categories=200)
    table = make_column_transformer((one_hot, list(spec.cat)), (StandardScaler(), list(spec.num)))
    x, y = (np.nan_to_num(a).astype(np.float32) for a in (table.fit_transform(known), table.transform(new)))
    net = MLPRegressor(
        hidden_layer_sizes=(D,), max_iter=15, batch_size=512, learning_rate_init=0.005, random_state=0
    ).fit(x, x)
    first = [np.maximum(a @ net.coefs_[0] + net.intercepts_[0], 0) for a in (x, y)]
    return first[0], first[1]


def line(what: str, cpu: float, figures: dict[str, float]) -> None:
    print(f"  {what:34}{cpu:7.1f} s" + "".join(f"   {k} {v:.3f}" for k, v in figures.items()), flush=True)


def vectors(p: ModuleType, name: str, makers: dict[str, Maker]) -> None:
    """Purity of the whole catalogue and of new products, one line a maker."""
    spec = p.SPECS[name]
    frame = p.load(name, str(DATA))
    known, new = p.split(len(frame))
    first, last = frame.iloc[known].reset_index(drop=True), frame.iloc[new].reset_index(drop=True)
    for what, make in makers.items():
        try:
            start = time.process_time()
            x, _ = make(frame, frame[:1], spec)
            cpu = time.process_time() - start
            a, b = make(first, last, spec)
        except ImportError as missing:
            print(f"  {what:34}did not run: {missing.name} is not installed")
            continue
        found = p.evaluate(x, frame, spec, clusters=False)
        cold = p.cold_start(a, b, first, last, spec)
        figures = {label: found[f"purity@10/{label}"] for label in spec.labels[-2:]}
        figures |= {f"cold {label}": cold[f"cold_purity@10/{label}"] for label in spec.labels[-2:]}
        if "price_ratio" in found:
            figures["price gap"] = found["price_ratio"]
        line(what, cpu, figures)


def columns_and_names(p: ModuleType) -> None:
    """Value co-occurrence: fashion by name and attributes, ikea without target, and where text or columns are few."""
    quick = ours("cooccurrence", check=False)
    peers: dict[str, Maker] = {"PCA of the columns": ours("pca"), "skrub TableVectorizer + PCA": skrub}
    for name, head in (
        ("fashion", "fashion, name + attributes, unsupervised (hold .78 / .89 in 3 s)"),
        ("ikea", "ikea without target (hold cold .60, price gap .28)"),
        ("ikea_notext", "ikea without texts"),
        ("fashion_gender", "fashion without names: gender"),
    ):
        print(head)
        more: dict[str, Maker] = {} if name in ("ikea", "fashion") else {"MLP autoencoder (sklearn)": mlp_autoencoder}
        vectors(p, name, {"value co-occurrence": quick, **peers, **more})


ROWS: list[Callable[[ModuleType], None]] = [columns_and_names]


def main() -> None:
    """Every row of the table."""
    p = protocol()
    if p is None or not DATA.exists():
        print("Catalogues: did not run, the evaluation data is not beside this checkout.")
        return
    print("\nCatalogues: share of the 10 nearest with the same withheld label, 32 numbers a product")
    from tests.bench import predicting, rebuilding

    for row in (*ROWS, *predicting.ROWS, *rebuilding.ROWS):
        row(p)


if __name__ == "__main__":
    main()
