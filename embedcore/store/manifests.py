"""Manifests: what the database says of a dataset or a run, once more in its folder, to rebuild the database from.

A manifest is written in the transaction that changes its rows, before the commit: after a kill in between the manifest
counts, and nobody was told that the change was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from embedcore.data import folders
from embedcore.store import journal
from embedcore.store.cursor import Cursor, one

NAME = "manifest.json"
_FORMAT = 1
_ENDS = 64 << 10  # bytes at each end of a file that its checksum covers: gigabytes are never read for it
_DATASET = ("hash", "name", "source", "created", "products", "catalogue_rows", "bought", "baskets", "customers", "meta")
_RUN = ("key", "dataset", "method", "params", "seed", "created", "seconds", "rows", "dimension", "losses", "meta")
_CHANGING = ("made", "maps", "clusters")  # parts of a folder that change while it stays itself


def read(folder: Path) -> dict[str, Any] | None:
    """What the manifest of a folder says; None when there is none, or its checksum is wrong."""
    try:
        plain = json.loads((folder / NAME).read_text(encoding="utf-8"))
        facts: dict[str, Any] = plain["facts"]
        return facts if plain["embedcore"] == _FORMAT and plain["sha256"] == _digest(facts) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Put it into the folder, whole or not at all."""
    plain = {"embedcore": _FORMAT, "sha256": _digest(facts), "facts": facts}
    folders.write_file(folder / NAME, json.dumps(plain, indent=1).encode())


@contextmanager
def put_back(folder: Path) -> Iterator[None]:
    """Put the manifest back as it was when the change of its rows fails."""
    path = folder / NAME
    before = path.read_bytes() if path.exists() else None
    try:
        yield
    except BaseException:
        with suppress(OSError):
            if before is not None and path.exists() and path.read_bytes() != before:
                folders.write_file(path, before)
        raise


def of_dataset(cursor: Cursor, hash: str, folder: Path) -> dict[str, Any]:
    """Everything the database says of a dataset, and which files it has."""
    row = one(cursor, f"SELECT {', '.join(_DATASET)} FROM datasets WHERE hash = ?", [hash])  # noqa: S608  our names
    return {"kind": "dataset", "row": _plain(_DATASET, row), "files": _files(folder)}


def of_run(cursor: Cursor, key: str, folder: Path) -> dict[str, Any]:
    """The same of a run, with its maps, its clusters and what people called them."""
    row = one(cursor, f"SELECT {', '.join(_RUN)} FROM runs WHERE key = ?", [key])  # noqa: S608  our names
    ((number,),) = cursor.execute("SELECT number FROM runs WHERE key = ?", [key]).fetchall()
    found = cursor.execute(
        "SELECT name, created, digest FROM clusterings WHERE run = ? ORDER BY created, name", [number]
    ).fetchall()
    clusterings = []
    for name, created, digest in found:
        titles = cursor.execute(
            "SELECT title FROM cluster_names WHERE run = ? AND name = ? ORDER BY label", [number, name]
        ).fetchall()
        called = [title for (title,) in titles]
        clusterings.append({"name": name, "created": created.isoformat(), "digest": digest, "titles": called})
    kinds = cursor.execute("SELECT kind FROM vector_sets WHERE run = ? ORDER BY kind", [number]).fetchall()
    maps = cursor.execute("SELECT kind FROM projections WHERE run = ? ORDER BY kind", [number]).fetchall()
    return {
        "kind": "run",
        "row": _plain(_RUN, row),
        "kinds": [kind for (kind,) in kinds],
        "maps": [kind for (kind,) in maps],
        "clusterings": clusterings,
        "files": _files(folder),
    }


def row_of(facts: Mapping[str, Any]) -> list[Any]:
    """The row of a manifest as the database keeps it, in the order of its columns (of a run: without its number)."""
    names = _DATASET if facts["kind"] == "dataset" else _RUN
    values = dict(facts["row"])
    values["created"] = datetime.fromisoformat(values["created"])
    for name in ("meta", "params"):
        if name in values:
            values[name] = json.dumps(values[name], ensure_ascii=False)
    return [values[name] for name in names]


def is_whole(folder: Path, facts: Mapping[str, Any]) -> bool:
    """Whether every file that the manifest names is there with its size and its checksum."""
    try:
        return all(_probe(folder / name) == probe for name, probe in facts["files"].items())
    except (OSError, TypeError, AttributeError, KeyError):
        return False


def _plain(names: tuple[str, ...], row: tuple[Any, ...] | None) -> dict[str, Any]:
    values = dict(zip(names, row or (), strict=True))
    values["created"] = values["created"].isoformat()
    for name in ("meta", "params"):
        if name in values:
            values[name] = json.loads(values[name])
    return values


def _files(folder: Path) -> dict[str, list[Any]]:
    """File -> [size, checksum] of the files that never change, taken from an existing manifest where possible."""
    if (known := read(folder)) is not None:
        return dict(known["files"])
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] not in (*_CHANGING, NAME, journal.NAME) and path.suffix != ".tmp":
            found[name.as_posix()] = _probe(path)
    return found


def _probe(path: Path) -> list[Any]:
    size = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(_ENDS))
        file.seek(max(_ENDS, size - _ENDS))
        digest.update(file.read(_ENDS))
    return [size, digest.hexdigest()[:32]]


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
