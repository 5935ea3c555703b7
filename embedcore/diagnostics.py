"""How the app and its machine are doing, as a report that holds no data: no name, no product, no file, no folder.

>>> [section.title for section in facts(Path("nowhere"))]
['App', 'Computer', 'Data folder', 'Packages', 'Recent problems']
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from embedcore import logs
from embedcore.data import folders

__all__ = ["PACKAGES", "Section", "app_version", "facts", "recent_problems", "report"]

# What a report names, in this order: what most questions turn out to be about.
PACKAGES = (
    "streamlit",
    "starlette",
    "uvicorn",
    "duckdb",
    "pandas",
    "numpy",
    "pyarrow",
    "scipy",
    "scikit-learn",
    "numba",
    "torch",
    "transformers",
    "sentence-transformers",
    "faiss-cpu",
    "rapidfuzz",
    "python-calamine",
    "pillow",
)
_PARTS = ("datasets", "runs", "raw", "spool", "jobs", "lost")
_PROBLEMS = 10


@dataclass(frozen=True)
class Section:
    """A part of the report. rows: (what, how it is).

    >>> Section("App", (("Version", "1.0"),)).text()
    'App\\n  Version  1.0'
    """

    title: str
    rows: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """As plain text, in two columns."""
        width = max((len(what) for what, _ in self.rows), default=0)
        return "\n".join([self.title, *(f"  {what:<{width}}  {how}".rstrip() for what, how in self.rows)])


def facts(home: Path, *more: Path) -> list[Section]:
    """What can be known of a data folder from outside, without opening its database: it may be in use, or damaged.
    more: other data folders whose logs count, too.

    >>> facts(Path("nowhere"))[2].rows[0]
    ('State', 'not there yet')
    """
    return [_app(), _computer(home), _folder(home), _packages(), _problems(home, *more)]


def report(sections: Sequence[Section], now: datetime | None = None) -> str:
    """The sections as one text, to be copied.

    >>> report([Section("App", (("Version", "1.0"),))], datetime(2026, 1, 2, 3, 4, tzinfo=UTC)).splitlines()[0]
    'embedcore diagnostics, 2026-01-02 03:04 UTC. It holds no data.'
    """
    head = f"embedcore diagnostics, {now or datetime.now(UTC):%Y-%m-%d %H:%M} UTC. It holds no data."
    return "\n\n".join([head, *(section.text() for section in sections)]) + "\n"


def recent_problems(*homes: Path) -> list[logs.Entry]:
    """The newest errors and warnings in the logs of these data folders, newest first.

    >>> recent_problems(Path("nowhere"))
    []
    """
    found = [entry for home in homes for entry in logs.recent(home)]
    return sorted(found, key=lambda entry: entry.when, reverse=True)


def app_version() -> str:
    """The version of an installation; "from source" in a checkout.

    >>> app_version() != ""
    True
    """
    return _version("embedcore") or "from source"


def _app() -> Section:
    # Names of settings only: a value may be a folder or a secret.
    settings = sorted(name for name in os.environ if name.startswith("EMBEDCORE_"))
    rows = [("Version", app_version()), ("Python", platform.python_version())]
    return Section("App", (*rows, ("Settings in use", ", ".join(settings) or "none")))


def _computer(home: Path) -> Section:
    import psutil

    memory = psutil.virtual_memory()
    limit = _memory_limit()
    total = min(limit, memory.total) if limit else memory.total
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    rows = [
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("Cores", str(cores)),
        ("Memory", f"{folders.size_text(total)}, {folders.size_text(min(memory.available, total))} free"),
        ("Server's memory", folders.size_text(psutil.Process().memory_info().rss)),
    ]
    with suppress(OSError):
        disk = shutil.disk_usage(home if home.exists() else Path.cwd())
        rows.append(("Disk", f"{folders.size_text(disk.total)}, {folders.size_text(disk.free)} free"))
    return Section("Computer", tuple(rows))


def _memory_limit() -> int:
    """Bytes that a container may use; 0 without a limit."""
    with suppress(OSError, ValueError):
        return int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    return 0


def _folder(home: Path) -> Section:
    if not home.is_dir():
        return Section("Data folder", (("State", "not there yet"),))
    rows = [("State", "can be written" if os.access(home, os.W_OK) else "cannot be written")]
    with suppress(OSError):
        rows += [(f"Entries in {part}", str(_count(home / part))) for part in _PARTS if (home / part).is_dir()]
        database = sum(path.stat().st_size for path in home.glob("embedcore.duckdb") if path.is_file())
        rows.append(("Database", folders.size_text(database)))
        rows.append(("Copies of the database", str(sum(1 for path in home.glob("embedcore.duckdb.*.bak")))))
    return Section("Data folder", tuple(rows))


def _count(folder: Path) -> int:
    return sum(1 for path in folder.iterdir() if not path.name.endswith(".tmp"))


def _packages() -> Section:
    return Section("Packages", tuple((name, _version(name) or "not installed") for name in PACKAGES))


def _problems(*homes: Path) -> Section:
    found = recent_problems(*homes)[:_PROBLEMS]
    rows = tuple((f"{e.when:%Y-%m-%d %H:%M:%S}", f"{e.level} {e.what or e.source} at {e.at}") for e in found)
    return Section("Recent problems", rows or (("none", ""),))


def _version(package: str) -> str:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(package)
    return ""
