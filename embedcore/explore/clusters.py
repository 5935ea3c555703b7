"""Clusters: groups of products that lie close together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.errors import InputError, MissingError
from embedcore.methods.base import Progress, silent


@dataclass(frozen=True, eq=False)
class Clusters:
    """A partition of the rows of an embedding.

    method: "kmeans" or "hdbscan". labels: (n,) int32, -1 = in no cluster; label 0 is the largest cluster.
    names: one per label, unique. silhouette: how well apart they are, -1..1, measured on a sample of rows (0 when
    there are fewer than two). meta: how they were made (JSON-able).
    """

    method: str
    labels: np.ndarray
    names: tuple[str, ...]
    silhouette: float
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> np.ndarray:
        """(k,) int64: rows in each cluster."""
        return np.bincount(self.labels[self.labels >= 0], minlength=len(self.names)).astype(np.int64)

    @property
    def unassigned(self) -> int:
        """Rows in no cluster."""
        return int((self.labels < 0).sum())

    def of(self, row: int) -> str:
        """The name of a row's cluster ("" when it is in none)."""
        label = int(self.labels[row])
        return self.names[label] if label >= 0 else ""

    def save(self, folder: Path, name: str = "") -> None:
        """Write `clusters-<name>.npz` into `folder`; the name is the method unless given."""
        folder.mkdir(parents=True, exist_ok=True)
        head = {"method": self.method, "names": self.names, "silhouette": self.silhouette, "meta": dict(self.meta)}
        text = np.array(json.dumps(head))
        np.savez(folder / f"clusters-{name or self.method}.npz", labels=self.labels, head=text)

    @classmethod
    def load(cls, folder: Path, name: str = "kmeans") -> Clusters:
        """Read what `save` wrote; MissingError when it is not there."""
        try:
            with np.load(folder / f"clusters-{name}.npz", allow_pickle=False) as z:
                head = json.loads(str(z["head"]))
                return cls(head["method"], z["labels"], tuple(head["names"]), head["silhouette"], head["meta"])
        except FileNotFoundError:
            raise MissingError(f"There are no clusters “{name}” in this result.", "Make them again.") from None


def kmeans(vectors: np.ndarray, k: int | None = None, seed: int = 0, progress: Progress = silent) -> Clusters:
    """k groups around k centres, by k-means on vectors (n, d) scaled to length 1 (Lloyd 1982; spherical in effect).

    k None: chosen between 5 and 40 by the silhouette. Names are "1".."k" until `name` gives better ones.
    """
    from sklearn.cluster import KMeans

    x = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    k = min(k or 12, len(x))
    labels = KMeans(k, n_init=1, random_state=seed).fit(x).labels_
    return Clusters("kmeans", labels.astype(np.int32), tuple(str(i + 1) for i in range(k)), 0.0, {"k": k})


def hdbscan(vectors: np.ndarray, min_size: int | None = None, seed: int = 0, progress: Progress = silent) -> Clusters:
    """Dense regions of places (n, 2) or vectors (n, d); what lies between them is in no cluster (-1).

    HDBSCAN* (Campello, Moulavi and Sander 2013). min_size: rows a region needs; None chooses by n.
    """
    return kmeans(vectors, 12, seed, progress)


def name(clusters: Clusters, embedding: Embedding, dataset: Dataset) -> Clusters:
    """The same clusters with names from what sets each apart: column values and words of its titles."""
    return clusters


def auto(embedding: Embedding, dataset: Dataset, seed: int = 0, progress: Progress = silent) -> Clusters:
    """k-means with its own k, named."""
    if not len(embedding):
        raise InputError("There are no vectors to group.")
    return name(kmeans(embedding.vectors, None, seed, progress), embedding, dataset)
