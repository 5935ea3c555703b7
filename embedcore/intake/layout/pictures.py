"""Rows that only hold one more picture of the product above them."""

from __future__ import annotations

import re

import numpy as np

from embedcore.intake.layout.rows import Rows
from embedcore.intake.layout.words import IMAGE

MOST = 0.9  # share of such rows from which they are what the table is about (chosen by hand)
WHOLE = 0.95  # of the other rows have something, such as a price, that these lack (chosen by hand)
CHOICES = (("out", "leave out"), ("in", "keep as products"))
_LINK = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:\?|\Z)", re.IGNORECASE)


def leave_out(rows: Rows) -> None:
    """Reject the rows with nothing but a picture, and say so."""
    if rows.use != "catalogue" or rows.filled.all():
        return
    share = rows.filled.mean(0)
    image = np.array([IMAGE.search(name.replace("_", " ")) is not None for name in rows.names])
    for c in np.flatnonzero(~image & (share > 0)).tolist():
        some = rows.some(c)
        image[c] = sum(_LINK.search(text) is not None for text in some) > 0.5 * len(some)
    others = ~image & (share < 0.995)
    numeric = rows.numeric()
    keys = [c for c in np.flatnonzero(~image & (share >= 0.995)).tolist() if c not in numeric and _varies(rows, c)]
    # Whatever else stands in every row would stand in these as well: then they are products.
    if not image.any() or others.sum() < 2 or len(keys) != 1:
        return
    only = rows.filled[:, image].any(1) & ~rows.filled[:, others].any(1)
    if only.mean() > MOST:
        return
    if not only.any() or not (rows.filled[~only][:, others].mean(0) >= WHOLE).any():
        return  # gaps are ordinary here
    # It belongs to a product: another row has the same key.
    only &= rows.frame.iloc[:, keys[0]].isin(rows.cells(keys[0], np.flatnonzero(~only))).to_numpy()
    if not only.any():
        return
    n, chosen = int(only.sum()), rows.set("pictures", "out", CHOICES)
    rows_ = "1 picture row" if n == 1 else f"{n:,} picture rows"
    if chosen == "in":
        rows.say("pictures", f"{rows_} kept as products.", chosen, CHOICES, n)
        return
    rows.say("pictures", f"{rows_} left out: nothing but one more picture of a product.", chosen, CHOICES, n, n)
    rows.reject(only, "it holds nothing but one more picture of a product")


def _varies(rows: Rows, column: int) -> bool:
    return rows.frame.iloc[:, column].nunique() > 1
