"""Files -> a dataset, printing what a person should know about them: for the commands that take files."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from embedcore.commands.console import bar, read, show
from embedcore.commands.given import USES, Files, understand_files
from embedcore.errors import InputError

if TYPE_CHECKING:
    from embedcore.data import Dataset
    from embedcore.intake import Decision

# Numbers that makers and trade give to products say which is which; a shop's own numbers do not.
_CODES = re.compile(
    r"\A(?:model|mpn|part|gtin|ean|upc|isbn|sku|article_?(?:no|number|code)|item_?(?:no|number|code)|artikel"
    r"|manufacturer_?(?:code|number|ref))",
    re.I,
)


def dataset(
    catalogue: Path | None,
    baskets: Path | None = None,
    images: Path | None = None,
    roles: Mapping[str, str] | None = None,
    name: str = "",
    near: Path | None = None,
) -> Dataset:
    """Read files, propose what each column is, match ids and join; prints what was found, and what was assumed where
    the files do not say it.

    roles: column -> role, corrects a proposal. images: a zip or a folder of pictures, matched to the products by file
    name or image column. near: a folder on whose disk large files may lie while the command runs. InputError when a
    role is of no column, or pictures come without a catalogue."""
    name = name or (catalogue or baskets or Path("products")).stem
    found = understand_files(given_paths(catalogue, baskets), near=near, roles=roles)
    assume(d for _, d in found.decisions())
    return join(found, images, name)


def assume(decisions: Iterable[Decision]) -> None:
    """Print what is taken for granted, because the files do not say it."""
    for d in decisions:
        if d.unsure:
            print(f"  CAUTION: {d.sentence} Assumed: {dict(d.choices).get(d.chosen, d.chosen)}.", file=sys.stderr)


def given_paths(catalogue: Path | None, baskets: Path | None) -> dict[str, Path]:
    """The files that were given, by what they are used for."""
    return {use: path for use, path in zip(USES, (catalogue, baskets), strict=True) if path is not None}


def join(files: Files, images: Path | None, name: str) -> Dataset:
    """The dataset of files that were understood; prints what a person should know about them."""
    from embedcore.data import Dataset
    from embedcore.intake import Recipe, add_baskets, file_recipe, how_read, make_catalogue, read_pictures

    found, products, bought, pictures = files.found, None, None, None
    notices: list[str] = [*files.notes]
    for column, role in found.roles.items():
        print(f"  {column}: {role}")
    for line in files.lines():
        print(f"  {line}")
    if "catalogue" in files.tables:
        table = files.tables["catalogue"]
        settings = files.settings["catalogue"]
        products, told = make_catalogue(table.frame, found.roles, generate_ids=found.generate_ids, settings=settings)
        notices += [*table.report.notices, *told]
    if images:
        if products is None:
            raise InputError("Pictures need a catalogue whose products they show.", "Give a catalogue, too.")
        pictures, told = read_pictures(images, products, bar("pictures"))
        notices += told
    if "baskets" in files.tables and found.shape is not None:
        table = files.tables["baskets"]
        print(f"  {files.paths['baskets'].name}: {found.shape.why}")
        bought, told = add_baskets(
            name,
            products,
            table,
            found.shape,
            folder=table.file.with_name("baskets") if table.file is not None else None,
            images=pictures,
            settings=files.settings["baskets"],
            progress=bar("baskets"),
        )
        notices += [*table.report.notices, *told]
    said = {d.sentence for _, d in files.decisions()}
    show(n for n in notices if n not in said)
    parts = {
        use: file_recipe(
            files.paths[use].name,
            table.report.columns,
            getattr(found, use),
            reading=files.chosen(use)[0],
            settings=files.chosen(use)[1],
            options=files.options[use],
            roles=found.roles if use == "catalogue" else None,
            shape=asdict(found.shape) if use == "baskets" and found.shape is not None else None,
        )
        for use, table in files.tables.items()
    }
    meta = {"notices": notices, **how_read(Recipe(**parts), found.catalogue, found.baskets)}
    if bought is None:
        return Dataset.build(name, products, None, meta, pictures)
    return replace(bought, meta=meta)


def more(path: Path, like: Dataset, images: Path | None = None) -> Dataset:
    """New products from a file, by the columns that the catalogue of `like` has, too.

    Without ids they are called new-1, new-2, ..., so that none is taken for a known one. InputError when no column is
    shared."""
    from embedcore.data import Dataset
    from embedcore.intake import make_catalogue, read_pictures, roles_like

    frame = read(path, use="catalogue").frame
    roles = dict(like.catalogue.roles) if like.catalogue is not None else {}
    kinds, settings = roles_like(map(str, frame.columns), roles)
    if set(kinds.values()) <= {"ignore", "id"}:
        raise InputError(f"{path.name} shares no column with the catalogue.", f"The catalogue has {', '.join(roles)}.")
    parted = tuple(f"{key.partition(':')[2]} (" for key in settings)
    gone = [c for c, r in roles.items() if c not in kinds and r not in ("id", "ignore") and not c.startswith(parted)]
    if gone:
        print(f"  Missing columns, treated as empty: {', '.join(gone)}")
    if "id" not in kinds.values():
        name = like.catalogue.id_column if like.catalogue is not None else "id"
        frame = frame.assign(**{name: pd.Series([f"new-{n + 1}" for n in range(len(frame))], frame.index, "str")})
        kinds = {name: "id", **kinds}
    products, notices = make_catalogue(frame, kinds, settings=settings)
    pictures = None
    if images:
        pictures, found = read_pictures(images, products, bar("pictures"))
        notices += found
    show(notices)
    return Dataset.build(path.stem, products, images=pictures)


def exact_catalogue(
    path: Path, roles: dict[str, str] | None = None, source: str | None = None
) -> tuple[Dataset, np.ndarray]:
    """(dataset, (n,) object: the id of each of its rows exactly as the file has it). Every row is a product, also where
    ids are missing or repeat; prints what each column is taken for.

    roles: column -> role, corrects a proposal. source: the column that names the shop of a row. InputError when a
    column is not there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku,name\\n07,Mug\\n7,Cup\\n")
    ...     dataset, ids = exact_catalogue(Path(folder) / "a.csv")
    a.csv: 2 rows in, 2 kept, 0 rejected
      sku: id
      name: title
    >>> len(dataset), ids.tolist()
    (2, ['07', '7'])
    """
    from embedcore.data import Dataset
    from embedcore.intake import column_decisions, guess_roles, make_catalogue

    table = read(path, use="catalogue")
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
    products, notices = make_catalogue(table.frame, guessed, generate_ids=True)
    about = [*table.report.decisions, *column_decisions(table.frame, guessed)]
    show(
        [*(f"{d.key}: {d.sentence}" for d in about), *table.report.notices, *notices[1:], *([] if ids else notices[:1])]
    )
    return Dataset.build(path.stem, products), np.where([v is None or v != v for v in found], "", found)
