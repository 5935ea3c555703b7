"""Store: everything this server keeps, in one DuckDB file and the folders beside it."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakValueDictionary

from embedcore.data import folders
from embedcore.errors import BusyError, MissingError
from embedcore.store.artifacts import Artifacts
from embedcore.store.database import Database
from embedcore.store.datasets import Datasets
from embedcore.store.joblog import JobLog
from embedcore.store.reconcile import reconcile
from embedcore.store.runs import Runs
from embedcore.store.verdicts import Verdicts

_DAY = 86_400.0
_KEPT_JOBS = 1_000  # rows; chosen by hand
_open_here: WeakValueDictionary[Path, Store] = WeakValueDictionary()


class Store(Datasets, Runs, Artifacts, Verdicts, JobLog):
    """Datasets, runs and what was computed from them, verdicts and jobs. Every method may be called from any thread.

    One process owns a data folder at a time. A folder appears before its row and goes after it, so a row always has
    its files; a folder without a row is taken in again at the next opening, or set aside.

    >>> import tempfile
    >>> import numpy as np, pandas as pd
    >>> from embedcore.data import Dataset, Embedding
    >>> home = Path(tempfile.mkdtemp())
    >>> store = Store.open(home / "store")
    >>> bought = pd.DataFrame({"basket": ["1", "1"], "item": ["mug", "cup"]})
    >>> Dataset.build("shop", None, bought).save(home / "data")
    >>> data = store.add_dataset(home / "data", "upload").hash
    >>> store.rename_dataset(data, "Kitchen")
    >>> [(d.name, d.products) for d in store.datasets()]
    [('Kitchen', 2)]

    A training leaves a folder, which becomes a run:

    >>> Embedding("product", store.dataset(data).items, np.eye(2)).save(home / "out" / "embeddings")
    >>> facts = {"key": "k1", "dataset": data, "method": "svd", "params": {}, "seed": 0, "seconds": 1.0}
    >>> store.save_run(home / "out", facts).rows
    2
    >>> store.embedding("k1").ids.tolist(), store.kinds("k1"), store.find_run("k2")
    (['cup', 'mug'], ['product'], None)

    Maps and clusters of it:

    >>> from embedcore.explore import Clusters
    >>> from embedcore.explore.projection import Projection
    >>> store.save_projection("k1", Projection("pca", np.float32([[0, 1], [5, 5]])))
    >>> store.in_box("k1", "pca", -1, 1, -1, 1).tolist()
    [0]
    >>> store.save_clusters("k1", "kmeans", Clusters("kmeans", np.int32([0, 0]), ("1",), 0.0))
    >>> store.rename_cluster("k1", "kmeans", 0, "For drinking")
    >>> store.clusters("k1", "kmeans").names
    ('For drinking',)

    What people decide about pairs, and what a job computed from a dataset:

    >>> store.set_verdicts(data, [("mug", "cup", "different")])
    >>> store.verdicts(data)[["id_a", "id_b", "verdict"]].to_numpy().tolist()
    [['cup', 'mug', 'different']]
    >>> store.artifact("match", "settings", data) is None
    True
    >>> store.delete_dataset(data)  # () when nothing else can hold some of it
    ()
    >>> store.runs()
    []
    >>> store.close()
    """

    @classmethod
    def open(cls, home: Path) -> Store:
        """Open or make the data folder. BusyError when it is open already, EmbedError when it cannot be read."""
        home = home.absolute()
        if home in _open_here:
            raise BusyError("The data folder is already open in this process.")
        with folders.disk_sentences(home.parent, "Free some space, or choose another folder with EMBEDCORE_HOME."):
            home.mkdir(0o700, parents=True, exist_ok=True)  # a new one: for its owner only
            for name in ("datasets", "runs", "raw", "spool", "jobs", "logs"):
                (home / name).mkdir(parents=True, exist_ok=True)
            database = Database(home)
            try:
                found = reconcile(home, database)
                database.notices += found.sentences()
                store = cls(home, database)
                store.sweep()
                if found.swept:
                    database.renew()
            except BaseException:
                database.close()
                raise
        _open_here[home] = store
        return store

    @property
    def notices(self) -> tuple[str, ...]:
        """Plain sentences about what opening had to repair or convert; usually none."""
        return tuple(self._db.notices)

    @property
    def unread(self) -> tuple[str, ...]:
        """The same, until somebody has read them."""
        return () if self._db.notices_read else self.notices

    def mark_read(self) -> None:
        """Somebody has read the notices."""
        self._db.notices_read = True

    def close(self) -> None:
        """Fold everything into the file and let another process have it. Calling it again does nothing."""
        self._db.close()
        if _open_here.get(self.home) is self:
            del _open_here[self.home]

    def save_raw(self, key: str, folder: Path) -> Path:
        """Keep a table that was read from a file (Table.save) for a week."""
        folders.move_in(folder, self.home / "raw" / key)
        return self.home / "raw" / key

    def raw(self, key: str) -> Path:
        """The folder of a table that was read (Table.load reads it); MissingError when it is gone."""
        folder = self.find_raw(key)
        if folder is None:
            raise MissingError("The file that was read is no longer here.", "Upload it again.")
        return folder

    def find_raw(self, key: str) -> Path | None:
        """The same; None when it is gone, or was not read yet."""
        folder = self.home / "raw" / key
        return folder if folder.is_dir() else None

    def sweep(self) -> None:
        """Delete uploaded files after a day and read tables after a week, unless a waiting job names them, logs after
        a month (or when `settings` says), what is over the quota, and all but the newest job rows."""
        settings, busy = self.settings(), self._named_by_jobs()
        kept = {"spool": settings.spool_days, "raw": settings.raw_days, "logs": settings.log_days}
        for name, days in kept.items():
            here = [path.name for path in (self.home / name).iterdir()]
            folders.sweep(self.home / name, [n for n in here if n in busy], days * _DAY)
        if settings.quota is not None:
            self._keep_quota(settings.quota)
        self._db.write(
            lambda c: c.execute(
                "DELETE FROM jobs WHERE id NOT IN (SELECT id FROM jobs ORDER BY created DESC LIMIT ?)", [_KEPT_JOBS]
            )
        )
