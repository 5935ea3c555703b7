"""Long tables with one row per property (product, property, value) -> one row per product."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import TAG_SEPARATOR
from embedcore.intake.columns.names import MAX_COLUMNS, listed, plural
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.layout.rows import Rows
from embedcore.intake.layout.words import ATTRIBUTE_COLUMN, ATTRIBUTES, CODE

# Chosen by hand.
SAMPLE = 5000  # rows that are looked at first
WIDEST = 8  # columns of such a table, at most
MOST = 300  # different properties, at most
REPEATED = 0.5  # share of pairs of a product and a property that may come more than once
COMMON = 0.5  # share of the products that have the commonest property
SCOPE = re.compile(r"store|scope|shop|lang|locale|sprache|langue|idioma|lingua|taal|язык|website|语言", re.IGNORECASE)
SCOPES = 20  # different ones, at most
CHOICES = (("products", "one row per product"), ("rows", "keep the rows as they are"))


@dataclass(frozen=True)
class _Long:
    """Which columns hold the product, the property and its value; unit: of the values; scope: for which store or
    language a value is; kept: the same for a product."""

    entity: int
    attribute: int
    value: int
    unit: int | None
    scope: int | None
    kept: tuple[int, ...]


def turn(rows: Rows) -> bool:
    """Bring a table of properties into one row per product, and say so. Whether it is one."""
    if rows.use != "catalogue" or not 3 <= rows.filled.shape[1] <= WIDEST or len(rows) < 4:
        return False
    sample = rows.frame.iloc[:SAMPLE]
    found = _find(sample)
    if found is None or (len(rows) > SAMPLE and not _fits(rows.frame, found.entity, found.attribute, found.value)):
        return False
    return _turn(rows, found)


def _find(frame: pd.DataFrame) -> _Long | None:
    width = frame.shape[1]
    distinct = [frame.iloc[:, c].nunique() for c in range(width)]
    for attribute in sorted(range(width), key=lambda c: not _is_named(frame, c)):
        if not 2 <= distinct[attribute] <= MOST or frame.iloc[:, attribute].isna().mean() > 0.05:
            continue
        if not (_is_named(frame, attribute) or _known(frame.iloc[:, attribute])):
            continue
        # The product stands left of its property, the value right of it, as near as they may be.
        for entity in [*range(attribute), *range(attribute + 1, width)]:
            if distinct[entity] < 2:
                continue
            values = [c for c in range(width) if c not in (entity, attribute) and distinct[c] > 1]
            for value in sorted(values, key=lambda c: (c < attribute, _is_scope(frame, c), -distinct[c])):
                if _fits(frame, entity, attribute, value):
                    rest = [c for c in range(width) if c not in (entity, attribute, value)]
                    found = _others(frame, entity, attribute, rest)
                    if found is not None:
                        return _Long(entity, attribute, value, *found)
    return None


def _is_scope(frame: pd.DataFrame, column: int) -> bool:
    return SCOPE.search(str(frame.columns[column])) is not None


def _is_named(frame: pd.DataFrame, column: int) -> bool:
    return ATTRIBUTE_COLUMN.search(str(frame.columns[column])) is not None


def _known(cells: pd.Series) -> int:
    """How many of the values are properties as shops name them."""
    different = cells.dropna().unique().tolist()
    return len({str(a).strip().casefold().replace("_", " ") for a in different} & ATTRIBUTES)


def _fits(frame: pd.DataFrame, entity: int, attribute: int, value: int) -> bool:
    """Whether three columns are product, property and value."""
    part = frame.iloc[:, [entity, attribute, value]].dropna()
    part.columns = pd.Index(["entity", "attribute", "value"])
    if len(part) < 0.6 * len(frame) or len(part) < 4:
        return False
    entities, kinds = part["entity"].nunique(), part["attribute"].nunique()
    pairs = part.drop_duplicates(["entity", "attribute"])
    if len(part) < 1.5 * entities or len(pairs) < (1 - REPEATED) * len(part) or kinds > MOST or entities < 2:
        return False
    if pairs["attribute"].value_counts().iloc[0] < COMMON * entities:
        return False
    names, named = _known(part["attribute"]), _is_named(frame, attribute)
    if part["attribute"].str.contains("=", regex=False).mean() > 0.5:  # several properties in one cell, with values
        return False
    read = ~np.isnan(numbers(part["value"])[0])
    share = pd.Series(read).groupby(part["attribute"].to_numpy()).mean()
    mixed = bool((share > 0.9).any() and (share < 0.1).any())
    return (names >= 2) or (named and (mixed or names >= 1 or bool((share < 0.1).all()))) or (mixed and names >= 1)


def _others(
    frame: pd.DataFrame, entity: int, attribute: int, rest: list[int]
) -> tuple[int | None, int | None, tuple[int, ...]] | None:
    """(column of units, of scopes, columns that are the same for a product); None when another is in the way."""
    unit, scope, kept = None, None, []
    for c in rest:
        name = str(frame.columns[c])
        cells = frame.iloc[:, c].fillna("")
        by_entity = cells.groupby(frame.iloc[:, entity].to_numpy()).nunique().max()
        by_attribute = cells.groupby(frame.iloc[:, attribute].to_numpy()).nunique().max()
        if by_entity == 1 and cells.nunique() > 1:
            kept.append(c)
        elif name.strip().casefold() in (
            "unit",
            "units",
            "uom",
            "einheit",
            "unité",
            "unidad",
            "unità",
            "eenheid",
            "单位",
        ):
            unit = c
        elif SCOPE.search(name) and cells.nunique() <= SCOPES:
            scope = c if cells.nunique() > 1 else scope
        elif by_entity > 1 and by_attribute > 1 and not (CODE.search(name.replace("_", " ")) and cells.is_unique):
            return None
    return unit, scope, tuple(kept)


def _turn(rows: Rows, found: _Long) -> bool:
    names = rows.names
    entity, attribute = rows.frame.iloc[:, found.entity], rows.frame.iloc[:, found.attribute].str.strip()
    whole = (entity.notna() & attribute.notna()).to_numpy()
    if found.scope is not None:  # a value for another store or language is another property
        scope = rows.frame.iloc[:, found.scope]
        main = scope.value_counts().index[0] if scope.notna().any() else ""
        attribute = (attribute + " (" + scope + ")").where(scope.notna() & (scope != main), attribute)
    kinds = [str(a) for a in attribute[whole].unique()]
    products = int(entity[whole].nunique())
    if len(kinds) > MAX_COLUMNS:
        return False
    choice = rows.set("turn", "products", CHOICES)
    about = f"This table has one row per property ({listed(kinds, 4)})"
    if choice == "rows":
        rows.say("turn", f"{about}; the rows are kept as they are.", choice, CHOICES, len(rows))
        return False
    if not whole.all():
        rows.reject(~whole, "it names no product or no property")
        entity, attribute = rows.frame.iloc[:, found.entity], attribute[whole].reset_index(drop=True)
    value = rows.frame.iloc[:, found.value]
    if found.unit is not None:
        unit = rows.frame.iloc[:, found.unit]
        value = (value + " " + unit).where(value.notna() & unit.notna(), value)
    codes, order = pd.factorize(entity)
    first = np.full(len(order), len(codes), np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    frame = rows.frame.iloc[first, [found.entity, *found.kept]].reset_index(drop=True)
    long = pd.DataFrame({"entity": codes, "attribute": attribute.to_numpy(object), "value": value.to_numpy(object)})
    long = long.dropna().drop_duplicates()
    joined = long.groupby(["entity", "attribute"], sort=False)["value"].agg(TAG_SEPARATOR.join)
    wide = joined.unstack("attribute").reindex(index=range(len(order)), columns=kinds)
    taken = set(map(str, frame.columns))
    for kind in kinds:
        name = kind if kind not in taken else f"{kind} ({names[found.attribute]})"
        frame[name] = wide[kind].astype("str").to_numpy()
        frame[name] = frame[name].astype("str")
    rows.gone += len(rows) - len(order)
    rows.say(
        "turn",
        f"{about}: {len(rows):,} rows became {plural(products, 'product')} with {len(kinds)} columns.",
        choice,
        CHOICES,
        len(rows),
    )
    rows.lines, rows.frame = rows.lines[first], frame
    rows.refresh()
    return True
