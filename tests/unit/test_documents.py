"""Documents that are read some lines at a time are those that are read at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import methods
from embedcore.data import Dataset, scratch
from embedcore.data import baskets as lines_at_a_time
from embedcore.errors import Cancelled, NeedsError
from embedcore.methods.baskets import documents
from tests.unit.test_baskets import shop


def plainly(data: Dataset, kind: str, min_count: int, rare: np.ndarray | None) -> documents.Documents:
    """What `read` should find, basket by basket."""
    b = data.baskets
    assert b is not None
    assert b.customers is not None
    lists = [b.of(n) for n in range(len(b))]
    if kind == "customer":
        lists = [
            np.concatenate([lists[n] for n in np.flatnonzero(b.customers == c)])
            for c in np.unique(b.customers[b.customers >= 0])
        ]
    counts = np.bincount(np.concatenate(lists), minlength=len(data))
    good = counts >= min_count
    vocabulary = np.flatnonzero(good if rare is None else good | ((counts > 0) & rare))
    row = {int(i): n for n, i in enumerate(vocabulary)}
    found = [[row[int(i)] for i in one if int(i) in row] for one in lists]
    full = [one for one in found if len(one) > 1]
    return documents.Documents(
        vocabulary,
        counts[vocabulary],
        np.r_[0, np.cumsum([len(one) for one in full])],
        np.array([i for one in full for i in one]),
        int((counts > 0).sum()),
        int((counts > 0).sum()) - len(vocabulary),
        len(found) - len(full),
    )


@pytest.mark.parametrize("kind", documents.KINDS)
@pytest.mark.parametrize(("chunk", "large"), [(10**6, 10**6), (5, 10**6), (40, 1)])
def test_the_documents_are_the_same_whatever_is_read_at_a_time(
    kind: str, chunk: int, large: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shop(400)
    whole.save(tmp_path / "d")
    monkeypatch.setattr(lines_at_a_time, "CHUNK", chunk)
    monkeypatch.setattr(scratch, "LARGE", large)
    for data in (whole, Dataset.load(tmp_path / "d")):
        for min_count, rare in ((1, None), (30, None), (36, np.arange(len(data)) % 3 == 0)):
            shares: list[float] = []
            found = documents.read(
                data, kind, min_count, rare, lambda done, of, shares=shares: shares.append(done / of)
            )
            right = plainly(data, kind, min_count, rare)
            for name in ("vocabulary", "counts", "indptr", "items", "bought", "rare", "single"):
                np.testing.assert_array_equal(getattr(found, name), getattr(right, name), err_msg=name)
            assert shares == sorted(shares)
            assert shares[-1] == 1.0
            assert chunk > 1000 or len(shares) > 100


def test_what_new_products_are_bought_with_does_not_depend_on_how_much_is_read_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = shop(400)
    known = {str(i): n for n, i in enumerate(data.items[5:])}
    at, weights = documents.partners(data, known)
    monkeypatch.setattr(lines_at_a_time, "CHUNK", 33)
    again, others = documents.partners(data, known)
    assert at.tolist() == again.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(weights.toarray(), others.toarray(), rtol=1e-9)


def test_vectors_of_mapped_baskets_are_those_of_baskets_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, method = shop(400), methods.get("product2vec")
    params = method.Params.of({"epochs": 2, "dimension": 8})
    expected = method.fit(whole, params).embeddings["product"].vectors
    whole.save(tmp_path / "d")
    monkeypatch.setattr(lines_at_a_time, "CHUNK", 50)
    monkeypatch.setattr(scratch, "LARGE", 1)
    found = method.fit(Dataset.load(tmp_path / "d"), params).embeddings["product"].vectors
    np.testing.assert_array_equal(found, expected)


def test_reading_can_be_stopped() -> None:
    def stop(done: int, of: int) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        documents.read(shop(), "basket", 1, progress=stop)
    calls: list[str] = []

    def first(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        calls.append(note)
        raise Cancelled("Stopped.")

    method = methods.get("product2vec")
    with pytest.raises(Cancelled):
        method.fit(shop(), method.Params(), first)
    assert calls[0].startswith("Reading the baskets")


def test_without_two_products_in_a_document_the_reason_is_said() -> None:
    with pytest.raises(NeedsError, match="at least 1000 times"):
        documents.read(shop(), "basket", 1000)


def test_customers_who_bought_one_product_again_and_again_teach_nothing() -> None:
    lines = pd.DataFrame({"basket": list("abcd"), "item": ["x", "x", "y", "y"], "customer": ["k", "k", "l", "l"]})
    with pytest.raises(NeedsError, match="no customer holds two products"):
        documents.read(Dataset.build("s", None, lines), "customer", 1)
    more = pd.concat([lines, pd.DataFrame({"basket": ["e"], "item": ["y"], "customer": ["k"]})])
    found = documents.read(Dataset.build("s", None, more), "customer", 1)
    assert len(found) == 1
    assert found.single == 1
