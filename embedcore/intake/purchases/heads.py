"""Which lines make one basket, and the baskets in time order: more of them than memory holds."""

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
from embedcore.intake.purchases.baskets import OWN, several_customers
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = "1GB"
BATCH = 200_000
SORTING = "Sorting the baskets"


@dataclass(frozen=True)
class Rule:
    """When do numbers of baskets start again for every customer, and what is then the id of a basket?

    where: which slots speak (SQL). apart: of (numbers, pairs of number and customer, numbers with several customers).
    key: of a slot (SQL)."""

    where: str
    apart: Callable[[int, int, int], bool]
    key: str


IMPORT = Rule(
    "TRUE",
    lambda baskets, pairs, shared: several_customers(baskets, shared),
    f"coalesce(customer || '{OWN}', '') || basket",
)
EXACT = Rule(
    "n IS NOT NULL",
    lambda baskets, pairs, shared: pairs > 1.05 * baskets,
    "coalesce(customer, '') || chr(31) || basket",
)
_SHARED = """
SELECT count(*), coalesce(sum(people), 0), count(*) FILTER (people > 1)
FROM (SELECT count(DISTINCT customer) AS people FROM heads WHERE customer IS NOT NULL AND {where} GROUP BY basket)
"""
_FOUND = """
CREATE TABLE found AS SELECT {key} AS key, min(n) AS n, min(time) AS time,
    arg_min(customer, n) FILTER (WHERE customer IS NOT NULL) AS customer
FROM heads WHERE n IS NOT NULL GROUP BY ALL
"""
_RANKED = "CREATE TABLE ranked AS SELECT key, time, customer FROM found ORDER BY time NULLS LAST, n"
_PEOPLE = """
CREATE TABLE people AS SELECT customer FROM found WHERE customer IS NOT NULL GROUP BY customer ORDER BY min(n)
"""
_PLACES = """
SELECT slot, ranked.rowid AS place
FROM (SELECT slot, {key} AS key FROM heads WHERE n IS NOT NULL) mine JOIN ranked ON mine.key = ranked.key
"""
_CUSTOMERS = """
SELECT ranked.rowid AS place, people.rowid AS who FROM ranked JOIN people ON ranked.customer = people.customer
"""
_FIRST_SEEN = "CREATE TABLE texts AS SELECT text FROM read_parquet($path) GROUP BY text ORDER BY min(n)"


class Heads:
    """The baskets behind a Parquet file of slots: slot, basket, customer (maybe missing), n (the first whole line;
    missing when there is none), time (of any order; maybe missing).

    Lines of one basket and customer that lie near each other share a slot. A context: it closes the database, which
    lies in `folder` with all it needs.
    """

    def __init__(self, path: Path, slots: int, folder: Path, tell: Progress = silent, rule: Rule = IMPORT) -> None:
        self._slots, self._folder, self._tell, self._rule = slots, folder, tell, rule
        self._con = _database(folder / "heads.duckdb", folder)
        self._con.read_parquet(str(path)).create_view("heads")
        self._key = "basket"

    def __enter__(self) -> Heads:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def told_apart(self) -> bool:
        """Do the numbers of baskets start again for every customer? Then one is a number of one customer."""
        baskets, pairs, shared = _ask(self._con, _SHARED.format(where=self._rule.where), part(self._tell, 0, 15))[0]
        apart = self._rule.apart(int(baskets), int(pairs), int(shared))
        self._key = self._rule.key if apart else "basket"
        return apart

    def rank(self) -> int:
        """Put the baskets in their order; how many they are."""
        _ask(self._con, _FOUND.format(key=self._key), part(self._tell, 15, 50))
        _ask(self._con, _RANKED, part(self._tell, 50, 70))
        _ask(self._con, _PEOPLE, part(self._tell, 70, 80))
        self._con.execute("DROP TABLE found")
        return int(self._con.sql("SELECT count(*) FROM ranked").fetchall()[0][0])

    def places(self) -> np.ndarray:
        """(slots,) int32: the basket of each slot that has lines."""
        out = scratch_array(self._slots, np.int32, self._folder)
        for batch in self._batches(_PLACES.format(key=self._key), 92, self._slots):
            out[batch["slot"].to_numpy()] = batch["place"].to_numpy()
        return out

    def ids(self) -> Iterator[pa.Array]:
        """The baskets' ids in their order, in parts."""
        for batch in self._batches("SELECT key FROM ranked ORDER BY rowid", 80):
            yield batch["key"]

    def times(self, baskets: int) -> np.ndarray:
        """(baskets,) float64, NaN where it is not known."""
        out, at = scratch_array(baskets, np.float64, self._folder), 0
        query = "SELECT coalesce(time, 'nan'::DOUBLE) AS time FROM ranked ORDER BY rowid"
        for batch in self._batches(query, 83):
            out[at : at + len(batch)] = batch["time"].to_numpy()
            at += len(batch)
        return out

    def customers(self, baskets: int) -> np.ndarray:
        """(baskets,) int32 into customer_ids, -1 where it is not known."""
        out = scratch_array(baskets, np.int32, self._folder)
        out[:] = -1
        for batch in self._batches(_CUSTOMERS, 86):
            out[batch["place"].to_numpy()] = batch["who"].to_numpy()
        return out

    def customer_ids(self) -> Iterator[pa.Array]:
        """Customers in the order in which the lines name them, in parts."""
        for batch in self._batches("SELECT customer FROM people ORDER BY rowid", 91):
            yield batch["customer"]

    def _batches(self, query: str, at: int, of: int = 0) -> Iterator[pa.RecordBatch]:
        """The answer in parts. at: percent of the work when it begins; of: rows that are waited for."""
        done = 0
        for batch in self._con.sql(query).to_arrow_reader(BATCH):
            done += len(batch)
            self._tell(at + min((100 - at) * done // of if of else 0, 100 - at), 100, note=SORTING)
            yield batch


def first_seen(path: Path, folder: Path, pick: Any, tell: Progress = silent) -> list[str]:
    """Some of the different texts of a Parquet file (text, n) in the order of n: those at pick(how many there are)."""
    with _database(folder / "texts.duckdb", folder) as con:
        _ask(con, _FIRST_SEEN, tell, {"path": str(path)})
        count = int(con.sql("SELECT count(*) FROM texts").fetchall()[0][0])
        query = "SELECT text FROM texts WHERE rowid IN (SELECT unnest($at)) ORDER BY rowid"
        return [text for (text,) in _ask(con, query, tell, {"at": pick(count).tolist()})]


def _database(path: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]]
    config = {
        "autoinstall_known_extensions": "false",
        "memory_limit": MEMORY,
        "threads": 2,
        "temp_directory": str(folder / "spill"),
    }
    con = duckdb.connect(str(path), config=config)
    con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")  # known, but not drawn
    return con


def _ask(con: duckdb.DuckDBPyConnection, query: str, tell: Progress, params: Any = None) -> list[Any]:
    """Run a long query beside the calls of `tell`; when that raises, the query ends first."""
    rows: list[Any] = []
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            rows.extend(con.execute(query, params).fetchall() or ())
        except duckdb.Error as e:
            wrong.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            tell(min(max(int(con.query_progress()), 0), 100), 100, note=SORTING)
    finally:
        while thread.is_alive():
            con.interrupt()
            thread.join(0.1)
    if wrong and isinstance(wrong[0], (duckdb.OutOfMemoryException, duckdb.IOException)):
        raise InputError(
            "There is not enough room to sort the baskets.",
            "Free some space on the disk of the data folder and try again.",
        ) from wrong[0]
    if wrong:
        raise wrong[0]
    return rows
