"""Products that joined a finished result: their vectors and what they are nearest to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.errors import InputError, MissingError

NEAR = 3  # known products that are named beside each new one
_BLOCK = 1_000


@dataclass(frozen=True, eq=False)
class Newcomers:
    """table: one row per new product: id, title, vector (bool), known (bool: it is in the result already), and near1,
    alike1 ...: the nearest known products by title with their cosine. vectors: of those that have one. notices: what
    reading the rows had to say, and how many could not be embedded and why."""

    table: pd.DataFrame
    vectors: Embedding
    notices: tuple[str, ...]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.table.to_parquet(folder / "newcomers.parquet", index=False)
        self.vectors.save(folder)
        (folder / "notices.json").write_text(json.dumps(self.notices, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Newcomers:
        """MissingError when it is not there."""
        try:
            said = json.loads((folder / "notices.json").read_text(encoding="utf-8"))
            return cls(pd.read_parquet(folder / "newcomers.parquet"), Embedding.load(folder), tuple(said))
        except FileNotFoundError:
            raise MissingError("These vectors are no longer here.", "Make them again.") from None

    def export(self) -> pd.DataFrame:
        """id and the numbers of each vector, d0, d1, ..."""
        numbers = pd.DataFrame(self.vectors.vectors, columns=[f"d{n}" for n in range(self.vectors.dimension)])
        return pd.concat([pd.DataFrame({"id": self.vectors.ids.astype(str)}), numbers], axis=1)


def without_vector(dataset: Dataset, known: Embedding) -> Dataset:
    """The catalogue's products that have no vector, with the baskets they are in; InputError when all have one."""
    if dataset.catalogue is None:
        raise InputError("This dataset has no catalogue, so nothing is known of other products.")
    ids = dataset.catalogue.ids
    rest = np.array([str(i) not in known.row_of for i in ids], bool)
    if not rest.any():
        raise InputError("Every product of the catalogue has a vector in this result already.")
    frame = dataset.catalogue.frame[rest].reset_index(drop=True)
    return Dataset.build(dataset.name, Catalogue(frame, dataset.catalogue.roles), None, None, dataset.images)


def compare(
    dataset: Dataset, known: Embedding, new: Dataset, vectors: Embedding, notices: Sequence[str] = ()
) -> Newcomers:
    """The nearest known products of each new one. vectors: what Fitted.embed gave for `new`."""
    n = new.n_catalogue or len(new)
    ids = np.array([str(i) for i in new.items[:n]], dtype=object)
    row = np.array([vectors.row_of.get(i, -1) for i in ids])
    table = pd.DataFrame(
        {
            "id": ids,
            "title": [str(t) for t in new.titles[:n]],
            "vector": row >= 0,
            "known": [i in known.row_of for i in ids],
        }
    )
    titles = dataset.titles[dataset.positions(known.ids)]
    k = min(NEAR, len(known))
    names = np.full((n, NEAR), "", dtype=object)
    alike = np.full((n, NEAR), np.nan)
    have = np.flatnonzero(row >= 0)
    for start in range(0, len(have), _BLOCK):
        some = have[start : start + _BLOCK]
        score = vectors.unit[row[some]] @ known.unit.T
        for at, i in enumerate(ids[some]):
            if i in known.row_of:
                score[at, known.row_of[i]] = -np.inf  # not its own neighbour
        best = np.argpartition(-score, k - 1, axis=1)[:, :k]
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(score, best, 1), axis=1, kind="stable"), 1)
        names[some, :k] = titles[best]
        alike[some, :k] = np.take_along_axis(score, best, 1)
    for j in range(NEAR):
        table[f"near{j + 1}"], table[f"alike{j + 1}"] = names[:, j], alike[:, j]
    said = list(notices)
    lost = int((row < 0).sum())
    if lost:
        said.append(
            f"{lost:,} of {n:,} products got no vector: this result has learned nothing about what their rows say "
            "(no purchase with known products, no known value or word, or no picture)."
        )
    twice = int(table["known"].sum())
    if twice:
        said.append(f"{twice:,} are in the result already and keep the vector that they have.")
    kept = Embedding("product", ids[have], vectors.vectors[row[have]])
    return Newcomers(table, kept, tuple(said))
