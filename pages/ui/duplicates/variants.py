"""Variants of one product: rows that differ in a size, a colour, a model ..., which are never merged unless told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from streamlit.delta_generator import DeltaGenerator

from embedcore.match import Matches
from pages.ui import downloads, services
from pages.ui.duplicates import decisions, groups, review, texts
from pages.ui.duplicates.decisions import Desk, Unit
from pages.ui.text import count, number, plain, short

_MOST = 2_000  # pairs that can be paged through


@dataclass(frozen=True, eq=False)
class Variants(groups.Found):
    """What the review shows of pairs of variants."""

    def head(self, unit: Unit, *, undecided: bool) -> str:  # noqa: ARG002  of the protocol
        """In what the two differ."""
        row = self.row(unit)
        axes = self.reasons.axes(row) if row is not None else []
        return f"**{texts.VARIANTS_OF}** · {plain(', '.join(map(str, axes)) or texts.SOME_OPTION)}"

    def first(self, unit: Unit) -> int:
        """The row that comes first in the catalogue."""
        return unit.items[0]

    def under(self, card: DeltaGenerator, unit: Unit, item: int) -> None:
        """Why they are close, once."""
        row = self.row(unit)
        if item != unit.items[0] and row is not None:
            card.caption(plain(self.reasons.of(row)))

    def row(self, unit: Unit) -> int | None:
        """The pair of a unit."""
        a, b = unit.items
        return self.matches.row_of.get((min(a, b), max(a, b)))


def view(source: Variants, desk: Desk) -> None:
    """How many, a way to take them along, and the pairs, the most alike first."""
    review.undo_line(desk)
    found, dataset = source.matches, source.dataset
    verdicts = decisions.by_pair(services.verdicts(source.data))
    rows = np.flatnonzero(found.kind == "variant")
    rows = rows[np.argsort(-found.evidence[rows], kind="stable")]
    units: list[Unit] = []
    for row in rows.tolist():
        pair = decisions.pair(str(dataset.items[found.a[row]]), str(dataset.items[found.b[row]]))
        if pair not in verdicts and len(units) < _MOST:
            units.append(Unit((int(found.a[row]), int(found.b[row])), float(found.probability[row]), (pair,)))
    units.sort(key=lambda u: u.key in desk.skipped)
    if len(rows):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(
                f"**{number(len(rows))}** pairs of variants of **{count(families(found), 'product')}**. "
                f"{texts.VARIANTS_HELP}",
                width="content",
            )
            name = f"{short(dataset.name, 40)} variants"
            downloads.table("CSV", lambda: table(source, rows), name, key="match:variants")
    about = (source.data, "variants")
    review.listing(source, desk, units, about, texts.NO_VARIANTS, undecided=True)


def families(found: Matches) -> int:
    """Products that have variants."""
    rows = found.kind == "variant"
    a, b = found.a[rows], found.b[rows]
    part = connected_components(csr_matrix((np.ones(len(a)), (a, b)), (found.n, found.n)), directed=False)[1]
    return len(np.unique(part[a]))


def table(source: Variants, rows: np.ndarray, most: int = 50_000) -> pd.DataFrame:
    """id_a, id_b, titles and axis of pairs of variants."""
    found, dataset, rows = source.matches, source.dataset, rows[:most]
    a, b = found.a[rows], found.b[rows]
    return pd.DataFrame(
        {
            "id_a": dataset.items[a],
            "id_b": dataset.items[b],
            "title_a": dataset.titles[a],
            "title_b": dataset.titles[b],
            "axis": [", ".join(map(str, source.reasons.axes(int(r)))) for r in rows],
        }
    )
