"""The network that learns to predict a column, beside logistic regression: rows of tests.bench.catalogues."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from embedcore import methods


def network(p: ModuleType) -> None:
    """fashion -> articleType, ikea -> category: right answers and the neighbours of products it never saw."""
    from tests.bench.catalogues import DATA, _full, dataset, line

    print("Entity embeddings (hold: fashion right .955, cold .94 in 10 s; ikea cold .65)")
    for name, target in (("fashion", "articleType"), ("ikea", "category")):
        spec, frame = p.SPECS[name], p.load(name, str(DATA))
        known, new = p.split(len(frame))
        first, last = frame.iloc[known].reset_index(drop=True), frame.iloc[new].reset_index(drop=True)
        truth = last[target].to_numpy()
        method = methods.get("entity")
        start = time.process_time()
        fitted: Any = method.fit(dataset(first, spec, {target: "category"}), method.Params.of({"target": target}))
        cpu, news = time.process_time() - start, dataset(last, spec)
        seen, cold = _full(fitted.embeddings["product"], len(first)), _full(fitted.embed(news), len(last))
        found = p.cold_start(seen, cold, first, last, spec)
        figures = {"right": float((fitted.predict(news).values == truth).mean())}
        line(f"{name}: embedding layers", cpu, figures | {"cold": found[f"cold_purity@10/{target}"]})
        start = time.process_time()
        right = float((logistic(first, last, target, spec) == truth).mean())
        line(f"{name}: logistic regression", time.process_time() - start, {"right": right})


def logistic(first: pd.DataFrame, last: pd.DataFrame, target: str, spec: Any) -> np.ndarray:
    """scikit-learn's, on one-hot values, scaled numbers and words."""
    from sklearn.compose import make_column_transformer
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    words = [(CountVectorizer(binary=True, min_df=2), c) for c in spec.text]
    values = (OneHotEncoder(handle_unknown="ignore"), list(spec.cat))
    table = make_column_transformer(values, (StandardScaler(), list(spec.num)), *words)
    model = make_pipeline(table, LogisticRegression(max_iter=60))
    a, b = (d.fillna(dict.fromkeys(spec.num, 0.0)) for d in (first, last))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sixty steps are what it gets
        return np.asarray(model.fit(a, first[target]).predict(b))


ROWS: list[Callable[[ModuleType], None]] = [network]
