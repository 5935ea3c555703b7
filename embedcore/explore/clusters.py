"""Clusters: groups of products that lie close together.

>>> blobs = np.repeat(np.eye(4, dtype=np.float32), 5, axis=0)
>>> kmeans(blobs, k=4).sizes.tolist()
[5, 5, 5, 5]
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import Dataset, Embedding, map_arrays, write_arrays
from embedcore.errors import InputError, MissingError
from embedcore.explore.naming import names_of
from embedcore.explore.projection import principal
from embedcore.progress import Progress, silent
from embedcore.vectors import unit

LADDER = (5, 6, 8, 10, 12, 15, 18, 20, 25, 32, 40)  # numbers of clusters that are tried
READABLE = 20  # clusters that a person can tell apart on a map
SAMPLE = 12_000  # rows on which dense regions are searched (the time grows with their square)
# Chosen by hand.
_CLEAR = 0.15  # a silhouette above which the groups are real rather than a convenient way to cut
_CLOSE = 0.95  # share of the best silhouette that is as good; then more groups say more
_NEARLY = 0.75  # share of the best silhouette that is good enough for a map with at most READABLE groups
_DENSE_DIMENSIONS = 10  # above this, vectors are reduced to so many principal axes before dense regions are searched
_SWALLOWED = 0.7  # share of the rows in one dense region above which the finest regions are taken instead
_REACH = 0.95  # quantile of the members' own nearest distances within which another row joins their region


@dataclass(frozen=True, eq=False)
class Clusters:
    """A partition of the rows of an embedding.

    method: "kmeans" or "hdbscan". labels: (n,) int32, -1 = in no cluster; label 0 is the largest cluster.
    names: one per label, unique. silhouette: how well separated they are, -1..1, measured on a sample of rows (0 when
    there are fewer than two). meta: how they were computed (JSON-able).

    >>> found = Clusters("kmeans", np.array([0, 0, 1, -1], np.int32), ("Shoes", "Lamps"), 0.8)
    >>> len(found), found.sizes.tolist(), found.unassigned, found.of(2)
    (2, [2, 1], 1, 'Lamps')
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
        """Write `clusters-<name>.safetensors` into `folder`; the name is the method unless given."""
        head = {"method": self.method, "names": self.names, "silhouette": self.silhouette, "meta": dict(self.meta)}
        write_arrays(folder / f"clusters-{name or self.method}.safetensors", {"labels": self.labels}, head)

    @classmethod
    def load(cls, folder: Path, name: str = "kmeans") -> Clusters:
        """Map what `save` wrote; MissingError when it is not there."""
        mapped = folder / f"clusters-{name}.safetensors"
        try:
            if mapped.exists():
                arrays, head = map_arrays(mapped)
                labels = arrays["labels"]
            else:
                with np.load(folder / f"clusters-{name}.npz", allow_pickle=False) as z:
                    head, labels = json.loads(str(z["head"])), z["labels"]
            return cls(head["method"], labels, tuple(head["names"]), head["silhouette"], head["meta"])
        except FileNotFoundError:
            raise MissingError(f"There are no clusters “{name}” in this embedding.", "Compute them again.") from None


def kmeans(vectors: np.ndarray, k: int | None = None, seed: int = 0, progress: Progress = silent) -> Clusters:
    """k groups around k centres, by k-means on vectors (n, d) scaled to length 1, or on places (n, 2) of a map as they
    are (Lloyd 1982; Arthur and Vassilvitskii 2007 for the start).

    k None: the silhouette (Rousseeuw 1987, on a sample) chooses from LADDER; where it sees no clear groups it only
    chooses among numbers that suit n. Names are "1".."k" until `name` gives better ones. meta["tried"]: the silhouette
    of each k that was tried. InputError without vectors or for k < 1.

    >>> found = kmeans(np.repeat(np.eye(3, dtype=np.float32), 10, axis=0), k=3)
    >>> found.names, found.sizes.tolist()
    (('1', '2', '3'), [10, 10, 10])
    """
    x = _checked(vectors) if vectors.shape[-1] != 2 else np.asarray(vectors, np.float32)
    if k is not None and k < 1:
        raise InputError(f"The number of clusters is {k}.", "Choose at least 1.")
    distinct = len(np.unique(x[:: max(1, len(x) // 5000)], axis=0))
    ladder = [c for c in LADDER if c <= distinct // 3] or [max(1, min(3, distinct))]
    tried: dict[int, float] = {}
    if k is None:
        sample = x[_sample(len(x), 5_000, seed)]
        for step, c in enumerate(ladder):
            progress(step, len(ladder) + 1, note="Choosing the number of clusters")
            tried[c] = _silhouette(sample, _fit(sample, c, seed, 3), seed)
        k = _choose(tried, len(x))
    k = min(k, len(x))
    progress(len(ladder), len(ladder) + 1, note=f"Forming {k} clusters")
    labels = _by_size(_fit(x, k, seed, 3))
    found = int(labels.max()) + 1
    meta = {"k": found, "seed": seed, "tried": {str(c): round(s, 4) for c, s in tried.items()}}
    progress(len(ladder) + 1, len(ladder) + 1, note="Forming clusters")
    return Clusters("kmeans", labels, _numbers(found), _silhouette(x, labels, seed), meta)


def hdbscan(vectors: np.ndarray, min_size: int | None = None, seed: int = 0, progress: Progress = silent) -> Clusters:
    """Dense regions of places (n, 2) on a map or of vectors (n, d); what lies between them is in no cluster (-1).

    HDBSCAN* (Campello, Moulavi and Sander 2013). Density means little in many dimensions: vectors with more than 10
    numbers are scaled to length 1 and reduced to their 10 principal axes first; a UMAP map is the better input. Above
    SAMPLE rows the regions are found on a random part, and every other row joins the region of its nearest one if it
    is as close to it as members are to each other. min_size: rows a region needs; None: 1 in 200, at least 5.
    InputError without vectors or for min_size < 2.

    >>> places = np.random.default_rng(0).normal(scale=0.1, size=(60, 2)) + np.repeat([[0, 0], [5, 5]], 30, axis=0)
    >>> len(hdbscan(places.astype(np.float32), min_size=10))
    2
    """
    from sklearn.cluster import HDBSCAN
    from sklearn.neighbors import KDTree

    n = len(_checked(vectors))
    x = (
        principal(vectors, _DENSE_DIMENSIONS)[0]
        if vectors.shape[1] > _DENSE_DIMENSIONS
        else np.asarray(vectors, np.float32)
    )
    min_size = max(5, n // 200) if min_size is None else min_size
    if min_size < 2:
        raise InputError(f"The smallest cluster is {min_size}.", "Choose at least 2.")
    chosen = _sample(n, SAMPLE, seed)
    needed = max(2, round(min_size * len(chosen) / n))
    progress(0, 2, note="Finding dense regions")
    labels = np.full(n, -1, np.int32)
    if len(chosen) > needed:
        model = HDBSCAN(min_cluster_size=needed, min_samples=min(needed, 5), copy=True)
        found = model.fit(x[chosen]).labels_
        if np.bincount(found + 1)[1:].max(initial=0) > _SWALLOWED * len(chosen):
            # One region that holds most of the map says nothing: take the finest regions instead.
            found = model.set_params(cluster_selection_method="leaf").fit(x[chosen]).labels_
        labels[chosen] = found
    progress(1, 2, note="Finding dense regions")
    inside = chosen[labels[chosen] >= 0]
    rest = np.setdiff1d(np.arange(n), chosen)
    if len(rest) and len(inside) > 1:
        tree = KDTree(x[inside])
        reach = np.quantile(tree.query(x[inside], k=2)[0][:, 1], _REACH)
        distance, near = (a[:, 0] for a in tree.query(x[rest], k=1))
        labels[rest] = np.where(distance <= reach, labels[inside[near]], -1)
    labels = _by_size(labels)
    k = int(labels.max()) + 1
    meta = {"k": k, "min_size": min_size, "seed": seed, "dimensions": x.shape[1], "rows_searched": len(chosen)}
    progress(2, 2, note="Finding dense regions")
    return Clusters("hdbscan", labels, _numbers(k), _silhouette(x, labels, seed), meta)


def name(clusters: Clusters, embedding: Embedding, dataset: Dataset) -> Clusters:
    """The same clusters named by what sets each apart: values of its columns and words of its titles that are more
    frequent inside than outside; without a catalogue, by its most bought products.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": list("abcdef"), "category": ["shoes"] * 3 + ["lamps"] * 3})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "category": "category"}))
    >>> vectors = Embedding("product", shop.items, np.repeat(np.eye(2, dtype=np.float32), 3, axis=0))
    >>> sorted(name(kmeans(vectors.vectors, 2), vectors, shop).names)
    ['Lamps', 'Shoes']
    """
    if len(clusters.labels) != len(embedding):
        raise InputError(f"There are {len(clusters.labels)} labels and {len(embedding)} vectors.")
    return replace(clusters, names=names_of(clusters.labels, len(clusters), embedding, dataset))


def auto(embedding: Embedding, dataset: Dataset, seed: int = 0, progress: Progress = silent) -> Clusters:
    """k-means that chooses its own k, named: computed for every trained run.

    >>> import pandas as pd
    >>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": ["1"], "item": ["tea"]}))
    >>> auto(Embedding("product", shop.items, np.ones((1, 2), np.float32)), shop).names
    ('Tea',)
    """
    return name(kmeans(embedding.vectors, None, seed, progress), embedding, dataset)


def _choose(tried: Mapping[int, float], n: int) -> int:
    """The number of clusters, from the silhouette of each; more than READABLE only where fewer are clearly worse."""
    best = max(tried.values())
    if best < _CLEAR:  # it then falls from the first k on and would always say "as few as possible"
        usual = min(n ** (1 / 3), READABLE / 1.5)
        tried = {c: s for c, s in tried.items() if 0.7 * usual <= c <= 1.5 * usual} or tried
        return max(tried, key=lambda c: tried[c])
    few = {c: s for c, s in tried.items() if c <= READABLE}
    if few and max(few.values()) >= best * _NEARLY:
        tried, best = few, max(few.values())
    return max(c for c, s in tried.items() if s >= best * _CLOSE)


def _checked(vectors: np.ndarray) -> np.ndarray:
    if vectors.ndim != 2 or not len(vectors):
        raise InputError("There are no vectors to group.")
    return unit(vectors)


def _fit(x: np.ndarray, k: int, seed: int, tries: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    learn = x[_sample(len(x), 50_000, seed)]
    with warnings.catch_warnings():  # fewer different vectors than k: some clusters stay empty, _by_size drops them
        warnings.simplefilter("ignore")
        model = KMeans(k, n_init=tries, max_iter=50, random_state=seed).fit(learn)
    return np.asarray(model.predict(x), np.int32)


def _sample(n: int, limit: int, seed: int) -> np.ndarray:
    return np.arange(n) if n <= limit else np.sort(np.random.default_rng(seed).choice(n, limit, replace=False))


def _silhouette(x: np.ndarray, labels: np.ndarray, seed: int) -> float:
    """Mean silhouette of a sample of the rows that are in a cluster; 0 when they are all in one."""
    from sklearn.metrics import silhouette_score

    rows = np.flatnonzero(labels >= 0)
    rows = rows[_sample(len(rows), 3000, seed)]
    k = len(np.unique(labels[rows]))
    return float(silhouette_score(x[rows], labels[rows])) if 1 < k < len(rows) else 0.0


def _by_size(labels: np.ndarray) -> np.ndarray:
    """The same groups with labels 0, 1, ... from the largest to the smallest; -1 stays."""
    codes, counts = np.unique(labels[labels >= 0], return_counts=True)
    new: np.ndarray = np.full(int(codes.max()) + 2 if len(codes) else 1, -1, np.int32)
    new[codes[np.argsort(-counts, kind="stable")]] = np.arange(len(codes))
    return np.asarray(new[labels])


def _numbers(k: int) -> tuple[str, ...]:
    return tuple(str(i + 1) for i in range(k))
