"""The frame around every page: the page table, the pickers bound to the URL, the error boundary.

With a pages/ folder beside the entry file, the first request of a fresh server that is a deep link runs the
page without streamlit_app.py. So every page starts with `shell.page(...)`, which runs the whole shell when
nobody has yet.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore import Cancelled, EmbedError
from embedcore.methods import REGISTRY, get
from embedcore.store import RunInfo
from pages import web
from pages.ui import address, services
from pages.ui import jobs as job_ui
from pages.ui.address import remember as remember
from pages.ui.address import url as url
from pages.ui.text import plain, short
from pages.ui.texts import NOTHING_LOADED, NOTHING_TRAINED, STOPPED, TO_OVERVIEW, TO_TRAINING, WRONG

PAGES = {
    "overview": ("Overview", ":material/home:"),
    "data": ("Data", ":material/upload_file:"),
    "train": ("Train", ":material/model_training:"),
    "map": ("Map", ":material/scatter_plot:"),
    "duplicates": ("Duplicates", ":material/content_copy:"),
    "recommend": ("Recommend", ":material/recommend:"),
    "customers": ("Customers", ":material/groups:"),
    "predict": ("Predict", ":material/psychology:"),
    "values": ("Values", ":material/palette:"),
    "anomalies": ("Data errors", ":material/troubleshoot:"),
    "storage": ("Storage", ":material/hard_drive:"),
    "diagnostics": ("Diagnostics", ":material/monitor_heart:"),
}
SECTIONS = {
    "": ("overview",),
    "Your data": ("data", "train"),
    "Explore": ("map", "values", "customers"),
    "Decide": ("recommend", "duplicates", "anomalies", "predict"),
    "This app": ("storage", "diagnostics"),
}
ABOUT = {
    "map": "Every product is a point. The closer, the more similar.",
    "values": "Look up a value or a product: its vector, and what is near it.",
    "customers": "Segments of customers with similar purchases, and what sets each apart.",
    "recommend": "What goes with a product, what replaces it, what completes a basket, what a customer buys next.",
    "duplicates": "Find products that are listed twice, review them, merge them.",
    "anomalies": "Find likely data errors: values that don't fit the rest of the product.",
    "predict": "Predict values for new products. Fill blank cells.",
    "storage": "What this app keeps on this computer, and for how long.",
    "diagnostics": "How the app and this computer are doing.",
}
_inside: ContextVar[bool] = ContextVar("inside_shell", default=False)
_log = logging.getLogger("embedcore.pages")


def run() -> None:
    """The whole app: navigation, then the chosen page inside the error boundary."""
    web.remember_tab()
    # An emoji: as the icon of the tab, a material icon would be fetched from another host.
    st.set_page_config(page_title="embedcore", page_icon="🧭", layout="wide")
    web.only_people()
    pages = {
        name: st.Page(
            f"pages/{name}.py",
            title=title,
            icon=icon,
            url_path="home" if name == "overview" else name,
            default=name == "overview",
        )
        for name, (title, icon) in PAGES.items()
    }
    # The default page answers at / only: a link to /overview leads there.
    alias = st.Page(_to_overview, title="Overview", url_path="overview", visibility="hidden")
    menu = {title: [pages[n] for n in names if n in pages] for title, names in SECTIONS.items()}
    menu[""].append(alias)
    chosen = st.navigation(menu, expanded=True)
    token = _inside.set(True)
    try:
        with address.page():
            guarded(chosen.run)()
    finally:
        _inside.reset(token)


def _to_overview() -> None:
    st.switch_page("pages/overview.py", query_params=st.query_params.to_dict())


def page(name: str) -> DeltaGenerator:
    """First line of every page; the row of its title, where more may stand. name: its key in PAGES."""
    if not _inside.get():
        run()
        st.stop()
    web.way_out()
    st.session_state["page"] = name
    title, _ = PAGES[name]
    head = st.container(horizontal=True, vertical_alignment="center")
    head.title(title, width="content")
    if name in ABOUT:
        st.caption(ABOUT[name])
    return head


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The error boundary: a known problem becomes a sentence, any other a sentence and a line in the log."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except EmbedError as e:
            show_error(e)
        except Cancelled:
            st.info(f"It {STOPPED}", icon=":material/cancel:")
        except Exception:  # noqa: BLE001  the boundary: a page never shows a traceback
            _log.exception("A page failed")
            st.error(WRONG, icon=":material/error:")
        return None

    return call


def show_error(e: EmbedError) -> None:
    """One clear sentence and what to do about it."""
    st.error(f"{plain(e.message)}  \n{plain(e.hint)}" if e.hint else plain(e.message), icon=":material/error:")


def _changed(name: str, widget: str, options: list[str]) -> None:
    if st.session_state[widget] not in options:  # a label that is no longer there
        return
    remember(**{name: st.session_state[widget]})
    if name == "dataset":
        remember(run=None, item=None, basket=None, customer=None, basket_customer=None, whose=None)


def _pick(name: str, label: str, options: dict[str, str], help: str) -> str:
    """A sidebar picker whose choice is a short hash in the URL."""
    wanted = url(name)
    found = [k for k in options if wanted and k.startswith(wanted)]
    if wanted and not found:
        st.warning(f"The {plain(label.lower())} of this link is gone. Showing the newest one.")
    current = found[0] if found else next(iter(options))
    address.fill(**{name: current[:12]})
    widget = f"pick:{name}"
    short_options = [k[:12] for k in options]
    # Always set: on another page this is another widget, and the browser would begin with its first option.
    st.session_state[widget] = current[:12]
    # The browser answers with the label: two that are equal, or one that changes with time, would choose another one.
    labels = list(options.values())
    titles = {k[:12]: v if labels.count(v) == 1 else f"{v} · {k[:4]}" for k, v in options.items()}
    st.sidebar.selectbox(
        label,
        short_options,
        format_func=lambda k: titles.get(k, k),
        key=widget,
        help=help,
        on_change=_changed,
        args=(name, widget, short_options),
    )
    return current


def pick_dataset() -> str | None:
    """The hash of the chosen dataset (picker in the sidebar); None when there is none yet."""
    found = services.store().datasets()
    if not found:
        return None
    return _pick(
        "dataset", "Dataset", {d.hash: short(d.name, 40) for d in found}, "The products and baskets to look at."
    )


def pick_run(dataset: str) -> RunInfo | None:
    """The chosen run of a dataset (picker in the sidebar); None when nothing is trained yet."""
    runs = {r.key: r for r in services.store().runs(dataset)}
    if not runs:
        return None
    titles = {key: run_label(run) for key, run in runs.items()}
    return runs[_pick("run", "Embedding", titles, "The vectors that a method learned for your products.")]


def run_label(run: RunInfo) -> str:
    """A run as it is listed, short enough for the sidebar: today's with the time (UTC)."""
    today = run.created.date() == datetime.now(UTC).date()
    return f"{method_name(run.method)} · {run.created:{'%H:%M' if today else '%d %b'}}"


def method_name(name: str) -> str:
    """A method's title; an unknown name as it is."""
    return get(name).title if name in REGISTRY else name


def need_dataset() -> str:
    """The chosen dataset, or an empty state that says what to do and the end of the page."""
    chosen = pick_dataset()
    job_ui.strip()
    if chosen is None:
        empty(NOTHING_LOADED, "Open a sample or upload your own files.", "overview", TO_OVERVIEW)
        st.stop()
    services.jobs().get_ready()
    return chosen


def need_run(data: str | None = None) -> RunInfo:
    """The chosen run (of a dataset that is already chosen), or an empty state and the end of the page."""
    chosen = pick_run(data or need_dataset())
    if chosen is None:
        empty(NOTHING_TRAINED, "Train a method first. It takes seconds to a few minutes.", "train", TO_TRAINING)
        st.stop()
    return chosen


def empty(title: str, text: str, target: str, label: str) -> None:
    """An empty state: what is missing, and the one thing to do."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.write(text)
        if st.button(label, type="primary", icon=PAGES[target][1], key=f"empty:{target}"):
            go(target)


def go(name: str, **values: str | None) -> None:
    """Open another page, with values of the view set."""
    address.leave()
    for k, v in values.items():
        st.session_state[f"url:{k}"] = v
    query = {k: v for k in ("dataset", "run") if (v := st.session_state.get(f"url:{k}"))}
    query.update({k: v for k, v in values.items() if v})
    st.switch_page(f"pages/{name}.py", query_params=query)
