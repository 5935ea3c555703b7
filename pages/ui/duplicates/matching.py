"""One product listed twice: looking for it, how sure to be, and the ways to go on from there."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.match import VERSION, Matches, PairVerdicts, carried, rescored
from pages.ui import charts, choice, services, shell
from pages.ui import jobs as job_ui
from pages.ui.duplicates import groups as matchgroups
from pages.ui.duplicates import out as matchout
from pages.ui.duplicates import review
from pages.ui.duplicates import teach as matchteach
from pages.ui.text import number, plain, share

SHOW = {
    "review": "To review",
    "same": "Same",
    "different": "Not the same",
    "teach": "Teach it",
    "out": "Clean catalogue",
}
NONE = "-"
HELPERS = ("image", "cooccurrence", "autoencoder", "entity", "blend")  # results of what products look like or are
_SOURCES = 20  # a column with more different values does not name shops


def view(data: str) -> None:
    """The whole mode: a job first, then what it found."""
    dataset = services.dataset(data)
    if dataset.catalogue is None or not dataset.columns("title", "description", "text"):
        st.info(
            "This dataset has no titles or descriptions to compare. “Alike in a result” shows products that a training "
            "finds alike.",
            icon=":material/info:",
        )
        return
    _carry(dataset, data)
    source, helper = _options(dataset, data)
    spec: dict[str, object] = {"dataset": data, "source": source, "version": VERSION}
    key = f"{VERSION}|{source or ''}" + (f"|{helper}" if helper else "")
    if helper:
        spec["run"] = helper
    folder = services.store().artifact("match", key, data, helper)
    if folder is None:
        _look(dataset, key, spec)
        return
    found = current(str(folder), data, matchteach.taught(data), services.said(data))
    _found(dataset, data, found, _loaded(str(folder)))


def _carry(dataset: Dataset, data: str) -> None:
    """Verdicts that people gave on earlier versions of this catalogue come along, once."""
    store = services.store()
    note = store.note("carried", data)
    seen, came = set(note.get("seen", ())), dict(note.get("came", {}))
    others = [d for d in store.datasets() if d.hash != data and d.hash not in seen and d.catalogue_rows]
    fresh = {d.hash: store.verdicts(d.hash) for d in others}
    fresh = {h: v for h, v in fresh.items() if len(v)}
    if fresh:
        said = {(a, b) for a, b, _ in services.said(data)}
        for other in [d for d in others if d.hash in fresh]:
            rows = carried(services.dataset(other.hash), dataset, fresh[other.hash])
            rows = [(a, b, v) for a, b, v in rows if review.pair(a, b) not in said]
            store.set_verdicts(data, rows)
            came |= {other.name: len(rows)} if rows else {}
        store.save_note("carried", data, {"seen": sorted(seen | fresh.keys()), "came": came})
    for name, count in came.items():
        st.caption(
            f":material/history: {number(count)} verdicts came along from “{plain(name)}”: the same product ids."
        )


def _options(dataset: Dataset, data: str) -> tuple[str | None, str | None]:
    """(the column that tells shops apart, the key of a result that helps), when the person says so."""
    frame = dataset.catalogue.frame if dataset.catalogue is not None else pd.DataFrame()
    names = [c for c in dataset.columns("category", "text") if 2 <= frame[c].nunique() <= _SOURCES]
    runs = {r.key[:12]: r for r in services.store().runs(data) if r.method in HELPERS}
    if not names and not runs:
        return None, None
    asked = {"source": shell.url("source"), "helper": shell.url("helper")}
    open_ = asked["source"] in names or asked["helper"] in runs
    with st.expander("Two lists in one file? Pictures that may help?", icon=":material/tune:", expanded=open_):
        source = names and _choose(
            "source",
            "Column that says which list a row is from",
            {NONE: "none: any two rows may be one product"} | {c: c for c in names},
            "With one, only rows of different lists are compared, and each row gets one partner at most (record "
            "linkage, one to one).",
        )
        helper = runs and _choose(
            "helper",
            "Let a result help",
            {NONE: "none: the catalogue's own words and numbers"} | {k: shell.run_label(r) for k, r in runs.items()},
            "How alike two products are in that result counts a little for or against a pair.",
        )
    return source or None, runs[helper].key if helper else None


def _choose(name: str, label: str, options: dict[str, str], help: str) -> str | None:
    """One of the options, kept in the URL; None for the first."""
    keys, asked = list(options), shell.url(name)
    picked = st.selectbox(
        label,
        keys,
        index=keys.index(asked) if asked in keys else 0,
        format_func=lambda k: options[k],
        key=f"match:{name}",
        help=help,
    )
    chosen = None if picked == NONE else str(picked)
    if chosen != asked:
        shell.remember(**{name: chosen})
    return chosen


def _look(dataset: Dataset, key: str, spec: dict[str, object]) -> None:
    """Nothing was computed yet: say what will happen, start it, show how it goes."""
    live = [j.id for j in services.jobs().live() if j.kind == "match" and j.key == key and j.spec == spec]
    mine = st.session_state.get("match:job")
    for id in live:
        job_ui.panel(id)
    if live:
        return
    if mine is not None:
        job_ui.panel(mine)
    with st.container(border=True):
        st.subheader(f"Look for duplicates among {number(dataset.n_catalogue)} products", anchor=False)
        st.write(
            "Titles, descriptions, model numbers, sizes, colours, brands and prices are compared; every pair found "
            "comes with its reason and how sure it is. Nothing is changed until you say so."
        )
        if st.button("Look for duplicates", type="primary", icon=":material/search:", key="match:start"):
            job = services.jobs().submit("match", key, spec, f"Looking for duplicates in {dataset.name}")
            st.session_state["match:job"] = job.id
            st.rerun()


@st.cache_resource(max_entries=2, show_spinner="Opening what was found")
def _loaded(folder: str) -> Matches:
    return Matches.load(Path(folder))


@st.cache_resource(max_entries=4, show_spinner="Taking your verdicts in")
def current(folder: str, data: str, taught: str, said: tuple[tuple[str, str, str], ...]) -> Matches:
    """What was found in the light of verdicts (id, id, verdict) and of what was taught ("" or weights as JSON)."""
    matches = _loaded(folder)
    if not said and not taught:
        return matches
    verdicts = pd.DataFrame(said, columns=["id_a", "id_b", "verdict"])
    weights = matchteach.weights(taught) or matches.weights
    return rescored(matches, weights, PairVerdicts.of(services.dataset(data), verdicts))


def _found(dataset: Dataset, data: str, found: Matches, shipped: Matches) -> None:
    """found: in the light of verdicts and lessons. shipped: before them."""
    for notice in found.meta.get("notices", ()):
        st.info(plain(notice), icon=":material/info:")
    if not len(found):
        st.info("No two products of this catalogue look like the same one.", icon=":material/task_alt:")
        return
    left, right = st.columns([5, 6], gap="medium")
    with left:
        sure = _sure(found)
        cut = found.at(sure) if abs(sure - found.cut) > 0.004 else found
        precision, recall, pairs = found.expected.of(cut.cut)
        units = matchgroups.units(dataset, cut)
        in_all = sum(len(u.items) for u in units)
        st.markdown(
            f"**{number(len(units))}** products stand in the catalogue more than once, in **{number(in_all)}** rows."
        )
        facts = st.container(horizontal=True)
        facts.metric("Pairs", number(pairs), width=110, help="Pairs of rows at least this sure to be one product.")
        facts.metric(
            "Likely right",
            share(precision),
            width=110,
            help="Expected precision: of the pairs shown, how many truly are one product, from how sure each is and "
            "from your verdicts.",
        )
        facts.metric(
            "Likely found",
            share(recall),
            width=110,
            help="Expected recall: of all duplicates in the catalogue, how many are shown.",
        )
    with right:
        st.altair_chart(
            _curve(found, cut.cut),
            width="stretch",
            alt="Line chart: how many of the pairs are right and how many duplicates are found at each line",
        )
    show = choice.segments("show", "What to show", SHOW)
    if show == "teach":
        matchteach.view(dataset, data, found, shipped)
    elif show == "out":
        matchout.view(dataset, data, cut)
    else:
        matchgroups.view(dataset, data, cut, units, show)


def _sure(found: Matches) -> float:
    own = min(99, max(1, round(100 * found.cut)))
    value = st.slider(
        "How sure must it be?",
        1,
        99,
        own,
        format="%d %%",
        key=f"sure:{own}",
        help="Pairs at least this likely to be one product count as the same. It starts where right and found are in "
        "the best balance (highest expected F1).",
    )
    return found.cut if value == own else value / 100


def _curve(found: Matches, cut: float) -> alt.LayerChart:
    """Expected precision and recall at every line."""
    rows = []
    for line in range(1, 100):
        precision, recall, _ = found.expected.of(line / 100)
        rows += [(line, 100 * precision, "likely right"), (line, 100 * recall, "likely found")]
    return charts.balance(pd.DataFrame(rows, columns=["line", "share", "what"]), 100 * cut)
