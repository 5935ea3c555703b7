"""Baskets: who bought what together, in memory or mapped from files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import folders
from embedcore.data.scratch import scratch_array
from embedcore.data.strings import Strings, Texts, parts
from embedcore.errors import MissingError
from embedcore.progress import silent

CHUNK = 2_000_000  # lines worked on at a time: a hundredth of a second, tens of MB (chosen by hand)
LinesDone = Callable[[int, int], None]  # called with lines done and lines in all; may raise to stop the work
# The files of a folder of baskets, each a field of Baskets; a missing file means that the field is not known.
ARRAYS = {
    "indptr": np.int64,
    "items": np.int32,
    "customers": np.int32,
    "times": "datetime64[s]",
    "quantity": np.float32,
    "price": np.float32,
}
TEXTS = ("ids", "customer_ids")


@dataclass(frozen=True, eq=False)
class Baskets:
    """Who bought what together, as a sparse table by rows, baskets in time order (file order without time).

    indptr: (n+1,) int64. items: (nnz,) int32, positions in Dataset.items, unique and ascending in a basket.
    ids: (n,) object str. customers: (n,) int32 into customer_ids (-1 unknown), or None.
    times: (n,) datetime64[s] (NaT unknown), or None. quantity, price: (nnz,) float32 (NaN unknown), or None.
    Loaded baskets are mapped and read-only; their ids and customer_ids are Strings. folder: where they lie.

    >>> lines = pd.DataFrame({"basket": ["r1", "r1", "r2"], "item": ["cup", "mug", "mug"]})
    >>> baskets = Baskets.from_lines(lines, np.array([0, 1, 1], np.int32))
    >>> len(baskets), baskets.of(0).tolist(), baskets.counts(2).tolist()
    (2, [0, 1], [1, 2])
    """

    indptr: np.ndarray
    items: np.ndarray
    ids: Texts
    customers: np.ndarray | None = None
    customer_ids: Texts | None = None
    times: np.ndarray | None = None
    quantity: np.ndarray | None = None
    price: np.ndarray | None = None
    folder: Path | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def sizes(self) -> np.ndarray:
        """(n,) int64: how many different products each basket holds."""
        return np.diff(self.indptr)

    def of(self, n: int) -> np.ndarray:
        """Item positions of basket n."""
        return self.items[self.indptr[n] : self.indptr[n + 1]]

    def counts(self, n_items: int) -> np.ndarray:
        """(n_items,) int64: in how many baskets each item is."""
        return count_items(self.items, n_items)

    def customer(self, id: str) -> int:
        """The code of a customer; MissingError when the id is unknown."""
        known = self.customer_ids if self.customer_ids is not None else np.empty(0, object)
        found = known.find(id) if isinstance(known, Strings) else next(iter(np.flatnonzero(known == id)), -1)
        if found < 0:
            raise MissingError(f"There is no customer “{id}” in this dataset.")
        return int(found)

    def by_customer(self, progress: LinesDone = silent) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(indptr (c+1,) int64, items (nnz,) int32, customer codes (c,)): for each known customer the items of all its
        baskets in time order, repeats kept. MissingError without customers."""
        if self.customers is None:
            raise MissingError("These baskets name no customers.")
        order = np.argsort(self.customers, kind="stable")
        order = order[np.searchsorted(self.customers[order], 0) :]
        who = self.customers[order]
        ends = np.r_[0, np.cumsum(self.sizes[order])].astype(np.int64)
        items = scratch_array(int(ends[-1]), np.int32, self.folder)
        for start, stop in row_slices(ends):
            first = self.indptr[order[start:stop]] - ends[start:stop]
            lines = np.repeat(first, np.diff(ends[start : stop + 1])) + np.arange(ends[start], ends[stop])
            items[ends[start] : ends[stop]] = self.items[lines]
            progress(int(ends[stop]), len(items))
        last = np.flatnonzero(np.r_[who[1:] != who[:-1], True]) if len(who) else np.empty(0, np.int64)
        return np.r_[0, ends[last + 1]].astype(np.int64), items, who[last]

    def head(self, n: int) -> Baskets:
        """The first n baskets."""
        lines = int(self.indptr[n])
        cut = {"indptr": n + 1, "items": lines, "quantity": lines, "price": lines, "customers": n, "times": n}
        arrays = {name: a[: cut[name]] for name in ARRAYS if (a := getattr(self, name)) is not None}
        ids = self.ids.head(n) if isinstance(self.ids, Strings) else self.ids[:n]
        return replace(self, ids=ids, folder=None, **arrays)

    def thinned(self, lines: int) -> Baskets:
        """Evenly spaced baskets with about `lines` lines in all; all baskets when they have no more than that."""
        step = max(1, -(-len(self.items) // lines))
        if step == 1:
            return self
        indptr = np.r_[0, np.cumsum(self.sizes[::step])].astype(np.int64)
        at = np.repeat(self.indptr[:-1][::step] - indptr[:-1], np.diff(indptr)) + np.arange(indptr[-1])
        by_line = {c: a[at] for c in ("items", "quantity", "price") if (a := getattr(self, c)) is not None}
        by_basket = {c: a[::step] for c in ("ids", "customers", "times") if (a := getattr(self, c)) is not None}
        return replace(self, indptr=indptr, folder=None, **by_line, **by_basket)

    def renamed(self, to: np.ndarray) -> Baskets:
        """The same baskets with item i replaced by to[i], (items,) int32. Lines of a basket that become the same item
        are merged: quantities summed, prices averaged."""
        counts = np.zeros(len(self), np.int64)
        items = scratch_array(len(self.items), np.int32, self.folder)
        amounts = {c: a for c in ("quantity", "price") if (a := getattr(self, c)) is not None}
        out, at = {c: scratch_array(len(self.items), np.float32, self.folder) for c in amounts}, 0
        for start, stop in row_slices(self.indptr):
            part = slice(int(self.indptr[start]), int(self.indptr[stop]))
            basket = np.repeat(np.arange(stop - start), np.diff(self.indptr[start : stop + 1]))
            item = to[self.items[part]]
            sort = np.lexsort((item, basket))
            new = first_lines(basket[sort], item[sort])
            kept = item[sort][new]
            items[at : at + len(kept)] = kept
            for c, values in merge_lines({c: a[part][sort] for c, a in amounts.items()}, new).items():
                out[c][at : at + len(kept)] = values
            counts[start:stop] = np.bincount(basket[sort][new], minlength=stop - start)
            at += len(kept)
        lines = {c: a[:at] for c, a in out.items()}
        indptr = np.r_[0, np.cumsum(counts)].astype(np.int64)
        return replace(self, indptr=indptr, items=items[:at], folder=None, **lines)

    def content(self) -> Iterator[bytes | memoryview]:
        """The bytes that the dataset's hash is made of, in pieces."""
        yield from _joined(self.ids)
        for name in ARRAYS:
            array = getattr(self, name)
            yield b"\x1d" if array is None else np.ascontiguousarray(array).view(np.uint8).data
        if self.customer_ids is not None:
            yield from _joined(self.customer_ids)

    def save(self, folder: Path) -> None:
        """Write a folder that `load` maps. Mapped baskets are copied without being read into memory."""
        if self.folder is not None and folder.exists() and self.folder.samefile(folder):
            return
        beside = self.write_beside(folder)
        folders.remove(folder)
        beside.rename(folder)

    def write_beside(self, folder: Path) -> Path:
        """Write a new folder beside `folder`, under a temporary name, and return it."""
        beside = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
        folders.remove(beside)
        beside.mkdir(parents=True)
        for name in ARRAYS:
            if (array := getattr(self, name)) is not None:
                np.save(beside / f"{name}.npy", array, allow_pickle=False)
        for name in TEXTS:
            if (texts := getattr(self, name)) is not None:
                Strings.write(beside / f"{name}.arrow", parts(texts))
        return beside

    @classmethod
    def load(cls, folder: Path) -> Baskets:
        """Map what `save` wrote, or a folder made of the same files; MissingError when one that must be there is not.

        Files: indptr.npy, items.npy and ids.arrow, and where known customers.npy with customer_ids.arrow, times.npy,
        quantity.npy, price.npy, of the types in ARRAYS; .arrow: one column of text, not compressed."""
        arrays = {name: _mapped(folder / f"{name}.npy") for name in ARRAYS}
        texts = {name: Strings.open(p) for name in TEXTS if (p := folder / f"{name}.arrow").exists()}
        indptr, items = arrays.pop("indptr"), arrays.pop("items")
        if indptr is None or items is None or "ids" not in texts:
            raise MissingError("The baskets of this dataset are no longer in the data folder.", "Import it again.")
        return cls(indptr, items, **texts, **arrays, folder=folder)  # type: ignore[arg-type]

    def in_memory(self) -> Baskets:
        """The same baskets without their files."""
        arrays = {name: np.array(a) for name in ARRAYS if (a := getattr(self, name)) is not None}
        texts = {name: np.asarray(a) for name in TEXTS if (a := getattr(self, name)) is not None}
        return replace(self, folder=None, **arrays, **texts)

    @classmethod
    def from_lines(cls, lines: pd.DataFrame, item: np.ndarray) -> Baskets:
        """Baskets in memory.

        lines: one row per line as for Dataset.build, in any order. item: (len(lines),) int32 positions."""
        has = {c: c in lines and bool(lines[c].notna().any()) for c in ("customer", "time", "quantity", "price")}
        code, ids = pd.factorize(lines["basket"].astype(str))
        when = None
        order = np.arange(len(ids))
        if has["time"]:
            first = pd.Series(pd.to_datetime(lines["time"]).to_numpy("datetime64[s]")).groupby(code).min()
            when = first.to_numpy("datetime64[s]")
            order = np.argsort(np.where(np.isnat(when), np.datetime64("9999-01-01"), when), kind="stable")
        rank = np.empty(len(ids), np.int64)
        rank[order] = np.arange(len(ids))
        at = rank[code]
        sort = np.lexsort((item, at))
        at, item = at[sort], item[sort]
        new = first_lines(at, item)
        amounts = {c: lines[c].to_numpy(np.float32)[sort] for c in ("quantity", "price") if has[c]}
        merged = amounts if new.all() else merge_lines(amounts, new)
        customers = customer_ids = None
        if has["customer"]:
            who = lines["customer"].groupby(code).first()
            customers, found = pd.factorize(who.astype(object))
            customers, customer_ids = customers[order].astype(np.int32), np.asarray(found.astype(str), dtype=object)
        return cls(
            np.searchsorted(at[new], np.arange(len(ids) + 1)).astype(np.int64),
            item[new],
            np.asarray(ids, dtype=object)[order],
            customers,
            customer_ids,
            when[order] if when is not None else None,
            merged.get("quantity"),
            merged.get("price"),
        )


def first_lines(basket: np.ndarray, item: np.ndarray) -> np.ndarray:
    """(n,) bool: which lines, sorted by basket and product, are the first of their product in their basket.

    >>> first_lines(np.array([0, 0, 1]), np.array([5, 5, 5])).tolist()
    [True, False, True]
    """
    return np.asarray(np.r_[True, (basket[1:] != basket[:-1]) | (item[1:] != item[:-1])][: len(item)])


def merge_lines(amounts: dict[str, np.ndarray], new: np.ndarray) -> dict[str, np.ndarray]:
    """Merge the lines of one product in one basket: quantities summed, prices averaged over the lines that have one,
    NaN where none has.

    amounts: "quantity" or "price" -> (n,) float32. new: what `first_lines` gives. Each result is (new.sum(),) float32.

    >>> new = np.array([True, False, True])
    >>> merge_lines({"quantity": np.array([1, 2, 5], np.float32)}, new)["quantity"].tolist()
    [3.0, 5.0]
    """
    first, merged = np.flatnonzero(new), {}
    for name, values in amounts.items():
        known = ~np.isnan(values)
        many = np.add.reduceat(known, first, dtype=np.int64)
        total = np.add.reduceat(np.where(known, values, 0.0), first, dtype=np.float64)
        if name == "price":
            total /= np.maximum(many, 1)
        merged[name] = np.where(many > 0, total, np.nan).astype(np.float32)
    return merged


def count_items(items: np.ndarray, n_items: int, progress: LinesDone = silent) -> np.ndarray:
    """(n_items,) int64: how often each position occurs in items (nnz,).

    >>> count_items(np.array([0, 2, 2]), 3).tolist()
    [1, 0, 2]
    """
    counts = np.zeros(n_items, np.int64)
    for start in range(0, len(items), CHUNK):
        counts += np.bincount(items[start : start + CHUNK], minlength=n_items)
        progress(min(start + CHUNK, len(items)), len(items))
    return counts


def row_slices(indptr: np.ndarray) -> Iterator[tuple[int, int]]:
    """Blocks of rows (first, last + 1) of a sparse table, each with about CHUNK cells.

    >>> list(row_slices(np.array([0, 2, 5])))
    [(0, 2)]
    """
    start, rows = 0, len(indptr) - 1
    while start < rows:
        stop = int(np.searchsorted(indptr, indptr[start] + CHUNK, side="right")) - 1
        stop = min(max(stop, start + 1), start + CHUNK, rows)
        yield start, stop
        start = stop


def open_baskets(folder: Path) -> Baskets | None:
    """The baskets in a dataset's folder, None when there are none. Baskets that an older version wrote as Parquet are
    converted to what `Baskets.load` maps.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(open_baskets(Path(folder)))
    None
    """
    new = folder / "baskets"
    if not new.exists():
        try:
            old = from_parquet(folder)
        except FileNotFoundError:  # there are none, or another process was faster
            return Baskets.load(new) if new.exists() else None
        try:
            beside = old.write_beside(new)
        except OSError:  # the folder is read-only: use what was read
            return old
        try:
            beside.rename(new)
        except OSError:  # another process was faster
            folders.remove(beside)
        for name in ("lines", "baskets", "customers"):
            (folder / f"{name}.parquet").unlink(missing_ok=True)
    return Baskets.load(new)


def from_parquet(folder: Path) -> Baskets:
    """The baskets that an older version wrote as Parquet; FileNotFoundError when there are none."""
    lines, facts = pd.read_parquet(folder / "lines.parquet"), pd.read_parquet(folder / "baskets.parquet")
    customers = folder / "customers.parquet"
    return Baskets(
        np.r_[0, np.cumsum(facts["size"].to_numpy())].astype(np.int64),
        lines["item"].to_numpy(np.int32),
        facts["id"].astype(str).to_numpy(dtype=object),
        facts["customer"].to_numpy(np.int32) if "customer" in facts else None,
        pd.read_parquet(customers)["id"].astype(str).to_numpy(dtype=object) if customers.exists() else None,
        facts["time"].to_numpy("datetime64[s]") if "time" in facts else None,
        lines["quantity"].to_numpy(np.float32) if "quantity" in lines else None,
        lines["price"].to_numpy(np.float32) if "price" in lines else None,
    )


def _mapped(path: Path) -> np.ndarray | None:
    # A plain array: a slice of a memmap is a memmap, which costs microseconds each time.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)) if path.exists() else None


def _joined(texts: Texts) -> Iterator[bytes]:
    """All texts with \\x1f between them."""
    between = ""
    for part in parts(texts):
        yield (between + "\x1f".join(map(str, part))).encode()
        between = "\x1f"
