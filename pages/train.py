"""Train: pick a method, set what matters, watch it learn."""

import streamlit as st

from embedcore.methods import all_methods, run_key
from pages.ui import charts, forms, services, shell
from pages.ui import jobs as job_ui
from pages.ui.text import ago, duration, number, plain

shell.page("train")
data_hash = shell.need_dataset()
data = services.dataset(data_hash)
st.write(
    "A method looks at your data and gives every product a list of numbers, its **embedding**: "
    "products that mean something similar get similar numbers. Everything else in this app reads these numbers."
)

methods = {m.name: m for m in all_methods()}
usable = [n for n, m in methods.items() if m.lacks(data) is None]
name = st.segmented_control(
    "Method",
    list(methods),
    default=usable[0] if usable else None,
    required=bool(usable),
    format_func=lambda n: methods[n].title,
    key="method",
    bind="query-params",
    help="How the numbers are learned. Try several: each sees something else.",
)
method = methods[name or next(iter(methods))]
st.write(method.summary)
st.caption(f"Source: {plain(method.source)}")
lacking = method.lacks(data)
if lacking:
    st.info(plain(lacking), icon=":material/info:")
    if st.button("Add data", icon=":material/upload_file:"):
        shell.go("data")
    st.stop()

params = forms.params_form(method, data)
left, right = st.columns([1, 3], vertical_alignment="bottom")
seed = int(
    left.number_input(
        "Seed",
        0,
        2**31 - 1,
        0,
        key="seed",
        persist_state="session",
        help="The start of the random numbers: the same seed gives the same result again.",
    )
)
key = run_key(data_hash, method, params, seed)
stored = services.store().run(key)
label = "Open the stored result" if stored else f"Train {method.title}"
if right.button(label, type="primary", icon=":material/play_arrow:"):
    spec = {
        "dataset": data_hash,
        "dataset_folder": str(services.store().dataset_folder(data_hash)),
        "method": method.name,
        "params": params.__dict__,
        "seed": seed,
    }
    job = services.jobs().submit("train", key, spec, f"Train {method.title} on {data.name}")
    st.session_state["train:job"] = job.id
    if stored:
        st.session_state["train:cached"] = key
    st.rerun()

live = [j for j in services.jobs().live() if j.kind == "train" and j.spec.get("dataset") == data_hash]
mine = st.session_state.get("train:job")
for id in dict.fromkeys([j.id for j in live] + ([mine] if mine else [])):
    job_ui.panel(id)
done = services.jobs().get(mine) if mine else None
if done is not None and done.state == "done":
    shell.remember(run=done.key[:12])
    del st.session_state["train:job"]

run = shell.pick_run(data_hash)
if run is None:
    st.stop()
info = services.store().run(run)
st.subheader("The result", anchor=False)
if st.session_state.pop("train:cached", None) == run:
    st.success(
        f"The same data, method, settings and seed were trained {ago(info.created)} "
        f"({info.created:%Y-%m-%d %H:%M} UTC): this is that result, nothing was computed again.",
        icon=":material/bolt:",
    )
facts = st.columns(4)
facts[0].metric("Method", methods[info.method].title if info.method in methods else info.method)
facts[1].metric("Products with an embedding", number(info.rows))
facts[2].metric("Numbers per product", info.dimension, help="The dimension of the vectors.")
facts[3].metric("Computed", ago(info.created), help=f"It took {duration(info.seconds)}.")
for sentence in info.meta.get("notices", ()):
    st.info(plain(sentence), icon=":material/info:")
for column, (page, words) in zip(
    st.columns(3),
    {"map": "Open the map", "duplicates": "Find duplicates", "recommend": "Recommend"}.items(),
    strict=True,
):
    if column.button(
        words, icon=shell.PAGES[page][1], width="stretch", type="primary" if page == "map" else "secondary"
    ):
        shell.go(page)
if len(info.losses) > 1:
    st.altair_chart(
        charts.loss_curve(tuple(enumerate(info.losses, 1))),
        width="stretch",
        alt="Line chart: how the error of the model fell during the training",
    )
with st.expander("Settings of this result, and removing it"):
    st.json({"method": info.method, "seed": info.seed, **info.params})
    if st.button("Remove this result", icon=":material/delete:"):
        services.store().delete_run(run)
        shell.remember(run=None)
        st.rerun()
