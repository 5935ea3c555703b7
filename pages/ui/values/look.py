"""Vectors of column values: the column of each, the nearest ones, a small map. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from embedcore import Dataset, Embedding
from embedcore.vectors import unit
from pages.ui import charts
from pages.ui.text import short

ON_MAP = 300  # values drawn, the most frequent
NAMED = 40  # of them with a name; both chosen by hand


@dataclass(frozen=True, eq=False)
class Values:
    """The values of one column. names: (n,) their texts, most frequent first. vectors: (n, d). counts: (n,) products
    of each. unsure: (n,) bool, too few products to go by."""

    names: tuple[str, ...]
    vectors: np.ndarray
    counts: tuple[int, ...]
    unsure: tuple[bool, ...]

    def nearest(self, at: int, k: int = 10) -> pd.DataFrame:
        """The k values used most alike: value, cosine similarity, products, and whether there are too few."""
        vectors = unit(self.vectors)
        scores = vectors @ vectors[at]
        order = [int(j) for j in np.argsort(-scores, kind="stable") if j != at][:k]
        return pd.DataFrame(
            {
                "row": order,
                "value": [self.names[j] for j in order],
                "similarity": [round(float(scores[j]), 3) for j in order],
                "products": [self.counts[j] for j in order],
                "": ["unsure" if self.unsure[j] else "" for j in order],
            }
        ).drop(columns=[] if any(self.unsure[j] for j in order) else "")


def by_column(embedding: Embedding, dataset: Dataset) -> dict[str, Values]:
    """column -> its values, of an embedding of kind "value" (ids "column=value")."""
    known = sorted(dataset.catalogue.roles if dataset.catalogue is not None else (), key=len, reverse=True)
    rows: dict[str, list[int]] = {}
    for n, id in enumerate(embedding.ids):
        column = next((c for c in known if str(id).startswith(f"{c}=")), str(id).partition("=")[0])
        rows.setdefault(column, []).append(n)
    counts, unsure = embedding.meta.get("counts"), embedding.meta.get("unsure")
    sizes, out = embedding.meta.get("sizes", {}), {}
    for column, at in rows.items():
        often = [int(counts[n]) if counts else 0 for n in at]
        order = np.argsort([-c for c in often], kind="stable")
        rows_of = [at[o] for o in order]
        out[column] = Values(
            tuple(str(embedding.ids[n])[len(column) + 1 :] for n in rows_of),
            embedding.vectors[rows_of, : sizes.get(column, embedding.dimension)],
            tuple(often[o] for o in order),
            tuple(bool(unsure[n]) if unsure else False for n in rows_of),
        )
    return out


def strip(names: Sequence[str], vectors: np.ndarray) -> alt.Chart:
    """Rows of the embedding matrix as heat strips, one under the other."""
    labels: list[str] = []
    for name in names:
        text, n = short(name, 28), 2
        while text in labels:
            text, n = f"{short(name, 24)} ({n})", n + 1
        labels.append(text)
    return charts.heat_strip(vectors.ravel().tolist(), labels)


def apart(xy: np.ndarray, labels: Sequence[str], width: int = 560, height: int = 340) -> list[str]:
    """The labels, most important first; "" for those that would cover an earlier one on a chart of this size in pixels
    (the tooltip has every name)."""
    span = np.maximum(xy.max(axis=0) - xy.min(axis=0), 1e-9)
    at = (xy - xy.min(axis=0)) / span * (width, height)
    kept: list[tuple[float, float, float]] = []
    out = []
    for (x, y), label in zip(at.tolist(), labels, strict=True):
        half = 3.2 * len(label)
        free = all(abs(y - v) > 13 or abs(x - u) > half + other for u, v, other in kept)
        if label and free:
            kept.append((x, y, half))
        out.append(label if free else "")
    return out


def small_map(values: Values, at: int) -> charts.Layers:
    """The most frequent values of a column in their two main directions (PCA), the chosen one marked."""
    rows = list(dict.fromkeys([at, *range(min(len(values.names), ON_MAP))]))
    x = values.vectors[rows].astype(np.float64)
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    x = x - x.mean(axis=0)
    u, s, _ = np.linalg.svd(x, full_matrices=False)
    xy = np.zeros((len(rows), 2))
    xy[:, : min(2, len(s))] = (u * s)[:, :2]
    frame = pd.DataFrame(
        {
            "x": xy[:, 0],
            "y": xy[:, 1],
            "value": [short(values.names[r], 40) for r in rows],
            "label": apart(xy, [short(values.names[r], 18) if n <= NAMED else "" for n, r in enumerate(rows)]),
            "products": [values.counts[r] for r in rows],
            "which": ["chosen" if r == at else "unsure" if values.unsure[r] else "value" for r in rows],
        }
    )
    colour = alt.Color(
        "which:N",
        legend=None,
        scale=alt.Scale(domain=["value", "chosen", "unsure"], range=[charts.ACCENT, charts.PALETTE[2], charts.OTHER]),
    )
    base = alt.Chart(frame).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(zero=False, padding=20)),
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, padding=20)),
        tooltip=[alt.Tooltip("value:N"), alt.Tooltip("products:Q", format=",")],
    )
    dots = base.mark_circle(opacity=0.85).encode(
        color=colour, size=alt.Size("products:Q", legend=None, scale=alt.Scale(type="sqrt", range=[40, 400]))
    )
    names = base.mark_text(dy=-11, fontSize=11).encode(text="label:N", color=colour)
    return alt.layer(dots, names).properties(height=380)
