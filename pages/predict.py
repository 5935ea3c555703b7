"""Predict: what a trained network predicts for new products, known products and blank cells."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from embedcore.data import join_tags, tag_rows
from pages.ui import cards, charts, picker, quality, reading, services, shell, sources
from pages.ui.predict import answers
from pages.ui.predict.texts import FILL_IN, IN_CATALOGUE, NO_PREDICTION, ONE_FIELD, PREDICT, PREDICTS
from pages.ui.text import number, plain, share, short
from pages.ui.texts import TRAIN_ONE

VIEWS = {"new": "A new product", "file": "Many new products", "blank": "Blank cells", "here": "A known product"}
MANY = 400  # values of a column that are offered as a list


def without_network() -> None:
    """The chosen run does not predict: offer one that does, or train one."""
    others = [r for r in services.store().runs(run.dataset) if r.method == "entity"]
    with st.container(border=True):
        st.subheader(NO_PREDICTION, anchor=False)
        st.write("Entity embeddings predict a category, a price, or what a product is bought with.")
        if others:
            target = others[0].meta["target"]["column"] or "what is bought together"
            if st.button(f"Use the one that predicts “{plain(target)}”", type="primary", key="use-entity"):
                shell.remember(run=others[0].key[:12])
                st.rerun()
        elif st.button(TRAIN_ONE, type="primary", icon=shell.PAGES["train"][1], key="train-entity"):
            shell.go("train", method="entity")


def headline() -> None:
    """What it predicts, from what, and how well."""
    target, first = run.meta["target"], next(iter(run.meta["figures"]), None)
    what = f"**{plain(target['column'])}**" if target["column"] else "**what a product is bought with**"
    inputs = [*run.meta["texts"], *run.meta["inputs"], *run.meta["numbers"]]
    st.markdown(f"{PREDICTS} {what} from {plain(', '.join(short(c, 24) for c in inputs))}.")
    quality.notices(run.meta)
    if first is not None:
        with st.expander("How good it is", icon=":material/monitoring:"):
            quality.figures(run.meta)
            if sure := run.meta.get("calibration"):
                st.markdown("**Is it as right as it is sure?** (calibration)")
                rows = [
                    {
                        "confidence": f"{share(c['from'])} to {share(c['to'])}",
                        "answers": number(c["rows"]),
                        "right": share(c["right"]),
                    }
                    for c in sure
                ]
                st.table(rows)
            checks = run.meta["checks"]
            if len(checks) > 1:
                st.altair_chart(
                    charts.two_curves(checks),
                    width="stretch",
                    alt="Line chart: the loss on training and on held-out products, step by step",
                )
                st.caption("Training hides words and cells at random, so its loss may stay above the held-out loss.")


def new_product() -> None:
    """A form with the columns that the network reads."""
    values: dict[str, str] = {}
    with st.form("new-product"):
        for start in range(0, len(columns), 3):
            for place, (column, role) in zip(st.columns(3), columns[start : start + 3]):
                with place:
                    values[column] = field(column, role)
        sent = st.form_submit_button(PREDICT, type="primary", icon=":material/psychology:")
    if sent:
        st.session_state["predict:query"] = (run.key, {c: v for c, v in values.items() if v})
    stored = st.session_state.get("predict:query")
    if stored is None or stored[0] != run.key:
        st.caption(FILL_IN)
        return
    if not stored[1]:
        st.info(ONE_FIELD, icon=":material/edit:")
        return
    with st.container(border=True):
        answers.one(answers.of_rows(run, [stored[1]], read), dataset, run.meta)


def field(column: str, role: str) -> str:
    """An input for a column; "" when it stays empty."""
    key, label = f"new:{run.key[:8]}:{column}", plain(short(column, 40))
    if role in ("price", "number"):
        x = st.number_input(label, value=None, key=key, placeholder="unknown")
        return "" if x is None else repr(float(x))
    if role == "date":
        day = st.date_input(label, value=None, key=key)
        return "" if day is None else f"{day:%Y-%m-%d}"
    if role == "tags":
        often = pd.Series(tag_rows(dataset.column(column))[1]).value_counts().index.tolist()[:MANY]
        chosen = st.multiselect(label, often, key=key, placeholder="unknown", accept_new_options=True)
        return join_tags(chosen)
    if column in run.meta["inputs"]:
        known = dataset.column(column).dropna().astype(str).value_counts().index.tolist()[:MANY]
        return (
            st.selectbox(
                label,
                known,
                index=None,
                key=key,
                placeholder="unknown",
                accept_new_options=True,
                format_func=lambda v: short(v, 60),
            )
            or ""
        )
    return st.text_input(label, key=key)


def from_file() -> None:
    """A table of new products, predicted all at once."""
    st.write(
        "One row per new product, columns named as in your catalogue: "
        f"{plain(', '.join(short(c, 24) for c, _ in columns))}. Missing columns count as empty."
    )
    file = sources.pick("news", "File with new products", "CSV (any delimiter, also .gz), Excel, JSON or Parquet")
    table = reading.shown("news", file) if file else None
    if file is None or table is None:
        return
    found = answers.of_file(run, str(services.store().raw(table[0])), read)
    for sentence in found["notices"]:
        st.info(plain(sentence), icon=":material/info:")
    answers.many(found, dataset, "file", f"{file.filename} predicted", {})


def blanks() -> None:
    """The blank cells of the target column, predicted."""
    column = run.meta["target"]["column"]
    if not column:
        st.info("This embedding predicts what is bought together. It fills no column.", icon=":material/info:")
        return
    if not run.meta["target"]["blank"] or not (found := answers.of_blanks(run))["ids"]:
        st.success(f"No cell of “{plain(column)}” is blank.", icon=":material/check_circle:")
    else:
        count = "1 product has" if len(found["ids"]) == 1 else f"{number(len(found['ids']))} products have"
        st.write(f"{count} no “{plain(column)}”. These are the predictions.")
        titles = {i: str(dataset.titles[dataset.index[i]]) for i in found["ids"]}
        answers.many(found, dataset, "blank", f"{column} filled", titles)
    if st.button("Train for another column", icon=shell.PAGES["train"][1], key="other-column"):
        shell.go("train", method="entity")


def product_here() -> None:
    """The prediction for a product of the dataset, beside its own cell."""
    picker.search(dataset, "find-predict", lambda i: shell.remember(item=str(dataset.items[i])))
    wanted = shell.url("item")
    item = dataset.index[wanted] if wanted in dataset.index else picker.example(dataset, vectors)
    if item >= dataset.n_catalogue:
        st.info("This product is only in baskets. There is nothing to predict from.", icon=":material/info:")
        return
    with st.container(border=True):
        cards.wide(dataset, item)
    found = answers.of_products(run, [str(dataset.items[item])])
    with st.container(border=True):
        answers.one(found, dataset, run.meta)
        column = found["target"]
        if found["kind"] != "bought with" and column in roles:
            cell = dataset.column(column).iloc[item]
            there = "empty" if cell != cell or cell is None else cards.written(cell, roles[column])
            there = plain(short(there, 80))
            st.caption(f"{IN_CATALOGUE} {there}. This product may have been in the training data.")


shell.page("predict")
run = shell.need_run()
dataset = services.dataset(run.dataset)
if run.method != "entity":
    without_network()
    st.stop()
vectors = services.embedding(run.key)
roles = dict(services.catalogue(dataset).roles)
used = {*run.meta["inputs"], *run.meta["numbers"], *run.meta["texts"]}
columns = [(c, r) for c, r in roles.items() if c in used]
read = {c: r for c, r in roles.items() if c in used or r == "id"}
headline()
view = picker.segments("ask", "What to predict for", VIEWS)
{"new": new_product, "file": from_file, "blank": blanks, "here": product_here}[view]()
