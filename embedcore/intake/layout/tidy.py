"""A table of text as it was read -> the same with one row per product, or per product bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.intake.decisions import Decision, Settings
from embedcore.intake.layout import fill, kinds, packed, pictures, remarks, shops, sums
from embedcore.intake.layout.rows import Rows
from embedcore.intake.layout.turn import turn


@dataclass(frozen=True, eq=False)
class Tidy:
    """frame: the rows that are kept. rejected: columns line, reason, text (as in Table). filled: rows whose values went
    into other rows, such as the properties of a product. decisions: what was understood. lines: (rows,) int64, where
    each row that is kept begins.

    rows in == len(frame) + len(rejected) + filled."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    filled: int
    decisions: tuple[Decision, ...]
    lines: np.ndarray


def tidy(frame: pd.DataFrame, lines: np.ndarray, use: str, settings: Settings) -> Tidy:
    """Recognise what kinds of rows a table has, and bring it into one row per product or purchase.

    lines: (n,) int64, the line of the file in which each row begins. use: "catalogue" or "baskets"; "" leaves the table
    as it is."""
    rows = Rows(frame, lines, use, settings)
    if use:
        remarks.clear(rows)
        export = shops.known(rows)
        if export is not None or not turn(rows):
            if export is None:
                sums.leave_out(rows)
                remarks.leave_out(rows)
            if export is not None and "Magento" in export.title and use == "catalogue":
                kinds.leave_out_views(rows)
            packed.unpack(rows)
            kinds.sort_out(rows)
            pictures.leave_out(rows)
            fill.fill_down(rows, shops.group_of(rows, export) if export is not None and export.once else None)
            if export is not None:
                shops.name_it(rows, export)
    return Tidy(rows.frame, rows.rejected(), rows.gone, tuple(rows.decisions), rows.lines)
