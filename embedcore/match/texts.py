"""What the matcher reads of a catalogue: a title, a description, a brand, a price and a currency per product."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.errors import NeedsError

DESCRIPTION = 600  # characters of a description that are read: what distinguishes a product is at its beginning
_COLOUR = re.compile(r"colou?r|farbe|couleur|colore", re.I)
_CODE = re.compile(r"\A(?:model|mpn|part|gtin|ean|upc|isbn|manufacturer_?(?:code|number|ref))", re.I)
_NUMBERED = re.compile(r"\A(?:sku|(?:article|item)_?(?:no|number|code)|artikel_?(?:nr|nummer))", re.I)
_CURRENCY = re.compile(r"currency|w[aä]hrung|devise|moneda|valuta", re.I)


@dataclass(frozen=True, eq=False)
class CatalogueTexts:
    """One row per catalogue product, n of them.

    title, description, brand, colour: (n,) object str, folded (lower case, no accents), "" where missing.
    price: (n,) float64, NaN where missing or not above zero. currency: (n,) int32 code, -1 unknown.
    shop: (n,) int32 code of the source column, -1 missing; None without one.
    """

    title: np.ndarray
    description: np.ndarray
    brand: np.ndarray
    colour: np.ndarray
    price: np.ndarray
    currency: np.ndarray
    shop: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.title)

    @property
    def known(self) -> np.ndarray:
        """(n,) bool: products with any text to compare."""
        return np.array([bool(t or d) for t, d in zip(self.title, self.description, strict=True)], bool)


def fold(text: str) -> str:
    """Lower case, without accents, full-width forms and digits of any script made plain; other scripts stay."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\\", "")  # some exports escape their quotes
    if text.isascii():
        return text
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in plain)


@dataclass(frozen=True)
class Columns:
    """Which columns of a catalogue are read as what."""

    title: list[str]
    description: list[str]
    brand: list[str]
    colour: list[str]
    price: list[str]
    currency: list[str]


def columns_of(dataset: Dataset, source: str | None = None) -> Columns:
    """Numbers of makers and trade (model, gtin ...) are read with the title. Without a title column the finest texts
    there are stand in for it. NeedsError without a catalogue or any text."""
    if dataset.catalogue is None:
        raise NeedsError("There is no catalogue to compare.", "Add a table with one row per product.")
    titles = dataset.columns("title")
    others = [c for c in dataset.columns("description", "text", "tags") if c != source]
    if not titles:
        titles, others = (others[:1], others[1:]) if others else (dataset.columns("category"), [])
    if not titles:
        raise NeedsError("The catalogue has no column with names of products.", "Mark one column as the title.")
    named = [c for c in dataset.columns("category", "text") if c != source]
    codes = [c for c in (*others, *named) if _CODE.match(c) and c not in titles]
    titles, others = [*titles, *dict.fromkeys(codes)], [c for c in others if c not in codes]
    colour, currency = ([c for c in named if p.search(c)] for p in (_COLOUR, _CURRENCY))
    return Columns(
        titles,
        [c for c in others if c not in colour and c not in currency and not _NUMBERED.match(c)],
        [c for c in dataset.columns("brand") if c != source],
        colour,
        dataset.columns("price")[:1],
        currency[:1],
    )


def read(dataset: Dataset, source: str | None = None) -> CatalogueTexts:
    """The catalogue's texts. source: a column that says where a row comes from. NeedsError as `columns_of`."""
    columns = columns_of(dataset, source)
    n = dataset.n_catalogue
    shop = None
    if source is not None:
        shop = pd.factorize(dataset.column(source)[:n])[0].astype(np.int32)
    price = np.full(n, np.nan)
    for column in columns.price:
        price = dataset.column(column)[:n].to_numpy(np.float64)
    money = _column(dataset, columns.currency)
    currency = pd.factorize(money)[0].astype(np.int32)
    currency[money == ""] = -1
    return CatalogueTexts(
        _column(dataset, columns.title),
        _column(dataset, columns.description, DESCRIPTION),
        _column(dataset, columns.brand),
        _column(dataset, columns.colour),
        np.where(np.isfinite(price) & (price > 0), price, np.nan),
        currency,
        shop,
    )


def _column(dataset: Dataset, columns: list[str], longest: int = 0) -> np.ndarray:
    """(n,) folded texts of some columns, joined."""
    n = dataset.n_catalogue
    out = np.full(n, "", object)
    for column in columns:
        cells = dataset.column(column)[:n]
        some = cells.astype(object).where(cells.notna(), "").astype(str)
        out = np.array([f"{a} {b}".strip() for a, b in zip(out, some, strict=True)], object)
    return np.array([fold(t[:longest] if longest else t).strip() for t in out], object)
