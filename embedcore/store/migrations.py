"""How the database came to be what it is: one function a step, run once each, in order, never edited afterwards."""

from __future__ import annotations

from collections.abc import Callable

from embedcore.store.cursor import Cursor


def m001_first_house(cursor: Cursor) -> None:
    """Datasets, runs and what belongs to them, verdicts, jobs.

    Big tables carry a run's short number, not its 64-character key, and no index: a scan of one column of one run
    is quick, an index on millions of rows costs memory on every open. Vectors live in one table per dimension
    (`vectors_64`), made when the first of that length is stored. Times are UTC.
    """
    for table in (
        """datasets (hash VARCHAR PRIMARY KEY, name VARCHAR, source VARCHAR, created TIMESTAMP, products BIGINT,
           catalogue_rows BIGINT, bought BIGINT, baskets BIGINT, customers BIGINT, meta VARCHAR)""",
        """runs (key VARCHAR PRIMARY KEY, number INTEGER, dataset VARCHAR, method VARCHAR, params VARCHAR, seed BIGINT,
           created TIMESTAMP, seconds DOUBLE, rows BIGINT, dimension INTEGER, losses DOUBLE[], meta VARCHAR)""",
        "vector_sets (run INTEGER, kind VARCHAR, rows BIGINT, dimension INTEGER, meta VARCHAR)",
        "graphs (run INTEGER, k INTEGER, exact BOOLEAN, recall DOUBLE)",
        "graph_rows (run INTEGER, row INTEGER, ids INTEGER[], scores FLOAT[])",
        "projections (run INTEGER, kind VARCHAR, meta VARCHAR)",
        "places (run INTEGER, kind VARCHAR, row INTEGER, x FLOAT, y FLOAT)",
        "clusterings (run INTEGER, name VARCHAR, method VARCHAR, silhouette DOUBLE, meta VARCHAR, created TIMESTAMP)",
        "cluster_names (run INTEGER, name VARCHAR, label INTEGER, title VARCHAR)",
        "cluster_rows (run INTEGER, name VARCHAR, row INTEGER, label INTEGER)",
        """verdicts (dataset VARCHAR, id_a VARCHAR, id_b VARCHAR, verdict VARCHAR, given TIMESTAMP,
           PRIMARY KEY (dataset, id_a, id_b))""",
        """jobs (id VARCHAR PRIMARY KEY, kind VARCHAR, key VARCHAR, title VARCHAR, spec VARCHAR, state VARCHAR,
           created TIMESTAMP, finished TIMESTAMP, message VARCHAR, hint VARCHAR, result VARCHAR)""",
    ):
        cursor.execute(f"CREATE TABLE {table}")
    cursor.execute("CREATE SEQUENCE run_numbers")


def m002_arrays_in_folders(cursor: Cursor) -> None:
    """Vectors, graphs, maps and clusters are in the folders of their runs; the tables say which there are.

    digest: of the clusters that the names were given to. The tables are empty here: what is in a data folder of before
    is copied over by convert.py.
    """
    for table in ("vector_sets", "graphs", "graph_rows", "projections", "places", "clusterings", "cluster_rows"):
        cursor.execute(f"DROP TABLE {table}")
    cursor.execute("CREATE TABLE vector_sets (run INTEGER, kind VARCHAR)")
    cursor.execute("CREATE TABLE projections (run INTEGER, kind VARCHAR)")
    cursor.execute("CREATE TABLE clusterings (run INTEGER, name VARCHAR, created TIMESTAMP, digest VARCHAR)")


def m003_nothing_lost(cursor: Cursor) -> None:
    """What a person deleted, until its folder is gone; how far the database knows each dataset's record of verdicts.

    what: "dataset" or "run". last: number of the last line of the record that is in the database.
    """
    cursor.execute("CREATE TABLE deleted (what VARCHAR, name VARCHAR, since TIMESTAMP)")
    cursor.execute("CREATE TABLE verdict_records (dataset VARCHAR, last BIGINT)")


MIGRATIONS: tuple[Callable[[Cursor], None], ...] = (m001_first_house, m002_arrays_in_folders, m003_nothing_lost)
_FIRST = ("datasets", "runs", "vector_sets", "projections", "clusterings", "cluster_names", "verdicts", "jobs")
_THIRD = ("deleted", "verdict_records")
TABLES = (*_FIRST, *_THIRD)  # of today


def migrate(cursor: Cursor) -> list[str]:
    """Run what has not run yet, inside the caller's transaction; the names of what ran."""
    cursor.execute("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR, ran TIMESTAMP)")
    done = {name for (name,) in cursor.execute("SELECT name FROM migrations").fetchall()}
    ran = []
    for step in MIGRATIONS:
        if step.__name__ not in done:
            step(cursor)
            cursor.execute("INSERT INTO migrations VALUES (?, now()::TIMESTAMP)", [step.__name__])
            ran.append(step.__name__)
    return ran


def needed(done: set[str]) -> set[str]:
    """The tables of today that a database with these steps must have."""
    return {*_FIRST, *(_THIRD if m003_nothing_lost.__name__ in done else ())}


def steps_of(cursor: Cursor, tables: set[str]) -> list[str]:
    """The steps that made these tables, for a database whose list of steps is lost."""
    named = cursor.execute("SELECT 1 FROM duckdb_columns() WHERE table_name = 'clusterings' AND column_name = 'digest'")
    steps: list[Callable[[Cursor], None]] = [m001_first_house]
    if named.fetchall():
        steps.append(m002_arrays_in_folders)
    if set(_THIRD) <= tables:
        steps.append(m003_nothing_lost)
    return [step.__name__ for step in steps]
