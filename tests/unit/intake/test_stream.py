"""Purchases read part by part from a file on disk are the same dataset as those read in memory."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import Cancelled, InputError
from embedcore.intake.purchases import lines, rows, sort
from embedcore.intake.purchases.build import add_baskets
from embedcore.intake.purchases.exact import read_purchases
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.tables import large
from embedcore.intake.tables.read import ReadReport, Table, read_table
from embedcore.intake.text import delimited
from embedcore.progress import silent
from tests.shared import ROOT

Build = Callable[[pd.DataFrame, BasketShape, Catalogue | None], tuple[Dataset, list[str]]]

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


def _on_disk(folder: Path, frame: pd.DataFrame) -> Table:
    """A table whose rows lie in a file, as those of a large one do."""
    frame.to_parquet(folder / "table.parquet", index=False)
    report = ReadReport("csv", len(frame), len(frame), 0, tuple(frame.columns), ())
    return Table(frame.head(3), frame.head(0), report, folder / "table.parquet")


def _mixed(a: Iterable[Dataset]) -> str:
    return hashlib.sha256("".join(d.hash for d in a).encode()).hexdigest()[:12]


def _people(d: Dataset) -> list[str] | None:
    assert d.baskets is not None
    return None if d.baskets.customer_ids is None else list(d.baskets.customer_ids)


def _same(a: Dataset, b: Dataset) -> None:
    assert a.baskets is not None
    assert b.baskets is not None
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
    monkeypatch.setattr(rows, "ROWS", 64)
    monkeypatch.setattr(sort, "CHUNK", 50)


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> Build:
    """Builds a dataset from all rows in memory at once."""

    def build(frame: pd.DataFrame, shape: BasketShape, catalogue: Catalogue | None) -> tuple[Dataset, list[str]]:
        with monkeypatch.context() as once:
            once.setattr(rows, "ROWS", 10**6)
            return add_baskets("d", catalogue, frame, shape, settings=ALL_LINES)

    return build


SHAPES = {
    "all": LONG,
    "no time": BasketShape("long", "order", "customer", "product", "qty", "price"),
    "no customer": BasketShape("long", "order", None, "product", None, "price", "at"),
    "a day is a basket": BasketShape("long", None, "customer", "product", "qty", None, "at"),
    "a customer is a basket": BasketShape("long", None, "customer", "product"),
    "the order is the customer": BasketShape("long", "order", "order", "product", "qty", "price", "at"),
}


# The first version kept returns, too.
ALL_LINES = {"returns": "in"}
# Hashes of what the first version made of these tables, all rows in memory, by another way.
FIRST = [
    "69ba1e8ae1e8",
    "f8944a37f86b",
    "20374d6da13c",
    "d3d635b17700",
    "1dcb7ee4ebf5",
    "ed1ec038920f",
    "be230a6482d4",
    "c89cea5b693e",
    "cdd9d0f984b9",
    "950806fc0682",
    "c672046ef0ae",
    "fd4a15df456b",
]


@pytest.mark.parametrize("seed", range(12))
def test_parts_from_disk_are_the_dataset_of_the_whole_table(seed: int, tmp_path: Path, whole: Build) -> None:
    frame, catalogue, built = _table(seed), _catalogue(seed), []
    for n, (name, shape) in enumerate(SHAPES.items()):
        if n not in (0, 1 + seed % 5):
            continue
        there = tmp_path / name
        there.mkdir()
        want, notices = whole(frame, shape, catalogue)
        got, also = add_baskets(
            "d", catalogue, _on_disk(there, frame), shape, folder=there / "baskets", settings=ALL_LINES
        )
        _same(want, got)
        assert notices == also
        assert sorted(p.name for p in there.iterdir()) == ["baskets", "table.parquet"]
        built.append(got)
    assert _mixed(built) == FIRST[seed]


def _cells(seed: int, rows: int = 200) -> pd.DataFrame:
    """Purchases with many products in a row, as a list or in a cell each; some rows are empty, some numbers shared."""
    r = np.random.default_rng(seed)
    products = [[f"p{i}" for i in r.integers(1, 30, r.integers(0, 5))] for _ in range(rows)]
    texts = {
        "order": [str(b % (7 if seed % 2 else 10**6)) for b in r.integers(0, rows, rows)],
        "customer": [f"c{n // 9}" for n in range(rows)],
        "at": [f"2024-0{1 + n % 9}-1{n % 5}" for n in range(rows)],
        "products": [";".join(p) for p in products],
        "n": [str(len(p)) for p in products],
        **{f"p{k}": [p[k] if k < len(p) else None for p in products] for k in range(4)},
    }
    frame = pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in texts.items()})
    gone = r.random((rows, 3)) < 0.05 * (seed % 3)
    frame[["order", "customer", "at"]] = frame[["order", "customer", "at"]].mask(gone)
    return frame.mask(frame == "")


MANY = {
    "a list of an order": (
        BasketShape("list", "order", "customer", "products", time="at", list_delimiter=";"),
        "order customer at products",
        "b9f2d044039a",
    ),
    "a list of a customer": (BasketShape("list", None, "customer", "products"), "customer products", "8df80e26f2cd"),
    "a list alone": (BasketShape("list", item="products"), "products", "95aa0b68944a"),
    "a line": (BasketShape("lines", item="products"), "products", "95aa0b68944a"),
    "a cell each": (BasketShape("lines"), "p0 p1 p2 p3", "95aa0b68944a"),
    "a cell each, counted": (BasketShape("lines", "order"), "order n p0 p1 p2 p3", "092b031850b1"),
}


@pytest.mark.parametrize("name", MANY)
def test_rows_of_many_products_are_read_in_parts_too(name: str, tmp_path: Path, whole: Build) -> None:
    shape, columns, first = MANY[name]
    built = []
    for seed in range(4):
        frame, catalogue, there = _cells(seed)[columns.split()], _catalogue(seed), tmp_path / str(seed)
        there.mkdir()
        want, notices = whole(frame, shape, catalogue)
        got, also = add_baskets("d", catalogue, _on_disk(there, frame), shape, folder=there / "baskets")
        _same(want, got)
        assert notices == also
        built.append(got)
    assert _mixed(built) == first


def test_every_row_is_kept_or_counted(tmp_path: Path) -> None:
    for seed in range(6):
        for shape, columns, _ in MANY.values():
            frame = _cells(seed)[columns.split()]
            reader = lines.LineReader(shape, rows.decide(rows.Rows(frame), shape, tmp_path, silent))
            kept = 0
            for part in rows.Rows(frame).of(list(frame)):
                kept += reader.counts.complete(reader(part)).index.nunique()
            assert kept + reader.counts.no_basket + reader.counts.no_item == len(frame) == reader.counts.rows


def _purchases(seed: int, rows: int = 300) -> pd.DataFrame:
    """Ids of any kind, baskets that start again for every customer, an order in numbers or dates."""
    r = np.random.default_rng(seed)
    basket = r.integers(0, 40, rows)
    order = [str(b * 3 % 17 + b / 10) for b in basket] if seed % 2 else [f"1{b % 9}.0{1 + b % 5}.2024" for b in basket]
    texts = {
        "basket_id": [str(b % 5) if seed % 3 == 0 else f" {b:03} " for b in basket],
        "product_id": r.choice(["007", "7", " 7", "NULL", "7.0", "x"], rows).tolist(),
        "customer_id": [f"c{b // 5}" for b in basket],
        "seq" if seed % 2 else "ts": order,
    }
    frame = pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in texts.items()})
    return frame.mask(r.random(frame.shape) < 0.05).drop(columns=["customer_id"] if seed == 5 else [])


EXACT = ["d91a67260d5f", "2afa279f9a4f", "21a8a5584cc0", "23e88541b79c", "143c805402ca", "4b8b06b25960"]


@pytest.mark.parametrize("seed", range(6))
def test_purchases_read_in_parts_keep_their_ids_and_their_order(seed: int, tmp_path: Path) -> None:
    frame = _purchases(seed)
    frame.to_csv(tmp_path / "a.csv", index=False)
    table = read_table(tmp_path / "a.csv", "a.csv")
    want, notices = read_purchases(table, None, "d")
    table.save(tmp_path / "kept")
    there = replace(table, frame=table.frame.head(3), file=tmp_path / "kept" / "table.parquet")
    got, also = read_purchases(there, None, "d", folder=tmp_path / "baskets")
    _same(want, got)
    assert got.hash[:12] == EXACT[seed]
    assert notices == also
    assert set(want.items) <= {"007", "7", " 7", "NULL", "7.0", "x"}


def test_a_large_parquet_file_is_the_same_table_with_its_rows_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 1000
    days = [dt.datetime(2024, 1, 1 + i % 28, tzinfo=dt.UTC) for i in range(n)]
    table = pa.table(
        {
            "id": pa.array(range(n)),
            "price": pa.array([None if i % 7 == 0 else i / 8 if i % 5 else 1e20 for i in range(n)]),
            "small": pa.array([i / 10 for i in range(n)], pa.float32()),
            "paid": pa.array([Decimal(i) / 4 for i in range(n)], pa.decimal128(12, 2)),
            "day": pa.array(days, pa.timestamp("us")),
            "at": pa.array([*days[:-1], dt.datetime(2024, 1, 31, 8, 30, tzinfo=dt.UTC)], pa.timestamp("ns")),
            "kind": pa.array([f"k{i % 3}" for i in range(n)]).dictionary_encode(),
            "list": pa.array([[i, i + 1] if i % 3 else [] for i in range(n)]),
            "struct": pa.array([{"a": i} for i in range(n)]),
            "photo": pa.array([b"x"] * n),
            "a.b": pa.array(["", None, "c", " "] * 250),
            "nothing": pa.array([None] * n, pa.string()),
        }
    ).append_column("id", pa.array([str(i) for i in range(n)]))
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=300)
    want = read_table(tmp_path / "a.parquet", "a.parquet", folder=tmp_path / "no")
    assert want.file is None
    for name, value in (("LARGE", 999), ("HEAD", 150), ("ROWS", 64)):
        monkeypatch.setattr(large, name, value)
    got = read_table(tmp_path / "a.parquet", "a.parquet", folder=tmp_path / "rows")
    assert got.report == want.report
    assert got.file is not None
    pd.testing.assert_frame_equal(got.whole(), want.frame)
    pd.testing.assert_frame_equal(got.frame, want.frame.head(150))
    got.save(tmp_path / "rows")
    got.save(tmp_path / "copy")
    for folder in ("rows", "copy"):
        again = Table.load(tmp_path / folder, head=True)
        assert again.report == want.report
        pd.testing.assert_frame_equal(again.frame, got.frame)
        pd.testing.assert_frame_equal(Table.load(tmp_path / folder).frame, want.frame)


CSV = {
    "plain": "order,item\n" + "".join(f"{n // 4},{n % 11}\n" for n in range(900)),
    "torn": "order;item;note\n"
    + "".join(f'{n // 4};{n % 11};"a; {n}"\n' + ("x;\n" * (n % 90 == 3)) for n in range(500)),
    "by hand": "title\n\norder,item\n" + "".join(f'{n},  "{n % 11}"\n' + ("\n" * (n % 50 == 3)) for n in range(500)),
}


@pytest.mark.parametrize("name", CSV)
def test_a_large_text_is_the_same_table_with_its_rows_on_disk(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(CSV[name], encoding="utf-8")
    want = read_table(tmp_path / "a.csv", "a.csv", folder=tmp_path)
    assert want.file is None
    assert (want.report.rejected > 0) == (name == "torn")
    for constant, value in (("LARGE", 99), ("HEAD", 70), ("ROWS", 64)):
        monkeypatch.setattr(large, constant, value)
    monkeypatch.setattr(delimited, "BY_HAND", 64)
    monkeypatch.setattr(delimited, "SMALL", 0)
    got = read_table(tmp_path / "a.csv", "a.csv", folder=tmp_path / "rows")
    assert got.report == want.report
    assert got.file is not None
    pd.testing.assert_frame_equal(got.whole(), want.frame)
    pd.testing.assert_frame_equal(got.frame, want.frame.head(70))
    pd.testing.assert_frame_equal(got.rejected, want.rejected)
    assert [p.name for p in (tmp_path / "rows").iterdir()] == ["table.parquet"]


def test_a_large_parquet_file_that_is_damaged_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LARGE", 10)
    pq.write_table(pa.table({"a": [f"{i * 7919}" for i in range(50_000)]}), tmp_path / "a.parquet")
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[1000:90_000] = b"\xff" * 89_000
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        read_table(tmp_path / "a.parquet", "a.parquet", folder=tmp_path / "rows")
    assert not list((tmp_path / "rows").iterdir())


class _Stop:
    """A Progress that is cancelled at the nth call."""

    def __init__(self, at: int) -> None:
        self.calls, self.at = 0, at

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        assert 0 <= step <= of
        self.calls += 1
        if self.calls == self.at:
            raise Cancelled("stopped")


def test_stopping_at_any_moment_leaves_nothing_behind(tmp_path: Path) -> None:
    table, never = _on_disk(tmp_path, _table(5)), _Stop(-1)
    add_baskets("d", None, table, LONG, folder=tmp_path / "baskets", progress=never)
    shutil.rmtree(tmp_path / "baskets")
    for at in np.linspace(1, never.calls - 1, 8).astype(int):
        with pytest.raises(Cancelled):
            add_baskets("d", None, table, LONG, folder=tmp_path / "baskets", progress=_Stop(int(at)))
        assert [p.name for p in tmp_path.iterdir()] == ["table.parquet"]


@pytest.mark.parametrize("missing", ["product", "order"])
def test_no_line_is_said_in_one_sentence(missing: str, tmp_path: Path) -> None:
    frame = _table(1).assign(**{missing: pd.Series([None] * 400, dtype="str")})
    table, baskets = _on_disk(tmp_path, frame), tmp_path / "baskets"
    with pytest.raises(InputError, match="both a basket and a product"):
        add_baskets("d", None, table, LONG, folder=baskets)
    with pytest.raises(InputError, match="both a basket and a product"):
        add_baskets("d", None, _on_disk(tmp_path, frame.head(0)), LONG, folder=baskets)
    with pytest.raises(InputError, match="no column “other”"):
        add_baskets("d", None, table, replace(LONG, item="other"), folder=baskets)
    assert [p.name for p in tmp_path.iterdir()] == ["table.parquet"]


_BOUND = """
import sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
import duckdb, pandas as pd
from embedcore.intake import BasketShape, Table, add_baskets
folder, rows = Path(sys.argv[1]), 200_000
out = None
for n in range(20):
    b = np.arange(n * rows, (n + 1) * rows) // 10
    part = pa.table({"order": pa.array(b).cast("string"), "product": pa.array(b * 7 % 5000).cast("string")})
    out = out or pq.ParquetWriter(folder / "table.parquet", part.schema)
    out.write_table(part)
out.close()
table = Table(pd.DataFrame(), pd.DataFrame(), None, folder / "table.parquet")
with open("/proc/self/status") as f:
    before = next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))
peak = [0]
def tell(*_, **__):
    with open("/proc/self/status") as f:
        peak[0] = max(peak[0], next(int(line.split()[1]) for line in f if line.startswith("RssAnon")))
add_baskets("d", None, table, BasketShape("long", "order", None, "product"), folder=folder / "baskets", progress=tell)
print((peak[0] - before) // 1024)
"""


def test_four_million_lines_take_little_memory(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("did not run: only Linux tells what a process holds")
    done = subprocess.run([sys.executable, "-c", _BOUND, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 20 < int(done.stdout) < 300  # all at once they take more than 500 MB
