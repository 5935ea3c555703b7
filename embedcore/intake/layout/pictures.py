"""Rows that only hold one more picture of the product above them."""

from __future__ import annotations

import re

import numpy as np

from embedcore.intake.layout.rows import Rows
from embedcore.intake.layout.words import IMAGE

MOST = 0.9  # share of such rows from which they are what the table is about (chosen by hand)
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
    keys = np.flatnonzero(~image & (share >= 0.995))
    if not image.any() or not others.any() or not len(keys):
        return
    only = rows.filled[:, image].any(1) & ~rows.filled[:, others].any(1)
    if not only.any() or only.mean() > MOST:
        return
    # It belongs to a product: a row of another kind has the same key.
    belongs = np.zeros(len(rows), bool)
    for c in keys.tolist():
        belongs |= rows.frame.iloc[:, c].isin(rows.cells(c, np.flatnonzero(~only))).to_numpy()
    only &= belongs
    if not only.any():
        return
    n, chosen = int(only.sum()), rows.set("pictures", "out", CHOICES)
    rows_ = "1 picture row" if n == 1 else f"{n:,} picture rows"
    if chosen == "in":
        rows.say("pictures", f"{rows_} kept as products.", chosen, CHOICES, n)
        return
    rows.say("pictures", f"{rows_} left out: nothing but one more picture of a product.", chosen, CHOICES, n, n)
    rows.reject(only, "it holds nothing but one more picture of a product")
