"""Which lines make one basket, and the baskets in time order: by a database, for more of them than memory holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from embedcore.data import scratch_array
from embedcore.errors import InputError
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = "1GB"  # what the database holds before it writes to the disk (chosen by hand)
BATCH = 200_000  # rows of an answer at a time
_RESTARTS = 0.05  # share of numbers with several customers above which each customer has its own (chosen by hand)
SORTING = "Sorting the baskets"


@dataclass(frozen=True)
class Rule:
    """When numbers of baskets start again for every customer, and what the id of a basket then is.

    where: which slots count (SQL). restarts: of (numbers of baskets, pairs of number and customer, numbers that occur
    with several customers). key: the id of a slot's basket (SQL).
    """

    where: str
    restarts: Callable[[int, int, int], bool]
    key: str


def _several_customers(baskets: int, _: int, shared: int) -> bool:
    return baskets > 0 and shared > _RESTARTS * baskets


def _more_pairs(baskets: int, pairs: int, _: int) -> bool:
    return pairs > (1 + _RESTARTS) * baskets


# 5%: a few numbers that occur with two customers are slips in the data, not a numbering of its own (chosen by hand).
IMPORT = Rule("TRUE", _several_customers, "coalesce(customer || ' / ', '') || basket")
EXACT = Rule("line IS NOT NULL", _more_pairs, "coalesce(customer, '') || chr(31) || basket")
_SHARED = """
SELECT count(*), coalesce(sum(people), 0), count(*) FILTER (people > 1)
FROM (SELECT count(DISTINCT customer) AS people FROM slots WHERE customer IS NOT NULL AND {where} GROUP BY basket)
"""
_FOUND = """
CREATE TABLE found AS SELECT {key} AS key, min(line) AS line, min(time) AS time,
    arg_min(customer, line) FILTER (WHERE customer IS NOT NULL) AS customer
FROM slots WHERE line IS NOT NULL GROUP BY ALL
"""
_RANKED = "CREATE TABLE ranked AS SELECT key, time, customer FROM found ORDER BY time NULLS LAST, line"
_PEOPLE = """
CREATE TABLE people AS SELECT customer FROM found WHERE customer IS NOT NULL GROUP BY customer ORDER BY min(line)
"""
_BASKET_OF_SLOT = """
SELECT slot, ranked.rowid AS basket
FROM (SELECT slot, {key} AS key FROM slots WHERE line IS NOT NULL) used JOIN ranked ON used.key = ranked.key
"""
_CUSTOMERS = """
SELECT ranked.rowid AS basket, people.rowid AS customer
FROM ranked JOIN people ON ranked.customer = people.customer
"""
_FIRST_SEEN = "CREATE TABLE texts AS SELECT text FROM read_parquet($path) GROUP BY text ORDER BY min(line)"

_COMMONEST = """
SELECT name, item, text FROM (
    SELECT name, item, text, row_number() OVER (PARTITION BY name, item ORDER BY sum(n) DESC, min(line)) AS place
    FROM read_parquet($path) GROUP BY name, item, text
) WHERE place = 1
"""
_MEDIANS = """
SELECT item, min(price) AS price FROM (
    SELECT item, price, sum(n) OVER (PARTITION BY item ORDER BY price) AS upto, sum(n) OVER (PARTITION BY item) AS total
    FROM (SELECT item, price, sum(n) AS n FROM read_parquet($path) GROUP BY item, price)
) WHERE 2 * upto >= total GROUP BY item ORDER BY item
"""
_LINES = 1_000_000  # lines whose prices are counted at a time


class BasketOrder:
    """The baskets behind a Parquet file of slots: slot, basket, customer (or missing), line (the first complete line;
    missing when there is none), time (any number that puts baskets in order; or missing).

    A slot is a basket of one customer among lines near each other; a basket may have several. Use it as a context: it
    closes the database, which lies in `folder` when `large`, else in memory.
    """

    def __init__(
        self, path: Path, slots: int, folder: Path, *, large: bool, rule: Rule = IMPORT, progress: Progress = silent
    ) -> None:
        self._slots, self._folder, self._progress, self._rule = slots, folder, progress, rule
        self._con = _database(folder / "baskets.duckdb" if large else None, folder)
        self._con.read_parquet(str(path)).create_view("slots")
        self._key = "basket"

    def __enter__(self) -> BasketOrder:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def restarts(self) -> bool:
        """Whether the numbers of baskets start again for every customer; a basket then is a number of one customer."""
        baskets, pairs, shared = self._run(_SHARED.format(where=self._rule.where), 0, 15)[0]
        restarts = self._rule.restarts(int(baskets), int(pairs), int(shared))
        self._key = self._rule.key if restarts else "basket"
        return restarts

    def rank(self) -> int:
        """Put the baskets in order; returns how many they are."""
        self._run(_FOUND.format(key=self._key), 15, 50)
        self._run(_RANKED, 50, 70)
        self._run(_PEOPLE, 70, 80)
        self._con.execute("DROP TABLE found")
        return int(self._con.sql("SELECT count(*) FROM ranked").fetchall()[0][0])

    def basket_of_slot(self) -> np.ndarray:
        """(slots,) int32: the basket of each slot that has a complete line; the others are not set."""
        out = scratch_array(self._slots, np.int32, self._folder)
        for batch in self._batches(_BASKET_OF_SLOT.format(key=self._key), 92, self._slots):
            out[batch["slot"].to_numpy()] = batch["basket"].to_numpy()
        return out

    def ids(self) -> Iterator[pa.Array]:
        """The ids of the baskets in their order, in parts."""
        for batch in self._batches("SELECT key FROM ranked ORDER BY rowid", 80):
            yield batch["key"]

    def times(self, baskets: int) -> np.ndarray:
        """(baskets,) float64, NaN where a time is not known."""
        out, at = scratch_array(baskets, np.float64, self._folder), 0
        query = "SELECT coalesce(time, 'nan'::DOUBLE) AS time FROM ranked ORDER BY rowid"
        for batch in self._batches(query, 83):
            out[at : at + len(batch)] = batch["time"].to_numpy()
            at += len(batch)
        return out

    def customers(self, baskets: int) -> np.ndarray:
        """(baskets,) int32 positions in customer_ids, -1 where a customer is not known."""
        out = scratch_array(baskets, np.int32, self._folder)
        out[:] = -1
        for batch in self._batches(_CUSTOMERS, 86):
            out[batch["basket"].to_numpy()] = batch["customer"].to_numpy()
        return out

    def customer_ids(self) -> Iterator[pa.Array]:
        """The customers in the order in which the lines name them, in parts."""
        for batch in self._batches("SELECT customer FROM people ORDER BY rowid", 91):
            yield batch["customer"]

    def _run(self, query: str, low: int, high: int) -> list[Any]:
        return _ask(self._con, query, part(self._progress, low, high))

    def _batches(self, query: str, low: int, expected: int = 0) -> Iterator[pa.RecordBatch]:
        """The answer in parts. low: percent of the work when it begins; expected: rows of the whole answer."""
        done = 0
        for batch in self._con.sql(query).to_arrow_reader(BATCH):
            done += len(batch)
            share = min(done / expected, 1.0) if expected else 1.0
            self._progress(low + int((100 - low) * share), 100, note=SORTING)
            yield batch


def first_seen(path: Path, folder: Path, pick: Callable[[int], np.ndarray], progress: Progress = silent) -> list[str]:
    """Some of the different texts of a Parquet file (text, line), in the order of their first lines: those at
    pick(how many there are)."""
    with _database(folder / "texts.duckdb", folder) as con:
        _ask(con, _FIRST_SEEN, progress, {"path": str(path)})
        count = int(con.sql("SELECT count(*) FROM texts").fetchall()[0][0])
        query = "SELECT text FROM texts WHERE rowid IN (SELECT unnest($at)) ORDER BY rowid"
        return [text for (text,) in _ask(con, query, progress, {"at": pick(count).tolist()})]


def commonest(path: Path, folder: Path) -> list[tuple[str, str, str]]:
    """(name, item, text) with the commonest text of each name and item, of a Parquet file (name, item, text, n, line);
    the first where several are."""
    with _database(folder / "commonest.duckdb", folder) as con:
        return _ask(con, _COMMONEST, silent, {"path": str(path)})


def medians(items: np.ndarray, prices: np.ndarray, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """(items, median price above zero of each), of lines."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "prices.parquet"
    schema = pa.schema([("item", pa.int64()), ("price", pa.float64()), ("n", pa.int64())])
    with pq.ParquetWriter(path, schema) as out:
        for low in range(0, len(items), _LINES):
            lines = pd.DataFrame({"item": items[low : low + _LINES], "price": prices[low : low + _LINES]})
            counted = lines[lines["price"] > 0].value_counts(sort=False).reset_index()
            out.write_table(pa.table([counted[c] for c in ("item", "price", "count")], schema=schema))
    with _database(folder / "prices.duckdb", folder) as con:
        found = _ask(con, _MEDIANS, silent, {"path": str(path)})
    return np.array([i for i, _ in found], np.int64), np.array([p for _, p in found], np.float64)


def _database(path: Path | None, folder: Path) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]]
    config = {
        "autoinstall_known_extensions": "false",
        "memory_limit": MEMORY,
        "threads": 2,
        "temp_directory": str(folder / "spill"),
    }
    con = duckdb.connect(":memory:" if path is None else str(path), config=config)
    con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")  # known, but not drawn
    return con


def _ask(con: duckdb.DuckDBPyConnection, query: str, progress: Progress, params: Any = None) -> list[Any]:
    """Run a long query while `progress` is called; when that raises, the query is stopped first."""
    rows: list[Any] = []
    failures: list[duckdb.Error] = []

    def work() -> None:
        try:
            rows.extend(con.execute(query, params).fetchall() or ())
        except duckdb.Error as e:
            failures.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            progress(min(max(int(con.query_progress()), 0), 100), 100, note=SORTING)
    finally:
        while thread.is_alive():
            con.interrupt()
            thread.join(0.1)
    if failures and isinstance(failures[0], (duckdb.OutOfMemoryException, duckdb.IOException)):
        raise InputError(
            "There is not enough room to sort the baskets.",
            "Free some space on the disk of the data folder and try again.",
        ) from failures[0]
    if failures:
        raise failures[0]
    return rows
