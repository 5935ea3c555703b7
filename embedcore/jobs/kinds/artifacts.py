"""Work whose result is a folder of a dataset or of a run, deleted with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.jobs.kinds.base import JobKind, age, raw_folder, run_folders

if TYPE_CHECKING:
    from embedcore.store import Store

_LINE = 20  # bytes of a recommendation in a packed file, at the least


@dataclass(frozen=True)
class Artifact(JobKind, family=True):
    """A folder computed from a dataset, or from a run where a subclass has a field `run`. A subclass has in
    `settings` what else determines it."""

    dataset: str

    if TYPE_CHECKING:

        @property
        def settings(self) -> str:
            """What determines the result besides the dataset or the run."""

    @property
    def owner_run(self) -> str | None:
        """The run that the folder belongs to; None: it belongs to the dataset."""
        run: str | None = getattr(self, "run", None)
        return run

    @property
    def key(self) -> str:
        """What it is computed from, and how."""
        return f"{self.owner_run or self.dataset}:{self.settings}"

    def folder(self, store: Store) -> Path | None:
        """The folder of the result; None before there is one."""
        return store.artifact(self.kind, self.settings, self.dataset, self.owner_run)

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        """The folder, when it is there."""
        folder = self.folder(store)
        return ({}, age(folder)) if folder else None

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folders of the dataset and of the run."""
        ready = self.spec() | {"dataset_folder": str(store.dataset_folder(self.dataset))}
        return ready | run_folders(store, self.owner_run) if self.owner_run else ready

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the folder with its dataset or its run."""
        store.save_artifact(self.kind, self.settings, out, self.dataset, self.owner_run)
        return dict(result)


@dataclass(frozen=True)
class FindDuplicates(Artifact):
    """Products listed twice. version: match.VERSION. source: a column that says which list a row is from. run: a result
    that counts as one more likeness.

    >>> FindDuplicates("d", 3, source="shop", of="Shop").key
    'd:3|shop'
    """

    version: int
    source: str | None = None
    run: str | None = None

    kind, words, queue = "match", "Finding duplicates in {of}", "heavy"
    task = "embedcore.tasks.matching:find_duplicates"

    @property
    def settings(self) -> str:
        """The version, the column and the result that helps."""
        return f"{self.version}|{self.source or ''}" + (f"|{self.run}" if self.run else "")


@dataclass(frozen=True)
class FindErrors(Artifact):
    """Values that do not fit the rest of their product. version: explore.anomalies.VERSION. run: an autoencoder that
    learned from the same columns; without one a model is trained.

    >>> FindErrors("d", 1, ("note",), of="Shop").title
    'Checking Shop for data errors'
    """

    version: int
    exclude: tuple[str, ...] = ()
    run: str | None = None
    seed: int = 0

    kind, words, queue = "anomalies", "Checking {of} for data errors", "heavy"
    task = "embedcore.tasks.errors:find_errors"

    @property
    def settings(self) -> str:
        """The version, the columns left out, the result that is used and the seed."""
        return json.dumps([self.version, self.dataset, sorted(self.exclude), self.run, self.seed])


@dataclass(frozen=True)
class PrepareRecommender(Artifact):
    """What a dataset's baskets say about what to recommend. settings: recommend.model.key.

    >>> PrepareRecommender("d", "k", of="Shop").title
    'Preparing recommendations for Shop'
    """

    settings: str

    kind, words, queue = "recommender", "Preparing recommendations for {of}", "heavy"
    task = "embedcore.tasks.recommending:prepare_recommender"


@dataclass(frozen=True)
class WriteLists(Artifact):
    """Recommendations for all products, baskets or customers, as a file. version: recommend.model.VERSION.
    recommender: settings of PrepareRecommender; its result is used when it is there.

    >>> WriteLists("d", "baskets", 10, 2, of="what completes every basket of Shop").title
    'Writing what completes every basket of Shop'
    """

    whom: str
    k: int
    version: int
    new_only: bool = False
    recommender: str = ""

    kind, words, queue, task = "lists", "Writing {of}", "heavy", "embedcore.tasks.recommending:write_lists"

    @property
    def settings(self) -> str:
        """For whom, how many, and by which version."""
        names = ("dataset", "whom", "k", "new_only", "version")
        return json.dumps({name: getattr(self, name) for name in names}, sort_keys=True)

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folder of the recommender, too, when it was prepared."""
        known = PrepareRecommender(self.dataset, self.recommender).folder(store)
        return super().prepare(store) | ({"recommender_folder": str(known)} if known else {})

    def room(self, store: Store) -> tuple[int, str]:
        """Some bytes for each line of the file."""
        data = store.dataset_info(self.dataset)
        lists = {"baskets": data.baskets, "customers": data.customers}.get(self.whom, data.bought)
        return lists * self.k * _LINE, "the file"


@dataclass(frozen=True)
class FindSegments(Artifact):
    """Customer segments, from a run that has vectors of customers. k: how many; None lets the method choose.

    >>> FindSegments("d", "r").key, FindSegments("d", "r", 5).key
    ('r:auto', 'r:5')
    """

    run: str
    k: int | None = None
    seed: int = 0

    kind, words, queue, task = "segments", "Customer segments", "heavy", "embedcore.tasks.customers:find_segments"

    @property
    def settings(self) -> str:
        """How many segments."""
        return f"{self.k or 'auto'}"


@dataclass(frozen=True)
class EmbedNew(Artifact):
    """Vectors of new products by a run that is there: rows of a table that was read (raw: its key, roles), or without
    one the products of the dataset that have no vector yet.

    >>> EmbedNew("d", "r").title
    'Vectors for new products'
    """

    run: str
    raw: str | None = None
    roles: Mapping[str, str] | None = None
    generate_ids: bool = False

    kind, words, queue, task = "embed", "Vectors for new products", "heavy", "embedcore.tasks.newcomers:embed_new"

    @property
    def settings(self) -> str:
        """Which rows, and what their columns are."""
        rows = {"raw": self.raw, "roles": self.roles, "generate_ids": self.generate_ids} if self.raw else {}
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:24]

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folder of the table, too."""
        ready = super().prepare(store)
        return ready | {"raw": raw_folder(store, self.raw)} if self.raw else ready
