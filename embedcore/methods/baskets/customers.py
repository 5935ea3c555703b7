"""customer2vec: customers and products in one space, by what each customer ever bought."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.base import Method, Params, param
from embedcore.methods.baskets import documents
from embedcore.methods.baskets.customers_judge import CustomerVectors, judge
from embedcore.methods.baskets.histories import customer_baskets, factors, purchases, rarity, weighted
from embedcore.methods.persistence import FittedArrays, load_model
from embedcore.progress import Progress, part, silent

_LINES = 50_000_000  # at most: a million takes about 60 MB while it is computed


@dataclass(frozen=True)
class Customer2VecParams(Params):
    """Parameters of customer2vec."""

    dimension: int = param(64, "Dimensions", "Length of a vector (singular vectors kept).", low=2, high=512, step=1)
    half_life: int = param(
        0,
        "Baskets after which a purchase counts half",
        "Older purchases fade (exponential decay by baskets of the customer); 0: all count the same.",
        low=0,
        high=1000,
        step=1,
    )
    min_count: int = param(
        2, "Minimum purchases", "Products bought fewer times get no vector (min count).", low=1, high=1000, step=1
    )


class FittedCustomer2Vec(FittedArrays):
    """embeddings: "product" and "customer". A customer is the sum of the vectors of what they bought, each product
    weighing log(1 + how often) times how rare it is (idf), scaled. arrays: counts, idf (v,)."""

    def embed(self, new: Dataset) -> Embedding:
        """Known products keep their vector; a new one gets a mean of what its customers also buy, rare products
        counting more; see documents.fold_in."""
        return documents.fold_in(self.embeddings["product"], self.arrays["counts"], new, "customer")

    def customers(self, new: Dataset) -> Embedding:
        """Vectors of the customers of `new`, known or not, from what they bought there of known products."""
        product = self.embeddings["product"]
        _, _, ids = customer_baskets(new)
        bought, codes = purchases(new, int(self.meta["params"]["half_life"]))
        row = np.fromiter((product.row_of.get(str(i), -1) for i in new.items), np.int64, len(new))
        known = row >= 0
        vectors = weighted(bought[:, known], self.arrays["idf"][row[known]]) @ product.vectors[row[known]]
        some = np.abs(vectors).sum(axis=1) > 0
        return Embedding("customer", ids[codes[some]], vectors[some])


class Customer2Vec(Method):
    """Truncated singular value decomposition of the customer-by-product matrix of log counts times idf, rows of length
    1 (Deerwester et al. 1990, with customers as documents). The same data, parameters and seed give the same
    vectors."""

    name = "customer2vec"
    title = "Customer vectors"
    subtitle = "customers with similar purchases"
    summary = "Places customers and products side by side: customers with similar purchases are near each other."
    about = (
        "A customer is the sum of what they bought; rare products count more than what everybody buys. Which "
        "products belong together is learned from all purchase histories at once. Use it for customer "
        "segments, for customers similar to one you know, and for what suits them. The page **Customers** "
        "shows them. For what goes together in one basket, product2vec sees more."
    )
    source = (
        "Deerwester et al. 1990, Indexing by Latent Semantic Analysis; Halko, Martinsson and Tropp 2011, Finding "
        "Structure with Randomness"
    )
    version = 1
    needs = frozenset({"baskets", "customers"})
    Params: ClassVar[type[Params]] = Customer2VecParams

    def lacks(self, dataset: Dataset) -> str | None:
        """As Method.lacks, and more purchases than memory holds."""
        missing = super().lacks(dataset)
        if missing is None and dataset.baskets is not None and (lines := len(dataset.baskets.items)) > _LINES:
            return f"It holds all purchases in memory, and {lines:,} are too many: import fewer months or customers."
        return missing

    def fit(
        self, dataset: Dataset, params: Customer2VecParams, progress: Progress = silent, seed: int = 0
    ) -> FittedCustomer2Vec:
        """Decompose; embeddings "product" (v, d) and "customer" (c, d).

        meta: left_out (products bought fewer than min_count times), never_bought, customers, customers_left_out (who
        bought none of the others), figures on halves of histories. NeedsError without customers, or when no product is
        bought often enough."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        begin = time.perf_counter()
        baskets, _, ids = customer_baskets(dataset)
        progress(0, 100, note="Reading the purchases")
        bought, codes = purchases(dataset, params.half_life)
        counts = dataset.counts
        vocabulary = np.flatnonzero(counts >= max(1, params.min_count))
        if not len(vocabulary):
            raise NeedsError("No product was bought that often.", "Lower the minimum purchases.")
        known = bought[:, vocabulary]
        idf = rarity(counts[vocabulary], len(baskets))
        vectors, matrix = factors(known, idf, params.dimension, seed, part(progress, 10, 55))
        customers = np.asarray(matrix @ vectors, np.float32)
        some = np.abs(customers).sum(axis=1) > 0
        verdict = judge(CustomerVectors(dataset, params.dimension), seed, part(progress, 55, 100))
        meta = {
            "params": asdict(params),
            "seed": seed,
            "losses": [],
            "seconds": round(time.perf_counter() - begin, 3),
            "vocabulary": len(vocabulary),
            "left_out": int(((counts > 0) & (counts < params.min_count)).sum()),
            "never_bought": int((counts == 0).sum()),
            "customers": int(some.sum()),
            "customers_left_out": int((~some).sum()),
            "figures": verdict.figures,
            "notices": verdict.notices,
        }
        progress(100, 100, note="Done")
        embeddings = {
            "product": Embedding("product", dataset.items[vocabulary], vectors),
            "customer": Embedding("customer", ids[codes[some]], customers[some]),
        }
        return FittedCustomer2Vec(embeddings, meta, {"counts": counts[vocabulary], "idf": idf})

    def load(self, folder: Path) -> FittedCustomer2Vec:
        """Read what FittedCustomer2Vec.save wrote."""
        return FittedCustomer2Vec(*load_model(folder))
