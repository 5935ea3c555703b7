"""From a chosen file to a table whose columns we understand: reading it, what was rejected, what each column is."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import streamlit as st

from embedcore.dataset import ROLES
from embedcore.intake.baskets import BasketShape, guess_shape
from embedcore.intake.columns import guess_roles
from embedcore.intake.tables import Table
from embedcore.jobs import read_key
from pages.ui import jobs as job_ui
from pages.ui import services
from pages.ui.sources import Source
from pages.ui.text import number, plain

DELIMITERS = {"": "found automatically", ",": "comma ,", ";": "semicolon ;", "\t": "tab", "|": "bar |"}
ENCODINGS = {
    "": "found automatically",
    "utf-8": "UTF-8 (most files today)",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "utf-16": "UTF-16",
    "shift_jis": "Shift-JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}
SHAPES = {
    "long": "one row per product bought",
    "list": "one row per basket or customer, with a list of products",
    "lines": "one basket per line, nothing else",
}
NONE = "(none)"


@st.cache_data(max_entries=32, show_spinner=False)
def _key(path: str, size: int, options: tuple[tuple[str, object], ...]) -> str:
    return read_key(Path(path), dict(options))


def read(kind: str, source: Source) -> tuple[str, Table] | None:
    """(key, table) of a file, read in the worker; None while that runs or when it failed (the panel says why)."""
    options = st.session_state.get(f"options:{source.token}", {})
    spec = {
        "path": str(source.path),
        "filename": source.filename,
        "delimiter": None,
        "encoding": None,
        "sheet": None,
        "header_line": None,
        "ragged": False,
    } | options
    key = _key(spec["path"], source.path.stat().st_size, tuple(sorted({"kind": kind, **spec}.items())))
    table = services.table(key)
    if table is None:
        services.table.clear()
        started = st.session_state.setdefault("read:jobs", {})
        if key not in started:
            started[key] = services.jobs().submit("read", key, spec, f"Read {source.filename}").id
        job = services.jobs().get(started[key])
        if job is not None and job.state == "done":
            st.rerun()
        job_ui.panel(started[key])
        if job is not None and job.state in ("failed", "cancelled"):
            _options(kind, source, None)
        return None
    _report(kind, source, table)
    return key, table


def _report(kind: str, source: Source, table: Table) -> None:
    r = table.report
    st.markdown(
        f":material/check_circle: {number(r.rows_in)} rows in the file = **{number(r.kept)} kept** + "
        f"{number(r.rejected)} rejected"
    )
    for sentence in r.notices:
        st.info(plain(sentence), icon=":material/info:")
    if r.rejected:
        with st.expander(
            f"The {number(r.rejected)} rejected rows, with the line and the reason", icon=":material/report:"
        ):
            st.dataframe(table.rejected.head(1000), hide_index=True, width="stretch")
            st.download_button(
                "Download all rejected rows",
                table.rejected.to_csv(index=False),
                f"rejected-{kind}.csv",
                "text/csv",
                icon=":material/download:",
                key=f"rejected:{kind}",
            )
    _options(kind, source, table)


def _options(kind: str, source: Source, table: Table | None) -> None:
    """How the file was read, and another way to read it."""
    current = st.session_state.get(f"options:{source.token}", {})
    with st.expander("How the file was read", icon=":material/settings:", expanded=table is None):
        if table is not None:
            r = table.report
            facts = [
                f"{r.kind} file",
                f"encoding {r.encoding}" if r.encoding else "",
                f"columns separated by {DELIMITERS.get(r.delimiter, r.delimiter)}" if r.delimiter else "",
                f"column names in line {r.header_line}" if r.header_line else "",
                f"sheet {r.sheet}" if getattr(r, "sheet", None) else "",
            ]
            st.caption(plain(", ".join(f for f in facts if f)))
        delimiter = st.selectbox(
            "Columns are separated by",
            list(DELIMITERS),
            format_func=DELIMITERS.get,
            index=list(DELIMITERS).index(current.get("delimiter") or ""),
            key=f"delimiter:{kind}",
        )
        sheets = table.report.sheets if table is not None else ()
        sheet = None
        if len(sheets) > 1:
            chosen = current.get("sheet")
            sheet = st.selectbox(
                "Sheet", sheets, index=sheets.index(chosen) if chosen in sheets else 0, key=f"sheet:{kind}"
            )
        encoding = st.selectbox(
            "Letters are written in",
            list(ENCODINGS),
            format_func=lambda e: ENCODINGS[e],
            index=list(ENCODINGS).index(current.get("encoding") or ""),
            key=f"encoding:{kind}",
            help="The encoding of a text file. Choose another one when accents look wrong.",
        )
        header = st.number_input(
            "Line with the column names",
            0,
            value=current.get("header_line"),
            placeholder="found automatically",
            key=f"header:{kind}",
            help="Empty finds it: title lines above it are passed over. 0 says that there are no column names.",
        )
        ragged = kind == "baskets" and st.toggle(
            "Every line is one basket, without columns", value=bool(current.get("ragged")), key=f"ragged:{kind}"
        )
        if st.button("Read it again this way", key=f"again:{kind}"):
            st.session_state[f"options:{source.token}"] = {
                "delimiter": delimiter or None,
                "sheet": sheet,
                "encoding": encoding or None,
                "header_line": None if header is None else int(header),
                "ragged": ragged,
            }
            st.rerun()


def catalogue(key: str, table: Table) -> tuple[dict[str, str], bool]:
    """(column -> role, generate ids): the guess beside sample values, one click to correct."""
    guesses = _guesses(key)
    frame = pd.DataFrame(
        {
            "column": [g.column for g in guesses],
            "is": [g.role for g in guesses],
            "for example": ["  ·  ".join(s[:40] for s in g.samples[:3]) for g in guesses],
            "missing": [g.missing for g in guesses],
            "different": [g.distinct for g in guesses],
            "why": [g.why for g in guesses],
        }
    )
    st.markdown("**What each column is** – click a cell under “is” to correct it")
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        key=f"roles:{key[:12]}",
        disabled=["column", "for example", "missing", "different", "why"],
        column_config={
            "is": st.column_config.SelectboxColumn(
                "is",
                options=list(ROLES),
                required=True,
                help="title: the name on screen. category: few values. ignore: leave it out.",
            )
        },
    )
    roles = dict(zip(edited["column"], edited["is"], strict=True))
    ids = [c for c, r in roles.items() if r == "id"]
    generate = False
    if not ids:
        generate = st.toggle(
            "No column is the id: number the products 1, 2, 3 …", value=True, key=f"generate:{key[:12]}"
        )
    return roles, generate


@st.cache_data(max_entries=8, show_spinner=False)
def _guesses(key: str) -> list:
    table = services.table(key)
    return guess_roles(table.frame)


@st.cache_data(max_entries=8, show_spinner=False)
def _shape(key: str, catalogue_key: str | None, id_column: str | None) -> BasketShape:
    known = None
    if catalogue_key is not None and id_column is not None:
        known = set(services.table(catalogue_key).frame[id_column].dropna().astype(str))
    return guess_shape(services.table(key).frame, known)


def baskets(key: str, table: Table, catalogue_key: str | None, id_column: str | None) -> BasketShape:
    """The shape of the baskets: the guess, with a control per part."""
    guess = _shape(key, catalogue_key, id_column)
    st.markdown("**How the baskets are written**")
    st.caption(plain(guess.why))
    st.dataframe(table.frame.head(5), hide_index=True, width="stretch")
    shape = st.segmented_control(
        "Shape",
        list(SHAPES),
        default=guess.shape,
        format_func=SHAPES.get,
        required=True,
        key=f"shape:{key[:12]}",
        help="How one purchase stands in the file.",
    )
    columns = list(table.frame.columns)
    parts = {
        "long": ("item", "basket", "customer", "time", "quantity", "price"),
        "list": ("item", "basket", "customer", "time"),
        "lines": (),
    }[shape]
    words = {
        "item": "Product",
        "basket": "Basket or order",
        "customer": "Customer",
        "time": "Time",
        "quantity": "Quantity",
        "price": "Price",
    }
    chosen: dict[str, str | None] = {}
    for part, column in zip(parts, st.columns(max(1, len(parts))), strict=False):
        current = getattr(guess, part)
        options = columns if part == "item" else [NONE, *columns]
        index = options.index(current) if current in options else 0
        picked = column.selectbox(words[part], options, index=index, key=f"part:{key[:12]}:{shape}:{part}")
        chosen[part] = None if picked == NONE else picked
    blank = dict.fromkeys(("basket", "customer", "quantity", "price", "time"))
    return replace(guess, shape=shape, **{**blank, **chosen})


def shape_spec(shape: BasketShape) -> dict[str, object]:
    """A shape as JSON for the import job."""
    return asdict(shape)
