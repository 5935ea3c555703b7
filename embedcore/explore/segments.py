"""Groups of customers, and what sets each apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import MissingError
from embedcore.explore.clusters import kmeans
from embedcore.explore.naming import readable
from embedcore.explore.projection import pca, umap
from embedcore.neighbours import build
from embedcore.progress import Progress, part, silent

FILE = "segments.json"
PLACES = "places.npz"
_MAPPED = 50_000  # customers up to which the map keeps near ones near
_SHOWN = 8  # things that are said of each segment
_SHARE = 0.1  # of a segment's customers must buy it, or it sets nobody apart


@dataclass(frozen=True)
class Trait:
    """Something that a segment buys more than others do. share: of its customers who buy it. lift: that share over
    the share of all customers."""

    text: str
    share: float
    lift: float


@dataclass(frozen=True)
class Segment:
    """name: what sets it apart, short. customers, baskets: how many. items: products in a basket, mean. spend: per
    customer (price x quantity), None without prices. categories, products: over-represented, best first."""

    name: str
    customers: int
    baskets: int
    items: float
    spend: float | None
    categories: tuple[Trait, ...]
    products: tuple[Trait, ...]


@dataclass(frozen=True, eq=False)
class Segments:
    """labels: (c,) int32 of each row of the customer embedding. xy: (c, 2) places on the map. segments: one per label,
    the largest first. silhouette: how well apart they are."""

    labels: np.ndarray
    xy: np.ndarray
    segments: tuple[Segment, ...]
    silhouette: float

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / PLACES, labels=self.labels, xy=self.xy)
        said = {"segments": [asdict(s) for s in self.segments], "silhouette": self.silhouette}
        (folder / FILE).write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Segments:
        """MissingError when it is not there."""
        try:
            said = json.loads((folder / FILE).read_text(encoding="utf-8"))
            with np.load(folder / PLACES, allow_pickle=False) as z:
                labels, xy = z["labels"], z["xy"]
        except FileNotFoundError:
            raise MissingError("These groups of customers are no longer here.", "Find them again.") from None
        found = []
        for s in said["segments"]:
            traits = {k: tuple(Trait(**t) for t in s[k]) for k in ("categories", "products")}
            found.append(Segment(**{**s, **traits}))
        return cls(labels, xy, tuple(found), said["silhouette"])


def find(
    dataset: Dataset, customers: Embedding, k: int | None = None, seed: int = 0, progress: Progress = silent
) -> Segments:
    """Segments of the customers of an embedding (k-means; k None chooses itself), described, and a map of them."""
    progress(0, 100, note="Finding groups of customers")
    groups = kmeans(customers.vectors, k, seed, part(progress, 0, 50, "Finding groups of customers", only=True))
    progress(50, 100, note="What sets them apart")
    described = describe(dataset, customers, groups.labels)
    progress(60, 100, note="Drawing the map")
    if 10 <= len(customers) <= _MAPPED:
        graph = build(customers.vectors, 15, seed=seed)
        xy = umap(customers.vectors, graph, seed=seed, progress=part(progress, 60, 99, "Drawing the map", only=True)).xy
    else:
        xy = pca(customers.vectors, seed).xy
    progress(100, 100, note="Done")
    return Segments(groups.labels, xy, described, groups.silhouette)


def describe(dataset: Dataset, customers: Embedding, labels: np.ndarray) -> tuple[Segment, ...]:
    """What the customers of each label (c,) buy more than all customers do."""
    from scipy.sparse import csr_matrix

    b = dataset.baskets
    assert b is not None
    assert b.customers is not None
    assert b.customer_ids is not None
    row = np.full(len(b.customer_ids), -1)
    known = {str(i): n for n, i in enumerate(b.customer_ids)}
    row[[known[str(i)] for i in customers.ids]] = np.arange(len(customers))
    of_basket = np.where(b.customers >= 0, row[b.customers], -1)
    line = np.repeat(of_basket, b.sizes)
    use = line >= 0
    c, k = len(customers), int(labels.max()) + 1
    group = csr_matrix((np.ones(c, np.float32), (labels, np.arange(c))), (k, c))
    sizes = np.bincount(labels, minlength=k)
    bought = csr_matrix((np.ones(int(use.sum()), np.float32), (line[use], b.items[use])), (c, len(dataset)))
    bought.data[:] = 1
    products = _traits(group @ bought, sizes, [str(t) for t in dataset.titles])
    categories: list[list[Trait]] = [[] for _ in range(k)]
    for column in dataset.columns("category"):
        cells = dataset.column(column)
        codes, values = cells.astype(object).factorize()
        if not 2 <= len(values) <= max(50, len(dataset) // 5):
            continue
        have = np.flatnonzero(codes >= 0)
        to = csr_matrix((np.ones(len(have), np.float32), (have, codes[have])), (len(dataset), len(values)))
        # How much of what they buy is of this value: nearly everybody buys from every category once.
        part = group @ _shares(csr_matrix(_times(line[use], b.items[use], c, len(dataset)) @ to))
        categories = [a + t for a, t in zip(categories, _traits(part, sizes, [str(v) for v in values], 0.02))]
    baskets = np.bincount(labels[of_basket[of_basket >= 0]], minlength=k)
    items = np.bincount(labels[line[use]], minlength=k) / np.maximum(baskets, 1)
    spend = None
    if b.price is not None and np.isfinite(b.price).any():
        paid = b.price * (1 if b.quantity is None else b.quantity)
        spend = np.bincount(labels[line[use]], np.nan_to_num(paid[use]), minlength=k) / np.maximum(sizes, 1)
    out: list[Segment] = []
    for g in range(k):
        kinds = sorted(categories[g], key=lambda t: (-t.share * np.log(t.lift), t.text))
        kinds = list({t.text: t for t in reversed(kinds)}.values())[::-1][:_SHOWN]
        out.append(
            Segment(
                _name(kinds or products[g], g, [s.name for s in out]),
                int(sizes[g]),
                int(baskets[g]),
                float(items[g]),
                None if spend is None else float(spend[g]),
                tuple(kinds),
                tuple(products[g][:_SHOWN]),
            )
        )
    return tuple(out)


def _times(line: np.ndarray, items: np.ndarray, c: int, n: int) -> object:
    """(c, n) in how many baskets of each customer each product is."""
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(line), np.float32), (line, items)), (c, n))


def _shares(m: object) -> object:
    from scipy.sparse import diags

    return diags(1 / np.maximum(np.asarray(m.sum(axis=1)).ravel(), 1e-9)) @ m  # type: ignore[attr-defined]


def _traits(by_group: object, sizes: np.ndarray, names: Sequence[str], least: float = _SHARE) -> list[list[Trait]]:
    """by_group: (k, t) sums over the customers of a group of what each has of it (0..1)."""
    total = np.asarray(by_group.sum(axis=0)).ravel() / max(1, sizes.sum())  # type: ignore[attr-defined]
    out = []
    for g, size in enumerate(sizes):
        share = np.asarray(by_group[g].todense()).ravel() / max(1, size)  # type: ignore[index]
        lift = share / np.maximum(total, 1e-9)
        fit = np.flatnonzero((share >= least) & (lift > 1.15))
        best = fit[np.argsort(-share[fit] * np.log(lift[fit]), kind="stable")[: 2 * _SHOWN]]
        out.append([Trait(names[t], float(share[t]), float(lift[t])) for t in best])
    return out


def _name(traits: Sequence[Trait], g: int, taken: Sequence[str]) -> str:
    """At most two traits, unique."""
    said = [readable(t.text) for t in traits]
    for name in (" · ".join(dict.fromkeys(said[:2])), " · ".join(dict.fromkeys(said[:3])), f"Segment {g + 1}"):
        short = name if len(name) <= 60 else name[:59].rstrip() + "…"
        if short and short not in taken:
            return short
    return f"Segment {g + 1}"
