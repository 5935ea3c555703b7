"""ingest: files -> dataset folder."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.commands import files
from embedcore.commands.console import bar, keep, pairs
from embedcore.commands.given import Files, understand_files
from embedcore.errors import InputError, UnsureError

if TYPE_CHECKING:
    from embedcore.data import Dataset
    from embedcore.intake import Recipe

_CODES = """\
exit codes: 0 the dataset is written; 2 one sentence says what is wrong; 3 the files leave a question open that neither
--set nor a recipe answers: nothing is written, and the question is printed with the --set that answers it.
"""


def add(commands: Any) -> None:
    """Register the command."""
    ingest = commands.add_parser(
        "ingest", help="files -> dataset folder", epilog=_CODES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ingest.add_argument("--catalogue", type=Path, metavar="FILE", help="products: csv, JSON, parquet or Excel")
    ingest.add_argument("--baskets", type=Path, metavar="FILE", help="purchases: csv, JSON, parquet or Excel")
    ingest.add_argument("--images", type=Path, metavar="FOLDER_OR_ZIP", help="pictures of the products")
    ingest.add_argument("--sample", metavar="NAME", help="a sample instead of files: fashion or completejourney")
    ingest.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    ingest.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="decide what is printed with that key; “catalogue.” or “baskets.” before it names the file",
    )
    ingest.add_argument(
        "--accept-guesses", action="store_true", help="take what is likelier where the files do not say"
    )
    ingest.add_argument("--recipe", type=Path, metavar="FILE", help="read the files as a saved recipe says")
    ingest.add_argument("--save-recipe", type=Path, metavar="FILE", help="save how the files were read, as JSON")
    ingest.add_argument("--json", action="store_true", help="print what was understood as JSON, and nothing else")
    ingest.add_argument("--name", default="", help="what to call it (default: the file's name)")
    ingest.add_argument("out", type=Path, help="folder to write")
    ingest.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Read files, or open a sample, and save the dataset as a folder."""
    from embedcore import samples

    if options.sample:
        with redirect_stdout(sys.stderr if options.json else sys.stdout):
            sample = samples.load(options.sample, bar("opening"))
            keep(sample, options.out)
        if options.json:
            print(json.dumps({"dataset": _dataset(sample, options.out)}, ensure_ascii=False))
        return
    with redirect_stdout(sys.stderr if options.json else sys.stdout):
        found, dataset, question = _ingest(options)
    if options.json:
        print(json.dumps(_plain(found, dataset, options.out), ensure_ascii=False))
    if question is not None:
        raise question


def _ingest(options: argparse.Namespace) -> tuple[Files, Dataset | None, UnsureError | None]:
    paths = files.given_paths(options.catalogue, options.baskets)
    if not paths:
        raise InputError("There is nothing to read.", "Give --catalogue FILE, --baskets FILE or both.")
    recipe = _recipe(options.recipe) if options.recipe is not None else None
    roles = pairs(options.role, "--role")
    found = understand_files(paths, near=options.out.parent, roles=roles, given=options.set, recipe=recipe)
    if not options.accept_guesses:
        try:
            found.ask()
        except UnsureError as question:
            return found, None, question
    name = options.name or next(iter(found.paths.values())).stem
    dataset = files.join(found, options.images, name)
    keep(dataset, options.out)
    if options.save_recipe is not None:
        from embedcore.intake import Recipe

        options.save_recipe.parent.mkdir(parents=True, exist_ok=True)
        options.save_recipe.write_text(Recipe.of(dataset.meta["recipe"]).text(), encoding="utf-8")
        print(f"  recipe -> {options.save_recipe}")
    return found, dataset, None


def _recipe(path: Path) -> Recipe:
    from embedcore.intake import read_recipe

    if not path.is_file():
        raise InputError(f"There is no file “{path.name}”.", "Check its name and folder.")
    return read_recipe(path.read_bytes().decode("utf-8-sig", "replace"), f"“{path.name}”")


def _plain(found: Files, dataset: Dataset | None, out: Path) -> dict[str, Any]:
    """What was understood, as JSON has it."""
    rows = {}
    for use, table in found.tables.items():
        r = table.report
        rows[use] = {
            "file": found.paths[use].name,
            "in": r.rows_in,
            "kept": r.kept,
            "rejected": r.rejected,
            "filled": r.filled,
            "rejected_rows": json.loads(table.rejected[["line", "reason"]].to_json(orient="records")),
        }
    shape = found.found.shape
    return {
        "rows": rows,
        "roles": dict(found.found.roles),
        "generate_ids": found.found.generate_ids,
        "shape": asdict(shape) if shape is not None else None,
        "decisions": [{"file": use, **asdict(d)} for use, d in found.decisions()],
        "notices": list(dataset.meta["notices"]) if dataset is not None else list(found.notes),
        "dataset": _dataset(dataset, out) if dataset is not None else None,
    }


def _dataset(dataset: Dataset, out: Path) -> dict[str, Any]:
    return {
        "hash": dataset.hash,
        "name": dataset.name,
        "products": len(dataset),
        "baskets": len(dataset.baskets) if dataset.baskets is not None else 0,
        "folder": str(out),
    }
