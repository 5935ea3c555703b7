"""From a chosen file to a table: reading it in the worker, what was rejected and why, another way to read it."""

from __future__ import annotations

import streamlit as st

from embedcore.export import csv
from embedcore.intake import Table
from embedcore.jobs import ReadFile
from pages.ui import jobs as job_ui
from pages.ui import notices, services
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


def read(kind: str, source: Source) -> tuple[str, Table] | None:
    """(key, table) of a file, read in the worker; None while that runs or when it failed (the panel says why)."""
    options = st.session_state.get(f"options:{source.token}", {})
    work = ReadFile(source.place, source.digest, source.filename, kind, **options, of=source.filename)
    key = work.key
    table = services.find_table(key)
    if table is None:
        started = st.session_state.setdefault("read:jobs", {})
        if key not in started:
            started[key] = services.jobs().submit(work).id
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
    notices.say(r.notices)
    if r.rejected:
        with st.expander(
            f"The {number(r.rejected)} rejected rows, with the line and the reason", icon=":material/report:"
        ):
            st.dataframe(table.rejected.head(1000), hide_index=True, width="stretch")
            st.download_button(
                "Download all rejected rows",
                csv(table.rejected),
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
