"""All that was understood of the files of one import, before it: for the page and the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from embedcore.data import ROLES
from embedcore.errors import InputError
from embedcore.intake.choices import chosen_id, part_decisions, role_decisions, unused
from embedcore.intake.columns.catalogue import column_decisions
from embedcore.intake.columns.missing import values_among
from embedcore.intake.columns.roles import Guess, guess_roles
from embedcore.intake.columns.values import clean, composed
from embedcore.intake.decisions import NOTHING, Decision, Settings, setting
from embedcore.intake.meeting import Meeting, meeting, with_id
from embedcore.intake.purchases.decisions import purchase_decisions
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.swap import swap_decision
from embedcore.intake.tables.read import Table

SHAPES = ("long", "list", "lines", "matrix")
PARTS = ("item", "basket", "customer", "time", "quantity", "price", "status", "event", "rating")


@dataclass(frozen=True)
class Understanding:
    """roles: column of the catalogue -> role. generate_ids: no column is the id. shape: of the baskets. catalogue,
    baskets: the decisions about each file, those that lose most rows first.

    >>> Understanding({"sku": "id"}, generate_ids=False).unsure
    []
    """

    roles: Mapping[str, str]
    generate_ids: bool
    shape: BasketShape | None = None
    catalogue: tuple[Decision, ...] = ()
    baskets: tuple[Decision, ...] = ()

    @property
    def unsure(self) -> list[Decision]:
        """What the files do not say, and nobody has said yet."""
        return [d for d in (*self.catalogue, *self.baskets) if d.unsure]


def understand(
    catalogue: Table | None = None,
    baskets: Table | None = None,
    *,
    catalogue_settings: Settings = NOTHING,
    basket_settings: Settings = NOTHING,
    guesses: Sequence[Guess] = (),
    ids: Callable[[str], Collection[str]] | None = None,
) -> Understanding:
    """Look at the tables of an import (read_table with `use`) and say what they are.

    Settings: key of a decision -> the value that a person chose; "id" names the column of ids ("numbers" for none),
    "title" that of names, "role:<column>" the role of a column, and "shape", "item", "basket", "customer", "time",
    "quantity", "price", "status", "event" and "rating" a part of the baskets ("" for none). guesses: about the
    catalogue, when they are known already. ids: column -> all ids in it, of a catalogue of which the table holds only
    the first rows; it need only answer “in”. InputError when a setting names no column, role or shape.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from embedcore.intake.tables.read import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku,name\\na1,Red mug\\na2,Blue cup\\n")
    ...     table = read_table(Path(folder) / "a.csv", "a.csv", use="catalogue")
    >>> dict(understand(table).roles)
    {'sku': 'id', 'name': 'title'}
    """
    roles: dict[str, str] = {}
    about: tuple[Decision, ...] = ()
    about_baskets: tuple[Decision, ...] = ()
    shape: BasketShape | None = None
    whole: Collection[str] | None = None
    known: Collection[str] | None = None
    met: Meeting | None = None
    if catalogue is not None:
        guesses = guesses or guess_roles(catalogue.frame)
        if baskets is not None and catalogue.file is None:
            met = meeting(catalogue.frame, guesses, baskets.frame)
        if met is not None and not any(g.column == met.product and g.role == "title" for g in guesses):
            guesses = with_id(guesses, met.product)
        guesses = chosen_id(guesses, catalogue_settings)
        roles = _roles(guesses, catalogue_settings)
        about = (
            *catalogue.report.decisions,
            *role_decisions(guesses, roles, catalogue.report.kept, met),
            *column_decisions(catalogue.frame, roles, catalogue_settings),
        )
        column = next((c for c, r in roles.items() if r == "id"), None)
        if column is not None and catalogue.file is None:
            known = whole = _ids(column, catalogue.frame[column])
        elif column is not None and ids is not None:
            known = ids(column)
    if baskets is not None:
        shape = guess_shape(baskets.frame, known, met.item if met is not None else None)
        shape = corrected(shape, basket_settings, map(str, baskets.frame.columns))
        said = (
            *part_decisions(baskets.frame, shape, basket_settings),
            *purchase_decisions(baskets, shape, whole, basket_settings),
        )
        about_baskets = (*baskets.report.decisions, *said, *unused(baskets.frame, shape, said))
    swap = swap_decision(
        catalogue.frame if catalogue is not None else None,
        baskets.frame if baskets is not None else None,
        {**catalogue_settings, **basket_settings},
        roles,
        shape,
    )
    if swap is not None and catalogue is not None:
        about = (*about, swap)
    elif swap is not None:
        about_baskets = (*about_baskets, swap)
    return Understanding(
        roles, bool(roles) and "id" not in roles.values(), shape, _ordered(about), _ordered(about_baskets)
    )


def _roles(guesses: Sequence[Guess], settings: Settings) -> dict[str, str]:
    """The guesses as a person corrected them; a column that takes a role of which there is one leaves the other a
    text."""
    roles = {g.column: setting(settings, f"role:{g.column}", g.role, ROLES) for g in guesses}
    if (title := setting(settings, "title", "", ("", *roles))) and f"role:{title}" not in settings:
        roles = {c: "text" if r == "title" else r for c, r in roles.items()} | {title: "title"}
    for role in ("id", "title"):
        several = [c for c, r in roles.items() if r == role]
        for column in several if len(several) > 1 else ():
            if f"role:{column}" not in settings:
                roles[column] = "text"
    return roles


def corrected(shape: BasketShape, settings: Settings, columns: Iterable[str]) -> BasketShape:
    """A shape as a person corrected it.

    >>> corrected(BasketShape("long", basket="order", item="sku"), {"basket": "", "time": "day"}, ("sku", "day")).time
    'day'
    """
    known = tuple(columns)
    found: dict[str, Any] = {
        part: setting(settings, part, "", ("", *known)) or None for part in PARTS if part in settings
    }
    if found.get("item", "") is None:
        raise InputError("Baskets need a column of products.", f"Columns: {', '.join(known)}.")
    return replace(shape, shape=setting(settings, "shape", shape.shape, SHAPES), **found)


def _ids(column: str, cells: pd.Series) -> set[str]:
    return set(composed(clean(cells, keep=values_among(column, cells))).dropna())


def _ordered(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Questions first, then what loses most."""
    return tuple(sorted(decisions, key=lambda d: (not d.unsure, -d.lost)))
