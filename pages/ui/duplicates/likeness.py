"""Pairs that an embedding puts close together: above a threshold, by step, in groups, as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import altair as alt
import numpy as np
import pandas as pd

from embedcore import Dataset, Embedding
from embedcore.explore import duplicates
from embedcore.neighbours import Graph
from pages.ui import charts, services
from pages.ui.duplicates.decisions import Pair, Unit, pair

LOWEST = 0.5  # below this two products have too little in common to be worth a look


@services.resource(max_entries=8, show_spinner="Comparing products")
def pairs(data: str, run: str, threshold: float) -> pd.DataFrame:
    """Pairs above the threshold; do not change it, it is shared."""
    return duplicates.pairs(services.dataset(data), services.embedding(run), services.graph(run), threshold)


@services.data(max_entries=8)
def groups(data: str, run: str, threshold: float, verdicts: tuple[tuple[str, str, str], ...]) -> list[duplicates.Group]:
    """Groups of the pairs above the threshold in the light of verdicts (id, id, verdict)."""
    table = pd.DataFrame(verdicts, columns=["id_a", "id_b", "verdict"])
    return duplicates.groups(pairs(data, run, threshold), table, services.dataset(data), services.embedding(run))


@services.data(max_entries=8)
def bins(run: str) -> pd.DataFrame:
    """How many pairs of neighbours there are per step of similarity."""
    return histogram(services.graph(run))


def histogram(graph: Graph, step: float = 0.01) -> pd.DataFrame:
    """Columns low, high, pairs: every pair in the neighbour lists counted once, from LOWEST up."""
    row = np.repeat(np.arange(len(graph)), graph.k)
    other, score = graph.ids.ravel().astype(np.int64), graph.scores.ravel()
    ok = (other >= 0) & (score >= LOWEST)
    a, b, score = np.minimum(row, other)[ok], np.maximum(row, other)[ok], score[ok]
    _, once = np.unique(a * len(graph) + b, return_index=True)
    edges = np.round(np.arange(LOWEST, 1 + step / 2, step), 4)
    counts, _ = np.histogram(np.clip(score[once], LOWEST, 1), edges)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "pairs": counts})


def ticks(most: int) -> list[int]:
    """Three round numbers for an axis with square roots: the ground, the top, and a quarter of it at half height."""
    top = 10 ** (len(str(max(most, 1))) - 1)
    top *= most // top if most >= top else 1
    return sorted({0, round(top / 4), top})


def chart(frame: pd.DataFrame, threshold: float) -> charts.Layers:
    """The histogram with the line of the threshold."""
    frame = frame.assign(side=np.where(frame["low"] >= threshold - 1e-6, "shown", "below"))
    bars = (
        alt.Chart(frame)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "low:Q",
                bin="binned",
                title="similarity (cosine)",
                scale=alt.Scale(domain=[LOWEST, 1]),
                axis=alt.Axis(format=".1f", values=[0.5, 0.6, 0.7, 0.8, 0.9, 1], grid=False),
            ),
            x2=alt.X2("high"),
            y=alt.Y(
                "pairs:Q",
                title="pairs",
                scale=alt.Scale(type="sqrt"),
                axis=alt.Axis(values=ticks(int(frame["pairs"].max())), format=",.0f"),
            ),
            color=alt.Color(
                "side:N", legend=None, scale=alt.Scale(domain=["shown", "below"], range=[charts.ACCENT, charts.OTHER])
            ),
            tooltip=[
                alt.Tooltip("low:Q", title="from", format=".2f"),
                alt.Tooltip("high:Q", title="to", format=".2f"),
                alt.Tooltip("pairs:Q", title="pairs", format=","),
            ],
        )
    )
    return alt.LayerChart(layer=[bars, charts.mark(threshold)], height=190)


def with_verdicts(found: pd.DataFrame, verdicts: Mapping[Pair, str]) -> pd.DataFrame:
    """The pairs with a column verdict ("" while undecided)."""
    return found.assign(verdict=[verdicts.get(pair(a, b), "") for a, b in zip(found["id_a"], found["id_b"])])


def units(
    dataset: Dataset, found: pd.DataFrame, groups: Iterable[duplicates.Group], verdicts: Mapping[Pair, str]
) -> list[Unit]:
    """What is left to decide: groups with an undecided pair, and undecided pairs between groups, best first."""
    out: list[Unit] = []
    home: dict[int, int] = {}
    for n, group in enumerate(groups):
        home.update(dict.fromkeys(group.items, n))
        inside = tuple(pair(str(dataset.items[a]), str(dataset.items[b])) for a, b, _ in group.pairs)
        if any(p not in verdicts for p in inside):
            out.append(Unit(group.items, group.score, inside))
    for a, b, id_a, id_b, score in zip(*(found[c] for c in ("item_a", "item_b", "id_a", "id_b", "score"))):
        between = home.get(a, -1) != home.get(b, -2)
        if between and pair(id_a, id_b) not in verdicts:
            out.append(Unit((int(a), int(b)), float(score), (pair(id_a, id_b),)))
    return sorted(out, key=lambda u: -u.score)


def likeness(vectors: Embedding, pairs: Iterable[Pair]) -> float:
    """The weakest cosine similarity among pairs of ids; NaN when a product has no vector."""
    rows = [(vectors.row_of.get(a, -1), vectors.row_of.get(b, -1)) for a, b in pairs]
    if not rows or any(a < 0 or b < 0 for a, b in rows):
        return float("nan")
    return float(min(vectors.unit[a] @ vectors.unit[b] for a, b in rows))


def elsewhere(dataset: Dataset, vectors: Embedding, listed: pd.DataFrame, verdicts: Mapping[Pair, str]) -> pd.DataFrame:
    """Decided pairs that are not in the list (below its threshold), in its columns."""
    here = {pair(a, b) for a, b in zip(listed["id_a"], listed["id_b"])}
    rows = []
    for (a, b), verdict in verdicts.items():
        if (a, b) not in here and a in dataset.index and b in dataset.index:
            i, j, score = dataset.index[a], dataset.index[b], likeness(vectors, [(a, b)])
            word = "" if np.isnan(score) else duplicates.band(score)
            rows.append((i, j, a, b, dataset.titles[i], dataset.titles[j], score, word, verdict))
    names = ["item_a", "item_b", "id_a", "id_b", "title_a", "title_b", "score", "band", "verdict"]
    return pd.DataFrame(rows, columns=names)


def closest(run: str) -> float:
    """The highest similarity of any pair (-1 without pairs)."""
    scores, ids = services.graph(run).scores, services.graph(run).ids
    return float(scores[ids >= 0].max()) if (ids >= 0).any() else -1.0


def export(listed: pd.DataFrame, elsewhere: pd.DataFrame) -> pd.DataFrame:
    """What goes into the CSV: pairs above the threshold with their verdicts, then the other pairs that have one."""
    columns = ["id_a", "id_b", "title_a", "title_b", "score", "band", "verdict"]
    parts = [f[columns] for f in (listed, elsewhere) if len(f)]
    out = pd.concat(parts, ignore_index=True) if parts else listed[columns].copy()
    out["score"] = out["score"].round(4)
    return out
