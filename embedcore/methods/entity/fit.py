"""From a dataset to a trained network and what is to be said about it. Imported when something is trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.columns.cells import Cells
from embedcore.methods.columns.table import WIDE, Table
from embedcore.methods.entity import inputs as entity_inputs
from embedcore.methods.entity import judge as entity_judge
from embedcore.methods.entity import net as entity_net
from embedcore.methods.entity import target as entity_target
from embedcore.methods.entity.inputs import Inputs
from embedcore.methods.entity.params import BASKETS, EntityParams
from embedcore.methods.entity.target import Target
from embedcore.methods.entity.tasks import Column, Fellows
from embedcore.progress import Progress

UNSURE = 20  # a value in fewer products than this has too little company to say how it is used
_START = 64  # directions of the co-occurrence that values and words begin with
_SPREAD, _NOISE = 0.25, 0.05  # of the starting vectors, and of what has no start
_ENOUGH = 30  # products to hold back at least, where that is at most a quarter
_LINES = 20_000_000  # lines of baskets that are learned from, of more those of evenly spaced baskets
_AFTER = 0.15  # share of the progress that belongs to what follows the training
_AGAIN = 20_000  # products up to which it learns once more, from all of them, after it was measured


@dataclass(frozen=True, eq=False)
class Made:
    """What `fit` gives: the parts of a FittedEntity."""

    embeddings: dict[str, Embedding]
    arrays: dict[str, np.ndarray]
    table: Table
    target: Target
    facts: dict[str, Any]
    meta: dict[str, Any]


def fit(dataset: Dataset, p: EntityParams, progress: Progress, seed: int) -> Made:
    """See EntityEmbeddings.fit."""
    from_baskets = p.learn == BASKETS
    if from_baskets and dataset.baskets is not None:
        dataset = replace(dataset, baskets=dataset.baskets.thinned(_LINES))
    column = "" if from_baskets else p.target or entity_target.choose(dataset, p.exclude)
    target, wanted = _fellows(dataset) if from_baskets else entity_target.of_column(dataset, column)
    cells = Cells.of(dataset, {*p.exclude, column} - {""})
    inputs = entity_inputs.read(cells.table, dataset)
    rows, held = _split(inputs, wanted, p.held_out, seed)
    tables, words = _starts(dataset, cells, p, seed)
    task: Column | Fellows
    if from_baskets:
        assert dataset.baskets is not None
        task = Fellows(dataset.baskets, rows, held, np.nan_to_num(wanted))
    else:
        task = Column(rows, held, wanted, len(target.values) or 1)
    settings = entity_net.Settings(
        p.dimension, p.hidden, p.epochs, p.batch, p.rate, p.decay, p.word_dropout, p.cell_dropout, p.smoothing
    )
    again = task.examples <= _AGAIN and not cells.table.wide
    at, whole = 0, 0

    def first(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        nonlocal at, whole
        at, whole = step, round(of * ((2 if again else 1) + _AFTER)) + 1
        progress(step, whole, loss, note)

    trained = entity_net.train(tables, words, inputs, task, settings, int(from_baskets), first, seed)
    progress(at, whole, note="Measuring on products it has not seen")
    arrays = _numpy(trained.arrays, len(words))
    known = np.flatnonzero(inputs.known)
    h = _vectors(arrays, inputs, known)
    if isinstance(task, Fellows):
        popular = {"popularity": np.log(task.popularity).astype(np.float32)}
        judged = entity_judge.fellows(task, arrays | popular, h, dataset, wanted, seed)
    else:
        popular = {}
        judged = entity_judge.column(cells.table, inputs, target, arrays, h, wanted, rows, held, seed)
    if again:

        def second(step: int, of: int, loss: float | None = None, note: str = "") -> None:
            progress(at + round(step / of * (whole - at) * 0.9), whole, note="Learning once more, from all products")

        more = task.with_all()
        trained_again = entity_net.train(
            tables, words, inputs, more, settings, int(from_baskets), second, seed, steps=max(trained.best, 50)
        )
        arrays = _numpy(trained_again.arrays, len(words))
        h = _vectors(arrays, inputs, known)
    arrays |= popular
    embeddings = {"product": Embedding("product", dataset.items[known], h[known])}
    if value := _values(cells.table, arrays, target):
        embeddings["value"] = value
    missing = 0 if from_baskets else int(_blank(wanted)[: dataset.n_catalogue].sum())
    meta = {
        "losses": trained.losses,
        "vocabulary": len(known),
        "left_out": len(dataset) - len(known),
        "target": {"column": target.column, "kind": target.kind, "values": len(target.values), "blank": missing},
        "chosen": not from_baskets and not p.target,
        "inputs": {c.name: t.shape[1] for c, t in zip(cells.table.categories, tables, strict=True)},
        "numbers": [x.name for x in cells.table.numbers],
        "texts": [w.name for w in cells.table.words],
        "unused": [list(pair) for pair in cells.table.left_out],
        "held_out": len(held),
        "learned_from": len(rows),
        "steps": trained.steps,
        "best": trained.best,
        "again": again,
        "checks": [list(c) for c in trained.checks],
        "calibration": judged.calibration,
        "figures": judged.figures,
        "notices": [*judged.notices, *_notices(dataset, p, target, inputs, wanted, cells.table, held)],
    }
    progress(whole, whole, note="Done")
    return Made(embeddings, arrays, cells.table, target, judged.facts, meta)


def _fellows(dataset: Dataset) -> tuple[Target, np.ndarray]:
    """(target, (n,) log share of baskets, standardised by entity_judge.rate; NaN for products that are never bought
    with another one)."""
    assert dataset.baskets is not None
    b = dataset.baskets
    together = np.zeros(len(dataset), bool)
    together[b.items[np.repeat(b.sizes, b.sizes) > 1]] = True
    together[dataset.n_catalogue :] = False
    mean, spread = entity_judge.rate(dataset)
    z = (np.log(np.maximum(dataset.counts, 0.5) / len(b)) - mean) / spread
    return Target("bought with"), np.where(together, z, np.nan)


def _split(inputs: Inputs, wanted: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows to learn from, rows held back), both ascending; NeedsError when there are too few."""
    rows = np.flatnonzero(inputs.known & ~_blank(wanted))
    if len(rows) < 4:
        raise NeedsError(
            "Fewer than four products have both a known cell and something to predict: nothing can be learned.",
            "Choose another column to predict, or leave out fewer columns.",
        )
    order = np.random.default_rng(seed).permutation(rows)
    few = min(_ENOUGH, len(rows) // 4)  # in a small table a tenth measures nothing
    n = int(np.clip(round(share * len(rows)), few, 5_000))
    return np.sort(order[n:]), np.sort(order[:n])


def _blank(wanted: np.ndarray) -> np.ndarray:
    return np.asarray(wanted < 0 if wanted.dtype.kind == "i" else np.isnan(wanted))


def size_of(values: int) -> int:
    """The usual length of the vectors of a column of so many values."""
    return int(max(1, min(600, round(1.6 * values**0.56))))


def _starts(dataset: Dataset, cells: Cells, p: EntityParams, seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """(tables of values with the row for unknown first, tables of words with the row for none last)."""
    t, rng = cells.table, np.random.default_rng(seed)
    found = _together(dataset, cells, seed) if p.start and not t.wide else np.zeros((len(cells.owner), 0), np.float32)
    tables, words, at = [], [], 0

    def table(n: int, size: int, start: np.ndarray) -> np.ndarray:
        out = rng.normal(scale=_NOISE, size=(n, size)).astype(np.float32)
        out[:, : min(size, start.shape[1])] += start[:, :size]
        return out

    for c in t.categories:
        n, size = len(c.values), p.value_size or size_of(len(c.values))
        tables.append(np.concatenate([np.zeros((1, size), np.float32), table(n, size, found[at : at + n])]))
        at += n
    at = len(found) - sum(len(w.words) for w in t.words)
    for w in t.words:
        n = len(w.words)
        none = np.zeros((1, p.word_size), np.float32)
        words.append(np.concatenate([table(n, p.word_size, found[at : at + n]), none]))
        at += n
    return tables, words


def _together(dataset: Dataset, cells: Cells, seed: int) -> np.ndarray:
    """(T, d) co-occurrence vectors of all tokens, evenly spread; d = 0 where nothing stands together."""
    from embedcore.methods.columns import pmi

    try:
        found, _ = pmi.vectors(cells.matrix(dataset), cells, _START, 0.75, seed)
    except NeedsError:
        return np.zeros((len(cells.owner), 0), np.float32)
    return np.asarray(found * (_SPREAD / max(float(found.std()), 1e-9)), np.float32)


def _vectors(arrays: dict[str, np.ndarray], inputs: Inputs, known: np.ndarray) -> np.ndarray:
    """(n, d); zeros where nothing is known of a product."""
    h = np.zeros((len(inputs), len(arrays["product.bias"])), np.float32)
    h[known] = entity_inputs.vectors(arrays, inputs.take(known))
    return h


def _numpy(found: dict[str, np.ndarray], words: int) -> dict[str, np.ndarray]:
    """Without the row of no word, whose vector is zero by definition."""
    out = dict(found)
    for j in range(words):
        out[f"word.{j}"] = np.ascontiguousarray(out[f"word.{j}"][:-1])
    return out


def _values(table: Table, arrays: dict[str, np.ndarray], target: Target) -> Embedding | None:
    """The learned vectors of the values of each column, and of the target's, which lie in the head."""
    parts = [(c.name, c.values, c.counts, arrays[f"value.{j}"][1:]) for j, c in enumerate(table.categories)]
    if target.kind == "category":
        parts.append((target.column, target.values, target.counts, arrays["head.weight"]))
    parts = [(name, values, n, v - v.mean(axis=0)) for name, values, n, v in parts]  # what all share says nothing
    if not parts:
        return None
    width = max(v.shape[1] for *_, v in parts)
    counts = [n for _, _, c, _ in parts for n in c]
    facts = {
        "counts": counts,
        "unsure": [n < UNSURE for n in counts],
        "unsure_below": UNSURE,
        "sizes": {name: int(v.shape[1]) for name, _, _, v in parts},
        "alone": True,
    }
    ids = np.array([f"{name}={v}" for name, values, _, _ in parts for v in values], object)
    vectors = np.concatenate([np.pad(v, ((0, 0), (0, width - v.shape[1]))) for *_, v in parts])
    return Embedding("value", ids, vectors, facts)


def _notices(
    dataset: Dataset,
    p: EntityParams,
    target: Target,
    inputs: Inputs,
    wanted: np.ndarray,
    table: Table,
    held: np.ndarray,
) -> list[str]:
    """What else a reader should know, in plain sentences."""
    out = []
    if target.column and not p.target:
        out.append(
            f"Nobody said what to predict, so it learned to predict “{target.column}”, the column with the most values "
            "that still has enough products for each; name another one when you train it if something else matters."
            if target.kind == "category"
            else "Nobody said what to predict and no column of values fits, so it learned to predict "
            f"“{target.column}”."
        )
    if table.wide:
        out.append(_spared(p, table))
    if len(held) < 100:
        what = "1 product was" if len(held) == 1 else f"{len(held)} products were"
        out.append(f"Only {what} held back to measure it, so the figures below are rough.")
    for name, share in entity_judge.giveaways(table, inputs, wanted) if target.kind == "category" else ():
        out.append(
            f"“{name}” alone gives “{target.column}” away in {100 * share:.1f} % of the products: leave it out if it "
            "would not be known beforehand."
        )
    if target.kind == "category":
        cells = dataset.column(target.column).iloc[: dataset.n_catalogue]
        rare = int(((wanted[: dataset.n_catalogue] < 0) & cells.notna().to_numpy()).sum())
        if rare:
            out.append(
                f"{rare:,} products have a value of “{target.column}” that is too rare to learn: it is never "
                "the answer."
            )
    return out


def _spared(p: EntityParams, table: Table) -> str:
    """What was done less because of the many columns, so that memory and time stay small."""
    less = ["it did not learn once more from all products after it was measured"]
    if p.start:
        less.append("its values did not start from what stands together")
    if len(table.numbers) > WIDE:
        less.append("numbers are read in wider ranges")
    return f"This table has {len(table.used):,} columns, so {_listed(less)}. Leave out columns that do not matter."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
