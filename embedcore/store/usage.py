"""What lies in the data folder, how much it takes, how long it is kept, and what a person may delete of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from embedcore.data import folders
from embedcore.errors import InputError
from embedcore.store.opening import FILE
from embedcore.store.part import StorePart

AREAS = ("database", "raw", "spool", "cache", "logs", "jobs", "lost", "backups")  # beside datasets and runs
DISCARDABLE = ("raw", "spool", "cache", "logs", "lost", "backups")
DERIVED = ("raw", "spool", "cache")  # what can be had again: a quota deletes nothing else
_SETTINGS = "settings.json"
_INSIDE = ("datasets", "runs", "verdicts")  # folders of lost/ whose things are told one by one
_COPIES = (".bak", ".damaged", ".damaged.wal", ".unreadable")  # how the names of other copies of the database end


@dataclass(frozen=True)
class Stored:
    """One thing in an area: a file or a folder. name: pass it to Store.discard. changed: aware, UTC.

    >>> Stored("1f", 2_000_000, 1, datetime(2026, 1, 2, tzinfo=UTC)).bytes
    2000000
    """

    name: str
    bytes: int
    files: int
    changed: datetime


@dataclass(frozen=True)
class DatasetUsage:
    """What a dataset takes, in bytes: itself (data), the embeddings trained on it (runs), what was computed (made).

    >>> DatasetUsage("hash", "Shop", 700, 200, 100, 2).bytes
    1000
    """

    hash: str
    name: str
    data: int
    runs: int
    made: int
    run_count: int

    @property
    def bytes(self) -> int:
        """All of it."""
        return self.data + self.runs + self.made


@dataclass(frozen=True)
class Usage:
    """What the data folder holds. areas: a tuple of things for each of "database", "raw" (tables that were read),
    "spool" (uploads), "cache", "logs", "jobs", "lost" (set aside) and "backups" (copies of the database). free: bytes.

    >>> usage = Usage((), {"spool": (Stored("a", 30, 1, datetime(2026, 1, 2, tzinfo=UTC)),)}, 1000)
    >>> usage.size("spool"), usage.bytes, usage.derived
    (30, 30, 30)
    """

    datasets: tuple[DatasetUsage, ...]
    areas: Mapping[str, tuple[Stored, ...]]
    free: int

    def size(self, area: str) -> int:
        """Bytes in an area."""
        return sum(thing.bytes for thing in self.areas.get(area, ()))

    @property
    def derived(self) -> int:
        """Bytes of what can be had again by reading or computing: what the quota counts."""
        return sum(self.size(area) for area in DERIVED)

    @property
    def bytes(self) -> int:
        """Everything."""
        return sum(d.bytes for d in self.datasets) + sum(self.size(area) for area in self.areas)


@dataclass(frozen=True)
class Settings:
    """How many days uploads (spool), read tables (raw) and logs are kept, and how many bytes tables, uploads and cache
    may take together (quota; None: as many as they need).

    >>> Settings().spool_days, Settings(quota=2_000_000_000).quota
    (1.0, 2000000000)
    """

    spool_days: float = 1.0
    raw_days: float = 7.0
    log_days: float = 30.0
    quota: int | None = None

    def checked(self) -> Settings:
        """Itself; InputError when a number makes no sense."""
        days = (self.spool_days, self.raw_days, self.log_days)
        if any(not 0 <= d <= 3650 for d in days) or (self.quota is not None and self.quota < 0):
            raise InputError("Keep files for 0 to 3,650 days, and no less than 0 bytes.")
        return self


class Storage(StorePart):
    """The part of the store that says what takes how much space, and deletes what a person asks it to."""

    def usage(self) -> Usage:
        """What lies where, counted now."""
        with self._db.read() as cursor:
            known = cursor.execute("SELECT hash, name FROM datasets ORDER BY created DESC").fetchall()
            runs = cursor.execute("SELECT dataset, key FROM runs").fetchall()
        found = []
        for hash, name in known:
            keys = [key for dataset, key in runs if dataset == hash]
            made = sum(weigh(path / "made")[0] for path in (self._dataset_path(hash), *map(self._run_path, keys)))
            own = weigh(self._dataset_path(hash))[0] - weigh(self._dataset_path(hash) / "made")[0]
            trained = sum(weigh(self._run_path(k))[0] - weigh(self._run_path(k) / "made")[0] for k in keys)
            found.append(DatasetUsage(hash, name, own, trained, made, len(keys)))
        areas = {area: tuple(_stored(path, area, self.home) for path in self._things(area)) for area in AREAS}
        return Usage(tuple(found), areas, shutil.disk_usage(self.home).free)

    def discard(self, area: str, name: str | None = None) -> int:
        """Delete one thing of an area, or all of it; the bytes that this gave back. What a waiting or running job names
        stays. InputError for an area that holds what people made."""
        if area not in DISCARDABLE:
            raise InputError("This cannot be deleted here.")
        busy = self._named_by_jobs()
        gone = 0
        for path in self._things(area):
            label = _label(path, area, self.home)
            if (name is None or label == name) and path.name not in busy:
                gone += weigh(path)[0]
                if path.is_dir() and not path.is_symlink():
                    folders.remove(path)
                else:
                    path.unlink(missing_ok=True)
        return gone

    def settings(self) -> Settings:
        """How long things are kept, as a person set it."""
        try:
            plain = json.loads((self.home / _SETTINGS).read_text(encoding="utf-8"))
            known = {f.name for f in fields(Settings)}
            return Settings(**{k: v for k, v in plain.items() if k in known}).checked()
        except (OSError, ValueError, TypeError, AttributeError, InputError):  # none yet, or damaged: what is usual
            return Settings()

    def set_settings(self, settings: Settings) -> None:
        """Keep them; they count from the next sweep on. InputError when a number makes no sense."""
        text = json.dumps(asdict(settings.checked()))
        with self._db.writer, folders.disk_sentences(self.home, "Free some space, then try again."):
            folders.write_file(self.home / _SETTINGS, text.encode())

    def _keep_quota(self, quota: int) -> None:
        """Delete the oldest of what can be had again until it fits."""
        busy = self._named_by_jobs()
        things = [(path, *weigh(path)) for area in DERIVED for path in self._things(area)]
        total = sum(size for _, size, _, _ in things)
        for path, size, _, _ in sorted(things, key=lambda t: t[3]):
            if total <= quota:
                return
            if path.name not in busy:
                folders.remove(path) if path.is_dir() else path.unlink(missing_ok=True)
                total -= size

    def _things(self, area: str) -> list[Path]:
        if area == "database":
            return [path for path in (self.home / FILE, self.home / f"{FILE}.wal") if path.exists()]
        if area == "backups":
            moved = [path for path in self.home.glob("*.duckdb") if path.name != FILE]  # by a person, perhaps
            return sorted([path for path in self.home.glob(f"{FILE}*") if path.name.endswith(_COPIES)] + moved)
        if area == "lost":
            inner = [part for part in self._inside("lost") if part.is_dir() and part.name in _INSIDE]
            loose = [part for part in self._inside("lost") if part not in inner]
            return loose + sorted(path for part in inner for path in part.iterdir())
        return self._inside(area)

    def _inside(self, name: str) -> list[Path]:
        folder = self.home / name
        return sorted(path for path in folder.iterdir() if not path.name.endswith(".tmp")) if folder.is_dir() else []

    def _named_by_jobs(self) -> _Named:
        with self._db.read() as cursor:
            rows = cursor.execute("SELECT spec, key FROM jobs WHERE state IN ('queued', 'running')").fetchall()
        return _Named(" ".join(f"{spec} {key}" for spec, key in rows))


class _Named:
    """Names that stand in the text of waiting jobs."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, name: str) -> bool:
        return name in self._text


def weigh(path: Path) -> tuple[int, int, float]:
    """(bytes, files, when the newest was changed) of a file or a folder; zeros when it is not there."""
    size, count, newest = 0, 0, 0.0
    try:
        if not path.is_dir():
            found = path.lstat()
            return found.st_size, 1, found.st_mtime
        for root, _, names in os.walk(path):
            for name in names:
                try:
                    found = Path(root, name).lstat()
                except FileNotFoundError:  # deleted meanwhile
                    continue
                size, count, newest = size + found.st_size, count + 1, max(newest, found.st_mtime)
    except FileNotFoundError:
        return 0, 0, 0.0
    return size, count, newest


def _label(path: Path, area: str, home: Path) -> str:
    return path.relative_to(home / area).as_posix() if area == "lost" else path.name


def _stored(path: Path, area: str, home: Path) -> Stored:
    size, count, newest = weigh(path)
    return Stored(_label(path, area, home), size, count, datetime.fromtimestamp(newest, UTC))
