"""The parts of the page on unusual products: what to look at, the list, one product with what was expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.explore import anomalies
from embedcore.jobs import FindErrors
from embedcore.methods import TABLE, get
from pages.ui import cards, notices, services, shell
from pages.ui import jobs as job_ui
from pages.ui.text import number, plain, short

RARE = 0.02  # probability below which a cell is called odd
SURE = 0.5  # probability of something else from which an odd cell is a likely mistake
SHOWN = 1_000  # rows in the table
NOTE = "anomalies"
ALL = "all columns"
VERDICTS = {"fine": "fine as it is", "wrong": "wrong"}
HOW = (
    "A small neural network learns from your own table what goes with what. Then every cell is covered in turn and the "
    "network says what it would expect there, seeing only the rest of the product. A cell is surprising when the "
    "network gave what stands there a small chance; a number also when it is far from what was expected. The score of "
    "a product adds up the surprise of all its cells (*-log p of each hidden cell, summed; an autoencoder with "
    "denoising*).\n\n"
    "It knows nothing but this table: something new or rare is unusual, and not therefore wrong. A mistake that many "
    "products share looks normal. When two columns contradict each other it may name the one that is right. Words of "
    "names and descriptions help to judge the other columns and are not judged themselves."
)


@dataclass(frozen=True, eq=False)
class Found:
    """frame: see embedcore.explore.anomalies. facts: columns, unused, notices, left_out, products."""

    frame: pd.DataFrame
    facts: Mapping[str, Any]


def settings(data: str, dataset: Dataset) -> FindErrors:
    """The columns to leave out, folded away; a trained autoencoder is used when it learned with hidden cells from just
    the other columns."""
    columns = dataset.columns(*TABLE)
    with st.expander("What to look at", icon=":material/tune:"):
        hidden = st.multiselect(
            "Columns to leave out",
            columns,
            key=f"unusual:exclude:{data[:8]}",
            placeholder="none",
            persist_state="session",
            help="Columns whose oddities do not matter, such as dates of entry. Each choice is looked at anew.",
        )
    exclude = tuple(c for c in columns if c in hidden)
    return FindErrors(data, anomalies.VERSION, exclude, _trained(data, exclude), of=dataset.name)


def _trained(data: str, exclude: tuple[str, ...]) -> str | None:
    learns = vars(get("autoencoder").Params())["preset"]  # the default hides cells while it learns
    for run in services.store().runs(data):
        hides = run.method == "autoencoder" and run.params.get("preset", learns) == learns
        if hides and sorted(run.params.get("exclude", ())) == sorted(exclude):
            return run.key
    return None


def offer(wanted: FindErrors, dataset: Dataset) -> None:
    """Nothing was looked for yet: say what will happen, and one button."""

    def about() -> None:
        st.subheader("Which products do not add up?", anchor=False)
        st.write(
            "A model learns what goes with what in this catalogue, then every cell is covered in turn and compared "
            "with what the model expects there. You get a list with the odd cell of each product and what was expected."
        )
        how = (
            "The autoencoder is trained on this dataset already: a few seconds."
            if wanted.run
            else "It trains a model for this by itself: about half a minute, longer for very large catalogues."
        )
        st.caption(f"{number(dataset.n_catalogue)} products. {how}")

    job_ui.offer(wanted, "Look for unusual products", key="unusual:go", icon=":material/troubleshoot:", about=about)


@st.cache_resource(max_entries=4, show_spinner=False)
def read(folder: str) -> Found:
    """What the job left; do not change it, it is shared."""
    facts = json.loads((Path(folder) / anomalies.FACTS).read_text(encoding="utf-8"))
    return Found(pd.read_parquet(Path(folder) / anomalies.FILE), facts)


def odd(frame: pd.DataFrame) -> pd.Series:
    """Rows with a cell that products like it hardly ever have, where something else was clearly expected."""
    return (frame["seen"] < RARE) & (frame["probability"] >= SURE)


def head(found: Found) -> None:
    """How many products were looked at and how many stand out."""
    notices.say(found.facts["notices"])
    many, left = int(odd(found.frame).sum()), found.facts["left_out"]
    said = f"**{number(many)}** of {number(len(found.frame))} products have a cell that is clearly unexpected"
    tail = f"; {number(left)} could not be judged, nothing is known of them." if left else "."
    st.markdown(said + tail)


def pick(found: Found) -> pd.DataFrame:
    """The rows that the filters leave, most unusual first."""
    frame = found.frame
    counts = frame.loc[odd(frame), "column"].value_counts()
    options = [ALL, *sorted(found.facts["columns"], key=lambda c: (-int(counts.get(c, 0)), c))]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    column = left.selectbox(
        "Odd in which column?",
        options,
        format_func=lambda c: ALL if c == ALL else f"{c} ({number(int(counts.get(c, 0)))})",
        key="unusual:column",
        persist_state="session",
        help="The column whose cell surprises most. In brackets: products in which it is clearly unexpected.",
    )
    sure = right.toggle(
        "Clear cases only",
        key="unusual:clear",
        persist_state="session",
        help="Cells that at most 2 % of products like this have, while at least half of them have one other value.",
    )
    kept = frame if column == ALL else frame[frame["column"] == column]
    return kept[odd(kept)] if sure else kept


def table(dataset: Dataset, data: str, kept: pd.DataFrame) -> pd.Series:
    """The list; the chosen row, or the first."""
    shown, said = kept.head(SHOWN), verdicts(data)
    view = pd.DataFrame(
        {
            "unusual": shown["score"],
            "product": [short(dataset.titles[i], 60) for i in shown["item"]],
            "why": shown["reason"],
            "column": shown["column"],
            "stands there": shown["value"],
            "expected": shown["expected"],
            "id": shown["id"],
        }
    )
    if any(i in said for i in shown["id"]):
        view.insert(2, "you say", [VERDICTS.get(said.get(i, ""), "") for i in shown["id"]])
    event = st.dataframe(
        view,
        hide_index=True,
        key="unusual:table",
        on_select="rerun",
        selection_mode="single-row",
        height=36 * min(len(view), 11) + 38,
        alt="Table of products, the most unusual first",
        column_config={
            "unusual": st.column_config.ProgressColumn(
                format="%.1f",
                min_value=0,
                max_value=float(max(kept["score"].max(), 1.0)),
                width="small",
                help="The surprise of all its cells added up (-log p). Only the order matters.",
            ),
            "product": st.column_config.TextColumn(width=220),
            "why": st.column_config.TextColumn(width=430),
        },
    )
    if len(kept) > len(shown):
        st.caption(f"The {number(len(shown))} most unusual of {number(len(kept))}; the download has all of them.")
    row = event.selection.rows[0] if event.selection.rows and event.selection.rows[0] < len(shown) else 0
    return shown.iloc[row]


def detail(dataset: Dataset, data: str, row: pd.Series) -> None:
    """One product: its picture and facts, what stands out, and what a person says about it."""
    item, reasons = int(row["item"]), [row["reason"], *(r for r in str(row["more"]).split(anomalies.BETWEEN) if r)]
    with st.container(border=True):
        first = f":orange[:material/priority_high:] **{plain(reasons[0])}**"
        st.markdown("  \n".join([first, *(f":gray[also] {plain(r)}" for r in reasons[1:])]))
        cards.wide(dataset, item)
        said = verdicts(data).get(str(row["id"]))
        with st.container(horizontal=True, vertical_alignment="center"):
            for word, label in {"fine": "Fine as it is", "wrong": "Wrong"}.items():
                st.button(
                    label,
                    key=f"unusual:{word}:{item}",
                    icon=":material/check:" if word == "fine" else ":material/edit:",
                    type="primary" if said == word else "secondary",
                    on_click=say,
                    args=(data, str(row["id"]), None if said == word else word),
                )
            if st.button("What is like it?", key=f"unusual:like:{item}", icon=":material/recommend:"):
                shell.go("recommend", item=str(row["id"]))
    st.caption("Tick the box at the start of a row to see that product here. What you say stands in the download.")


def verdicts(data: str) -> dict[str, str]:
    """id -> "fine" or "wrong", as people said."""
    return services.store().note(NOTE, data)


def say(data: str, id: str, word: str | None) -> None:
    """Keep what a person says about a product; None takes it back."""
    said = verdicts(data)
    said.pop(id, None)
    services.store().save_note(NOTE, data, said | ({id: word} if word else {}))


def export(dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """What goes into the CSV."""
    said = verdicts(dataset.hash)
    out = frame.drop(columns=["item", "seen"])
    out.insert(1, "title", [str(dataset.titles[i]) for i in frame["item"]])
    out["verdict"] = [said.get(i, "") for i in frame["id"]]
    return out
