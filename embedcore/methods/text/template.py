"""A sentence with places for columns, such as "{title}, made of {material}": how a product is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

import numpy as np
import pandas as pd

from embedcore.data import Dataset, written_tags
from embedcore.errors import InputError

_NEVER = ("id", "image")
_EDGES = " \t\n.,;:|/-–—"


@dataclass(frozen=True)
class Template:
    """parts: (what stands before it, the name of a column), in order. end: what stands after the last one."""

    parts: tuple[tuple[str, str], ...]
    end: str

    @classmethod
    def parse(cls, text: str) -> Template:
        """From what a person typed; InputError when a bracket is open or empty, or when it names no column."""
        hint = "Write column names in curly brackets, for example {title}. {brand}. {category}"
        try:
            found = list(Formatter().parse(text))
        except ValueError as e:
            raise InputError(f"The sentence “{text}” cannot be read: a curly bracket has no partner.", hint) from e
        parts, before = [], ""
        for literal, name, form, conversion in found:
            before += literal
            if name is None:
                continue
            if not name.strip() or form or conversion:
                raise InputError(f"The sentence “{text}” has curly brackets that hold no column name.", hint)
            parts.append((before, name.strip()))
            before = ""
        if not parts:
            raise InputError(f"The sentence “{text}” names no column.", hint)
        return cls(tuple(parts), before)

    def columns(self, dataset: Dataset) -> list[str]:
        """The column each place stands for, whatever its capitals; a kind of column (title, brand, ...) stands for
        the first one of that kind. InputError names a place that is neither."""
        roles = dataset.catalogue.roles if dataset.catalogue is not None else {}
        known = [c for c, role in roles.items() if role not in _NEVER]
        by_name = {c.casefold(): c for c in reversed(known)} | {c: c for c in known}
        out = []
        for _, name in self.parts:
            column = by_name.get(name) or by_name.get(name.casefold())
            column = column or next(iter(dataset.columns(name.casefold())), None)
            if column is None or column not in known:
                raise InputError(
                    f"The sentence names “{name}”, and the catalogue has no such column.",
                    f"Known columns: {', '.join(known)}.",
                )
            out.append(column)
        return out

    def texts(self, dataset: Dataset, columns: list[str]) -> list[str]:
        """One text for each of `dataset.items`; where a cell is empty, what stands before it is left out, too; "" where
        all are. columns: as `columns` gave them; one that this dataset does not have counts as empty."""
        has = dataset.catalogue.roles if dataset.catalogue is not None else {}
        cells = [column_texts(dataset, c) if c in has else np.full(len(dataset), "", dtype=object) for c in columns]
        out = []
        for row in zip(*cells, strict=True):
            pieces = [before + cell for (before, _), cell in zip(self.parts, row, strict=True) if cell]
            out.append(("".join(pieces) + self.end).strip(_EDGES) if pieces else "")
        return out


def column_texts(dataset: Dataset, column: str) -> np.ndarray:
    """(n,) object str: the cells of a column as a person writes them; several values with commas between them."""
    cells = dataset.column(column)
    sets = column in dataset.columns("tags")
    return written(written_tags(cells) if sets else cells)


def written(cells: pd.Series) -> np.ndarray:
    """(n,) object str: cells as a person writes them, "" where missing."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        text = cells.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_float_dtype(cells):
        text = cells.map(lambda v: f"{v:.10g}", na_action="ignore")
    else:
        text = cells
    return np.asarray(text.astype(object).where(text.notna(), "").astype(str).str.strip().to_numpy(dtype=object))
