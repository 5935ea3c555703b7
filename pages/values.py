"""Values: the vector of a colour, a brand or a product, and what is near it."""

from __future__ import annotations

import streamlit as st

from embedcore.export import vector_table
from pages.ui import cards, downloads, picker, services, shell
from pages.ui.text import number, plain, short
from pages.ui.texts import TRAIN_ONE
from pages.ui.values import look
from pages.ui.values.texts import NO_VALUES, SIMILAR_USE, TOO_FEW, USE, VALUE, dimensions

VIEWS = {"value": "A value", "product": "A product"}
BESIDE = 4  # nearest rows shown as strips


def without_values() -> None:
    """This run has no vectors of values: offer one that has, or train one."""
    others = [r for r in services.store().runs(run.dataset) if "value" in services.store().kinds(r.key)]
    with st.container(border=True):
        st.subheader(NO_VALUES, anchor=False)
        st.write("Methods that learn from catalogue columns give colours and brands a vector, too.")
        if others:
            label = f"{USE} {shell.run_label(others[0])}"
            if st.button(plain(label), type="primary", key="use-values"):
                shell.remember(run=others[0].key[:12])
                st.rerun()
        elif dataset.columns("category", "tags", "brand"):
            if st.button(TRAIN_ONE, type="primary", icon=shell.PAGES["train"][1], key="train-values"):
                shell.go("train", method="cooccurrence")
        else:
            st.write("This catalogue has no column such as colour or brand.")


def one_value() -> None:
    """A value of a column: its vector, what is used alike, where it is among the others."""
    if "value" not in services.store().kinds(run.key):
        without_values()
        return
    embedding = services.embedding(run.key, "value")
    columns = look.by_column(embedding, dataset)
    left, right = st.columns([1, 2])
    with left:
        column = pick("Column", "column", list(columns), "Columns whose values have vectors.")
    values = columns[column]
    with right:
        name = pick(VALUE, "value", list(values.names), "Most frequent first. Type to search.", counts=values.counts)
    at = values.names.index(name)
    if values.unsure[at]:
        st.warning(f"Only {number(values.counts[at])} products have it, {TOO_FEW}.", icon=":material/help:")
    near = values.nearest(at)
    strips, table = st.columns([1, 1], gap="medium")
    with strips:
        st.markdown(f"**The vector of “{plain(short(name, 60))}”** and of the closest values")
        rows = [at, *near["row"].head(BESIDE)]
        st.altair_chart(
            look.strip([values.names[r] for r in rows], values.vectors[rows]),
            width="stretch",
            alt=f"Heat strips: the vector of {short(name, 60)} and of its nearest values",
        )
    with table:
        st.markdown(
            f"**{SIMILAR_USE}**",
            help="Cosine similarity of the vectors: 1 is used in the same way, 0 is unrelated. It is about use in your "
            "catalogue, not about looks.",
        )
        if near.empty:
            st.caption("No other value in this column.")
        else:
            st.dataframe(
                near.drop(columns="row"),
                hide_index=True,
                alt="Table of the closest values",
                column_config={"similarity": st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f")},
            )
    if len(values.names) > 2:
        shown = min(len(values.names), look.ON_MAP)
        st.markdown(
            f"**Map of the {number(shown)}{' most frequent' if shown < len(values.names) else ''} values of "
            f"“{plain(column)}”**",
            help="The two main directions of the vectors (PCA). Larger dots have more products. Grey ones have too few "
            "to be sure.",
        )
        st.altair_chart(look.small_map(values, at), width="stretch", alt=f"Map of the values of {column}")
    downloads.table(
        "Download vectors of all values (CSV)",
        lambda: vector_table(embedding),
        f"{short(dataset.name, 40)} values",
        key="values",
    )


def pick(label: str, name: str, options: list[str], help: str, counts: tuple[int, ...] = ()) -> str:
    """A select box whose choice is in the URL. Options are chosen by position: labels may repeat."""
    wanted = shell.url(name)
    current = options.index(wanted) if wanted in options else 0
    labels = [f"{short(o, 60)} · {number(counts[n])}" if counts else short(o, 60) for n, o in enumerate(options)]
    widget = f"pick-{name}:{run.key[:8]}:{len(options)}:{options[0]}"
    st.session_state[widget] = current  # always: after another page the browser starts with the first option
    st.selectbox(
        label,
        list(range(len(options))),
        format_func=lambda n: labels[n] if n < len(labels) else "",
        key=widget,
        help=help,
        on_change=lambda: shell.remember(**{name: options[st.session_state[widget]]}),
    )
    return options[current]


def one_product() -> None:
    """A product: its vector beside those of the nearest ones."""
    vectors = services.embedding(run.key)
    picker.search(dataset, "find-values", lambda i: shell.remember(item=str(dataset.items[i])))
    wanted = shell.url("item")
    if wanted and wanted not in dataset.index:
        st.warning(f"“{plain(short(wanted, 40))}” is not in this dataset. Showing another product.")
    item = dataset.index[wanted] if wanted in dataset.index else picker.example(dataset, vectors)
    with st.container(border=True):
        cards.wide(dataset, item)
    id = str(dataset.items[item])
    if id not in vectors.row_of:
        st.info("This product has no vector in this embedding.", icon=":material/info:")
        return
    row, graph = vectors.row_of[id], services.graph(run.key)
    near = [int(r) for r in graph.ids[row] if int(r) not in (row, -1)][:BESIDE]
    rows = [row, *near]
    titles = [str(dataset.titles[dataset.index[str(vectors.ids[r])]]) for r in rows]
    st.markdown(f"**{dimensions(vectors.dimension)}**, and those of the nearest products")
    st.altair_chart(
        look.strip(titles, vectors.vectors[rows]),
        width="stretch",
        alt=f"Heat strips: the vector of {short(titles[0], 60)} and of its nearest products",
    )


shell.page("values")
run = shell.need_run()
dataset = services.dataset(run.dataset)
{"value": one_value, "product": one_product}[picker.segments("look", "What to look up", VIEWS)]()
