"""Predict: what a trained network answers about new products, products of the dataset, and blank cells."""

from __future__ import annotations

import streamlit as st

from pages.ui import cards, charts, choice, picker, reading, services, shell, sources
from pages.ui import result as results
from pages.ui.predict import answers
from pages.ui.text import number, plain, share, short

VIEWS = {"new": "A new product", "file": "Many new products", "blank": "Blank cells", "here": "A known product"}
MANY = 400  # values of a column up to which they are offered as a list


def without_network() -> None:
    """The chosen result does not predict: offer one that does, or to train it."""
    others = [r for r in services.store().runs(data) if r.method == "entity"]
    with st.container(border=True):
        st.subheader("This result does not predict anything.", anchor=False)
        st.write(
            "Predictions come from a network that learned to predict something: the kind of a product, its price, or "
            "what it is bought with."
        )
        if others:
            target = others[0].meta["target"]["column"] or "what is bought together"
            if st.button(f"Use the result that predicts “{plain(target)}”", type="primary", key="use-entity"):
                shell.remember(run=others[0].key[:12])
                st.rerun()
        elif st.button("Train one", type="primary", icon=shell.PAGES["train"][1], key="train-entity"):
            shell.go("train", method="entity")


def headline() -> None:
    """What it predicts, from what, and how well."""
    target, first = info.meta["target"], next(iter(info.meta["figures"]), None)
    what = f"**{plain(target['column'])}**" if target["column"] else "**what a product is bought with**"
    inputs = [*info.meta["texts"], *info.meta["inputs"], *info.meta["numbers"]]
    st.markdown(f"This result predicts {what} from {plain(', '.join(short(c, 24) for c in inputs))}.")
    results.notices(info.meta)
    if first is not None:
        with st.expander("How good it is, and how it learned", icon=":material/monitoring:"):
            results.figures(info.meta)
            if sure := info.meta.get("calibration"):
                st.markdown("**Is it as right as it is sure?**")
                rows = [
                    {
                        "it was": f"{share(c['from'])} to {share(c['to'])} sure",
                        "answers": number(c["rows"]),
                        "of them right": share(c["right"]),
                    }
                    for c in sure
                ]
                st.table(rows)
            checks = info.meta["checks"]
            if len(checks) > 1:
                st.altair_chart(
                    charts.two_curves(checks),
                    width="stretch",
                    alt="Line chart: the error on what it learned from and on products kept out, step by step",
                )
                st.caption(
                    "While it learns, words and cells are hidden from it and some doubt is asked of it: that error may "
                    "stay above the one on products kept out."
                )


def new_product() -> None:
    """A form with the columns that the network reads."""
    values: dict[str, str] = {}
    with st.form("new-product"):
        for start in range(0, len(columns), 3):
            for place, (column, role) in zip(st.columns(3), columns[start : start + 3]):
                with place:
                    values[column] = field(column, role)
        asked = st.form_submit_button("Predict", type="primary", icon=":material/psychology:")
    if asked:
        st.session_state["predict:asked"] = (run, {c: v for c, v in values.items() if v})
    stored = st.session_state.get("predict:asked")
    if stored is None or stored[0] != run:
        st.caption("Fill in what you know; every field may stay empty.")
        return
    if not stored[1]:
        st.info("Fill in at least one field.", icon=":material/edit:")
        return
    with st.container(border=True):
        answers.one(answers.of_rows(info, [stored[1]], read), dataset, info.meta)


def field(column: str, role: str) -> str:
    """An input for a column; "" when it stays empty."""
    key, label = f"new:{run[:8]}:{column}", plain(short(column, 40))
    if role in ("price", "number"):
        x = st.number_input(label, value=None, key=key, placeholder="unknown")
        return "" if x is None else repr(float(x))
    if role == "date":
        day = st.date_input(label, value=None, key=key)
        return "" if day is None else f"{day:%Y-%m-%d}"
    if column in info.meta["inputs"]:
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
    """A table of new products, answered all at once."""
    st.write(
        "A file with a row per new product and columns called as in your catalogue; those it lacks count as missing: "
        f"{plain(', '.join(short(c, 24) for c, _ in columns))}."
    )
    file = sources.pick("news", "File with new products", "CSV (any separator, also .gz), Excel or Parquet.")
    table = reading.read("news", file) if file else None
    if not table:
        return
    found = answers.of_file(info, str(services.store().raw(table[0])), read)
    for said in found["notices"]:
        st.info(plain(said), icon=":material/info:")
    answers.many(found, dataset, "file", f"{file.filename} predicted", {})


def blanks() -> None:
    """The empty cells of the target column and what probably stands there."""
    column = info.meta["target"]["column"]
    if not column:
        st.info("This result predicts what is bought together; it fills no column.", icon=":material/info:")
        return
    if not info.meta["target"]["blank"] or not (found := answers.of_blanks(info))["ids"]:
        st.success(f"No cell of “{plain(column)}” is blank.", icon=":material/check_circle:")
    else:
        count = "1 product has" if len(found["ids"]) == 1 else f"{number(len(found['ids']))} products have"
        st.write(f"{count} no “{plain(column)}”. This is what probably stands there.")
        titles = {i: str(dataset.titles[dataset.index[i]]) for i in found["ids"]}
        answers.many(found, dataset, "blank", f"{column} filled", titles)
    if st.button("Learn to fill another column", icon=shell.PAGES["train"][1], key="other-column"):
        shell.go("train", method="entity")


def product_here() -> None:
    """What the network says of a product of the dataset, beside what stands there."""
    picker.search(
        dataset,
        "find-predict",
        "Which product?",
        "Choose",
        ":material/arrow_forward:",
        lambda i: shell.remember(item=str(dataset.items[i])),
    )
    asked = shell.url("item")
    item = dataset.index[asked] if asked in dataset.index else picker.example(dataset, vectors)
    if item >= dataset.n_catalogue:
        st.info("Only the baskets know this product: there is nothing to predict from.", icon=":material/info:")
        return
    with st.container(border=True):
        cards.wide(dataset, item)
    found = answers.of_products(info, [str(dataset.items[item])])
    with st.container(border=True):
        answers.one(found, dataset, info.meta)
        column = found["target"]
        if found["kind"] != "bought with" and column in roles:
            cell = dataset.column(column).iloc[item]
            there = "nothing" if cell != cell or cell is None else cards.written(cell, roles[column])
            there = plain(short(there, 80))
            st.caption(f"In the catalogue stands: {there}. It may have learned from this very product.")


shell.page("predict")
data, run = shell.need_run()
info, dataset = services.store().run_info(run), services.dataset(data)
if info.method != "entity":
    without_network()
    st.stop()
vectors = services.embedding(run)
roles = dict(dataset.catalogue.roles)
used = {*info.meta["inputs"], *info.meta["numbers"], *info.meta["texts"]}
columns = [(c, r) for c, r in roles.items() if c in used]
read = {c: r for c, r in roles.items() if c in used or r == "id"}
headline()
view = choice.segments("ask", "What to predict for", VIEWS)
{"new": new_product, "file": from_file, "blank": blanks, "here": product_here}[view]()
