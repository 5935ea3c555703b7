"""From a chosen file to a table: reading it in the worker, what was rejected and why, another way to read it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from embedcore import EmbedError
from embedcore.intake import DELIMITERS, ENCODINGS, Table
from embedcore.jobs import ReadFile
from pages.ui import downloads, quality, services, sources
from pages.ui import jobs as job_ui
from pages.ui.sources import ChosenFile
from pages.ui.text import number, plain

KEPT, REJECTED, FILLED = "kept", "rejected", "filled into others"
HOW_READ, READ_AGAIN, START_OVER = "How the file was read", "Read it again", "Undo all choices"
WRONG_ACCENTS = "Choose another one when accents look wrong."
OTHER_SIGN = "Choose one, or type the sign that stands between the cells."
_FIELD = 190  # width of a field
AUTOMATIC = "found automatically"
_DELIMITERS, _ENCODINGS = ({"": AUTOMATIC, **dict(known)} for known in (DELIMITERS, ENCODINGS))
_TAB = {"\t": "tab"}


def read(kind: str, source: ChosenFile) -> tuple[str, Table] | None:
    """(key, table) of a file, read in the worker; None while that runs or when it failed (the panel says why)."""
    chosen = sources.chosen(kind, source.digest)
    settings = dict(chosen.reading) or None
    work = ReadFile(
        source.place, source.digest, source.filename, kind, **chosen.options, settings=settings, of=source.filename
    )
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
            if settings:
                _again(kind, source)
            how(kind, source, None)
        return None
    rows(table)
    return key, table


def shown(kind: str, source: ChosenFile) -> tuple[str, Table] | None:
    """The same, with what was understood and another way to read it."""
    found = read(kind, source)
    if found is not None:
        report = found[1].report
        quality.decide(report.decisions, choose(kind, source.digest), f"decide:{kind}", notices(found[1]))
        if report.rejected:
            with st.expander(rejected_title(found[1]), icon=":material/report:", type="compact"):
                rejected(kind, found[1])
        with st.expander(HOW_READ, icon=":material/settings:", type="compact"):
            how(kind, source, found[1])
    return found


def choose(kind: str, digest: str) -> quality.Choose:
    """What happens when a person decides about the rows of a file: it is read again."""

    def chosen(key: str, value: str) -> None:
        sources.keep(kind, digest, reading={**sources.chosen(kind, digest).reading, key: value})

    return chosen


def started() -> list[str]:
    """Ids of the jobs that read files for this session: their panels say how they ended."""
    return list(st.session_state.get("read:jobs", {}).values())


def rows(table: Table) -> None:
    """How many rows the file has, and how many were kept, rejected or merged."""
    r = table.report
    text = f"{number(r.rows_in)} rows in the file = **{number(r.kept)} {KEPT}** + {number(r.rejected)} {REJECTED}"
    text += f" + {number(r.filled)} {FILLED}" if r.filled else ""
    st.markdown(f":small[{text}]")


def notices(table: Table) -> list[str]:
    """What the reader has to say, without how many rows were left out, which stands with the rows."""
    return [sentence for sentence in table.report.notices if not sentence.startswith("Rejected: ")]


def rejected_title(table: Table) -> str:
    """How many rows were left out."""
    return f"Rejected rows ({number(table.report.rejected)})"


def rejected(kind: str, table: Table) -> None:
    """The rows that were left out, each with its line and the reason."""
    st.dataframe(table.rejected.head(1000), hide_index=True, width="stretch", height=210)
    downloads.table("Download the rejected rows (CSV)", table.rejected, f"rejected-{kind}", key=f"rejected:{kind}")


def start_over(given: Mapping[str, ChosenFile], why: EmbedError) -> None:
    """The way back from choices with which files cannot be understood."""
    st.error(f"{plain(why.message)}  \n{plain(why.hint)}", icon=":material/error:")
    if st.button(START_OVER, key="over:all", icon=":material/undo:"):
        for kind, source in given.items():
            sources.forget(kind, source.digest)
        st.rerun()


def _again(kind: str, source: ChosenFile) -> None:
    """The way back from a choice with which the file cannot be read."""
    if st.button(START_OVER, key=f"over:{kind}", icon=":material/undo:"):
        sources.forget(kind, source.digest)
        st.rerun()


def how(kind: str, source: ChosenFile, table: Table | None) -> None:
    """How the file was read, and another way to read it."""
    before = sources.chosen(kind, source.digest)
    current = {**before.options, **before.reading}
    if table is not None:
        r = table.report
        facts = [
            f"{r.kind} file",
            f"encoding {_ENCODINGS.get(r.encoding, r.encoding)}" if r.encoding else "",
            f"delimiter {_DELIMITERS.get(_TAB.get(r.delimiter, r.delimiter), r.delimiter)}" if r.delimiter else "",
            f"header in line {r.header_line}" if r.header_line else "",
            f"sheet {r.sheet}" if r.sheet else "",
        ]
        st.caption(plain(" · ".join(f for f in facts if f)))
    sheets = table.report.sheets if table is not None else ()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        delimiter = _pick(
            "Delimiter", _DELIMITERS, current.get("delimiter"), f"delimiter:{kind}", OTHER_SIGN, free=True
        )
        sheet = None
        if len(sheets) > 1:
            chosen = current.get("sheet")
            index = sheets.index(chosen) if chosen in sheets else 0
            sheet = st.selectbox("Sheet", sheets, index=index, key=f"sheet:{kind}", width=_FIELD)
        encoding = _pick("Encoding", _ENCODINGS, current.get("encoding"), f"encoding:{kind}", WRONG_ACCENTS)
        header = st.number_input(
            "Header line",
            0,
            value=int(current["header"]) if str(current.get("header", "")).isdecimal() else None,
            placeholder="automatic",
            key=f"header:{kind}",
            help="The line with the column names. Lines above it are skipped; 0: there are no column names.",
            width=_FIELD,
        )
        ragged = kind == "baskets" and st.toggle(
            "One basket per line, no columns", value=bool(current.get("ragged")), key=f"ragged:{kind}"
        )
    if st.button(READ_AGAIN, key=f"again:{kind}"):
        given = {"delimiter": delimiter, "encoding": encoding, "header": "" if header is None else str(int(header))}
        rest = {k: v for k, v in before.reading.items() if k not in (*given, "sheet")}
        options = {k: v for k, v in {"sheet": sheet, "ragged": ragged or None}.items() if v is not None}
        reading = {**rest, **{k: v for k, v in given.items() if v}}
        sources.keep(kind, source.digest, options=options, reading=reading)
        st.rerun()
    if before.any and table is not None:
        _again(kind, source)


def _pick(label: str, named: dict[str, str], current: str | None, key: str, help: str, *, free: bool = False) -> str:
    known = list(named) if (current or "") in named else [*named, current or ""]
    found = st.selectbox(
        label,
        known,
        accept_new_options=free,
        format_func=lambda v: named.get(v, v),
        index=known.index(current or ""),
        key=key,
        help=help,
        width=_FIELD,
    )
    return found or ""
