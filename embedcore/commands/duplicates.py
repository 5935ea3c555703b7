"""duplicates: a catalogue file -> which of its products are one product listed twice."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.commands.console import bar, pairs, raw_option, show, step
from embedcore.commands.files import exact_catalogue

if TYPE_CHECKING:
    import pandas as pd


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
        help="id_a, id_b, score, probability, same (at the program's own cut), kind (same, variant, different), axis, "
        "reason",
    )
    found.add_argument("--groups", type=Path, metavar="GROUPS.csv", help="id, group")
    found.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    found.add_argument("--no-vectors", action="store_true", help="compare by letters and words only (faster)")
    found.add_argument("--seed", type=int, default=0)
    raw_option(found)
    found.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Find products that are listed twice, and write the pairs and the groups."""
    from embedcore import match
    from embedcore.methods import title_vectors

    dataset, ids = exact_catalogue(options.catalogue, pairs(options.role, "--role"), options.source)
    text = None
    if not options.no_vectors:
        with step("Read titles (text encoder)"):
            text = title_vectors(dataset, bar("reading"))
    with step("Compare products"):
        found = match.find(dataset, text, options.source, codes=ids, seed=options.seed, progress=bar("comparing"))
    show(found.meta["notices"])
    frame = found.frame(dataset)
    reasons, rows = match.Reasons(dataset, found, ids), frame.pop("row")
    frame["axis"] = [", ".join(map(str, reasons.axes(row))) for row in rows]
    frame["reason"] = [reasons.of(row) for row in rows]
    for column in ("id_a", "id_b"):
        frame[column] = ids[dataset.positions(frame[column].to_numpy())]
    frame["same"] = frame["same"].map({True: "true", False: "false"})
    _write(frame, options.out, raw=options.raw)
    if options.groups:
        groups = found.group_frame(dataset)
        groups["id"] = ids[dataset.positions(groups["id"].to_numpy())]
        _write(groups, options.groups, raw=options.raw)
    precision, recall, taken = found.expected.of(found.cut)
    counts = frame["kind"].value_counts()
    variants = int(counts.get("variant", 0))
    print(f"{len(found):,} pairs, {taken:,} of them the same, in {len(found.groups()):,} groups")
    print(f"  {variants:,} pairs are variants of one product, {len(found) - taken - variants:,} are different products")
    if taken:
        print(f"  expected precision {precision:.2f}, expected recall {recall:.2f} of those that can be found")
    print(f"cut {found.cut!r}")


def _write(frame: pd.DataFrame, path: Path, *, raw: bool) -> None:
    """Write CSV or Parquet, as the file name ends."""
    from embedcore.export import csv, parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in (".parquet", ".pq"):
        path.write_bytes(parquet(frame))
    else:
        path.write_bytes(csv(frame, raw=raw))
