"""The tabular autoencoder: products are squeezed into a few numbers from which the whole row can be rebuilt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.autoencoder.layout import Layout, Sheet, trimmed
from embedcore.methods.autoencoder.read import Expected, Reader, expectations, rebuilt
from embedcore.methods.base import TABLE, Fitted, Method, Params, param
from embedcore.methods.columns import UNSURE, WIDE, Table
from embedcore.methods.persistence import load_model, pack_json, save_model, unpack_json
from embedcore.progress import Progress, part, silent

GOOD, FAITHFUL = "good neighbours", "faithful"
_HELD, _MOST_HELD = 0.1, 2_000  # of the products, for the figures
_ENOUGH = 40  # products below which none is held back
_FEWEST = 50  # steps, however many columns there are


@dataclass(frozen=True)
class AutoencoderParams(Params):
    """Parameters of the tabular autoencoder."""

    preset: str = param(
        GOOD,
        "What matters more",
        "Good neighbours: cells are hidden and swapped while it learns "
        "(denoising, mask probability .1 to .5), so that it must learn what goes with what. Faithful: "
        "next to no noise, so that rows are rebuilt exactly.",
        choices=(GOOD, FAITHFUL),
    )
    exclude: tuple[str, ...] = param(
        (), "Columns to leave out", "None chosen means that every column is used.", columns=TABLE
    )
    dimension: int = param(
        32, "Dimensions", "Length of a vector (width of the narrowest layer).", low=2, high=256, step=1
    )
    steps: int = param(
        500,
        "Steps of training",
        "Batches of up to 1,024 products that are learned from.",
        low=50,
        high=5000,
        step=50,
        advanced=True,
    )
    width: int = param(
        128,
        "Width of the net",
        "Numbers in the layers before and after the narrow one.",
        low=16,
        high=512,
        step=16,
        advanced=True,
    )
    learning_rate: float = param(
        0.01,
        "Learning rate",
        "The largest step of AdamW; it rises and falls (one cycle).",
        low=0.0001,
        high=0.05,
        advanced=True,
    )
    check: bool = param(
        True,
        "Check it on your table",
        "Hides columns in turn on a sample of 3,000 rows and compares with a plain PCA: takes a few seconds.",
        advanced=True,
    )


class FittedAutoencoder(Fitted):
    """embeddings: "product"; "value" (ids "column=value", the mean of the products that have it).

    >>> issubclass(FittedAutoencoder, Fitted)
    True
    """

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.embeddings, self.meta, self.arrays = embeddings, meta, arrays
        facts = unpack_json(arrays["layout"])
        self.layout, self._constant = Layout.from_plain(facts["layout"]), facts["constant"]
        self.reader = Reader(self.layout, arrays)

    def sheet(self, dataset: Dataset) -> Sheet:
        """The products of `dataset` as the net reads them."""
        return self.layout.sheet(dataset, self.layout.table.encode(dataset))

    def embed(self, new: Dataset) -> Embedding:
        """The narrowest layer for each product; those without a known cell are left out and counted."""
        sheet = self.sheet(new)
        known = np.flatnonzero(sheet.known)
        vectors = self.reader.vectors(sheet.take(known)) - self.arrays["mean"]
        return Embedding("product", new.items[known], vectors, {"left_out": len(new) - len(known)})

    def reconstruct(self, dataset: Dataset) -> pd.DataFrame:
        """The catalogue of `dataset` as the model rebuilds it from its vectors: the same columns and rows.

        Columns it did not learn (texts, pictures, those left out) are missing, the id is kept; a column that was the
        same everywhere in training has that value. Also for products it never saw."""
        assert dataset.catalogue is not None
        cells = rebuilt(self.reader, self.sheet(dataset).take(np.arange(dataset.n_catalogue)))
        out = {}
        for name, role in dataset.catalogue.roles.items():
            told = dataset.catalogue.frame[name]
            if role != "id" and name in cells:
                values = cells[name]
                days = pd.Series(np.round(values), told.index) if role == "date" else None
                told = (
                    pd.Series(values, told.index, dtype=told.dtype)
                    if days is None
                    else pd.to_datetime(days, unit="D").astype(told.dtype)
                )
            elif role != "id":
                told = pd.Series(self._constant.get(name), index=told.index).astype(told.dtype)
            out[name] = told
        return pd.DataFrame(out)

    @property
    def trimmed(self) -> list[str]:
        """One sentence about each column of which only the commonest values count."""
        return trimmed(self.layout)

    def expected(self, dataset: Dataset) -> Iterator[Expected]:
        """Column by column: every cell hidden in turn, and what the model expects there."""
        yield from expectations(self.reader, self.sheet(dataset))

    def save(self, folder: Path) -> None:
        save_model(folder, self.embeddings, self.meta, self.arrays)


class Autoencoder(Method):
    """A denoising autoencoder (Vincent et al. 2008) on mixed columns, a softmax for each."""

    name = "autoencoder"
    title = "Autoencoder"
    subtitle = "whole products in few numbers"
    summary = "Learns from the columns of the catalogue: squeezes each product into a few numbers and rebuilds it."
    about = (
        "A small neural network reads all cells of a product (values, numbers, words), squeezes them into a short list "
        "of numbers and must rebuild every cell from it. What is needed to rebuild a product is what its vector "
        "holds.\n\n"
        "Choose *good neighbours* for maps, groups and unusual products: some cells are hidden or swapped while it "
        "learns, so that it learns what goes with what. Choose *faithful* to pack whole rows into few numbers.\n\n"
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
        table = Table.of(dataset, params.exclude)
        encoded = table.encode(dataset)
        layout = Layout.of(table, encoded)
        sheet = layout.sheet(dataset, encoded)
        known = np.flatnonzero(sheet.known)
        if len(known) < 2:
            raise NeedsError("Fewer than two products have a cell to learn from.", "Add products or columns.")
        held, learned = _split(known, seed)
        progress(3, 100, note="Getting ready to learn")
        from embedcore.methods.autoencoder import judge, net

        steps = _steps(params.steps, table)
        noise = net.Noise((0.1, 0.5), 0.02, 0.1) if params.preset == GOOD else net.Noise((0.0, 0.1), 0.0, 0.0)
        arrays, losses = net.train(
            layout,
            sheet.take(learned),
            params.dimension,
            params.width,
            steps,
            params.learning_rate,
            noise,
            seed,
            part(progress, 5, 75),
        )
        arrays["layout"] = pack_json({"layout": layout.plain(), "constant": _constants(dataset, layout)})
        arrays["mean"] = np.zeros(params.dimension, np.float32)
        meta: dict[str, Any] = {
            "params": asdict(params),
            "seed": seed,
            "losses": losses,
            "vocabulary": len(known),
            "left_out": len(dataset) - len(known),
            "held_out": len(held),
            "columns": list(table.used),
            "unused": [list(pair) for pair in table.left_out],
        }
        fitted = FittedAutoencoder({}, meta, arrays)
        vectors = fitted.reader.vectors(sheet.take(known))
        arrays["mean"] = vectors.mean(axis=0)
        vectors = vectors - arrays["mean"]
        fitted.embeddings = {"product": Embedding("product", dataset.items[known], vectors)}
        if layout.table.categories:
            fitted.embeddings["value"] = _values(layout, sheet.take(known), vectors)
        progress(78, 100, note="Measuring on products it has not seen")
        found = judge.measure(fitted.reader, sheet.take(learned), sheet.take(held), params.dimension, seed)
        ask = params.check and not table.wide
        told = judge.neighbours(self, params, dataset, seed, part(progress, 80, 100)) if ask else ([], [])
        meta |= {
            "notices": [*told[0], *found[0], *trimmed(layout), *_spared(params, table)],
            "figures": [*found[1], *told[1]],
            "seconds": round(time.perf_counter() - begin, 3),
        }
        progress(100, 100, note="Done")
        return fitted

    def load(self, folder: Path) -> FittedAutoencoder:
        return FittedAutoencoder(*load_model(folder))


def _split(known: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows held back for the figures, rows to learn from)"""
    if len(known) < _ENOUGH:
        return known[:0], known
    order = np.random.default_rng(seed).permutation(known)
    cut = min(int(_HELD * len(known)), _MOST_HELD)
    return np.sort(order[:cut]), np.sort(order[cut:])


def _steps(asked: int, table: Table) -> int:
    """Steps of training: fewer in a wide table, so that the work stays the same."""
    return max(round(asked * WIDE / len(table.used)), _FEWEST) if table.wide else asked


def _spared(params: AutoencoderParams, table: Table) -> list[str]:
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


def _values(layout: Layout, sheet: Sheet, vectors: np.ndarray) -> Embedding:
    """Each value as the mean of the products that have it."""
    ids, rows, counts = [], [], []
    for j, c in enumerate(layout.table.categories):
        size = layout.columns[j].size
        code = sheet.codes[:, j]
        many = np.bincount(code, minlength=size + 3)[1 : size + 1]
        total = np.zeros((size + 3, vectors.shape[1]), np.float64)
        np.add.at(total, code, vectors)
        ids += [f"{c.name}={v}" for v in c.values[:size]]
        rows.append(total[1 : size + 1] / np.maximum(many, 1)[:, None])
        counts += [int(n) for n in many]
    facts = {"counts": counts, "unsure": [n < UNSURE for n in counts], "unsure_below": UNSURE}
    return Embedding("value", np.array(ids, object), np.concatenate(rows).astype(np.float32), facts)
