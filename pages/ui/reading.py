"""From a chosen file to a table: reading it in the worker, what was rejected and why, another way to read it."""

from __future__ import annotations

import streamlit as st

from embedcore.intake import Table
from embedcore.jobs import ReadFile
from pages.ui import downloads, quality, services
from pages.ui import jobs as job_ui
from pages.ui.sources import ChosenFile
from pages.ui.text import number, plain

KEPT, REJECTED = "kept", "rejected"
AUTOMATIC = "found automatically"
DELIMITERS: dict[str, str] = {"": AUTOMATIC, ",": "comma ,", ";": "semicolon ;", "\t": "tab", "|": "pipe |"}
ENCODINGS = {
    "": AUTOMATIC,
    "utf-8": "UTF-8 (most files today)",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "utf-16": "UTF-16",
    "shift_jis": "Shift-JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}


def read(kind: str, source: ChosenFile) -> tuple[str, Table] | None:
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


def started() -> list[str]:
    """Ids of the jobs that read files for this session: their panels say how they ended."""
    return list(st.session_state.get("read:jobs", {}).values())


def _report(kind: str, source: ChosenFile, table: Table) -> None:
    r = table.report
    st.markdown(
        f":material/check_circle: {number(r.rows_in)} rows in the file = **{number(r.kept)} {KEPT}** + "
        f"{number(r.rejected)} {REJECTED}"
    )
    quality.say(r.notices)
    if r.rejected:
        with st.expander(f"Rejected rows ({number(r.rejected)})", icon=":material/report:"):
            st.dataframe(table.rejected.head(1000), hide_index=True, width="stretch")
            downloads.table(
                "Download the rejected rows (CSV)", table.rejected, f"rejected-{kind}", key=f"rejected:{kind}"
            )
    _options(kind, source, table)


def _options(kind: str, source: ChosenFile, table: Table | None) -> None:
    """How the file was read, and another way to read it."""
    current = st.session_state.get(f"options:{source.token}", {})
    with st.expander("How the file was read", icon=":material/settings:", expanded=table is None):
        if table is not None:
            r = table.report
            facts = [
                f"{r.kind} file",
                f"encoding {r.encoding}" if r.encoding else "",
                f"delimiter {DELIMITERS.get(r.delimiter, r.delimiter)}" if r.delimiter else "",
                f"header in line {r.header_line}" if r.header_line else "",
                f"sheet {r.sheet}" if r.sheet else "",
            ]
            st.caption(plain(" · ".join(f for f in facts if f)))
        delimiter = st.selectbox(
            "Delimiter",
            list(DELIMITERS),
            format_func=DELIMITERS.__getitem__,
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
            "Encoding",
            list(ENCODINGS),
            format_func=lambda e: ENCODINGS[e],
            index=list(ENCODINGS).index(current.get("encoding") or ""),
            key=f"encoding:{kind}",
            help="Choose another one when accents look wrong.",
        )
        header = st.number_input(
            "Header line",
            0,
            value=current.get("header_line"),
            placeholder=AUTOMATIC,
            key=f"header:{kind}",
            help="The line with the column names. Lines above it are skipped; 0: there are no column names.",
        )
        ragged = kind == "baskets" and st.toggle(
            "One basket per line, no columns", value=bool(current.get("ragged")), key=f"ragged:{kind}"
        )
        if st.button("Read it again", key=f"again:{kind}"):
            st.session_state[f"options:{source.token}"] = {
                "delimiter": delimiter or None,
                "sheet": sheet,
                "encoding": encoding or None,
                "header_line": None if header is None else int(header),
                "ragged": ragged,
            }
            st.rerun()
