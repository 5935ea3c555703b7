"""Work that brings data in: a file that is read, and what becomes a dataset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.errors import MissingError
from embedcore.jobs.kinds.base import JobKind, age, raw_folder, size
from embedcore.jobs.places import find_place

if TYPE_CHECKING:
    from embedcore.store import Store

_READER = 3  # raise it when the same file with the same options is read into another table


@dataclass(frozen=True)
class ReadFile(JobKind):
    """A file -> a table of text. place: see find_place. digest: of its content. use: what it is read for. None lets
    the reader find out. settings: what a person chose instead of what the reader understands.

    >>> ReadFile("spool/1f/products.csv", "1f", "products.csv", of="products.csv").title
    'Read products.csv'
    """

    place: str
    digest: str
    filename: str
    use: str = "catalogue"
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    ragged: bool = False
    settings: Mapping[str, str] | None = None

    kind, words, queue, task = "read", "Read {of}", "read", "embedcore.tasks.files:read_file"

    @property
    def key(self) -> str:
        """The content of the file and how it is read; its location does not count."""
        how = {k: v for k, v in self.spec().items() if k not in ("place", "digest", "of", "by_itself")}
        return _digest([_READER, self.digest, how])

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        """The table that is kept for a week."""
        folder = store.find_raw(self.key)
        return ({"raw": self.key}, age(folder)) if folder else None

    def prepare(self, store: Store) -> dict[str, Any]:
        """The path of the file."""
        return self.spec() | {"path": str(find_place(store.home, self.place))}

    def room(self, store: Store) -> tuple[int, str]:
        """A table is about as large as its file."""
        return size(find_place(store.home, self.place)), "the file"

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the table under the key of its reading."""
        store.save_raw(self.key, out)
        return {**result, "raw": self.key}


@dataclass(frozen=True)
class NewDataset(JobKind, family=True):
    """What becomes a dataset of its own. A subclass may have a field `source`: where the dataset came from."""

    @property
    def key(self) -> str:
        """All its fields but what a person calls it."""
        return _digest({k: v for k, v in self.spec().items() if k not in ("of", "by_itself")})

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        """The dataset that the same work gave before, unless it was deleted."""
        before = store.done_job(self.kind, self.key)
        if before is None or before.finished is None:
            return None
        try:
            if not store.has_files(before.result["dataset"]):
                return None  # the same work brings them back
        except (MissingError, KeyError):
            return None
        return dict(before.result), before.finished

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        """Add the dataset; one of the same content is kept once."""
        return {**result, "dataset": store.add_dataset(out / "dataset", getattr(self, "source", self.kind)).hash}


@dataclass(frozen=True)
class ImportFiles(NewDataset):
    """Tables that were read, and what their columns are -> a dataset.

    catalogue: "raw" (key of its reading), "roles", "generate_ids". baskets: "raw", "shape". Both: "settings" (what a
    person chose instead of what was understood) and "recipe" (see embedcore.intake.FileRecipe). images: "place" (see
    find_place) and for what may change in its place a "version".

    >>> work = ImportFiles("Shop", "a.csv", catalogue={"raw": "1f", "roles": {"sku": "id"}}, of="Shop")
    >>> work.title
    'Import Shop'
    """

    name: str
    source: str
    catalogue: Mapping[str, Any] | None = None
    baskets: Mapping[str, Any] | None = None
    images: Mapping[str, str] | None = None

    kind, words, queue, task = "import", "Import {of}", "read", "embedcore.tasks.files:import_files"

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folders of the tables, the path of the pictures."""
        ready = self.spec()
        for part in ("catalogue", "baskets"):
            if part in ready:
                ready[part] = dict(ready[part]) | {"raw": raw_folder(store, ready[part]["raw"])}
        if self.images is not None:
            ready["images"] = {"path": str(find_place(store.home, self.images["place"]))}
        return ready

    def room(self, store: Store) -> tuple[int, str]:
        """A dataset is about as large as the tables that it comes from."""
        tables = [store.find_raw(part["raw"]) for part in (self.catalogue, self.baskets) if part is not None]
        return sum(size(folder) for folder in tables if folder is not None), "the dataset"


@dataclass(frozen=True)
class OpenSample(NewDataset):
    """A sample that comes with the app -> a dataset.

    >>> OpenSample("fashion", of="Fashion shop").title
    'Open Fashion shop'
    """

    which: str

    kind, words, queue, task = "sample", "Open {of}", "read", "embedcore.tasks.files:open_sample"

    @property
    def key(self) -> str:
        """Its name; samples without pictures were kept under another key."""
        return f"sample:{self.which}:with pictures"


@dataclass(frozen=True)
class MergeDuplicates(NewDataset):
    """A dataset, and positions of rows that are one product -> the dataset without duplicates. keep: position of a
    group's first row -> position of the row to keep, where it is not the proposal.

    >>> MergeDuplicates("d", [[0, 3]], {}, of="Shop").title
    'Merging duplicates in Shop'
    """

    dataset: str
    groups: Sequence[Sequence[int]]
    keep: Mapping[str, int]
    source: str = "merged"

    kind, words, queue, task = (
        "merge",
        "Merging duplicates in {of}",
        "heavy",
        "embedcore.tasks.merging:merge_duplicates",
    )

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folder of the dataset."""
        return self.spec() | {"dataset_folder": str(store.dataset_folder(self.dataset))}

    def room(self, store: Store) -> tuple[int, str]:
        """The merged dataset takes about as much room as this one."""
        return size(store.dataset_folder(self.dataset)), "the dataset"


def _digest(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
