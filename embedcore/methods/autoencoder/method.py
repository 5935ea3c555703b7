"""The tabular autoencoder: products are compressed to a few numbers from which the whole row can be rebuilt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.autoencoder.layout import Layout, trimmed
from embedcore.methods.autoencoder.params import GOOD, AutoencoderParams
from embedcore.methods.autoencoder.reader import Expected, Reader, expectations, rebuilt
from embedcore.methods.base import Method, Params
from embedcore.methods.columns import UNSURE, WIDE, Inputs, TableEncoder
from embedcore.methods.evaluation import Split, Verdict, split
from embedcore.methods.persistence import FittedArrays, load_model, pack_json, unpack_json
from embedcore.progress import Progress, part, silent

# Chosen by hand.
_HELD, _MOST_HELD = 0.1, 2_000  # of the products, for the figures
_ENOUGH = 40  # products below which none is held back
_FEWEST = 50  # steps, however many columns there are
# What each preset does to a row, see net.Noise: (share of cells hidden, swapped, of words left out).
_NOISE_NEIGHBOURS: tuple[tuple[float, float], float, float] = ((0.1, 0.5), 0.02, 0.1)
_NOISE_FAITHFUL: tuple[tuple[float, float], float, float] = ((0.0, 0.1), 0.0, 0.0)


class FittedAutoencoder(FittedArrays):
    """embeddings: "product"; "value" (ids "column=value", the mean of the products that have it).

    >>> issubclass(FittedAutoencoder, FittedArrays)
    True
    """

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        super().__init__(embeddings, meta, arrays)
        facts = unpack_json(arrays["layout"])
        self.layout, self._constant = Layout.from_plain(facts["layout"]), facts["constant"]
        self.reader = Reader(self.layout, arrays)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of cells it learned: categories, then numbers."""
        return tuple(c.name for c in self.layout.columns)

    @property
    def trimmed(self) -> list[str]:
        """One sentence about each column of which only the commonest values are kept apart."""
        return trimmed(self.layout)

    def read(self, dataset: Dataset) -> Inputs:
        """The products of `dataset` as the net reads them."""
        return self.layout.read(dataset)

    def embed(self, new: Dataset) -> Embedding:
        """The narrowest layer for each product; those without a known cell are left out and counted."""
        inputs = self.read(new)
        known = np.flatnonzero(inputs.known)
        vectors = self.reader.vectors(inputs.take(known)) - self.arrays["mean"]
        return Embedding("product", new.items[known], vectors, {"left_out": len(new) - len(known)})

    def reconstruct(self, dataset: Dataset) -> pd.DataFrame:
        """The catalogue of `dataset` as the model rebuilds it from its vectors: the same columns and rows.

        Columns it did not learn (texts, pictures, those left out) are missing, the id is kept; a column that was the
        same everywhere in training has that value. Also for products it never saw. NeedsError without a catalogue."""
        if dataset.catalogue is None:
            raise NeedsError("This dataset has no catalogue.", "Add one on the Data page.")
        cells = rebuilt(self.reader, self.read(dataset).take(np.arange(dataset.n_catalogue)))
        out = {}
        for name, role in dataset.catalogue.roles.items():
            column = dataset.catalogue.frame[name]
            if role == "id":
                out[name] = column
            elif name not in cells:
                out[name] = pd.Series(self._constant.get(name), index=column.index).astype(column.dtype)
            elif role == "date":
                days = pd.Series(np.round(cells[name]), column.index)
                out[name] = pd.to_datetime(days, unit="D").astype(column.dtype)
            else:
                out[name] = pd.Series(cells[name], column.index, dtype=column.dtype)
        return pd.DataFrame(out)

    def expected(self, dataset: Dataset) -> Iterator[Expected]:
        """Column by column: every cell hidden in turn, and what the model expects there."""
        yield from expectations(self.reader, self.read(dataset))


class Autoencoder(Method):
    """A denoising autoencoder (Vincent et al. 2008) on mixed columns, a softmax for each."""

    name = "autoencoder"
    title = "Autoencoder"
    subtitle = "whole products in few numbers"
    summary = "Learns from the columns of the catalogue: compresses each product to a few numbers and rebuilds it."
    about = (
        "A small neural network reads all cells of a product (values, numbers, words), compresses them to a short list "
        "of numbers and rebuilds every cell from it. A vector holds what is needed to rebuild its product.\n\n"
        "Choose *good neighbours* for maps, groups and data errors: some cells are hidden or swapped during "
        "training, so that it learns which values go together. Choose *faithful* to pack whole rows into few "
        "numbers.\n\n"
        "It cannot know what is bought together. Where columns are few and mostly numbers a plain PCA finds neighbours "
        "as well or better; the check on your own table says so."
    )
    source = (
        "Hinton and Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks; Vincent et al. "
        "2008, Extracting and Composing Robust Features with Denoising Autoencoders"
    )
    version = 1
    needs = frozenset({"table"})
    Params: ClassVar[type[Params]] = AutoencoderParams

    def fit(
        self, dataset: Dataset, params: AutoencoderParams, progress: Progress = silent, seed: int = 0
    ) -> FittedAutoencoder:
        """Train; embedding "product" (products with a known cell, dimension) and "value".

        meta: columns, unused (column, why), held_out (products the figures are measured on), left_out, notices and
        figures. NeedsError when no column can be used."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        begin = time.perf_counter()
        progress(0, 100, note="Reading the columns")
        table = TableEncoder.of(dataset, params.exclude)
        rows = table.encode(dataset)
        layout = Layout.of(table, rows)
        inputs = layout.read(dataset, rows)
        known = np.flatnonzero(inputs.known)
        if len(known) < 2:
            raise NeedsError("Fewer than two products have a cell to learn from.", "Add products or columns.")
        parts = _split(known, seed)
        progress(3, 100, note="Getting ready to learn")
        from embedcore.methods.autoencoder import judge

        arrays, losses = _train(layout, inputs.take(parts.train), params, part(progress, 5, 75), seed)
        arrays["layout"] = pack_json({"layout": layout.plain(), "constant": _constants(dataset, layout)})
        arrays["mean"] = np.zeros(params.dimension, np.float32)
        meta: dict[str, Any] = {
            "params": asdict(params),
            "seed": seed,
            "losses": losses,
            "vocabulary": len(known),
            "left_out": len(dataset) - len(known),
            "held_out": len(parts.test),
            "columns": list(table.used),
            "unused": [list(pair) for pair in table.left_out],
        }
        fitted = FittedAutoencoder({}, meta, arrays)
        vectors = fitted.reader.vectors(inputs.take(known))
        arrays["mean"] = vectors.mean(axis=0)
        vectors = vectors - arrays["mean"]
        fitted.embeddings = {"product": Embedding("product", dataset.items[known], vectors)}
        if layout.table.categories:
            fitted.embeddings["value"] = _values(layout, inputs.take(known), vectors)
        progress(78, 100, note="Measuring on products it has not seen")
        rebuilder = judge.Rebuilder(fitted.reader, inputs.take(parts.train), inputs.take(parts.test), params.dimension)
        verdict, check = judge.rebuilding(rebuilder, seed), Verdict()
        if params.check and not table.wide:
            check = judge.neighbours(self, params, dataset, seed, part(progress, 80, 100))
        meta |= {
            "notices": [*check.notices, *verdict.notices, *trimmed(layout), *_spared(params, table)],
            "figures": [*verdict.figures, *check.figures],
            "seconds": round(time.perf_counter() - begin, 3),
        }
        progress(100, 100, note="Done")
        return fitted

    def load(self, folder: Path) -> FittedAutoencoder:
        """See Method.load."""
        return FittedAutoencoder(*load_model(folder))


def _split(known: np.ndarray, seed: int) -> Split:
    """Rows to learn from, and rows held back for the figures."""
    held = 0 if len(known) < _ENOUGH else min(int(_HELD * len(known)), _MOST_HELD)
    return split(known, held, seed) if held else Split(known, known[:0])


def _train(
    layout: Layout, inputs: Inputs, params: AutoencoderParams, progress: Progress, seed: int
) -> tuple[dict[str, np.ndarray], list[float]]:
    """(weights by name, losses)"""
    from embedcore.methods.autoencoder import net

    noise = net.Noise(*(_NOISE_NEIGHBOURS if params.preset == GOOD else _NOISE_FAITHFUL))
    steps = _steps(params.steps, layout.table)
    return net.train(
        layout, inputs, net.Plan(params.dimension, params.width, steps, params.learning_rate, noise), seed, progress
    )


def _steps(steps: int, table: TableEncoder) -> int:
    """Steps of training: fewer in a wide table, so that the work stays the same."""
    return max(round(steps * WIDE / len(table.used)), _FEWEST) if table.wide else steps


def _spared(params: AutoencoderParams, table: TableEncoder) -> list[str]:
    """One sentence about what was done less because of the many columns."""
    if not table.wide:
        return []
    steps = _steps(params.steps, table)
    check = ", and the check with hidden columns was left out" if params.check else ""
    return [
        f"This table has {len(table.used):,} columns: it learned in {steps:,} steps instead of "
        f"{params.steps:,}{check}. Leave out columns that do not matter, or raise the steps."
    ]


def _constants(dataset: Dataset, layout: Layout) -> dict[str, Any]:
    """Columns that have one value everywhere, and it."""
    out: dict[str, Any] = {}
    for name, _ in layout.table.left_out:
        cells = dataset.column(name).iloc[: dataset.n_catalogue]
        if cells.nunique() == 1 and cells.notna().all():
            value = cells.iloc[0]
            out[name] = value if isinstance(value, str | float) else str(value)
    return out


def _values(layout: Layout, inputs: Inputs, vectors: np.ndarray) -> Embedding:
    """Each value as the mean of the products that have it."""
    ids, rows, counts = [], [], []
    for j, c in enumerate(layout.table.categories):
        size = layout.columns[j].size
        code = inputs.codes[:, j]
        many = np.bincount(code, minlength=size + 3)[1 : size + 1]
        total = np.zeros((size + 3, vectors.shape[1]), np.float64)
        np.add.at(total, code, vectors)
        ids += [f"{c.name}={v}" for v in c.values[:size]]
        rows.append(total[1 : size + 1] / np.maximum(many, 1)[:, None])
        counts += [int(n) for n in many]
    facts = {"counts": counts, "unsure": [n < UNSURE for n in counts], "unsure_below": UNSURE}
    return Embedding("value", np.array(ids, object), np.concatenate(rows).astype(np.float32), facts)
