"""One product listed twice: finding it, how sure to be, and what to do with what was found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.jobs import FindDuplicates
from embedcore.match import VERSION, Matches, PairVerdicts, carried, rescored
from pages.ui import charts, picker, services, shell
from pages.ui import jobs as job_ui
from pages.ui.duplicates import catalogue, decisions, groups, teach, texts, variants
from pages.ui.text import count, number, plain, share

NONE = "-"
HELPERS = ("image", "cooccurrence", "autoencoder", "entity", "blend")  # methods that learn from what products are
_SOURCES = 20  # a column with more different values does not name shops


def view(data: str) -> None:
    """A job first, then what it found."""
    dataset = services.dataset(data)
    if dataset.catalogue is None or not dataset.columns("title", "description", "text"):
        st.info(texts.NO_TEXT, icon=":material/info:")
        return
    _carry(dataset, data)
    source, helper = _options(dataset, data)
    work = FindDuplicates(data, VERSION, source, helper, of=dataset.name)
    folder = work.folder(services.store())
    if folder is None:
        _look(dataset, work)
        return
    found = current(str(folder), data, teach.taught(data), services.verdicts(data))
    _found(dataset, data, found, _loaded(str(folder)))


def _carry(dataset: Dataset, data: str) -> None:
    """Verdicts that people gave on earlier versions of this catalogue come along, once."""
    store = services.store()
    note = store.note("carried", data)
    seen, came = set(note.get("seen", ())), dict(note.get("came", {}))
    others = [d for d in store.datasets() if d.hash != data and d.hash not in seen and d.catalogue_rows]
    fresh = {d.hash: verdicts for d in others if len(verdicts := store.verdicts(d.hash))}
    if fresh:
        known = decisions.by_pair(services.verdicts(data))
        for other in [d for d in others if d.hash in fresh]:
            rows = carried(services.dataset(other.hash), dataset, fresh[other.hash])
            rows = [(a, b, v) for a, b, v in rows if decisions.pair(a, b) not in known]
            store.set_verdicts(data, rows)
            came |= {other.name: len(rows)} if rows else {}
        store.save_note("carried", data, {"seen": sorted(seen | fresh.keys()), "came": came})
    for name, rows in came.items():
        st.caption(f":material/history: {count(rows, 'verdict')} taken over from “{plain(name)}” (same product ids).")


def _options(dataset: Dataset, data: str) -> tuple[str | None, str | None]:
    """(the column that names the list or shop, the key of a run whose embedding helps), where a person chose them."""
    frame = dataset.catalogue.frame if dataset.catalogue is not None else pd.DataFrame()
    names = [c for c in dataset.columns("category", "text") if 2 <= frame[c].nunique() <= _SOURCES]
    runs = {r.key[:12]: r for r in services.store().runs(data) if r.method in HELPERS}
    if not names and not runs:
        return None, None
    source = helper = None
    chosen = shell.url("source") in names or shell.url("helper") in runs
    with st.expander(texts.OPTIONS, icon=":material/tune:", expanded=chosen):
        if names:
            columns = {NONE: texts.SOURCE_NONE} | {c: c for c in names}
            source = _choose("source", texts.SOURCE, columns, texts.SOURCE_HELP)
        if runs:
            embeddings = {NONE: texts.HELPER_NONE} | {k: shell.run_label(r) for k, r in runs.items()}
            helper = _choose("helper", texts.HELPER, embeddings, texts.HELPER_HELP)
    return source, runs[helper].key if helper else None


def _choose(name: str, label: str, options: dict[str, str], help: str) -> str | None:
    """One of the options, kept in the URL; None for the first."""
    keys, wanted = list(options), shell.url(name)
    picked = st.selectbox(
        label,
        keys,
        index=keys.index(wanted) if wanted in keys else 0,
        format_func=lambda k: options[k],
        key=f"match:{name}",
        help=help,
    )
    chosen = None if picked == NONE else str(picked)
    if chosen != wanted:
        shell.remember(**{name: chosen})
    return chosen


def _look(dataset: Dataset, work: FindDuplicates) -> None:
    """Nothing was computed yet: say what will happen, start it, show how it goes."""

    def about() -> None:
        st.subheader(f"{texts.FIND} among {number(dataset.n_catalogue)} products", anchor=False)
        st.write(texts.HOW)

    job_ui.offer(work, texts.FIND, key="match:start", icon=":material/search:", about=about)


@services.resource(max_entries=2, show_spinner="Opening the duplicates")
def _loaded(folder: str) -> Matches:
    return Matches.load(Path(folder))


@services.resource(max_entries=4, show_spinner="Applying your verdicts")
def current(folder: str, data: str, taught: str, verdicts: tuple[tuple[str, str, str], ...]) -> Matches:
    """What was found in the light of verdicts (id, id, verdict) and of what was taught ("" or weights as JSON)."""
    matches = _loaded(folder)
    if not verdicts and not taught:
        return matches
    table = pd.DataFrame(verdicts, columns=["id_a", "id_b", "verdict"])
    weights = teach.weights(taught) or matches.weights
    return rescored(matches, weights, PairVerdicts.of(services.dataset(data), table))


def _found(dataset: Dataset, data: str, found: Matches, shipped: Matches) -> None:
    """found: in the light of verdicts and lessons. shipped: before them."""
    for notice in found.meta.get("notices", ()):
        st.info(plain(notice), icon=":material/info:")
    if not len(found):
        st.info(texts.NONE_FOUND, icon=":material/task_alt:")
        return
    left, right = st.columns([6, 5], gap="medium")
    with left:
        sure = _sure(found)
        cut = found.at(sure) if abs(sure - found.cut) > 0.004 else found
        listed = groups.units(dataset, cut)
        _facts(cut, len(listed), sum(len(u.items) for u in listed))
    with right:
        st.altair_chart(
            _curve(found, cut.cut),
            width="stretch",
            alt="Line chart: the share of pairs that are right and of duplicates found, by how sure it must be",
        )
    show = picker.segments("show", "What to show", texts.FOUND_MODES)
    desk = decisions.desk(data)
    if show == "teach":
        teach.view(dataset, desk, found, shipped)
    elif show == "variants":
        variants.view(variants.Variants(dataset, data, cut), desk)
    elif show == "out":
        catalogue.view(dataset, data, cut)
    else:
        groups.view(groups.Found(dataset, data, cut), desk, listed, show)


def _facts(cut: Matches, products: int, rows: int) -> None:
    """What was found at this line, in numbers."""
    precision, recall, _ = cut.expected.of(cut.cut)
    kinds = {kind: int((cut.kind == kind).sum()) for kind in ("same", "variant", "different")}
    st.markdown(
        f"**{number(products)}** {texts.LISTED_MORE}, in **{number(rows)}** rows. "
        f"{number(kinds['different'])} {texts.OTHERS}."
    )
    with st.container(horizontal=True, gap="small"):
        st.metric(texts.PAIRS, number(kinds["same"]), width=75, help=texts.PAIRS_HELP)
        st.metric(texts.VARIANTS, number(kinds["variant"]), width=85, help=texts.VARIANTS_PAIRS_HELP)
        st.metric(texts.RIGHT, share(precision), width=100, help=texts.RIGHT_HELP)
        st.metric(texts.FOUND, share(recall), width=105, help=texts.FOUND_HELP)


def _sure(found: Matches) -> float:
    own = min(99, max(1, round(100 * found.cut)))
    value = st.slider(texts.SURE, 1, 99, own, format="%d %%", key=f"sure:{own}", help=texts.SURE_HELP)
    return found.cut if value == own else value / 100


def _curve(found: Matches, cut: float) -> charts.Layers:
    """Expected precision and recall at every line."""
    rows = []
    for line in range(1, 100):
        precision, recall, _ = found.expected.of(line / 100)
        rows += [(line, 100 * precision, texts.RIGHT.lower()), (line, 100 * recall, texts.FOUND.lower())]
    return charts.balance(pd.DataFrame(rows, columns=["line", "share", "what"]), 100 * cut)
