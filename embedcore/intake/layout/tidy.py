"""A table of text as it was read -> the same with one row per product, or per product bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.intake.decisions import Decision, Settings


@dataclass(frozen=True, eq=False)
class Tidy:
    """frame: the rows that are kept. rejected: columns line, reason, text (as in Table). filled: rows whose values went
    into other rows, such as the properties of a product. decisions: what was understood.

    rows in == len(frame) + len(rejected) + filled."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    filled: int = 0
    decisions: tuple[Decision, ...] = ()


def tidy(frame: pd.DataFrame, lines: np.ndarray, use: str, settings: Settings) -> Tidy:  # noqa: ARG001
    """Recognise what kinds of rows a table has, and bring it into one row per product or purchase.

    lines: (n,) int64, the line of the file in which each row begins. use: "catalogue" or "baskets"; "" leaves the table
    as it is."""
    texts = pd.Series(dtype="str")
    return Tidy(frame, pd.DataFrame({"line": np.empty(0, np.int64), "reason": texts, "text": texts}))
