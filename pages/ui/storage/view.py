"""The Storage page, drawn: totals, datasets, everything else, how long things are kept."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore.data import folders
from embedcore.store import DatasetUsage, Settings, Usage
from pages.ui import services, shell
from pages.ui.storage import look, texts
from pages.ui.text import count, number, plain, short

_DONE = "storage:done"  # what the last press did, told after the page is drawn anew
_TALL = 8  # rows that are shown at once; more of them scroll
_ROW = 58  # pixels
_NAME, _SIZE, _BUTTON = 190, 75, 105  # widths of a row's parts


@services.resource(max_entries=20)
def measure(minute: int) -> Usage:
    """What lies where, counted at most once a minute."""
    del minute
    return services.store().usage()


def usage() -> Usage:
    """The newest count, without what another tab has removed since."""
    found = measure(int(time.time() // 60))
    here = {d.hash for d in services.store().datasets()}
    return replace(found, datasets=tuple(d for d in found.datasets if d.hash in here))


def done() -> None:
    """What the last press did."""
    if said := st.session_state.pop(_DONE, ""):
        st.success(said, icon=":material/check_circle:")


def totals(used: Usage) -> None:
    """How much is used, how much is free, and by what."""
    with st.container(border=True):
        size = folders.size_text
        st.markdown(f"#### {size(used.bytes)} used :gray[· {size(used.free)} free on the disk]")
        st.altair_chart(look.bar(used), width="stretch", alt="Bar of what takes how much space")


def datasets(used: Usage) -> None:
    """Every dataset with its size, the largest first, and the button that removes it."""
    st.subheader(texts.DATASETS, anchor=False)
    products = {d.hash: d.products for d in services.store().datasets()}
    found = sorted(used.datasets, key=lambda d: -d.bytes)
    with st.container(border=True, height=_TALL * _ROW if len(found) > _TALL else "content"):
        if not found:
            st.caption(texts.NO_DATASET)
        for one in found:
            _dataset(one, products.get(one.hash, 0))


def _dataset(one: DatasetUsage, products: int) -> None:
    parts = [f"{number(products)} products", f"data {folders.size_text(one.data)}"]
    if one.run_count:
        parts.append(f"{count(one.run_count, 'embedding')} {folders.size_text(one.runs)}")
    if one.made >= 50_000:
        parts.append(f"results {folders.size_text(one.made)}")
    with _line():
        _row(short(one.name, 40), " · ".join(parts), one.bytes)
        ask = st.popover(texts.REMOVE, width=_BUTTON)
    with ask:
        st.markdown(f"Remove “{plain(short(one.name, 60))}”?")
        st.caption(look.holds(one))
        if st.button(texts.REMOVE_FOR_GOOD, type="primary", icon=":material/delete:", key=f"remove:{one.hash[:16]}"):
            freed, left = services.remove_dataset(one.hash)
            if one.hash.startswith(shell.url("dataset") or "-"):
                shell.remember(dataset=None, run=None)
            _tell(f"{texts.removed(plain(short(one.name, 60)), folders.size_text(freed))} {left}".strip())


def _row(title: str, about: str, size: int) -> None:
    """The beginning of one line of a list; its button comes next."""
    st.markdown(f"**{plain(title)}**", width=_NAME)
    st.caption(plain(about), width="stretch")
    st.markdown(folders.size_text(size) if size >= 50_000 else ":gray[–]", text_alignment="right", width=_SIZE)


def _line() -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center")


def other(used: Usage, settings: Settings) -> None:
    """What lies beside the datasets."""
    st.subheader(texts.OTHER, anchor=False)
    found = look.lines(used, settings)
    with st.container(border=True, height=_TALL * _ROW if len(found) > _TALL else "content"):
        for line in found:
            with _line():
                _row(line.title, line.about, line.bytes)
                can = bool(line.sure and line.bytes)
                if can:
                    ask = st.popover(texts.DELETE, width=_BUTTON)
                else:
                    st.markdown("\u00a0", width=_BUTTON)  # its place stays empty
            if can:
                with ask:
                    _delete(line)


def _delete(line: look.Line) -> None:
    st.markdown(f"Delete {folders.size_text(line.bytes)}?")
    st.caption(line.sure)
    if st.button(
        texts.DELETE_NOW, type="primary", icon=":material/delete:", key=f"delete:{line.area}:{line.name or ''}"
    ):
        _tell(texts.deleted(folders.size_text(services.store().discard(line.area, line.name))))


def keeping(settings: Settings) -> None:
    """How long files are kept, and how much they may take."""
    with st.expander(texts.KEEPING, icon=":material/schedule:"), st.form("storage:keeping", border=False):
        st.caption(
            "Datasets, embeddings and verdicts are kept until you remove them. What a running job needs is kept, too."
        )
        first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
        with first:
            spool = _days(texts.UPLOAD_DAYS, settings.spool_days)
        with second:
            raw = _days(texts.TABLE_DAYS, settings.raw_days)
        with third:
            log = _days(texts.LOG_DAYS, settings.log_days)
        with fourth:
            quota = st.number_input(
                texts.LIMIT,
                min_value=0.0,
                max_value=100_000.0,
                value=(settings.quota or 0) / look.GIGA,
                step=1.0,
                format="%g",
                help="When they take more, the oldest are deleted. 0: no limit.",
            )
        if st.form_submit_button(texts.SAVE, icon=":material/check:"):
            new = replace(settings, spool_days=spool, raw_days=raw, log_days=log)
            services.store().set_settings(replace(new, quota=round(quota * look.GIGA) or None))
            before = services.store().usage().bytes
            services.store().sweep()
            freed = before - services.store().usage().bytes
            _tell(f"{texts.SAVED} {folders.size_text(freed)} freed." if freed >= 50_000 else texts.SAVED)


def _days(label: str, value: float) -> float:
    return st.number_input(label, min_value=1.0, max_value=3650.0, value=max(1.0, value), step=1.0, format="%g")


def _tell(what: str) -> None:
    st.session_state[_DONE] = what
    measure.clear()
    st.rerun()
