"""A table of text and the role of each column -> a catalogue of typed columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from embedcore.data import ROLES, Catalogue
from embedcore.errors import InputError
from embedcore.intake.columns import amounts, times
from embedcore.intake.columns.dates import dates
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.columns.values import clean, exact_text, not_read
from embedcore.intake.columns.words import read_words
from embedcore.intake.decisions import NOTHING, Decision, Settings


def make_catalogue(
    frame: pd.DataFrame,
    roles: Mapping[str, str],
    *,
    generate_ids: bool = False,
    exact_ids: bool = False,
    settings: Settings = NOTHING,
) -> tuple[Catalogue, list[str]]:
    """(catalogue, notices): cast every column by its role.

    roles: column -> role; other columns are ignored. Cells that cannot be read become missing, rows without an id are
    left out, and so are rows that repeat an id; notices count each. generate_ids: number the rows 1, 2, 3... when no
    column is the id. exact_ids: keep ids as they are, with spaces and ids such as “NA”. settings: what a person chose
    instead of what `column_decisions` understood. InputError when there is no id
    and none may be generated, when two columns are the id or the title, or when no row is left.

    >>> frame = pd.DataFrame({"sku": ["a", "b", "a"], "cost": ["1,50", "free", "2"]}, dtype="str")
    >>> catalogue, notices = make_catalogue(frame, {"sku": "id", "cost": "price"})
    >>> catalogue.frame["cost"].tolist(), len(notices)
    ([1.5, nan], 2)
    """
    _check(frame, roles, generate_ids=generate_ids)
    notices: list[str] = []
    frame, _ = read_words(frame, {c: r for c, r in roles.items() if not (exact_ids and r == "id")}, settings)
    kept = {c: roles.get(c, "ignore") for c in frame.columns if roles.get(c, "ignore") != "ignore"}
    id_column = next((c for c, r in kept.items() if r == "id"), None)
    if id_column is None:
        id_column = next(n for n in ("id", "generated id", "generated id (2)") if n not in frame.columns)
        frame = frame.assign(**{id_column: pd.Series([str(n) for n in range(1, len(frame) + 1)], frame.index, "str")})
        kept = {id_column: "id", **kept}
        notices.append(f"No column is the id: the products were numbered 1 to {len(frame):,}.")
    else:
        frame, about_ids = _with_ids(frame, id_column)
        notices += about_ids
    if not len(frame):
        raise InputError("No row of the catalogue has an id.", "Mark another column, or let ids be generated.")
    columns: dict[str, pd.Series | np.ndarray] = {}
    written, (when, _) = amounts.of_table(frame, kept, settings), times.of_table(frame, kept, settings)
    for column, role in [*kept.items()]:
        if column in written:
            found, bad = amounts.read(frame, column, written[column])
            columns |= found
            kept = _replaced(kept, column, found)
            notices += [not_read(frame[column], bad, "number")] if bad.any() else []
            continue
        if role == "date":
            columns[column], bad = dates(frame[column], when[column])
            notices += [not_read(frame[column], bad, "date")] if bad.any() else []
        else:
            columns[column] = clean(frame[column]) if role == "image" else exact_text(frame[column])
    return Catalogue(pd.DataFrame(columns).reset_index(drop=True), kept), notices


def column_decisions(
    frame: pd.DataFrame, roles: Mapping[str, str], settings: Settings = NOTHING
) -> tuple[Decision, ...]:
    """How the cells of each column are read (numbers, dates, missing values, spellings, several values in a cell): what
    `make_catalogue` does with the same settings.

    >>> column_decisions(pd.DataFrame({"sku": ["a"]}, dtype="str"), {"sku": "id"})
    ()
    """
    frame, about = read_words(frame, roles, settings)
    numbers = (d for written in amounts.of_table(frame, roles, settings).values() for d in written.decisions)
    return (*about, *numbers, *times.of_table(frame, roles, settings)[1])


def roles_like(columns: Iterable[str], roles: Mapping[str, str]) -> tuple[dict[str, str], Settings]:
    """(roles, settings) for a table of new products, by the roles of a catalogue that was made: a price that became a
    column for each currency does so again. Columns that the catalogue lacks are ignored.

    >>> roles_like(["sku", "price", "note"], {"sku": "id", "price (EUR)": "price", "price (USD)": "price"})
    ({'sku': 'id', 'price': 'price', 'note': 'ignore'}, {'currency:price': 'split'})
    """
    known = {c: roles.get(c, "ignore") for c in columns}
    parted = [
        c for c in known if c not in roles and any(r == "price" and k.startswith(f"{c} (") for k, r in roles.items())
    ]
    return known | dict.fromkeys(parted, "price"), {f"currency:{c}": amounts.SPLIT for c in parted}


def _check(frame: pd.DataFrame, roles: Mapping[str, str], *, generate_ids: bool) -> None:
    unknown = [c for c in roles if c not in frame.columns]
    if unknown:
        raise InputError(f"The table has no column {listed(unknown)}.", "Read the file again.")
    bad = [r for r in roles.values() if r not in ROLES]
    if bad:
        raise InputError(f"“{bad[0]}” is not a role of a column.", f"Roles: {', '.join(ROLES)}.")
    for role in ("id", "title"):
        several = [c for c, r in roles.items() if r == role]
        if len(several) > 1:
            marked = f"Only one column can be the {role}, but {listed(several)} are marked."
            raise InputError(marked, "Keep one of them.")
    if "id" not in roles.values() and not generate_ids:
        raise InputError("No column is marked as the product id.", "Mark one, or let ids be generated.")
    if not len(frame):
        raise InputError("The catalogue has no rows.", "Choose a file with at least one product.")


def _with_ids(frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list[str]]:
    ids, notices = exact_text(frame[column]), []
    empty = int(ids.isna().sum())
    if empty:
        notices.append(f"Left out: {plural(empty, 'row')} without an id in “{column}”.")
    repeated = ids.duplicated() & ids.notna()
    if repeated.any():
        examples = list(ids[repeated].unique()[:3])
        notices.append(
            f"Left out: {plural(int(repeated.sum()), 'row')} with the id of an earlier row; the first was kept "
            f"(for example {listed(examples)})."
        )
    keep = ids.notna() & ~repeated
    return frame[keep].assign(**{column: ids[keep]}), notices


def _replaced(roles: dict[str, str], column: str, names: Iterable[str]) -> dict[str, str]:
    """The roles with other columns in the place of one."""
    return {new: r for c, r in roles.items() for new in (names if c == column else (c,))}
