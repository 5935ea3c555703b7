"""Files -> a dataset, with everything said that a person should know: for the commands that take files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from embedcore.commands.console import bar, read
from embedcore.errors import InputError

if TYPE_CHECKING:
    from embedcore.data import Dataset


def dataset(
    catalogue: Path | None,
    baskets: Path | None = None,
    images: Path | None = None,
    roles: Mapping[str, str] | None = None,
    name: str = "",
    near: Path | None = None,
) -> Dataset:
    """Read, guess what each column is (roles: column -> kind corrects a guess), match and join; prints what was found.

    images: a zip or a folder of pictures, matched to the catalogue's products by file name or image column. near: a
    folder on whose disk there is room for large files while the command runs."""
    from embedcore.data import Dataset
    from embedcore.intake import add_baskets, guess_roles, guess_shape, make_catalogue, read_pictures

    made, bought, shown, notices = None, None, None, []
    name = name or (catalogue or baskets or Path("products")).stem
    if catalogue:
        table = read(catalogue)
        unknown = sorted(set(roles or {}) - set(table.frame.columns))
        if unknown:
            raise InputError(f"{catalogue.name} has no column “{unknown[0]}”.", "Check --role.")
        kinds = {g.column: g.role for g in guess_roles(table.frame)} | dict(roles or {})
        for column, role in kinds.items():
            print(f"  {column}: {role}")
        made, said = make_catalogue(table.frame, kinds, generate_ids="id" not in kinds.values())
        notices += [*table.report.notices, *said]
    if images:
        if made is None:
            raise InputError("Pictures belong to products, and there is no catalogue.", "Give a catalogue, too.")
        shown, said = read_pictures(images, made, bar("pictures"))
        notices += said
    if baskets:
        table = read(baskets, near)
        shape = guess_shape(table.frame, set(made.ids) if made is not None else None)
        print(f"  {baskets.name}: {shape.why}")
        folder = table.file.with_name("baskets") if table.file is not None else Path()
        bought, said = add_baskets(name, made, table, shape, folder=folder, images=shown, progress=bar("baskets"))
        notices += [*table.report.notices, *said]
    for notice in notices:
        print(f"  {notice}")
    if bought is None:
        return Dataset.build(name, made, None, {"notices": notices}, shown)
    return replace(bought, meta={"notices": notices})


def more(path: Path, like: Dataset, images: Path | None = None) -> Dataset:
    """New products from a file whose columns are named as in the catalogue of `like`; others are not read.

    Without ids they are called new-1, new-2, ..., so that none is taken for a known one."""
    from embedcore.data import Dataset
    from embedcore.intake import make_catalogue, read_pictures

    frame = read(path).frame
    roles = dict(like.catalogue.roles) if like.catalogue is not None else {}
    kinds = {str(c): roles.get(str(c), "ignore") for c in frame.columns}
    if set(kinds.values()) <= {"ignore", "id"}:
        raise InputError(
            f"{path.name} has no column of the catalogue that was learned from.", f"Known: {', '.join(roles)}."
        )
    gone = [c for c, r in roles.items() if c not in kinds and r not in ("id", "ignore")]
    if gone:
        print(f"  without {', '.join(gone)}: read as missing")
    if "id" not in kinds.values():
        name = like.catalogue.id_column if like.catalogue is not None else "id"
        frame = frame.assign(**{name: pd.Series([f"new-{n + 1}" for n in range(len(frame))], frame.index, "str")})
        kinds = {name: "id", **kinds}
    made, said = make_catalogue(frame, kinds)
    shown = None
    if images:
        shown, also = read_pictures(images, made, bar("pictures"))
        said += also
    for notice in said:
        print(f"  {notice}")
    return Dataset.build(path.stem, made, images=shown)
