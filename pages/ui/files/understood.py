"""What was understood of the files on their way in, computed once for each choice: decisions, and the first rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import pandas as pd

from embedcore import Baskets, EmbedError
from embedcore.data import Catalogue, split_tags
from embedcore.intake import (
    BasketShape,
    Decision,
    Table,
    Understanding,
    add_baskets,
    make_catalogue,
    match_ids,
    understand,
)
from pages.ui import mapping, services
from pages.ui.quality import LOUD
from pages.ui.text import count

Pairs = tuple[tuple[str, str], ...]
ROWS = 5  # that are shown of each file
_LOOKED_AT = 5_000  # first rows from which they are made; what a whole column decides is given
_IN_A_CELL = 8  # products of a basket that are named in the preview


def pairs(settings: Mapping[str, str]) -> Pairs:
    """Settings as part of the key of a cache."""
    return tuple(sorted(settings.items()))


@services.data(max_entries=16)
def of(catalogue: str | None, baskets: str | None, chosen: Pairs = (), about_baskets: Pairs = ()) -> Understanding:
    """What was understood of the tables with these keys, with what a person chose."""
    products = services.table(catalogue) if catalogue else None
    bought = services.table(baskets) if baskets else None
    found = understand(
        products,
        bought,
        catalogue_settings=dict(chosen),
        basket_settings=dict(about_baskets),
        guesses=mapping.guesses(catalogue) if catalogue else (),
        ids=partial(mapping.ids, catalogue) if catalogue else None,
    )
    if catalogue and not any(d.key == "id" for d in found.catalogue):
        found = replace(found, catalogue=(*found.catalogue, *_repeated(catalogue, found.roles)))
    if products is not None and bought is not None and not any(d.key == "ids" for d in found.baskets):
        found = replace(found, baskets=(*found.baskets, *_fit(products, bought, found)))
    return found


def _fit(products: Table, bought: Table, found: Understanding) -> tuple[Decision, ...]:
    """What the ids of both files say to each other; of a large file the import tells."""
    id = next((c for c, r in found.roles.items() if r == "id"), None)
    item = found.shape.item if found.shape is not None and found.shape.shape == "long" else None
    if products.file is not None or bought.file is not None or id is None or item is None:
        return ()
    columns = [c for c in products.frame.columns if found.roles.get(c) in ("id", "title")]
    known = products.frame[columns].dropna(subset=id).drop_duplicates(id)
    items = bought.frame[item].dropna().astype("str").str.strip().drop_duplicates()
    sentences = match_ids(Catalogue(known.astype("str"), {c: found.roles[c] for c in columns}), items.to_frame("item"))[
        1
    ]
    return tuple(
        Decision("match", s.removeprefix(LOUD)[:1].upper() + s.removeprefix(LOUD)[1:], lost=int(s.startswith(LOUD)))
        for s in sentences
    )


def _repeated(key: str, roles: Mapping[str, str]) -> tuple[Decision, ...]:
    column = next((c for c, r in roles.items() if r == "id"), None)
    again = mapping.ids(key, column).repeated if column is not None else 0
    if not again:
        return ()
    sentence = (
        f"{count(again, 'row')} repeat an id of “{column}”; the first row of each id is kept. If they are different "
        "products, another column is the id."
    )
    return (Decision("repeated", sentence, rows=again, lost=again),)


def settled(settings: Mapping[str, str], decisions: tuple[Decision, ...]) -> Pairs:
    """Settings with which a few rows are read as all of them are."""
    return pairs({**{d.key: d.chosen for d in decisions if d.choices}, **settings})


@services.data(max_entries=16)
def first_products(key: str, roles: Pairs, settings: Pairs) -> pd.DataFrame | str:
    """The first rows of the catalogue as they will be, or the sentence that says why there are none."""
    frame = services.table(key).frame.head(_LOOKED_AT)
    try:
        found, _ = make_catalogue(
            frame, dict(roles), generate_ids="id" not in dict(roles).values(), settings=dict(settings)
        )
    except EmbedError as e:
        return str(e)
    shown = found.frame.head(ROWS)
    # What a person looks for first; long texts, parents and pictures at the end.
    order = {"id": 0, "title": 1, "price": 2, "description": 4, "parent": 5, "image": 6}
    columns = sorted(shown.columns, key=lambda c: order.get(found.roles.get(c, ""), 3))
    out = shown[columns].copy()
    for column in columns:
        if out[column].dtype == np.float32:  # 108.99 and not 108.98999786
            out[column] = pd.to_numeric(out[column].astype("str"))
        if found.roles.get(column) == "tags":
            out[column] = pd.Series([split_tags(cell) for cell in out[column]], out.index, dtype=object)
    return out


@services.data(max_entries=16)
def first_baskets(key: str, shape: str, settings: Pairs) -> pd.DataFrame | str:
    """The first baskets as they will be, or the sentence that says why there are none. shape: as JSON."""
    table = services.table(key)
    some = Table(table.frame.head(_LOOKED_AT), table.rejected, table.report)
    try:
        dataset, _ = add_baskets("", None, some, BasketShape(**json.loads(shape)), settings=dict(settings))
    except EmbedError as e:
        return str(e)
    baskets = dataset.baskets
    return _rows(baskets, dataset.titles) if baskets is not None else ""


def as_json(shape: BasketShape) -> str:
    """A shape as part of the key of a cache."""
    return json.dumps(asdict(shape))


def _rows(baskets: Baskets, names: np.ndarray) -> pd.DataFrame:
    rows = range(min(ROWS, len(baskets)))
    out: dict[str, list[object]] = {"basket": [str(baskets.ids[n]) for n in rows]}
    if baskets.customers is not None and baskets.customer_ids is not None:
        codes = [int(baskets.customers[n]) for n in rows]
        out["customer"] = [str(baskets.customer_ids[c]) if c >= 0 else "" for c in codes]
    if baskets.times is not None:
        out["time"] = [baskets.times[n] for n in rows]
    out["products"] = [_named(baskets, names, n) for n in rows]
    return pd.DataFrame(out)


def _named(baskets: Baskets, names: np.ndarray, n: int) -> list[str]:
    low, high = int(baskets.indptr[n]), int(baskets.indptr[n + 1])
    amounts = baskets.quantity[low:high] if baskets.quantity is not None else np.ones(high - low)
    named = [
        str(names[item]) if not amount > 1 else f"{amount:g} × {names[item]}"  # an unknown amount is one
        for item, amount in zip(baskets.items[low:high], amounts, strict=True)
    ]
    more = len(named) - _IN_A_CELL
    return [*named[:_IN_A_CELL], f"and {more:,} more"] if more > 0 else named
