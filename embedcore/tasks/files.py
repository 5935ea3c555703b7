"""Bringing data in: reading a file, importing what was read, opening a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.progress import Progress, part

if TYPE_CHECKING:
    from embedcore.intake import Decision, FileRecipe


def read_file(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A file -> Table.save(out)."""
    from embedcore.intake import read_table, save_guesses

    path = Path(spec["path"])
    if not path.is_file():
        raise InputError("The file is no longer here.", "Upload it again.")
    options = {
        k: spec[k] for k in ("delimiter", "encoding", "sheet", "header_line", "ragged") if spec.get(k) is not None
    }
    use = "baskets" if spec.get("use") == "baskets" else "catalogue"  # other pages read new products
    settings = spec.get("settings") or {}
    table = read_table(path, spec["filename"], use=use, settings=settings, **options, folder=out, progress=progress)
    table.save(out)
    if spec.get("use") == "catalogue":
        save_guesses(table.frame, out)
    report = table.report
    return {name: getattr(report, name) for name in ("rows_in", "kept", "rejected", "filled")}


def import_files(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """Tables that were read and what their columns are -> Dataset.save(out/dataset)."""
    from embedcore.intake import (
        BasketShape,
        Recipe,
        Table,
        add_baskets,
        column_decisions,
        how_read,
        make_catalogue,
        purchase_decisions,
    )

    catalogue = images = purchases = shape = None
    notices: list[str] = []
    about: dict[str, tuple[Decision, ...]] = {}
    recipe: dict[str, FileRecipe] = {}
    progress(0, 100, note="Reading the catalogue")
    if of_baskets := spec.get("baskets"):
        purchases, shape = Table.load(Path(of_baskets["raw"]), head=True), BasketShape(**of_baskets["shape"])
    much = purchases is not None and purchases.file is not None
    if of_catalogue := spec.get("catalogue"):
        products = Table.load(Path(of_catalogue["raw"]))
        catalogue, notices = make_catalogue(
            products.frame,
            of_catalogue["roles"],
            generate_ids=bool(of_catalogue.get("generate_ids")),
            settings=(settings := of_catalogue.get("settings") or {}),
        )
        found = column_decisions(products.frame, of_catalogue["roles"], settings)
        about["catalogue"] = (*products.report.decisions, *found)
        recipe["catalogue"] = _recipe(of_catalogue, products.report.columns, about["catalogue"])
    if (part_of := spec.get("images")) and catalogue is not None:
        from embedcore.intake import read_pictures

        images, more = read_pictures(Path(part_of["path"]), catalogue, part(progress, 0, 30 if much else 90))
        notices = [*notices, *more]
    folder = out / "dataset"
    folder.mkdir(parents=True, exist_ok=True)
    if of_baskets and purchases is not None and shape is not None:
        low = 91 if not much else 30 if images is not None else 1
        dataset, more = add_baskets(
            spec["name"],
            catalogue,
            purchases,
            shape,
            folder=folder / "baskets",
            images=images,
            settings=(settings := of_baskets.get("settings") or {}),
            progress=part(progress, low, 97),
        )
        notices = [*notices, *more]
        ids = set(catalogue.ids) if catalogue is not None else None
        about["baskets"] = (*purchases.report.decisions, *purchase_decisions(purchases, shape, ids, settings))
        recipe["baskets"] = _recipe(of_baskets, purchases.report.columns, about["baskets"])
    else:
        dataset = Dataset.build(spec["name"], catalogue, None, {}, images)
    dataset = dataset.described(meta={"notices": notices, **how_read(Recipe(**recipe), **about)})
    progress(98, 100, note="Saving")
    dataset.save(folder)
    return {"notices": notices}


def _recipe(part_of: Mapping[str, Any], columns: Sequence[str], decisions: Iterable[Decision]) -> FileRecipe:
    from embedcore.intake import file_recipe

    given = {k: part_of[k] for k in ("reading", "settings", "options", "roles", "shape") if part_of.get(k)}
    return file_recipe(part_of.get("file", ""), columns, decisions, **given)


def open_sample(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A dataset that comes with the app -> Dataset.save(out/dataset)."""
    from embedcore.samples import load

    load(spec["which"], progress).save(out / "dataset")
    return {}
