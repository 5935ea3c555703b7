"""Products that join a finished embedding: their vectors and the known products that each is nearest to.

>>> tea = Dataset.build("shop", Catalogue(pd.DataFrame({"id": ["a", "b"]}), {"id": "id"}))
>>> without_vector(tea, Embedding("product", np.array(["a"], object), np.ones((1, 2), np.float32))).items.tolist()
['b']
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.errors import InputError, MissingError
from embedcore.vectors import top_k

NEAR = 3  # known products that are named beside each new one
_BLOCK = 1_000


@dataclass(frozen=True, eq=False)
class Newcomers:
    """table: one row per new product: id, title, vector (bool), known (bool: already in the embedding), and near1,
    alike1 ...: the nearest known products by title with their cosine. vectors: of those that have one. notices: those
    of reading the rows, and how many could not be embedded and why.

    >>> vectors = Embedding("product", np.array(["a"], object), np.array([[1, 0]], np.float32))
    >>> Newcomers(pd.DataFrame({"id": ["a"]}), vectors, ()).export().values.tolist()
    [['a', 1.0, 0.0]]
    """

    table: pd.DataFrame
    vectors: Embedding
    notices: tuple[str, ...]

    def save(self, folder: Path) -> None:
        """Write newcomers.parquet, the vectors and notices.json into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.table.to_parquet(folder / "newcomers.parquet", index=False)
        self.vectors.save(folder)
        (folder / "notices.json").write_text(json.dumps(self.notices, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Newcomers:
        """Read what `save` wrote; MissingError when it is not there."""
        try:
            notices = json.loads((folder / "notices.json").read_text(encoding="utf-8"))
            return cls(pd.read_parquet(folder / "newcomers.parquet"), Embedding.load(folder), tuple(notices))
        except FileNotFoundError:
            raise MissingError("These vectors are no longer here.", "Compute them again.") from None

    def export(self) -> pd.DataFrame:
        """id and the numbers of each vector, d0, d1, ..."""
        numbers = pd.DataFrame(self.vectors.vectors, columns=[f"d{n}" for n in range(self.vectors.dimension)])
        return pd.concat([pd.DataFrame({"id": self.vectors.ids.astype(str)}), numbers], axis=1)


def without_vector(dataset: Dataset, known: Embedding) -> Dataset:
    """The catalogue's products that have no vector; InputError when all have one, and without a catalogue.

    >>> tea = Dataset.build("shop", Catalogue(pd.DataFrame({"id": ["a", "b"]}), {"id": "id"}))
    >>> known = Embedding("product", np.array(["b"], object), np.ones((1, 2), np.float32))
    >>> without_vector(tea, known).items.tolist()
    ['a']
    """
    if dataset.catalogue is None:
        raise InputError("This dataset has no catalogue, so nothing is known of other products.")
    ids = dataset.catalogue.ids
    rest = np.array([str(i) not in known.row_of for i in ids], bool)
    if not rest.any():
        raise InputError("Every product in the catalogue already has a vector in this embedding.")
    frame = dataset.catalogue.frame[rest].reset_index(drop=True)
    return Dataset.build(dataset.name, Catalogue(frame, dataset.catalogue.roles), None, None, dataset.images)


def compare(
    dataset: Dataset, known: Embedding, new: Dataset, vectors: Embedding, notices: Sequence[str] = ()
) -> Newcomers:
    """The nearest known products of each new one. vectors: what Fitted.embed gave for `new`.

    >>> roles = {"id": "id", "name": "title"}
    >>> old = Dataset.build("old", Catalogue(pd.DataFrame({"id": ["a"], "name": ["Tea"]}), roles))
    >>> new = Dataset.build("new", Catalogue(pd.DataFrame({"id": ["b"], "name": ["Mug"]}), roles))
    >>> one = np.array([[1, 0]], np.float32)
    >>> found = compare(old, Embedding("product", old.items, one), new, Embedding("product", new.items, one))
    >>> found.table[["id", "near1", "alike1"]].values.tolist()
    [['b', 'Tea', 1.0]]
    """
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
        best, cosine = top_k(score, k)
        names[some, :k], alike[some, :k] = titles[best], cosine
    for j in range(NEAR):
        table[f"near{j + 1}"], table[f"alike{j + 1}"] = names[:, j], alike[:, j]
    messages = list(notices)
    lost = int((row < 0).sum())
    if lost:
        messages.append(
            f"{lost:,} of {n:,} products got no vector, because this embedding has learned nothing about them "
            "(no purchase with known products, no known value or word, or no picture)."
        )
    twice = int(table["known"].sum())
    if twice:
        messages.append(f"{twice:,} are in the embedding already and keep their vectors.")
    kept = Embedding("product", ids[have], vectors.vectors[row[have]])
    return Newcomers(table, kept, tuple(messages))
