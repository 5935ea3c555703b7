"""The records a store answers with, and how a row becomes one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import open_baskets
from embedcore.errors import MissingError


@dataclass(frozen=True)
class DatasetInfo:
    """One imported dataset. products: catalogue rows and products only baskets know. bought: products in at least one
    basket. created: aware, UTC. meta: what import had to say.

    >>> info = DatasetInfo("hash", "Shop", "upload", datetime(2026, 1, 2, tzinfo=UTC), 14, 12, 8, 40, 7, {})
    >>> info.products - info.catalogue_rows
    2
    """

    hash: str
    name: str
    source: str
    created: datetime
    products: int
    catalogue_rows: int
    bought: int
    baskets: int
    customers: int
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class RunInfo:
    """One trained embedding. created: aware, UTC. seconds: what it took to compute. losses: in order, thinned.
    rows, dimension: of the product vectors.

    >>> at = datetime(2026, 1, 2, tzinfo=UTC)
    >>> run = RunInfo("key", "hash", "svd", {"dimension": 64}, 0, at, 1.5, 14, 64, (), {})
    >>> run.method, run.rows
    ('svd', 14)
    """

    key: str
    dataset: str
    method: str
    params: Mapping[str, Any]
    seed: int
    created: datetime
    seconds: float
    rows: int
    dimension: int
    losses: tuple[float, ...]
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class JobRow:
    """What is kept of a job when the server stops. created, finished: aware, UTC. state: as in jobs.Job.

    >>> row = JobRow("j1", "map", "key", "Map of Shop", {"run": "key"}, "queued", datetime(2026, 1, 2, tzinfo=UTC))
    >>> row.state, row.finished
    ('queued', None)
    """

    id: str
    kind: str
    key: str
    title: str
    spec: Mapping[str, Any]
    state: str
    created: datetime
    finished: datetime | None = None
    message: str = ""
    hint: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


def as_dataset(row: Sequence[Any]) -> DatasetInfo:
    """A row of the table of datasets as a record."""
    hash, name, source, created, products, catalogue_rows, bought, baskets, customers, meta = row
    return DatasetInfo(
        hash, name, source, aware(created), products, catalogue_rows, bought, baskets, customers, json.loads(meta)
    )


def as_run(row: Sequence[Any]) -> RunInfo:
    """The record of one row of the runs table."""
    key, _, dataset, method, params, seed, created, seconds, rows, dimension, losses, meta = row
    return RunInfo(
        key,
        dataset,
        method,
        json.loads(params),
        seed,
        aware(created),
        seconds,
        rows,
        dimension,
        tuple(losses),
        json.loads(meta),
    )


def as_job(row: Sequence[Any]) -> JobRow:
    """A row of the table of jobs as a record."""
    id, kind, key, title, spec, state, created, finished, message, hint, result = row
    return JobRow(
        id,
        kind,
        key,
        title,
        json.loads(spec),
        state,
        aware(created),
        aware(finished) if finished else None,
        message,
        hint,
        json.loads(result) if result else {},
    )


def now() -> datetime:
    """The moment as the database keeps it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def aware(time: datetime) -> datetime:
    """A time from the database, with its time zone."""
    return time.replace(tzinfo=UTC)


def naive(time: datetime | None) -> datetime | None:
    """A time as the database stores it: UTC, without a time zone."""
    return time.astimezone(UTC).replace(tzinfo=None) if time else None


def measure(folder: Path, source: str) -> DatasetInfo:
    """The facts of a folder that Dataset.save wrote, from the headers of its files: nothing is loaded.

    >>> import tempfile
    >>> import pandas as pd
    >>> from embedcore.data import Dataset
    >>> folder = Path(tempfile.mkdtemp())
    >>> bought = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["mug", "cup", "mug"]})
    >>> Dataset.build("shop", None, bought).save(folder)
    >>> info = measure(folder, "upload")
    >>> info.products, info.bought, info.baskets
    (2, 2, 2)
    """
    import pyarrow.parquet as pq

    def rows(name: str) -> int:
        return int(pq.read_metadata(folder / name).num_rows) if (folder / name).exists() else 0

    try:
        head = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingError("There is no dataset to keep.", "Import it again.") from None
    b, items = open_baskets(folder), rows("items.parquet")
    bought = int(np.count_nonzero(b.counts(items))) if b is not None else 0
    customers = 0 if b is None or b.customer_ids is None else len(b.customer_ids)
    return DatasetInfo(
        head["hash"],
        head["name"],
        source,
        datetime.now(UTC),
        items,
        rows("catalogue.parquet"),
        bought,
        0 if b is None else len(b),
        customers,
        head["meta"],
    )
