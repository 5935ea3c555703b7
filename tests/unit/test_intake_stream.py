"""Purchases read part by part from a file on disk are the same dataset as those read in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.dataset import Catalogue, Dataset
from embedcore.intake import laying, stream
from embedcore.intake.baskets import BasketShape, basket_lines
from embedcore.intake.match import match

TIMES = {
    "iso": "2024-0{0}-1{1} 10:0{1}:00",
    "days": "2024-0{0}-1{1}",
    "day first": "1{1}.0{0}.2024",
    "either": "0{0}/1{1}/2024",
    "epoch": "17{0}{1}000000",
    "mixed": "2024-0{0}-1{1}|1{1}/0{0}/2024|soon",
}
ITEMS = ("{}", "00{}", "{}.0", "p {}", " {} ")
LONG = BasketShape("long", "order", "customer", "product", "qty", "price", "at")


def _table(seed: int, rows: int = 400) -> pd.DataFrame:
    """Purchases as people have them: cells missing, products again, baskets torn apart, decimals with commas."""
    r = np.random.default_rng(seed)
    time = list(TIMES.values())[seed % len(TIMES)].split("|")
    item = ITEMS[seed % len(ITEMS)]
    baskets = np.sort(r.integers(0, max(rows // 6, 2), rows)) if seed % 3 else r.integers(0, rows // 6, rows)
    amounts = ["1", "2", "1,5", "0", "-1", "many", "1.250"] if seed % 2 else ["1", "2.5", "3"]
    prices = ["9,99", "1.299", "12", "2,50"] if seed % 2 else ["9.99", "1,299", "0.1"]
    texts = {
        "order": [f"{'x' if seed % 2 else ''}{b % (7 if seed % 4 == 0 else 10**6)}" for b in baskets],
        "customer": [f"c{b // 9}" for b in baskets],
        "product": [item.format(i) for i in r.integers(1, 30, rows)],
        "qty": r.choice(amounts, rows).tolist(),
        "price": r.choice(prices, rows).tolist(),
        "at": [r.choice(time).format(1 + b % 9, b % 5) for b in baskets],
    }
    frame = pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in texts.items()})
    return frame.mask(r.random(frame.shape) < 0.03 * (seed % 3))


def _catalogue(seed: int) -> Catalogue | None:
    ids = [str(n) for n in range(1, 25)]
    if seed % 5 == 0:
        return None
    if seed % 5 == 4:  # other ids: only titles lead to the products
        frame = pd.DataFrame({"id": [f"k{i}" for i in ids], "title": [f"P {i}" for i in ids]}, dtype="str")
    else:
        frame = pd.DataFrame({"id": ids, "title": [f"thing {i}" for i in ids]}, dtype="str")
    return Catalogue(frame, {"id": "id", "title": "title"})


def _in_memory(frame: pd.DataFrame, shape: BasketShape, catalogue: Catalogue | None) -> tuple[Dataset, list[str]]:
    lines, notices = basket_lines(frame, shape)
    if catalogue is not None:
        lines, said = match(catalogue, lines)
        notices += said
    return Dataset.build("d", catalogue, lines), notices


def _streamed(
    folder: Path, frame: pd.DataFrame, shape: BasketShape, catalogue: Catalogue | None
) -> tuple[Dataset, list[str]]:
    frame.to_parquet(folder / "table.parquet", index=False)
    items, notices = stream.baskets(folder / "table.parquet", shape, catalogue, folder / "baskets")
    return Dataset.with_baskets("d", catalogue, items, folder / "baskets"), notices


def _people(d: Dataset) -> list[str] | None:
    assert d.baskets is not None
    return None if d.baskets.customer_ids is None else list(d.baskets.customer_ids)


def _same(a: Dataset, b: Dataset) -> None:
    assert a.baskets is not None and b.baskets is not None
    assert list(a.items) == list(b.items)
    for name in ("indptr", "items", "customers", "times", "quantity", "price"):
        one, two = getattr(a.baskets, name), getattr(b.baskets, name)
        assert (one is None) == (two is None), name
        if one is not None:
            np.testing.assert_array_equal(one, two, err_msg=name)
            assert one.dtype == two.dtype, name
    assert list(a.baskets.ids) == list(b.baskets.ids)
    assert _people(a) == _people(b)
    assert a.hash == b.hash


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ROWS", 64)
    monkeypatch.setattr(laying, "CHUNK", 50)


SHAPES = {
    "all": LONG,
    "no time": BasketShape("long", "order", "customer", "product", "qty", "price"),
    "no customer": BasketShape("long", "order", None, "product", None, "price", "at"),
    "a day is a basket": BasketShape("long", None, "customer", "product", "qty", None, "at"),
    "a customer is a basket": BasketShape("long", None, "customer", "product"),
    "the order is the customer": BasketShape("long", "order", "order", "product", "qty", "price", "at"),
}


@pytest.mark.parametrize("seed", range(12))
def test_parts_from_disk_are_the_dataset_of_the_whole_table(seed: int, tmp_path: Path) -> None:
    frame, catalogue = _table(seed), _catalogue(seed)
    for n, (name, shape) in enumerate(SHAPES.items()):
        if n not in (0, 1 + seed % 5):
            continue
        there = tmp_path / name
        there.mkdir()
        want, said = _in_memory(frame, shape, catalogue)
        got, also = _streamed(there, frame, shape, catalogue)
        _same(want, got)
        assert said == also
        assert sorted(p.name for p in there.iterdir()) == ["baskets", "table.parquet"]
