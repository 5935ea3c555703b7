"""The parts of the Data errors page: what to check, the list, one product with what was expected."""

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
from pages.ui import cards, quality, services, shell
from pages.ui import jobs as job_ui
from pages.ui.anomalies.texts import CHECK, QUESTION, VERDICT
from pages.ui.text import number, plain, short

RARE = 0.02  # probability below which a value is odd
SURE = 0.5  # probability of another value from which an odd one is a likely error; both chosen by hand
SHOWN = 1_000  # rows in the table
NOTE = "anomalies"
ALL = "all columns"
VERDICTS = {"fine": "Correct", "wrong": "Wrong"}
HOW = (
    "A denoising autoencoder learns from your table which values go together. Then it hides each cell in turn and "
    "predicts it from the rest of the product. A value is surprising when its predicted probability is small. A number "
    "is also surprising when it is far from the prediction. The score of a product is the sum over its cells "
    "(-log p).\n\n"
    "It knows only this table. A new or rare value is surprising, but not always wrong. An error that many products "
    "share looks normal. When two columns contradict each other, it may name the right one. Names and descriptions "
    "help to check the other columns and are not checked themselves."
)


@dataclass(frozen=True, eq=False)
class Checked:
    """frame: see embedcore.explore.anomalies. facts: columns, unused, notices, left_out, products."""

    frame: pd.DataFrame
    facts: Mapping[str, Any]


def settings(data: str, dataset: Dataset) -> FindErrors:
    """Which columns to check. A trained autoencoder is used if it learned from hidden cells of just these columns."""
    columns = dataset.columns(*TABLE)
    with st.expander("Columns to check", icon=":material/tune:"):
        hidden = st.multiselect(
            "Leave out",
            columns,
            key=f"unusual:exclude:{data[:8]}",
            placeholder="none",
            persist_state="session",
            help="Columns whose errors do not matter, such as dates of entry. Each choice is checked anew.",
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
    """Nothing is checked yet: what will happen, and one button."""

    def about() -> None:
        st.subheader(QUESTION, anchor=False)
        st.write(
            "A model learns which values go together in this catalogue and predicts every cell from the rest of its "
            "product. You get a list of unexpected values and what was expected."
        )
        how = (
            "The autoencoder is trained already. It takes a few seconds."
            if wanted.run
            else "It takes about half a minute, longer for very large catalogues."
        )
        st.caption(f"{number(dataset.n_catalogue)} products. {how}")

    job_ui.offer(wanted, CHECK, key="unusual:go", icon=":material/troubleshoot:", about=about)


@services.resource(max_entries=4)
def read(folder: str) -> Checked:
    """The result of the job; shared, do not change it."""
    facts = json.loads((Path(folder) / anomalies.FACTS).read_text(encoding="utf-8"))
    return Checked(pd.read_parquet(Path(folder) / anomalies.FILE), facts)


def odd(frame: pd.DataFrame) -> pd.Series:
    """Rows with a value that similar products hardly ever have, where another one was clearly expected."""
    return (frame["seen"] < RARE) & (frame["probability"] >= SURE)


def head(found: Checked) -> None:
    """How many products were checked and how many have a likely error."""
    quality.say(found.facts["notices"])
    many, left = int(odd(found.frame).sum()), found.facts["left_out"]
    line = f"**{number(many)}** of {number(len(found.frame))} products have a likely error."
    st.markdown(line + (f" {number(left)} have no values to check." if left else ""))


def pick(found: Checked) -> pd.DataFrame:
    """The rows that the filters leave, most surprising first."""
    frame = found.frame
    counts = frame.loc[odd(frame), "column"].value_counts()
    options = [ALL, *sorted(found.facts["columns"], key=lambda c: (-int(counts.get(c, 0)), c))]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    column = left.selectbox(
        "Column",
        options,
        format_func=lambda c: ALL if c == ALL else f"{c} ({number(int(counts.get(c, 0)))})",
        key="unusual:column",
        persist_state="session",
        help="The column with the most surprising value. In brackets: products with a likely error there.",
    )
    sure = right.toggle(
        "Likely errors only",
        key="unusual:clear",
        persist_state="session",
        help="Values of at most 2 % of similar products, where at least half of them share another value.",
    )
    kept = frame if column == ALL else frame[frame["column"] == column]
    return kept[odd(kept)] if sure else kept


def table(dataset: Dataset, data: str, kept: pd.DataFrame) -> pd.Series:
    """The list; the chosen row, or the first."""
    shown, judged = kept.head(SHOWN), verdicts(data)
    view = pd.DataFrame(
        {
            "score": shown["score"],
            "product": [short(dataset.titles[i], 60) for i in shown["item"]],
            "why": shown["reason"],
            "column": shown["column"],
            "value": shown["value"],
            "expected": shown["expected"],
            "id": shown["id"],
        }
    )
    if any(i in judged for i in shown["id"]):
        view.insert(2, VERDICT, [VERDICTS.get(judged.get(i, ""), "") for i in shown["id"]])
    event = st.dataframe(
        view,
        hide_index=True,
        key="unusual:table",
        on_select="rerun",
        selection_mode="single-row",
        height=36 * min(len(view), 11) + 38,
        alt="Table of products, likely errors first",
        column_config={
            "score": st.column_config.ProgressColumn(
                format="%.1f",
                min_value=0,
                max_value=float(max(kept["score"].max(), 1.0)),
                width="small",
                help="Surprise of all cells, summed (-log p). Only the order matters.",
            ),
            "product": st.column_config.TextColumn(width=220),
            "why": st.column_config.TextColumn(width=430),
        },
    )
    if len(kept) > len(shown):
        st.caption(f"The first {number(len(shown))} of {number(len(kept))}. The download has all of them.")
    row = event.selection.rows[0] if event.selection.rows and event.selection.rows[0] < len(shown) else 0
    return shown.iloc[row]


def detail(dataset: Dataset, data: str, row: pd.Series) -> None:
    """One product: its picture and columns, what is unexpected, and the verdict."""
    item, reasons = int(row["item"]), [row["reason"], *(r for r in str(row["more"]).split(anomalies.BETWEEN) if r)]
    with st.container(border=True):
        first = f":orange[:material/priority_high:] **{plain(reasons[0])}**"
        st.markdown("  \n".join([first, *(f":gray[also] {plain(r)}" for r in reasons[1:])]))
        cards.wide(dataset, item)
        judged = verdicts(data).get(str(row["id"]))
        with st.container(horizontal=True, vertical_alignment="center"):
            for word, label in VERDICTS.items():
                st.button(
                    label,
                    key=f"unusual:{word}:{item}",
                    icon=":material/check:" if word == "fine" else ":material/edit:",
                    type="primary" if judged == word else "secondary",
                    on_click=judge,
                    args=(data, str(row["id"]), None if judged == word else word),
                )
            if st.button("Show similar", key=f"unusual:like:{item}", icon=":material/recommend:"):
                shell.go("recommend", item=str(row["id"]))
    st.caption("Tick a row to see its product here. Verdicts are in the download.")


def verdicts(data: str) -> dict[str, str]:
    """id -> "fine" or "wrong", as people judged."""
    return services.store().note(NOTE, data)


def judge(data: str, id: str, word: str | None) -> None:
    """Store the verdict on a product; None takes it back."""
    services.change_note(
        NOTE, data, lambda judged: {k: v for k, v in judged.items() if k != id} | ({id: word} if word else {})
    )


def export(dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """The table of the CSV."""
    judged = verdicts(dataset.hash)
    out = frame.drop(columns=["item", "seen"])
    out.insert(1, "title", [str(dataset.titles[i]) for i in frame["item"]])
    out["verdict"] = [judged.get(i, "") for i in frame["id"]]
    return out
