"""Bringing data in: reading a file, importing what was read, opening a sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.progress import Progress, part


def read_file(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A file -> Table.save(out)."""
    from embedcore.intake import read_table, save_guesses

    path = Path(spec["path"])
    if not path.is_file():
        raise InputError("The file is no longer here.", "Upload it again.")
    options = {
        k: spec[k] for k in ("delimiter", "encoding", "sheet", "header_line", "ragged") if spec.get(k) is not None
    }
    table = read_table(path, spec["filename"], **options, folder=out, progress=progress)
    table.save(out)
    if spec.get("use") == "catalogue":
        save_guesses(table.frame, out)
    return {"rows_in": table.report.rows_in, "kept": table.report.kept, "rejected": table.report.rejected}


def import_files(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """Tables that were read and what their columns are -> Dataset.save(out/dataset)."""
    from embedcore.intake import BasketShape, Table, add_baskets, make_catalogue

    catalogue = images = purchases = shape = None
    notices: list[str] = []
    progress(0, 100, note="Reading the catalogue")
    if part_of := spec.get("baskets"):
        purchases, shape = Table.load(Path(part_of["raw"]), head=True), BasketShape(**part_of["shape"])
    much = purchases is not None and purchases.file is not None
    if part_of := spec.get("catalogue"):
        frame = Table.load(Path(part_of["raw"])).frame
        generate = bool(part_of.get("generate_ids"))
        catalogue, notices = make_catalogue(frame, part_of["roles"], generate_ids=generate)
    if (part_of := spec.get("images")) and catalogue is not None:
        from embedcore.intake import read_pictures

        images, more = read_pictures(Path(part_of["path"]), catalogue, part(progress, 0, 30 if much else 90))
        notices = [*notices, *more]
    folder = out / "dataset"
    folder.mkdir(parents=True, exist_ok=True)
    if purchases is not None and shape is not None:
        low = 91 if not much else 30 if images is not None else 1
        dataset, more = add_baskets(
            spec["name"],
            catalogue,
            purchases,
            shape,
            folder=folder / "baskets",
            images=images,
            progress=part(progress, low, 97),
        )
        notices = [*notices, *more]
        dataset = dataset.described(meta={"notices": notices})
    else:
        dataset = Dataset.build(spec["name"], catalogue, None, {"notices": notices}, images)
    progress(98, 100, note="Saving")
    dataset.save(folder)
    return {"notices": notices}


def open_sample(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A dataset that comes with the app -> Dataset.save(out/dataset)."""
    from embedcore.samples import load

    load(spec["which"], progress).save(out / "dataset")
    return {}
