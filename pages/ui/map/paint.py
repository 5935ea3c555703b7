"""Colours of the map: values of products -> a few named classes with colours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from embedcore.explore import Clusters
from pages.ui.charts import OTHER, PALETTE
from pages.ui.text import number, short

VALUES = 20  # colours for the values of a column; the rest share the last. Groups may use the whole palette
MISSING = "#c3c8d0"
# From few to many, readable on white and on dark.
SCALE = ("#4a53c6", "#8147d0", "#b3459f", "#d9576f", "#ee7b4e", "#f3a13c", "#e9c63b")
_WIDTH = 30  # letters of a name in the legend when there are many
_WIDE = 42  # and when there are few
_FEW = 20
NUMBERS = ("price", "number", "date")
NAMES = ("category", "brand", "text")


@dataclass(frozen=True, eq=False)
class Paint:
    """A colouring. title: what the colours show. names: the legend, in order. colours: one hex code per name.
    group: (n,) position in `names` of each row. ordered: the names go from small to large."""

    title: str
    names: tuple[str, ...]
    colours: tuple[str, ...]
    group: np.ndarray
    ordered: bool = False


def by_cluster(clusters: Clusters) -> Paint:
    """A colour for each of the largest clusters, one for all smaller ones, one for products in none."""
    sizes = clusters.sizes
    order = np.argsort(-sizes, kind="stable")
    names = [clusters.names[i] for i in order]
    return _named(
        "group", clusters.labels, names, order, rest="smaller groups", missing="in no group", most=len(PALETTE)
    )


def by_names(title: str, values: pd.Series) -> Paint:
    """A colour for each of the most frequent values, one for all others, one for missing ones."""
    codes, found = pd.factorize(values)
    order = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(found)), kind="stable")
    return _named(title, codes, [str(found[i]) for i in order], order, rest="other", missing="no value")


def by_number(title: str, values: pd.Series, *, money: bool = False) -> Paint:
    """Steps that hold about equally many products each (quantiles), from small to large."""
    dates = pd.api.types.is_datetime64_any_dtype(values)
    v = values.to_numpy("datetime64[D]").astype(float) if dates else values.to_numpy(float)
    v = np.where(values.isna().to_numpy(), np.nan, v)
    known = v[np.isfinite(v)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, len(SCALE) + 1))) if len(known) else np.zeros(1)
    if len(edges) < 2:
        edges = np.array([edges[0], edges[0]])
    group = np.clip(np.searchsorted(edges[1:-1], np.nan_to_num(v), side="right"), 0, len(edges) - 2)
    steps = len(edges) - 1

    def written(x: float) -> str:
        if dates:
            return str(np.datetime64(int(x), "D"))
        return f"{x:,.2f}" if money else number(x)

    names = [f"{written(a)} to {written(b)}" if a < b else written(a) for a, b in pairwise(edges)]
    colours = [SCALE[round(i * (len(SCALE) - 1) / max(steps - 1, 1))] for i in range(steps)]
    if not np.isfinite(v).all():
        group = np.where(np.isfinite(v), group, steps)
        names, colours = [*names, "no value"], [*colours, MISSING]
    return Paint(title, tuple(_unique(names)), tuple(colours), group.astype(np.int64), ordered=True)


def _named(
    title: str,
    codes: np.ndarray,
    names: Sequence[str],
    order: np.ndarray,
    *,
    rest: str,
    missing: str,
    most: int = VALUES,
) -> Paint:
    """codes: (n,) -1 or a code. order: codes from the most to the least frequent. names: of these. most: colours."""
    fits = len(names) <= most
    shown = len(names) if fits else most - 1
    place = np.full(len(names) + 1, shown, np.int64)
    place[order[:shown]] = np.arange(shown)
    legend, colours = list(names[:shown]), list(PALETTE[:shown])
    if not fits:
        legend.append(f"{len(names) - shown} {rest}" if rest != "other" else f"{len(names) - shown:,} others")
        colours.append(OTHER)
    if (codes < 0).any():
        place[-1] = len(legend)
        legend.append(missing)
        colours.append(MISSING)
    return Paint(
        title,
        tuple(_unique([short(n, _WIDE if len(legend) <= _FEW else _WIDTH) for n in legend])),
        tuple(colours),
        place[codes],
    )


def _unique(names: Sequence[str]) -> list[str]:
    """Number names that are equal after cutting: the chart would merge them."""
    seen: dict[str, int] = {}
    out = []
    for n in names:
        seen[n] = seen.get(n, 0) + 1
        out.append(n if seen[n] == 1 else f"{n} ({seen[n]})")
    return out
