"""Train: pick a method, set what matters, watch it learn."""

import streamlit as st

from embedcore import Dataset
from embedcore.jobs import Train
from embedcore.methods import run_key
from embedcore.progress import PREVIEW
from pages.ui import charts, pictures, services, shell
from pages.ui import jobs as job_ui
from pages.ui import result as results
from pages.ui.text import ago, duration, number, plain
from pages.ui.train import firstlook, forms, methods, newproducts, rebuild
from pages.ui.train.methods import METHODS


def watch(data_hash: str) -> None:
    """The trainings of this dataset under way, whoever started them; the result is chosen when one is done."""
    if st.session_state.pop("train:told", False):
        st.toast("It learns now: watch it at the top of this page.", icon=":material/arrow_upward:")
    mine = st.session_state.get("train:job")
    job = services.jobs().get(mine)
    if job is not None and job.state == "done":
        shell.remember(run=job.key[:12])
        del st.session_state["train:job"]
        mine = None
    live = [j.id for j in services.jobs().live(Train, dataset=data_hash)]
    for id in dict.fromkeys([*live, *([mine] if mine else [])]):
        if job_ui.panel(id):
            firstlook.section(id, data_hash)


def result(run: str) -> None:
    """What the chosen training gave, and where to go with it."""
    info = services.store().run_info(run)
    title = METHODS[info.method].title if info.method in METHODS else info.method
    with st.container(border=True):
        st.markdown(f"**The result: {plain(title)}**, computed {ago(info.created)}")
        if st.session_state.get("train:cached") == run:
            st.success(
                f"The same data, method, settings and seed were trained {ago(info.created)} "
                f"({info.created:%Y-%m-%d %H:%M} UTC): this is that result, nothing was computed again.",
                icon=":material/bolt:",
            )
        results.notices(info.meta)
        facts = st.columns(4)
        facts[0].metric("Products with vectors", number(info.rows), help="Every vector is one product's embedding.")
        facts[1].metric(
            "Products left out",
            number(info.meta.get("left_out", 0) + info.meta.get("never_bought", 0)),
            help="They were bought too rarely or never, or nothing is known of them: there is nothing to learn from.",
        )
        facts[2].metric("Numbers per vector", info.dimension, help="The dimension of the vectors.")
        facts[3].metric("Took", duration(info.seconds), help=f"Computed {ago(info.created)}.")
        results.figures(info.meta)
        if info.method == "autoencoder":
            rebuild.panel(info.dataset, run)
        drawn = services.store().model_folder(run) / PREVIEW
        if drawn.exists():
            pictures.learned(drawn.read_bytes())
        pages = {"map": "Open the map", "duplicates": "Find duplicates", "recommend": "Recommend"}
        if info.method == "customer2vec":
            pages = {"map": "Open the map", "customers": "Look at the customers", "recommend": "Recommend"}
        for column, (page, words) in zip(st.columns(3), pages.items(), strict=True):
            kind = "primary" if page == "map" else "secondary"
            if column.button(words, icon=shell.PAGES[page][1], width="stretch", type=kind):
                shell.go(page)
        with st.expander("How it learned, its settings, and removing it"):
            if len(info.losses) > 1:
                st.altair_chart(
                    charts.loss_curve(tuple(enumerate(info.losses, 1))),
                    width="stretch",
                    alt="Line chart: how the error of the model fell during the training",
                )
            st.json({"method": info.method, "seed": info.seed, **info.params})
            if st.button("Remove this result", icon=":material/delete:"):
                services.store().delete_run(run)
                shell.remember(run=None)
                st.rerun()


def setup(data_hash: str, data: Dataset) -> None:
    """Pick a method, set its parameters, start."""
    method = methods.pick(data)
    methods.missing(data)
    st.markdown(f"##### {plain(method.title)}: {plain(method.subtitle)}")
    st.write(method.summary)
    with st.expander("What it does, when to choose it, and what it cannot do", icon=":material/info:"):
        if method.about:
            st.markdown(method.about)
        st.caption(f"Source: {plain(method.source)}")
    lacking = method.lacks(data)
    if lacking:
        st.info(plain(lacking), icon=":material/info:")
        if st.button("Add data", icon=":material/upload_file:"):
            shell.go("data")
        return
    if waits := methods.too_few(method, data):
        st.info(plain(waits), icon=":material/info:")
        return
    params = forms.params_form(method, data)
    if waits := methods.too_few(method, data, getattr(params, "runs", ())):
        st.info(plain(waits), icon=":material/info:")
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    help = "The start of the random numbers: the same seed gives the same result again."
    seed = int(left.number_input("Seed", 0, 2**31 - 1, 0, key="seed", persist_state="session", help=help))
    key = run_key(data_hash, method, params, seed)
    stored = services.store().find_run(key)
    label = "Open the stored result" if stored else f"Train with “{method.title}”"
    if right.button(label, type="primary", icon=":material/play_arrow:", disabled=waits is not None):
        of = methods.job_subject(method, data, params, seed)
        work = Train(data_hash, method.name, params.__dict__, seed, key, of=of)
        st.session_state["train:job"] = services.jobs().submit(work).id
        st.session_state["train:cached"] = key if stored else None
        st.session_state["train:told"] = stored is None
        st.rerun()


shell.page("train")
chosen = shell.need_dataset()
watch(chosen)
run = shell.pick_run(chosen)
if run is not None:
    result(run)
    newproducts.section(chosen, run, services.dataset(chosen))
st.subheader("Train another method" if run else "Train a method", anchor=False)
st.write(
    "A method looks at your data and gives every product a list of numbers, its **embedding**: "
    "products that mean something similar get similar numbers. Everything else in this app reads these numbers."
)
setup(chosen, services.dataset(chosen))
