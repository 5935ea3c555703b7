"""Values: what colours, brands and other values mean to a result, and the numbers behind a value or a product."""

from __future__ import annotations

import streamlit as st

from embedcore.export import csv, vector_table
from pages.ui import cards, choice, picker, services, shell
from pages.ui.text import number, plain, short
from pages.ui.values import look as valuelook

VIEWS = {"value": "A value", "product": "A product"}
BESIDE = 4  # nearest rows shown as strips


def without_values() -> None:
    """This result has no vectors of values: offer one that has, or to train it."""
    others = [r for r in services.store().runs(data) if "value" in services.store().kinds(r.key)]
    with st.container(border=True):
        st.subheader("This result does not tell what single values mean.", anchor=False)
        st.write("Results that learn from the columns of a catalogue do: there colours and brands get numbers, too.")
        if others:
            label = f"Use “{shell.run_label(others[0])}”"
            if st.button(plain(label), type="primary", key="use-values"):
                shell.remember(run=others[0].key[:12])
                st.rerun()
        elif dataset.columns("category", "brand"):
            if st.button("Train one", type="primary", icon=shell.PAGES["train"][1], key="train-values"):
                shell.go("train", method="cooccurrence")
        else:
            st.write("This catalogue has no column of values such as colour or brand.")


def one_value() -> None:
    """A value of a column: its numbers, what is used alike, where it lies among the others."""
    if "value" not in services.store().kinds(run):
        without_values()
        return
    embedding = services.embedding(run, "value")
    columns = valuelook.by_column(embedding, dataset)
    left, right = st.columns([1, 2])
    with left:
        column = pick("Column", "column", list(columns), "A column whose values have vectors.")
    values = columns[column]
    with right:
        name = pick("Value", "value", list(values.names), "Most frequent first; type to search.", counts=values.counts)
    at = values.names.index(name)
    if values.unsure[at]:
        st.warning(
            f"Only {number(values.counts[at])} products have it: too few to say how it is used.", icon=":material/help:"
        )
    near = values.nearest(at)
    strips, table = st.columns([1, 1], gap="medium")
    with strips:
        st.markdown(f"**The numbers of “{plain(short(name, 60))}”** and of the values used most alike")
        rows = [at, *near["row"].head(BESIDE)]
        st.altair_chart(
            valuelook.strip([values.names[r] for r in rows], values.vectors[rows]),
            width="stretch",
            alt=f"Heat strips: the vector of {short(name, 60)} and of its nearest values",
        )
    with table:
        st.markdown(
            "**Used alike**",
            help="Cosine similarity of the rows of the embedding matrix: 1 is used in the same way, 0 has nothing in "
            "common. It says how values are used in your catalogue, not what they look like.",
        )
        if near.empty:
            st.caption("The column has no other value.")
        else:
            st.dataframe(
                near.drop(columns="row"),
                hide_index=True,
                alt="Table of the values used most alike",
                column_config={"used alike": st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f")},
            )
    if len(values.names) > 2:
        shown = min(len(values.names), valuelook.ON_MAP)
        st.markdown(
            f"**The {number(shown)}{' commonest' if shown < len(values.names) else ''} values of “{plain(column)}” as "
            "a map**",
            help="The two main directions of the vectors (PCA). Larger dots are in more products; grey ones are in "
            "too few to be sure.",
        )
        st.altair_chart(valuelook.small_map(values, at), width="stretch", alt=f"Map of the values of {column}")
    st.download_button(
        "Download the vectors of all values (CSV)",
        lambda: csv(vector_table(embedding)),
        f"{short(dataset.name, 40)} values.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def pick(label: str, name: str, options: list[str], help: str, counts: tuple[int, ...] = ()) -> str:
    """A select box whose choice stands in the URL. Options are chosen by their place: labels may repeat."""
    asked = shell.url(name)
    current = options.index(asked) if asked in options else 0
    said = [f"{short(o, 60)} · {number(counts[n])}" if counts else short(o, 60) for n, o in enumerate(options)]
    widget = f"pick-{name}:{run[:8]}:{len(options)}:{options[0]}"
    st.session_state[widget] = current  # always: after another page the browser begins with the first option
    st.selectbox(
        label,
        range(len(options)),
        format_func=lambda n: said[n] if n < len(said) else "",
        key=widget,
        help=help,
        on_change=lambda: shell.remember(**{name: options[st.session_state[widget]]}),
    )
    return options[current]


def one_product() -> None:
    """A product: its numbers beside those of the nearest ones."""
    vectors = services.embedding(run)
    picker.search(
        dataset,
        "find-values",
        "Which product?",
        "Choose",
        ":material/arrow_forward:",
        lambda i: shell.remember(item=str(dataset.items[i])),
    )
    asked = shell.url("item")
    if asked and asked not in dataset.index:
        st.warning(f"“{plain(short(asked, 40))}” is not in this dataset; here is another one.")
    item = dataset.index[asked] if asked in dataset.index else picker.example(dataset, vectors)
    with st.container(border=True):
        cards.wide(dataset, item)
    id = str(dataset.items[item])
    if id not in vectors.row_of:
        st.info("This product has no vector in this result.", icon=":material/info:")
        return
    row, graph = vectors.row_of[id], services.graph(run)
    near = [int(r) for r in graph.ids[row] if int(r) not in (row, -1)][:BESIDE]
    rows = [row, *near]
    titles = [str(dataset.titles[dataset.index[str(vectors.ids[r])]]) for r in rows]
    st.markdown(f"**Its {vectors.dimension} numbers**, and those of the products nearest to it")
    st.altair_chart(
        valuelook.strip(titles, vectors.vectors[rows]),
        width="stretch",
        alt=f"Heat strips: the vector of {short(titles[0], 60)} and of its nearest products",
    )


shell.page("values")
data, run = shell.need_run()
dataset = services.dataset(data)
{"value": one_value, "product": one_product}[choice.segments("look", "What to look up", VIEWS)]()
