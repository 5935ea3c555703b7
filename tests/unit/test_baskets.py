"""Baskets in memory and in files are the same baskets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Baskets, Dataset, Strings, count_items, row_slices, scratch
from embedcore.data import baskets as lines_at_a_time
from embedcore.data import strings as texts
from embedcore.data.baskets import ARRAYS, TEXTS
from embedcore.errors import MissingError
from embedcore.store import measure
from tests.unit import example


def shop(n: int = 300, seed: int = 1, rich: bool = True) -> Dataset:
    """n baskets of one to six products, and where rich with customers, times, quantities and prices."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, n)
    basket = np.repeat(np.arange(n), sizes)
    lines = pd.DataFrame({"basket": [f"bäsket {b}" for b in basket], "item": rng.integers(0, 40, len(basket))})
    lines["item"] = lines["item"].map("{:03d}".format)
    if rich:
        who = pd.Series(rng.integers(0, 25, n)).map("c{}".format).where(rng.random(n) > 0.1)
        lines["customer"] = who.astype("str")[basket].to_numpy()
        lines["time"] = np.datetime64("2024-05-01T10:00:00") + rng.integers(0, 9_999_999, n)[basket]
        lines["quantity"] = rng.integers(1, 5, len(basket)).astype(float)
        lines["price"] = np.where(rng.random(len(basket)) > 0.2, rng.random(len(basket)), np.nan)
    return Dataset.build("shop", None, lines.drop_duplicates(["basket", "item"]))


def save_as_once(data: Dataset, folder: Path) -> None:
    """As datasets were written before baskets became arrays in files."""
    folder.mkdir()
    b = data.baskets
    assert b is not None

    def put(name: str, **columns: Any) -> None:
        pd.DataFrame({k: v for k, v in columns.items() if v is not None}).to_parquet(folder / name, index=False)

    head = {"name": data.name, "hash": data.hash, "meta": {}, "roles": None}
    (folder / "dataset.json").write_text(json.dumps(head))
    put("items.parquet", item=data.items.astype(str))
    put("lines.parquet", item=b.items, quantity=b.quantity, price=b.price)
    put("baskets.parquet", id=np.asarray(b.ids).astype(str), size=b.sizes, customer=b.customers, time=b.times)
    if b.customer_ids is not None:
        put("customers.parquet", id=np.asarray(b.customer_ids).astype(str))


def same(a: Baskets | None, b: Baskets | None) -> bool:
    assert a is not None
    assert b is not None
    for name in (*ARRAYS, *TEXTS):
        one, other = getattr(a, name), getattr(b, name)
        assert (one is None) == (other is None), name
        if one is not None:
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other), err_msg=name)
            assert name in TEXTS or one.dtype == other.dtype == ARRAYS[name], name
    return True


@pytest.mark.parametrize("rich", [True, False])
def test_saved_baskets_come_back_mapped_and_the_same(tmp_path: Path, rich: bool) -> None:
    data = shop(rich=rich)
    data.save(tmp_path / "d")
    back = Dataset.load(tmp_path / "d")
    assert same(data.baskets, back.baskets)
    assert back.baskets is not None
    assert back.baskets.folder == tmp_path / "d" / "baskets"
    assert isinstance(back.baskets.items.base, np.memmap)
    assert not back.baskets.items.flags.writeable
    assert isinstance(back.baskets.ids, Strings)
    assert sorted(p.name for p in (tmp_path / "d").iterdir()) == ["baskets", "dataset.json", "items.parquet"]


def test_the_hash_is_what_it_has_always_been(tmp_path: Path) -> None:
    # Results that people keep are found by it. These were computed before baskets could be mapped.
    known = {
        example.dataset: "43a0b1646c672f16b82fa8cbf1d3bea99bd74a4a0408aeaa4de82d2815fe1168",
        shop: "644bfa17d583d6c79c09f6ef7cb07ebee36b7b9cc3aca58232c0d02a8400407d",
    }
    for build, hash in known.items():
        data = build()
        data.save(tmp_path / hash)
        mapped = Dataset.load(tmp_path / hash)
        again = Dataset(mapped.name, mapped.catalogue, mapped.baskets, mapped.items)
        assert (data.hash, mapped.hash, again.hash) == (hash, hash, hash)


def test_the_hash_does_not_depend_on_how_much_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shop().hash
    monkeypatch.setattr(texts, "_BATCH", 7)
    assert shop().hash == whole


@pytest.mark.parametrize("rich", [True, False])
def test_a_dataset_saved_before_still_opens_and_is_turned_once(tmp_path: Path, rich: bool) -> None:
    data = shop(rich=rich)
    save_as_once(data, tmp_path / "d")
    assert measure(tmp_path / "d", "").baskets == 300
    back = Dataset.load(tmp_path / "d")
    assert same(data.baskets, back.baskets)
    assert back.hash == data.hash
    assert back.baskets is not None
    assert back.baskets.folder is not None
    assert sorted(p.name for p in (tmp_path / "d").iterdir()) == ["baskets", "dataset.json", "items.parquet"]
    assert same(data.baskets, Dataset.load(tmp_path / "d").baskets)


def test_two_processes_that_turn_the_same_old_dataset_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = shop()
    save_as_once(data, tmp_path / "d")
    reading = lines_at_a_time.from_parquet

    def slower(folder: Path) -> Baskets:
        found = reading(folder)
        monkeypatch.setattr(lines_at_a_time, "from_parquet", reading)
        Dataset.load(folder)  # the other one is done before this one has written
        return found

    monkeypatch.setattr(lines_at_a_time, "from_parquet", slower)
    assert same(data.baskets, Dataset.load(tmp_path / "d").baskets)
    assert sorted(p.name for p in (tmp_path / "d").iterdir()) == ["baskets", "dataset.json", "items.parquet"]


def test_mapped_baskets_can_be_saved_where_they_lie_and_elsewhere(tmp_path: Path) -> None:
    data = shop()
    data.save(tmp_path / "d")
    back = Dataset.load(tmp_path / "d")
    back.save(tmp_path / "d")
    back.save(tmp_path / "e")
    assert same(data.baskets, Dataset.load(tmp_path / "d").baskets)
    assert same(data.baskets, Dataset.load(tmp_path / "e").baskets)
    other = shop(20, 2)
    other.save(tmp_path / "d")
    assert same(other.baskets, Dataset.load(tmp_path / "d").baskets)
    assert same(data.baskets, back.baskets)  # what was mapped before lives on


def test_baskets_without_their_files_are_missing(tmp_path: Path) -> None:
    shop().save(tmp_path / "d")
    (tmp_path / "d" / "baskets" / "items.npy").unlink()
    with pytest.raises(MissingError, match="no longer"):
        Dataset.load(tmp_path / "d")


def test_the_facts_of_a_saved_dataset(tmp_path: Path) -> None:
    data = shop()
    data.save(tmp_path / "d")
    found = measure(tmp_path / "d", "a file")
    assert (found.products, found.catalogue_rows, found.bought, found.baskets) == (40, 0, 40, 300)
    assert data.baskets is not None
    assert found.customers == len(data.baskets.customer_ids)


def test_texts_in_a_file_answer_like_an_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_BATCH", 7)
    words = np.array([f"ä{n}" for n in range(50)] + ["", "007"], dtype=object)
    Strings.write(tmp_path / "w.arrow", texts.parts(words))
    found = Strings.open(tmp_path / "w.arrow")
    rng = np.random.default_rng(0)
    assert len(found) == 52
    assert list(found) == list(words)
    assert np.asarray(found).tolist() == words.tolist()
    assert [len(p) for p in found.parts()] == [7] * 7 + [3]
    assert found[3] == "ä3"
    assert found[np.int64(51)] == "007"
    assert found[-1] == "007"
    for which in (slice(5, 30, 3), slice(None), rng.integers(-52, 52, 200), words == "ä7", np.empty(0, np.int64)):
        answer = found[which]
        assert answer.dtype == object
        assert answer.tolist() == words[which].tolist()
    assert found.find("ä40") == 40
    assert found.find("nothing") == -1
    for beyond in (52, -53, np.array([0, 52])):
        with pytest.raises(IndexError):
            found[beyond]


def test_a_customer_is_found_by_id_in_memory_and_in_a_file(tmp_path: Path) -> None:
    data = shop()
    data.save(tmp_path / "d")
    for b in (data.baskets, Dataset.load(tmp_path / "d").baskets):
        assert b is not None
        assert b.customer_ids is not None
        assert [b.customer(str(i)) for i in b.customer_ids] == list(range(len(b.customer_ids)))
        with pytest.raises(MissingError, match="nobody"):
            b.customer("nobody")


def test_counts_in_parts_are_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    items = np.random.default_rng(3).integers(0, 30, 1000).astype(np.int32)
    monkeypatch.setattr(lines_at_a_time, "CHUNK", 77)
    calls: list[tuple[int, int]] = []
    found = count_items(items, 35, lambda done, of: calls.append((done, of)))
    np.testing.assert_array_equal(found, np.bincount(items, minlength=35))
    assert found.dtype == np.int64
    assert calls[0] == (77, 1000)
    assert calls[-1] == (1000, 1000)
    assert len(calls) == 13


def test_slices_cover_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_at_a_time, "CHUNK", 10)
    sizes = np.random.default_rng(4).integers(0, 6, 200)
    sizes[[20, 90]] = 35  # rows larger than a slice
    sizes[100:160] = 0
    indptr = np.r_[0, np.cumsum(sizes)]
    found = list(row_slices(indptr))
    assert [a for a, _ in found] == [0, *(b for _, b in found[:-1])]
    assert found[-1][1] == 200
    assert all(sizes[a:b].sum() <= 10 or b == a + 1 for a, b in found)
    assert list(row_slices(np.zeros(1, int))) == []


def test_customers_documents_in_parts_and_in_files_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = shop().baskets
    assert b is not None
    assert b.customers is not None
    expected = {
        int(c): np.concatenate([b.of(int(n)) for n in np.flatnonzero(b.customers == c)]).tolist()
        for c in np.unique(b.customers[b.customers >= 0])
    }
    for chunk, large in ((10**6, 10**6), (13, 10**6), (13, 1)):
        monkeypatch.setattr(lines_at_a_time, "CHUNK", chunk)
        monkeypatch.setattr(scratch, "LARGE", large)
        indptr, items, who = b.by_customer()
        assert {int(c): items[indptr[n] : indptr[n + 1]].tolist() for n, c in enumerate(who)} == expected
        assert items.dtype == np.int32
        assert indptr.dtype == np.int64
        assert len(indptr) == len(who) + 1
        assert isinstance(items.base, np.memmap) == (large == 1)


def test_a_large_array_lies_in_a_file_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "LARGE", 100)
    small, large = scratch.scratch_array(10, np.int32, tmp_path), scratch.scratch_array(1000, np.int32, tmp_path)
    large[:] = np.arange(1000)
    assert small.base is None
    assert isinstance(large.base, np.memmap)
    assert large.sum() == 499_500
    assert not list(tmp_path.iterdir())
    assert len(scratch.scratch_array(1000, np.int32, tmp_path / "nowhere")) == 1000


@pytest.mark.parametrize(("chunk", "large"), [(10**6, 10**6), (5, 1)])
def test_items_that_become_one_are_one_line_of_a_basket(
    chunk: int, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = shop()
    b = data.baskets
    assert b is not None
    assert b.quantity is not None
    assert b.price is not None
    assert b.times is not None
    to = np.random.default_rng(5).integers(0, 9, len(data)).astype(np.int32)
    basket = np.repeat(np.arange(len(b)), b.sizes)
    lines = pd.DataFrame({"basket": np.asarray(b.ids)[basket], "item": [f"{n}" for n in to[b.items]]})
    lines["time"], lines["quantity"], lines["price"] = b.times[basket], b.quantity, b.price
    right = Dataset.build("right", None, lines)
    monkeypatch.setattr(lines_at_a_time, "CHUNK", chunk)
    monkeypatch.setattr(scratch, "LARGE", large)
    found = b.renamed(to)
    assert right.items.tolist() == [f"{n}" for n in range(9)]
    assert right.baskets is not None
    assert len(found.items) < len(b.items)
    assert found.customers is b.customers
    for name in ("indptr", "items", "ids", "times", "quantity", "price"):
        np.testing.assert_array_equal(getattr(found, name), getattr(right.baskets, name), err_msg=name)


def test_the_first_baskets_are_cut_off_in_memory_and_in_files(tmp_path: Path) -> None:
    data = shop()
    data.save(tmp_path / "d")
    for b in (data.baskets, Dataset.load(tmp_path / "d").baskets):
        assert b is not None
        assert b.times is not None
        assert b.customers is not None
        found = b.head(17)
        assert len(found) == 17
        assert found.folder is None
        assert type(found.ids) is type(b.ids)
        assert list(found.ids) == list(b.ids)[:17]
        assert all(found.of(n).tolist() == b.of(n).tolist() for n in range(17))
        assert len(found.items) == b.indptr[17]
        assert found.times is not None
        assert found.times.tolist() == b.times[:17].tolist()
        found.save(tmp_path / "first")
        assert same(found, Baskets.load(tmp_path / "first"))


def test_of_too_many_baskets_evenly_spaced_ones_stay(tmp_path: Path) -> None:
    data = shop()
    data.save(tmp_path / "d")
    for b in (data.baskets, Dataset.load(tmp_path / "d").baskets):
        assert b is not None
        assert b.price is not None
        assert b.customers is not None
        assert b.thinned(len(b.items)) is b
        found = b.thinned(len(b.items) // 3 + 1)
        assert [found.of(n).tolist() for n in range(len(found))] == [b.of(n).tolist() for n in range(0, len(b), 3)]
        assert list(found.ids) == list(b.ids)[::3]
        assert found.customers is not None
        assert found.price is not None
        np.testing.assert_array_equal(found.customers, b.customers[::3])
        of_third = slice(int(b.indptr[6]), int(b.indptr[7]))
        np.testing.assert_array_equal(found.price[found.indptr[2] : found.indptr[3]], b.price[of_third])
