"""Train: choose a method, set what matters, watch it learn."""

import streamlit as st

from embedcore import Dataset
from embedcore.jobs import Train
from embedcore.methods import run_key
from embedcore.progress import PREVIEW
from embedcore.store import RunInfo
from pages.ui import charts, pictures, quality, services, shell, unfinished
from pages.ui import jobs as job_ui
from pages.ui.text import ago, duration, number, plain
from pages.ui.texts import ADD_DATA, FIND_DUPLICATES, OPEN_MAP, RECOMMEND, TRAIN_A_METHOD
from pages.ui.train import firstlook, forms, methods, newproducts, rebuild
from pages.ui.train.texts import DETAILS, NOT_AGAIN, STARTED, STORED, USE_COLUMNS, start, trained


def watch(data: str) -> None:
    """Running trainings of this dataset, whoever started them; when your own is done its run is chosen."""
    if st.session_state.pop("train:started", False):
        st.toast(STARTED, icon=":material/arrow_upward:")
    own = st.session_state.get("train:job")
    job = services.jobs().get(own)
    if job is not None and job.state == "done":
        shell.remember(run=job.key[:12])
        del st.session_state["train:job"]
        own = None
    live = [j.id for j in services.jobs().live(Train, dataset=data)]
    for id in dict.fromkeys([*live, *([own] if own else [])]):
        if job_ui.panel(id):
            firstlook.section(id, data)


def embedding(run: RunInfo) -> None:
    """What the chosen run gave, and where to go with it."""
    title = shell.method_name(run.method)
    with st.container(border=True):
        st.markdown(f"**{plain(trained(title))} {ago(run.created)}**")
        if st.session_state.get("train:cached") == run.key:
            st.success(
                f"Trained before with the same data and settings, {ago(run.created)} "
                f"({run.created:%Y-%m-%d %H:%M} UTC). {NOT_AGAIN}",
                icon=":material/bolt:",
            )
        quality.notices(run.meta)
        left_out = run.meta.get("left_out", 0) + run.meta.get("never_bought", 0)
        facts = st.columns(4)
        facts[0].metric("Products", number(run.rows), help="Products with a vector.")
        facts[1].metric("Left out", number(left_out), help="Bought too rarely or never, or without any text or value.")
        facts[2].metric("Dimensions", run.dimension, help="Numbers in a vector.")
        facts[3].metric("Training time", duration(run.seconds))
        quality.figures(run.meta)
        if run.method == "autoencoder":
            rebuild.panel(run)
        drawn = services.store().model_folder(run.key) / PREVIEW
        if drawn.exists():
            pictures.learned(drawn.read_bytes())
        pages = {"map": OPEN_MAP, "duplicates": FIND_DUPLICATES, "recommend": RECOMMEND}
        if run.method == "customer2vec":
            pages = {"map": OPEN_MAP, "customers": "See customers", "recommend": RECOMMEND}
        for column, (page, words) in zip(st.columns(3), pages.items(), strict=True):
            if column.button(
                words, icon=shell.PAGES[page][1], width="stretch", type="primary" if page == "map" else "secondary"
            ):
                shell.go(page)
        with st.expander(DETAILS):
            details(run)


def details(run: RunInfo) -> None:
    """The curve and the settings of a run, and a button to remove it."""
    if len(run.losses) > 1:
        st.altair_chart(
            charts.loss_curve(tuple(enumerate(run.losses, 1))),
            width="stretch",
            alt="Line chart: the loss of the model during training",
        )
    st.table(methods.settings(run), hide_index=True)
    if st.button("Remove this embedding", icon=":material/delete:"):
        services.store().delete_run(run.key)
        shell.remember(run=None)
        st.rerun()


def setup(data: str, dataset: Dataset) -> None:
    """Pick a method, set its parameters, start."""
    method = methods.pick(dataset)
    methods.missing(dataset)
    st.markdown(f"##### {plain(method.title)}: {plain(method.subtitle)}")
    st.write(method.summary)
    with st.expander("How it works and when to use it", icon=":material/info:"):
        if method.about:
            st.markdown(method.about)
        st.caption(f"Source: {plain(method.source)}")
    lacking = method.lacks(dataset)
    if lacking:
        st.info(plain(lacking), icon=":material/info:")
        if st.button(ADD_DATA, icon=":material/upload_file:"):
            shell.go("data")
        return
    if waits := methods.too_few(method, dataset):
        st.info(plain(waits), icon=":material/info:")
        return
    params = forms.params_form(method, dataset)
    if waits := methods.too_few(method, dataset, getattr(params, "runs", ())):
        st.info(plain(waits), icon=":material/info:")
    if warning := method.warns(dataset, params):
        st.warning(plain(warning), icon=":material/translate:")
        if st.button(USE_COLUMNS, key="train:columns"):
            shell.remember(method="cooccurrence")
            st.rerun()
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    help = "The same seed gives the same vectors."
    seed = int(left.number_input("Seed", 0, 2**31 - 1, 0, key="seed", persist_state="session", help=help))
    key = run_key(data, method, params, seed)
    stored = services.store().find_run(key) is not None
    label = STORED if stored else start(shell.method_name(method.name))
    if right.button(label, type="primary", icon=":material/play_arrow:", disabled=waits is not None):
        of = methods.job_subject(method, dataset, params, seed)
        work = Train(data, method.name, params.__dict__, seed, key, of=of)
        st.session_state["train:job"] = services.jobs().submit(work).id
        st.session_state["train:cached"] = key if stored else None
        st.session_state["train:started"] = not stored
        st.rerun()


shell.page("train")
chosen = shell.need_dataset()
watch(chosen)
unfinished.notice("train", chosen, Train, shown=[st.session_state.get("train:job")])
run = shell.pick_run(chosen)
if run is not None:
    embedding(run)
    newproducts.section(run)
st.subheader("Train another method" if run else TRAIN_A_METHOD, anchor=False)
st.write("A method turns products into vectors, an **embedding**. Similar products get similar vectors.")
setup(chosen, services.dataset(chosen))
