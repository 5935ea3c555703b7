"""Reading files and importing them: what two kinds of job do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.progress import Progress


def read(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A file -> Table.save(out)."""
    from embedcore.intake import read_table

    path = Path(spec["path"])
    if not path.is_file():
        raise InputError("The file is no longer here.", "Upload it again.")
    options = {
        k: spec[k] for k in ("delimiter", "encoding", "sheet", "header_line", "ragged") if spec.get(k) is not None
    }
    table = read_table(path, spec["filename"], **options, folder=out, progress=progress)
    table.save(out)
    return {"rows_in": table.report.rows_in, "kept": table.report.kept, "rejected": table.report.rejected}


def import_(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """Tables that were read and what their columns are -> Dataset.save(out/dataset)."""
    from embedcore.intake import BasketShape, Table, add_baskets, make_catalogue
    from embedcore.progress import part

    catalogue = images = purchases = shape = None
    notices: list[str] = []
    progress(0, 100, note="Reading the catalogue")
    if asked := spec.get("baskets"):
        purchases, shape = Table.load(Path(asked["raw"]), head=True), BasketShape(**asked["shape"])
    much = purchases is not None and purchases.file is not None
    if asked := spec.get("catalogue"):
        frame = Table.load(Path(asked["raw"])).frame
        catalogue, said = make_catalogue(frame, asked["roles"], generate_ids=bool(asked.get("generate_ids")))
        notices += said
    if (asked := spec.get("images")) and catalogue is not None:
        from embedcore.intake import read_pictures

        images, said = read_pictures(Path(asked["path"]), catalogue, part(progress, 0, 30 if much else 90))
        notices += said
    folder = out / "dataset"
    folder.mkdir(parents=True, exist_ok=True)
    if purchases is not None and shape is not None:
        low = 91 if not much else 30 if images is not None else 1
        dataset, said = add_baskets(
            spec["name"], catalogue, purchases, shape, folder / "baskets", images, part(progress, low, 97)
        )
        notices += said
        dataset = dataset.described(meta={"notices": notices})
    else:
        dataset = Dataset.build(spec["name"], catalogue, None, {"notices": notices}, images)
    progress(98, 100, note="Saving")
    dataset.save(folder)
    return {"notices": notices}
