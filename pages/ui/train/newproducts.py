"""Vectors for products that came after the training: rows of a file, or the rest of the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from embedcore import Dataset
from embedcore.explore import Newcomers, newcomers
from embedcore.jobs import EmbedNew
from embedcore.store import RunInfo
from pages.ui import downloads, mapping, quality, reading, services, sources
from pages.ui import jobs as job_ui
from pages.ui.text import number, short
from pages.ui.train.texts import ADD_PRODUCTS, ADD_VECTORS, DOWNLOAD_VECTORS, HAVE_VECTORS, NEW_FILE, NEW_TABLE

FILE, REST = "A file", "Catalogue products without a vector"


def section(run: RunInfo) -> None:
    """Choose the rows, compute their vectors in the worker, show what they are nearest to."""
    dataset = services.dataset(run.dataset)
    with st.expander(ADD_PRODUCTS, icon=":material/add_box:"):
        st.write("New products get a vector at once, without training again. Nothing else changes.")
        missing = dataset.n_catalogue - _inside(dataset, run.key) if dataset.catalogue is not None else 0
        way: str | None = FILE
        if missing > 0:
            way = st.segmented_control(
                "Which products",
                [FILE, REST],
                default=FILE,
                required=True,
                key=f"new:way:{run.key[:8]}",
                label_visibility="collapsed",
            )
        wanted: dict[str, Any] | None = {}
        if way == REST:
            st.caption(f"{number(missing)} products of the catalogue have no vector.")
        else:
            wanted = _file(dataset)
        if wanted is None:
            return
        work = EmbedNew(run.dataset, run.key, **wanted)
        folder = work.folder(services.store())
        if folder is None:
            job_ui.offer(work, ADD_VECTORS, key=f"new:start:{run.key[:8]}", icon=":material/add:")
            return
        _show(_read(str(folder)), dataset)


def _inside(dataset: Dataset, run: str) -> int:
    """How many products of the catalogue have a vector."""
    rows = dataset.positions(services.embedding(run).ids)
    return int((rows < dataset.n_catalogue).sum())


def _file(dataset: Dataset) -> dict[str, Any] | None:
    """A table with the columns of the catalogue, read like any other; None until there is one."""
    source = sources.pick("new", NEW_FILE, "With the columns of the catalogue: CSV, Excel, JSON or Parquet")
    read = reading.shown("new", source) if source else None
    if read is None:
        return None
    key, table = read
    roles = dict(dataset.catalogue.roles) if dataset.catalogue is not None else {}
    columns = [str(c) for c in table.frame.columns]
    shared = {c: r for c, r in roles.items() if c in columns}
    if not shared:
        st.warning(
            "No column of this file has the name of a catalogue column. Choose what each column is.",
            icon=":material/info:",
        )
        mapped, generate = mapping.catalogue(key, table)
        return {"raw": key, "roles": mapped, "generate_ids": generate}
    rest = [c for c in columns if c not in shared]
    lacking = [c for c in roles if c not in columns]
    if rest or lacking:
        notes = [f"not used: {short(', '.join(rest), 80)}"] if rest else []
        notes += [f"missing: {short(', '.join(lacking), 80)}"] if lacking else []
        st.text("; ".join(notes).capitalize())
    generate = "id" not in shared.values()
    if generate:
        st.caption("No id column. Products are numbered 1, 2, 3 …")
    return {"raw": key, "roles": shared | dict.fromkeys(rest, "ignore"), "generate_ids": generate}


@services.resource(max_entries=8)
def _read(folder: str) -> Newcomers:
    return Newcomers.load(Path(folder))


def _show(found: Newcomers, dataset: Dataset) -> None:
    """How many have a vector now, and what each is nearest to."""
    have = int(found.table["vector"].sum())
    st.markdown(f"**{number(have)}** of {number(len(found.table))} {HAVE_VECTORS}.")
    quality.say(found.notices)
    shown = found.table[found.table["vector"]].drop(columns=["vector", "known"]).head(1_000)
    names = {f"near{n + 1}": f"nearest {n + 1}" for n in range(newcomers.NEAR)}
    alike = {f"alike{n + 1}": st.column_config.NumberColumn("similarity", format="%.2f") for n in range(newcomers.NEAR)}
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        alt=f"{NEW_TABLE} and the known products nearest to each",
        column_config={**{k: st.column_config.TextColumn(v) for k, v in names.items()}, **alike},
    )
    left, right = st.columns(2)
    name = short(dataset.name, 40)
    downloads.table(DOWNLOAD_VECTORS, found.export, f"{name} new vectors", key="new:vectors", where=left)
    downloads.table("Download nearest products (CSV)", found.table, f"{name} new products", key="new:near", where=right)
