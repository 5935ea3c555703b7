"""One file on its way in: what was understood of it, with a choice beside each sentence, and its first rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from embedcore.intake import Decision, Table, Understanding
from pages.ui import mapping, quality, reading, sources
from pages.ui.files import texts, understood
from pages.ui.sources import ChosenFile
from pages.ui.text import plain

_ROW, _HEAD = 28, 36  # heights in the preview
_YEARS = 10_000


def show(kind: str, source: ChosenFile, key: str, table: Table, found: Understanding, *, wide: bool) -> dict[str, Any]:
    """Draw it; what an import needs to know of the file. kind: "catalogue" or "baskets". wide: the
    card has more than half of the page."""
    chosen = sources.chosen(kind, source.digest)
    about = [d for d in getattr(found, kind) if d.key != "swap"]
    by_reader = {d.key for d in table.report.decisions}

    def choose(name: str, value: str) -> None:
        group = "reading" if name in by_reader else "settings"
        before = getattr(sources.chosen(kind, source.digest), group)
        sources.keep(kind, source.digest, **{group: {**before, name: value}})

    loud = [f"{quality.LOUD}{sentence}" for sentence in chosen.said or ()]
    notices = [*loud, *reading.notices(table), _columns(kind, found)]
    quality.decide(about, choose, f"decide:{kind}", notices, wide=wide, mine={*chosen.settings, *chosen.reading})
    settings = understood.settled(chosen.settings, tuple(about))
    spec: dict[str, Any] = {"raw": key, "file": source.filename}
    if kind == "catalogue":
        roles = dict(found.roles)
        _preview(understood.first_products(key, tuple(roles.items()), settings), texts.FIRST_PRODUCTS)
        spec |= {"roles": roles, "generate_ids": found.generate_ids}
    elif found.shape is not None:
        _preview(understood.first_baskets(key, understood.as_json(found.shape), settings), texts.FIRST_BASKETS)
        spec |= {"shape": asdict(found.shape)}
    panels = {texts.CORRECT: texts.CORRECT, reading.HOW_READ: reading.HOW_READ}
    if table.report.rejected:
        panels[reading.REJECTED] = reading.rejected_title(table)
    opened = st.pills(
        texts.MORE,
        list(panels),
        format_func=panels.__getitem__,
        key=f"panel:{kind}:{source.token}",
        label_visibility="collapsed",
    )
    if opened == reading.HOW_READ:
        reading.how(kind, source, table)
    elif opened == reading.REJECTED:
        reading.rejected(kind, table)
    elif opened == texts.CORRECT and kind == "catalogue":
        if looked := mapping.looked_at(table):
            st.caption(looked)
        mapping.roles(key, mapping.guesses(key), found.roles, choose)
    elif opened == texts.CORRECT and found.shape is not None:
        mapping.baskets(key, table, found.shape, choose)
    given = {"settings": dict(chosen.settings), "reading": dict(chosen.reading), "options": dict(chosen.options)}
    return spec | {name: value for name, value in given.items() if value}


def _columns(kind: str, found: Understanding) -> str:
    """What the columns of a file are taken for."""
    if kind == "catalogue":
        return texts.of_roles(found.roles, told=any(d.key == "id" for d in found.catalogue))
    return found.shape.why if found.shape is not None else ""


def assumed(found: Understanding) -> str:
    """What an import takes for granted, because the files do not say it; "" when they say everything."""
    words = [f"{_about(d)}{quality.words(d)}" for d in found.unsure]
    return f"{texts.ASSUMED} {'; '.join(words)}." if words else ""


def _about(d: Decision) -> str:
    _, _, column = d.key.partition(":")
    return f"“{column}”: " if column else ""


def _preview(rows: pd.DataFrame | str, alt: str) -> None:
    if isinstance(rows, str):
        st.caption(f":orange[:material/warning:] {plain(rows)}")
        return
    config: dict[str, Any] = {}
    for column in rows.columns:
        cells = rows[column]
        if pd.api.types.is_datetime64_any_dtype(cells):
            days = bool((cells.dropna() == cells.dropna().dt.normalize()).all())
            config[column] = st.column_config.DatetimeColumn(format="YYYY-MM-DD" if days else "YYYY-MM-DD HH:mm")
        elif pd.api.types.is_float_dtype(cells):
            config[column] = st.column_config.NumberColumn(format="plain" if _years(cells) else "localized")
        elif cells.map(lambda v: isinstance(v, list)).any():
            config[column] = st.column_config.ListColumn()
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        row_height=_ROW,
        height=_HEAD + _ROW * max(1, len(rows)) + 2,
        column_config=config,
        placeholder="",
        alt=alt,
    )


def _years(cells: pd.Series) -> bool:
    """Whole numbers below ten thousand read better without a thousands sign: some of them are years."""
    return bool(((cells.isna()) | ((cells % 1 == 0) & (cells.abs() < _YEARS))).all())
