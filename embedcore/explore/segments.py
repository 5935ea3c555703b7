"""Segments: groups of customers, and what sets each apart.

>>> Trait("organic food", share=0.4, lift=2.5).lift
2.5
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from embedcore.data import Baskets, Dataset, Embedding, tag_rows
from embedcore.errors import MissingError, NeedsError
from embedcore.explore.clusters import kmeans
from embedcore.explore.projection import pca, umap
from embedcore.explore.wording import readable
from embedcore.neighbours import build
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FILE = "segments.json"
PLACES = "places.npz"
_FINDING, _DRAWING = "Finding customer segments", "Drawing the map"
# Chosen by hand.
_MAPPED = 50_000  # customers up to which the map is a UMAP; a PCA above
_SHOWN = 8  # categories and products of each segment that are named
_SHARE, _CATEGORY_SHARE = 0.1, 0.02  # of a segment's customers who buy a product, of what they buy: less is no trait
_LIFT = 1.15  # times more than all customers; less sets nobody apart
_MOST_VALUES = 50  # of a category column, or a fifth of the products; more are no categories


@dataclass(frozen=True)
class Trait:
    """Something that a segment buys more than others do. share: of its customers who buy it. lift: that share over
    the share of all customers.

    >>> Trait("tea", 0.5, 2.0).text
    'tea'
    """

    text: str
    share: float
    lift: float


@dataclass(frozen=True)
class Segment:
    """name: what sets it apart, short. customers, baskets: how many. items: products in a basket, mean. spend: per
    customer (price x quantity), None without prices. categories, products: over-represented, best first.

    >>> Segment("Tea", 10, 30, 2.5, None, (Trait("tea", 0.5, 2.0),), ()).categories[0].text
    'tea'
    """

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
    the largest first. silhouette: how well separated they are, -1..1.

    >>> found = Segments(np.zeros(2, np.int32), np.zeros((2, 2)), (Segment("All", 2, 3, 1.5, None, (), ()),), 0.0)
    >>> found.segments[0].name
    'All'
    """

    labels: np.ndarray
    xy: np.ndarray
    segments: tuple[Segment, ...]
    silhouette: float

    def save(self, folder: Path) -> None:
        """Write segments.json and places.npz into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / PLACES, labels=self.labels, xy=self.xy)
        facts = {"segments": [asdict(s) for s in self.segments], "silhouette": self.silhouette}
        (folder / FILE).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Segments:
        """Read what `save` wrote; MissingError when it is not there."""
        try:
            facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
            with np.load(folder / PLACES, allow_pickle=False) as z:
                labels, xy = z["labels"], z["xy"]
        except FileNotFoundError:
            raise MissingError("These customer segments are no longer here.", "Find them again.") from None
        found = []
        for s in facts["segments"]:
            traits = {k: tuple(Trait(**t) for t in s[k]) for k in ("categories", "products")}
            found.append(Segment(**{**s, **traits}))
        return cls(labels, xy, tuple(found), facts["silhouette"])


def find(
    dataset: Dataset, customers: Embedding, k: int | None = None, seed: int = 0, progress: Progress = silent
) -> Segments:
    """Segments of the customers of an embedding (k-means; k None chooses itself), described, and a map of them.

    NeedsError without baskets that name their customers.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": list("1234"), "item": ["tea", "tea", "mug", "mug"], "customer": list("abcd")})
    >>> vectors = Embedding("customer", np.array(list("abcd"), object), np.repeat(np.eye(2, dtype=np.float32), 2, 0))
    >>> sorted(segment.name for segment in find(Dataset.build("shop", None, lines), vectors, k=2).segments)
    ['Mug', 'Tea']
    """
    progress(0, 100, note=_FINDING)
    groups = kmeans(customers.vectors, k, seed, part(progress, 0, 50, _FINDING, only=True))
    progress(50, 100, note="What sets them apart")
    described = describe(dataset, customers, groups.labels)
    progress(60, 100, note=_DRAWING)
    if 10 <= len(customers) <= _MAPPED:
        graph = build(customers.vectors, 15, seed=seed)
        xy = umap(customers.vectors, graph, seed=seed, progress=part(progress, 60, 99, _DRAWING, only=True)).xy
    else:
        xy = pca(customers.vectors).xy
    progress(100, 100, note="Done")
    return Segments(groups.labels, xy, described, groups.silhouette)


@dataclass(frozen=True, eq=False)
class _Purchases:
    """The purchases of the customers of an embedding. of_basket: (baskets,) row of the embedding, -1 for others.
    use: (lines,) bool, the lines of those. row, item: of each of these lines."""

    baskets: Baskets
    of_basket: np.ndarray
    use: np.ndarray
    row: np.ndarray
    item: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset, customers: Embedding) -> _Purchases:
        b = dataset.baskets
        if b is None or b.customers is None or b.customer_ids is None:
            raise NeedsError("These baskets do not say who bought them.", "Import them with a customer column.")
        row = np.full(len(b.customer_ids), -1)
        known = {str(i): n for n, i in enumerate(b.customer_ids)}
        row[[known[str(i)] for i in customers.ids]] = np.arange(len(customers))
        of_basket = np.where(b.customers >= 0, row[b.customers], -1)
        line = np.repeat(of_basket, b.sizes)
        use = line >= 0
        return cls(b, of_basket, use, line[use], b.items[use])

    def table(self, customers: int, items: int) -> csr_matrix:
        """(customers, items) float32: in how many baskets of each customer each product is."""
        from scipy.sparse import csr_matrix

        return csr_matrix((np.ones(len(self.row), np.float32), (self.row, self.item)), (customers, items))


def describe(dataset: Dataset, customers: Embedding, labels: np.ndarray) -> tuple[Segment, ...]:
    """What the customers of each label (c,) buy more than all customers do. NeedsError as `find`."""
    from scipy.sparse import csr_matrix

    lines = _Purchases.of(dataset, customers)
    c, k = len(customers), int(labels.max()) + 1
    group = csr_matrix((np.ones(c, np.float32), (labels, np.arange(c))), (k, c))
    sizes = np.bincount(labels, minlength=k)
    times = lines.table(c, len(dataset))
    bought = times.copy()
    bought.data[:] = 1
    products = _traits(group @ bought, sizes, [str(t) for t in dataset.titles])
    categories = _categories(dataset, group, times, sizes)
    baskets = np.bincount(labels[lines.of_basket[lines.of_basket >= 0]], minlength=k)
    items = np.bincount(labels[lines.row], minlength=k) / np.maximum(baskets, 1)
    spend = _spend(lines, labels[lines.row], sizes)
    out: list[Segment] = []
    for g in range(k):
        best = sorted(categories[g], key=lambda t: (-t.share * np.log(t.lift), t.text))
        best = list({t.text: t for t in reversed(best)}.values())[::-1][:_SHOWN]
        out.append(
            Segment(
                _name(best or products[g], g, [s.name for s in out]),
                int(sizes[g]),
                int(baskets[g]),
                float(items[g]),
                None if spend is None else float(spend[g]),
                tuple(best),
                tuple(products[g][:_SHOWN]),
            )
        )
    return tuple(out)


def _categories(dataset: Dataset, group: csr_matrix, times: csr_matrix, sizes: np.ndarray) -> list[list[Trait]]:
    """The categories that each group buys more of. group: (k, c) ones of its customers. times: (c, n) baskets."""
    from scipy.sparse import csr_matrix, diags

    out: list[list[Trait]] = [[] for _ in sizes]
    for column in dataset.columns("category", "tags"):
        cells = dataset.column(column)
        if column in dataset.columns("tags"):
            have, each = tag_rows(cells)
        else:
            have = np.flatnonzero(cells.notna())
            each = cells.astype(object).to_numpy()[have]
        codes, values = pd.factorize(each)
        if not 2 <= len(values) <= max(_MOST_VALUES, len(dataset) // 5):
            continue
        to = csr_matrix((np.ones(len(have), np.float32), (have, codes)), (len(dataset), len(values)))
        # The share of what they buy: nearly everybody buys from every category once.
        amount = csr_matrix(times @ to)
        shares = diags(1 / np.maximum(np.asarray(amount.sum(axis=1)).ravel(), 1e-9)) @ amount
        traits = _traits(group @ shares, sizes, [str(v) for v in values], _CATEGORY_SHARE)
        out = [a + t for a, t in zip(out, traits, strict=True)]
    return out


def _spend(lines: _Purchases, label: np.ndarray, sizes: np.ndarray) -> np.ndarray | None:
    """(k,) price x quantity per customer of each group; None without prices. label: of each line."""
    b = lines.baskets
    if b.price is None or not np.isfinite(b.price).any():
        return None
    paid = b.price * (1 if b.quantity is None else b.quantity)
    return np.asarray(np.bincount(label, np.nan_to_num(paid[lines.use]), minlength=len(sizes)) / np.maximum(sizes, 1))


def _traits(by_group: csr_matrix, sizes: np.ndarray, names: Sequence[str], least: float = _SHARE) -> list[list[Trait]]:
    """by_group: (k, t) sums over the customers of a group of each one's share (0..1)."""
    total = np.asarray(by_group.sum(axis=0)).ravel() / max(1, sizes.sum())
    out = []
    for g, size in enumerate(sizes):
        share = np.asarray(by_group[g].todense()).ravel() / max(1, size)
        lift = share / np.maximum(total, 1e-9)
        fit = np.flatnonzero((share >= least) & (lift > _LIFT))
        best = fit[np.argsort(-share[fit] * np.log(lift[fit]), kind="stable")[: 2 * _SHOWN]]
        out.append([Trait(names[t], float(share[t]), float(lift[t])) for t in best])
    return out


def _name(traits: Sequence[Trait], g: int, taken: Sequence[str]) -> str:
    """The first two traits, or three where that is taken; unique."""
    texts = [readable(t.text) for t in traits]
    for name in (" · ".join(dict.fromkeys(texts[:2])), " · ".join(dict.fromkeys(texts[:3])), f"Segment {g + 1}"):
        short = name if len(name) <= 60 else name[:59].rstrip() + "…"
        if short and short not in taken:
            return short
    return f"Segment {g + 1}"
