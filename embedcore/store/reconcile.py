"""At opening: the database and the folders are brought to say the same, and nothing that a person made is deleted.

A folder that the database does not know is taken in again from its manifest, or set aside in `lost/`. What the database
lost of names and verdicts is restored from the folders. Deleted is only what the database says a person deleted, and
what was being written when the app stopped (`*.tmp`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from embedcore.data import folders
from embedcore.errors import EmbedError
from embedcore.explore import Clusters, Projection
from embedcore.store import journal, manifests, tables
from embedcore.store.cursor import Cursor
from embedcore.store.database import Database
from embedcore.store.opening import FILE, unused
from embedcore.store.records import measure, naive
from embedcore.store.usage import weigh


@dataclass
class Findings:
    """What opening had to do, to be told."""

    datasets: int = 0
    runs: int = 0
    gone: list[str] = field(default_factory=list)
    gone_runs: int = 0
    lost: int = 0
    lost_bytes: int = 0
    verdicts: int = 0
    damaged_records: dict[str, int] = field(default_factory=dict)
    swept: bool = False

    def sentences(self) -> list[str]:
        """Plain sentences; none when all was well."""
        sentences = []
        if self.datasets or self.runs:
            what = _and(_count(self.datasets, "dataset"), _count(self.runs, "embedding"))
            were = "was" if self.datasets + self.runs == 1 else "were"
            sentences.append(f"{what} that the database did not know {were} taken in again.")
        if self.verdicts:
            were = "was" if self.verdicts == 1 else "were"
            sentences.append(f"{_count(self.verdicts, 'verdict')} that the database had lost {were} restored.")
        if self.gone or self.gone_runs:
            names = f" ({', '.join(f'“{name}”' for name in self.gone[:5])})" if self.gone else ""
            what = _and(
                _count(len(self.gone), "dataset") + names * bool(self.gone), _count(self.gone_runs, "embedding")
            )
            sentences.append(f"{what} had no files in the data folder any more and left the list.")
        if self.lost:
            was = "was" if self.lost == 1 else "were"
            sentences.append(
                f"{_count(self.lost, 'folder or file', 'folders or files')} "
                f"({folders.size_text(self.lost_bytes)}) could not be taken in again and {was} set aside in the folder "
                "“lost”. Nothing was deleted."
            )
        for name, missing in self.damaged_records.items():
            lost = f"{_count(missing, 'verdict')} could not be read back." if missing else "No verdict is missing."
            sentences.append(f"The second record of the verdicts on “{name}” was damaged and is mended. {lost}")
        return sentences


@dataclass(frozen=True)
class Place:
    """Where it happens: the data folder, a cursor inside a transaction, and what was found so far."""

    home: Path
    cursor: Cursor
    found: Findings


def reconcile(home: Path, db: Database) -> Findings:
    """Make the database and the folders agree. Call it only while the store opens, before anything else uses it."""
    found = Findings()
    _finish_deletions(home, db, found)
    for part in ("datasets", "runs", "raw"):
        folders.sweep(home / part)
    for folder in (*(home / "datasets").iterdir(), *(home / "runs").iterdir()):
        folders.sweep(folder)
    for leftover in (*home.glob(f"{FILE}.new*"), *home.glob("*.tmp")):  # not folders: DuckDB may have one
        if leftover.is_file():
            leftover.unlink()
    folders.sweep(home / "jobs", ())
    db.write(lambda cursor: _datasets(Place(home, cursor, found)))
    db.write(lambda cursor: _runs(Place(home, cursor, found)))
    db.write(lambda cursor: _verdicts(Place(home, cursor, found)))
    return found


def _finish_deletions(home: Path, db: Database, found: Findings) -> None:
    """Remove the folders of what a person deleted just before the app stopped, unless they were made after that."""
    with db.read() as cursor:
        doomed = cursor.execute("SELECT what, name, since FROM deleted").fetchall()
        known = {h for (h,) in cursor.execute("SELECT hash FROM datasets UNION SELECT key FROM runs").fetchall()}
    for what, name, since in doomed:
        path = home / what / name
        if name and name not in known and path.is_dir() and not _made_after(path, since):
            folders.remove(path)
    if doomed:
        db.write(lambda cursor: cursor.execute("DELETE FROM deleted"))
        found.swept = True


def _made_after(path: Path, since: datetime) -> bool:
    """Whether it is not what was deleted then, but the same made again."""
    facts = manifests.read(path)
    if facts is not None:
        return datetime.fromisoformat(facts["row"]["created"]) > since
    changed = naive(datetime.fromtimestamp(path.stat().st_mtime).astimezone())
    return path.parent.name in ("raw", "spool") and changed is not None and changed > since


def _datasets(place: Place) -> None:
    home, cursor, found = place.home, place.cursor, place.found
    found.datasets, found.gone, found.lost, found.lost_bytes = 0, [], 0, 0  # the transaction may be tried again
    known = dict(cursor.execute("SELECT hash, name FROM datasets").fetchall())
    for hash, name in known.items():
        folder = home / "datasets" / hash
        if not folder.is_dir():
            cursor.execute("DELETE FROM datasets WHERE hash = ?", [hash])
            found.gone.append(name)
            continue
        facts = manifests.read(folder)
        if facts is None:
            _write(lambda f=folder, h=hash: manifests.write(f, manifests.of_dataset(cursor, h, f)))  # type: ignore[misc]
        elif facts["row"]["name"] != name:
            cursor.execute("UPDATE datasets SET name = ? WHERE hash = ?", [facts["row"]["name"], hash])
    for folder in sorted((home / "datasets").iterdir()):
        if folder.name in known:
            continue
        row = _dataset_row(folder)
        if row is None:
            _set_aside(folder, place)
            continue
        cursor.execute("INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        found.datasets += 1
        if manifests.read(folder) is None:
            _write(lambda f=folder: manifests.write(f, manifests.of_dataset(cursor, f.name, f)))  # type: ignore[misc]


def _dataset_row(folder: Path) -> list[Any] | None:
    """The row of a dataset that the database does not know; None when its folder is not whole."""
    facts = manifests.read(folder)
    try:
        if facts is not None:
            ours = facts["kind"] == "dataset" and facts["row"]["hash"] == folder.name
            return manifests.row_of(facts) if ours and manifests.is_whole(folder, facts) else None
        info = measure(folder, "folder")  # of a version that wrote no manifests, or a damaged one
    except (EmbedError, OSError, ValueError, KeyError, TypeError):
        return None
    if info.hash != folder.name:
        return None
    made = datetime.fromtimestamp((folder / "dataset.json").stat().st_mtime).astimezone()
    meta = json.dumps(dict(info.meta), ensure_ascii=False)
    counts = [info.products, info.catalogue_rows, info.bought, info.baskets, info.customers]
    return [info.hash, info.name, info.source, naive(made), *counts, meta]


def _runs(place: Place) -> None:
    home, cursor, found = place.home, place.cursor, place.found
    found.runs, found.gone_runs = 0, 0
    datasets = {h for (h,) in cursor.execute("SELECT hash FROM datasets").fetchall()}
    known = {key: (n, d) for key, n, d in cursor.execute("SELECT key, number, dataset FROM runs").fetchall()}
    files = tables.files(cursor)
    named = _names(cursor)
    had = dict(cursor.execute("SELECT run, list(kind) FROM vector_sets GROUP BY run").fetchall())
    for key, (number, dataset) in known.items():
        folder = home / "runs" / key
        if not folder.is_dir() or dataset not in datasets:
            tables.delete_run(cursor, number)
            found.gone_runs += 1
            if folder.is_dir():
                _set_aside(folder, place)
            continue
        kinds = sorted(path.stem for path in (folder / "embeddings").glob("*.safetensors"))
        if kinds != sorted(had.get(number, ())):
            tables.put_kinds(cursor, number, kinds)
        facts = manifests.read(folder)
        changed = _titles(cursor, number, facts, named) if facts is not None else True
        changed |= _parts(place, key, number, files, facts)
        if changed:
            _write(lambda f=folder, k=key: manifests.write(f, manifests.of_run(cursor, k, f)))  # type: ignore[misc]
    for folder in sorted((home / "runs").iterdir()):
        if folder.name not in known:
            facts = manifests.read(folder)
            if facts is None or not _is_run(folder, facts, datasets):
                _set_aside(folder, place)
                continue
            _take_in(place, folder, facts)


def _is_run(folder: Path, facts: dict[str, Any], datasets: set[str]) -> bool:
    return (
        facts["kind"] == "run"
        and facts["row"]["key"] == folder.name
        and facts["row"]["dataset"] in datasets
        and manifests.is_whole(folder, facts)
    )


def _take_in(place: Place, folder: Path, facts: dict[str, Any]) -> None:
    cursor = place.cursor
    ((number,),) = cursor.execute("SELECT nextval('run_numbers')").fetchall()
    key, *rest = manifests.row_of(facts)
    marks = ", ".join("?" for _ in range(len(rest) + 2))
    cursor.execute(f"INSERT INTO runs VALUES ({marks})", [key, number, *rest])  # noqa: S608  question marks
    tables.put_kinds(cursor, number, facts["kinds"])
    _parts(place, key, number, {}, facts)
    place.found.runs += 1
    _write(lambda: manifests.write(folder, manifests.of_run(cursor, key, folder)))


def _parts(
    place: Place, key: str, number: int, files: dict[tuple[str, str], list[str]], facts: dict[str, Any] | None
) -> bool:
    """Maps and clusters: rows without a file go, files without a row come in; whether anything changed."""
    cursor, changed = place.cursor, False
    for part, prefix in (("maps", "projection-"), ("clusters", "clusters-")):
        folder = place.home / "runs" / key / part
        folders.sweep(folder)
        rows = set(files.get((key, part), ()))
        here = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        for file in sorted(rows ^ here):
            name, changed = Path(file).stem.removeprefix(prefix), True
            if file in rows:
                tables.forget(cursor, number, part, name)
            elif not _put(cursor, number, folder, part, name, facts):
                _set_aside(folder / file, place)
    return changed


def _put(cursor: Cursor, number: int, folder: Path, part: str, name: str, facts: dict[str, Any] | None) -> bool:
    """Take in one file of a map or of clusters; False when it is not one of this run's products."""
    ((rows,),) = cursor.execute("SELECT rows FROM runs WHERE number = ?", [number]).fetchall()
    try:
        if part == "maps":
            if len(Projection.load(folder, name)) != rows:
                return False
            tables.put_projection(cursor, number, name)
            return True
        clusters = Clusters.load(folder, name)
    except (EmbedError, OSError, ValueError, KeyError):
        return False
    if len(clusters.labels) != rows:
        return False
    known = next((c for c in (facts or {}).get("clusterings", ()) if c["name"] == name), None)
    tables.put_clusters(cursor, number, name, clusters)
    if known is not None and known["digest"] == tables.digest(clusters):
        tables.put_titles(cursor, number, name, datetime.fromisoformat(known["created"]), known["titles"])
    return True


def _names(cursor: Cursor) -> dict[tuple[int, str], tuple[str, list[str]]]:
    """(number of a run, name of clusters) -> (digest, titles), of all runs at once."""
    found: dict[tuple[int, str], tuple[str, list[str]]] = {
        (run, name): (digest, [])
        for run, name, digest in cursor.execute("SELECT run, name, digest FROM clusterings").fetchall()
    }
    rows = cursor.execute("SELECT run, name, title FROM cluster_names ORDER BY run, name, label").fetchall()
    for run, name, title in rows:
        if (run, name) in found:
            found[run, name][1].append(title)
    return found


def _titles(
    cursor: Cursor, number: int, facts: dict[str, Any], named: dict[tuple[int, str], tuple[str, list[str]]]
) -> bool:
    """Titles that people gave and the database does not have; whether the manifest lacks what the database has."""
    lacking = {name for run, name in named if run == number}
    for known in facts["clusterings"]:
        digest, titles = named.get((number, known["name"]), ("", []))
        lacking.discard(known["name"])
        if digest == known["digest"] and titles != known["titles"]:
            created = datetime.fromisoformat(known["created"])
            tables.put_titles(cursor, number, known["name"], created, known["titles"])
    return bool(lacking)


def _verdicts(place: Place) -> None:
    home, cursor, found = place.home, place.cursor, place.found
    found.verdicts, found.damaged_records = 0, {}
    known = dict(cursor.execute("SELECT dataset, last FROM verdict_records").fetchall())
    for hash, name in cursor.execute("SELECT hash, name FROM datasets").fetchall():
        path, last = home / "datasets" / hash / journal.NAME, known.get(hash, 0)
        record = journal.read(path)
        if record.last == last and not record.damaged and (record.texts or not tables.verdicts(cursor, hash)):
            continue
        live, newer = tables.verdicts(cursor, hash), [entry for entry in record.entries if entry.number > last]
        if newer:
            fresh = _replayed(live, newer)
            found.verdicts += len({row[:3] for row in fresh} ^ {row[:3] for row in live})
            tables.put_verdicts(cursor, hash, fresh)
            live = fresh
        if record.damaged or (record.texts and record.last < last):
            found.damaged_records[name] = record.missing(last) if record.damaged else 0
            journal.keep(path, unused(home / "lost" / "verdicts" / f"{hash[:8]}.log"))
        last = max(last, record.last)
        if record.damaged or record.last < last or not record.texts:
            with suppress(OSError):
                last = journal.write(path, last, live)
        tables.put_last(cursor, hash, last)


def _replayed(live: list[tuple[Any, ...]], newer: list[journal.Entry]) -> list[tuple[Any, ...]]:
    """The verdicts that stand after these changes."""
    standing = {(id_a, id_b): (verdict, given) for id_a, id_b, verdict, given in live}
    for entry in newer:
        standing.pop((entry.id_a, entry.id_b), None)
        if entry.verdict is not None:
            standing[entry.id_a, entry.id_b] = (entry.verdict, entry.given)
    return [(*pair, *rest) for pair, rest in standing.items()]


def _set_aside(path: Path, place: Place) -> None:
    """Move it to `lost/`, beside what lies there already."""
    place.found.lost += 1
    place.found.lost_bytes += weigh(path)[0]
    target = unused(place.home / "lost" / path.relative_to(place.home))
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)
    folders.sync(target.parent)


def _write(work: Callable[[], object]) -> None:
    """A manifest that cannot be written now is written at the next opening."""
    with suppress(OSError):
        work()


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}" if n else ""


def _and(*parts: str) -> str:
    return " and ".join(part for part in parts if part)
