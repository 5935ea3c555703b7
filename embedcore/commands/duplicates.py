"""duplicates: a catalogue file -> which of its products are one product listed twice."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.commands.console import bar, pairs, read, step
from embedcore.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from embedcore.data import Dataset

# Numbers that makers and trade give to products say which is which; a shop's own numbers do not.
_CODES = re.compile(r"\A(?:model|mpn|part|gtin|ean|upc|isbn|manufacturer_?(?:code|number|ref))", re.I)


def add(commands: Any) -> None:
    """Register the command."""
    found = commands.add_parser("duplicates", help="catalogue file -> products that are listed twice")
    found.add_argument("catalogue", type=Path, metavar="CATALOGUE", help="products: csv, parquet or Excel")
    found.add_argument("--source", metavar="COLUMN", help="which shop a row is from: match across shops, one to one")
    found.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PAIRS.csv",
        help="id_a, id_b, score, probability, same (at the program's own cut), reason",
    )
    found.add_argument("--groups", type=Path, metavar="GROUPS.csv", help="id, group")
    found.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    found.add_argument("--no-vectors", action="store_true", help="compare by letters and words only (faster)")
    found.add_argument("--seed", type=int, default=0)
    found.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    from embedcore import match
    from embedcore.methods import title_vectors

    dataset, ids = catalogue(wanted.catalogue, pairs(wanted.role, "--role"), wanted.source)
    text = None
    if not wanted.no_vectors:
        with step("Read titles (text encoder)"):
            text = title_vectors(dataset, bar("reading"))
    with step("Compare products"):
        found = match.find(dataset, text, wanted.source, seed=wanted.seed, progress=bar("comparing"))
    for notice in found.meta["notices"]:
        print(f"  {notice}")
    frame = found.frame(dataset)
    reasons = match.Reasons(dataset, found)
    frame["reason"] = [reasons.of(row) for row in frame.pop("row")]
    for column in ("id_a", "id_b"):
        frame[column] = ids[dataset.positions(frame[column].to_numpy())]
    frame["same"] = frame["same"].map({True: "true", False: "false"})
    _write(frame, wanted.out)
    if wanted.groups:
        groups = found.group_frame(dataset)
        groups["id"] = ids[dataset.positions(groups["id"].to_numpy())]
        _write(groups, wanted.groups)
    precision, recall, taken = found.expected.of(found.cut)
    print(f"{len(found):,} pairs, {taken:,} of them the same, in {len(found.groups()):,} groups")
    print(f"  expected precision {precision:.2f}, expected recall {recall:.2f}\ncut {found.cut!r}")


def _write(frame: pd.DataFrame, path: Path) -> None:
    """As CSV or Parquet by the ending, ids untouched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in (".parquet", ".pq"):
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, lineterminator="\n")


def catalogue(path: Path, roles: dict[str, str] | None = None, source: str | None = None) -> tuple[Dataset, np.ndarray]:
    """(dataset, the id of each of its rows exactly as the file has it): every row counts, whatever its id is.

    roles: corrections of what each column is taken for. InputError when a column is not there."""
    import numpy as np

    from embedcore.data import Dataset
    from embedcore.intake import guess_roles, make_catalogue

    table = read(path)
    guessed = {g.column: g.role for g in guess_roles(table.frame)}
    unknown = sorted((set(roles or {}) | ({source} if source else set())) - set(table.frame.columns))
    if unknown:
        raise InputError(f"{path.name} has no column “{unknown[0]}”.", "Check --role and --source.")
    guessed |= {c: "text" for c, r in guessed.items() if r in ("ignore", "number") and _CODES.match(c)}
    guessed |= roles or {}
    ids = next((c for c, r in guessed.items() if r == "id"), None)
    if source:
        guessed[source] = "category"
    for column, role in guessed.items():
        print(f"  {column}: {'source' if column == source else role}")
    numbers = np.arange(1, len(table.frame) + 1).astype(str).astype(object)
    found = table.frame[ids].astype(object).to_numpy() if ids else numbers
    if ids:
        guessed[ids] = "ignore"
    made, said = make_catalogue(table.frame, guessed, generate_ids=True)
    for notice in [*table.report.notices, *said[1:]]:
        print(f"  {notice}")
    if not ids:
        print(f"  {said[0]}")
    return Dataset.build(path.stem, made), np.where([v is None or v != v for v in found], "", found)
