"""Predictions on screen: asking the worker, one answer, many answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.store import RunInfo
from pages.ui import charts, downloads, services
from pages.ui.predict.texts import SURE, UNKNOWN
from pages.ui.text import number, plain, share, short

_TIMEOUT = 120.0  # seconds; a cold worker loads torch first


def of_products(run: RunInfo, ids: Sequence[str]) -> dict[str, Any]:
    """Answers for products of the dataset."""
    return _ask(run.key, run.method, json.dumps({"dataset": _folder(run), "ids": list(ids)}))


def of_blanks(run: RunInfo) -> dict[str, Any]:
    """Answers for the blank cells of the target column."""
    return _ask(run.key, run.method, json.dumps({"dataset": _folder(run)}))


def of_rows(run: RunInfo, rows: Sequence[Mapping[str, str]], roles: Mapping[str, str]) -> dict[str, Any]:
    """Answers for new products as they were typed."""
    return _ask(run.key, run.method, json.dumps({"rows": list(rows), "roles": dict(roles)}))


def of_file(run: RunInfo, raw: str, roles: Mapping[str, str]) -> dict[str, Any]:
    """Answers for new products of a file that was read."""
    return _ask(run.key, run.method, json.dumps({"raw": raw, "roles": dict(roles)}))


def _folder(run: RunInfo) -> str:
    return str(services.store().dataset_folder(run.dataset))


@services.data(max_entries=16, show_spinner="Asking the model …")
def _ask(run: str, method: str, query: str) -> dict[str, Any]:
    model = str(services.store().model_folder(run))
    return services.jobs().ask("predict", {"method": method, "model": model, **json.loads(query)}, _TIMEOUT)


def one(found: Mapping[str, Any], dataset: Dataset, meta: Mapping[str, Any]) -> None:
    """The first answer: what it is, how sure, and what else it could be."""
    target = found["target"]
    if not found["known"][0]:
        st.warning(UNKNOWN, icon=":material/help:")
    if found["kind"] == "number":
        st.metric(plain(target), _amount(found["values"][0]))
        st.caption(
            f"Range: {_amount(found['low'][0])} to {_amount(found['high'][0])}. Right for 8 of 10 held-out products."
        )
        return
    if found["kind"] == "bought with":
        often = found["purchase"][0]
        st.metric(
            "Purchase probability",
            f"{100 * often:.2g} %",
            help="The expected share of baskets with it, from similar products.",
        )
        st.markdown("**Most likely bought with it**")
    else:
        st.markdown(f"**{plain(target)}: {plain(found['values'][0])}**, {share(found['confidence'][0])} {SURE}")
    names = [_name(dataset, value, found["kind"]) for value, _ in found["top"][0]]
    chances = [p for _, p in found["top"][0]]
    frame = pd.DataFrame({"answer": [short(n, 40) for n in names], "chance": [100 * p for p in chances]})
    alt = f"Bar chart of the most likely answers: {names[0]}, {share(chances[0])}"
    st.altair_chart(charts.bars(frame, "answer", "chance", "probability in %"), width="stretch", alt=alt)
    if found["kind"] == "category" and (line := tested(meta, found["confidence"][0])):
        st.caption(line)


def tested(meta: Mapping[str, Any], confidence: float) -> str:
    """How often answers of this confidence were right on held-out products."""
    for part in meta.get("calibration", ()):
        if part["from"] <= confidence < part["to"] or confidence >= part["to"] == 1.0:
            of = f"{number(part['rows'])} such answer{'' if part['rows'] == 1 else 's'}"
            return (
                f"{share(part['right'])} of {of} ({share(part['from'])} to {share(part['to'])} sure) were right on "
                "held-out products."
            )
    return ""


def many(found: Mapping[str, Any], dataset: Dataset, key: str, name: str, titles: Mapping[str, str]) -> None:
    """All answers as a table, filtered by confidence, and as a file. titles: id -> title."""
    frame = table(found, dataset, titles)
    if found["kind"] == "category":
        low = st.slider(
            "Minimum confidence",
            0,
            100,
            0,
            5,
            format="%d %%",
            key=f"sure:{key}",
            help="Probability of the most likely value, calibrated on held-out products.",
        )
        kept = frame[frame["confidence"] >= low / 100]
    else:
        kept = frame
    st.markdown(f"**{number(len(kept))}** of {number(len(frame))} answers")
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        kept,
        hide_index=True,
        key=f"answers:{key}",
        alt="Table of predicted values with their confidence",
        column_config={"confidence": percent, "purchase probability": percent},
    )
    downloads.table("Download answers (CSV)", kept, short(name, 60), key=key)


def table(found: Mapping[str, Any], dataset: Dataset, titles: Mapping[str, str]) -> pd.DataFrame:
    """One row per answer."""
    kind = found["kind"]
    out: dict[str, Any] = {"id": found["ids"], "title": [titles.get(i, "") for i in found["ids"]]}
    label = "most likely bought with" if kind == "bought with" else f"predicted {found['target']}"
    out[label] = [_name(dataset, v, kind) for v in found["values"]]
    if kind == "number":
        out |= {"from": found["low"], "to": found["high"]}
    else:
        out["confidence"] = found["confidence"]
        out["or else"] = [", ".join(_name(dataset, v, kind) for v, _ in t[1:3]) for t in found["top"]]
    if kind == "bought with":
        out["purchase probability"] = found["purchase"]
    if not any(out["title"]):
        del out["title"]
    if not all(found["known"]):
        out["known"] = ["" if k else "no known value" for k in found["known"]]
    return pd.DataFrame(out)


def _name(dataset: Dataset, value: Any, kind: str) -> Any:
    return str(dataset.titles[dataset.index[value]]) if kind == "bought with" and value in dataset.index else value


def _amount(x: Any) -> str:
    return x if isinstance(x, str) else number(x)
