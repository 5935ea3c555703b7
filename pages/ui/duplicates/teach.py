"""Teaching the matcher: ten questions at a time, and what the answers changed."""

from __future__ import annotations

import json

import streamlit as st

from embedcore import Dataset
from embedcore.match import Matches, PairVerdicts, PairWeights, Reasons, ask, teach
from pages.ui import cards, services
from pages.ui.duplicates import pairs, review
from pages.ui.text import number, plain, share

ROUND = 10


def taught(data: str) -> str:
    """The weights that people taught on a dataset, as JSON; "" when it was not taught (yet)."""
    note = services.store().note("taught", data)
    return json.dumps(note["weights"], sort_keys=True) if note.get("weights") else ""


def weights(text: str) -> PairWeights | None:
    """From what `taught` gave."""
    return PairWeights.of(json.loads(text)) if text else None


def view(dataset: Dataset, data: str, found: Matches, shipped: Matches) -> None:
    """One question at a time, then the lesson. found: as things stand. shipped: before any verdict or lesson."""
    st.markdown(
        "**Ten answers make it better on your catalogue.** It asks about the pairs from which it learns most; your "
        "verdicts count for the result at once, and after a round it can learn from them what matters in your data."
    )
    pairs.undo_line(data)
    note = services.store().note("taught", data)
    known = len(services.said(data))
    if note.get("weights"):
        with st.container(border=True):
            st.markdown(f":green[:material/school:] It has learned from **{number(note['used'])}** verdicts.")
            for sentence in note.get("changed", ()):
                st.caption(plain(sentence))
            if note.get("flipped"):
                st.caption(f"{number(note['flipped'])} pairs are judged differently than before.")
            st.button("Forget the lesson", icon=":material/undo:", key="teach:forget", on_click=_forget, args=(data,))
    asked = _round(dataset, data, found)
    answers = {(a, b) for a, b, _ in services.said(data)}
    skipped = st.session_state.setdefault("teach:skipped", [])
    open_ = [p for p in asked if p not in answers and p not in skipped]
    if asked:
        st.progress((len(asked) - len(open_)) / len(asked), text=f"{len(asked) - len(open_)} of {len(asked)} answered")
    if open_:
        _question(dataset, data, found, open_[0])
    elif not asked:
        st.info("There is no pair left about which it is unsure.", icon=":material/task_alt:")
    with st.container(horizontal=True):
        st.button(
            f"Learn from all {number(known)} verdicts" if known else "Learn from the verdicts",
            type="secondary" if open_ else "primary",
            icon=":material/school:",
            key="teach:learn",
            disabled=not known,
            on_click=_learn,
            args=(dataset, data, shipped),
            help="Moves the weights of the score towards your verdicts, with a strong pull back to what it knew before "
            "(a maximum a posteriori step).",
        )
        if asked and not open_:
            st.button("Ask ten more", icon=":material/quiz:", key="teach:more", on_click=_more, args=(data,))


def _round(dataset: Dataset, data: str, found: Matches) -> list[review.Pair]:
    """The pairs of this round; they stay the same until it is over."""
    name = f"teach:asked:{data[:12]}"
    if name not in st.session_state:
        said = PairVerdicts.of(dataset, services.store().verdicts(data))
        rows = ask(found, said, ROUND)
        st.session_state[name] = [
            review.pair(str(dataset.items[found.a[r]]), str(dataset.items[found.b[r]])) for r in rows.tolist()
        ]
    return st.session_state[name]


def _question(dataset: Dataset, data: str, found: Matches, asked: review.Pair) -> None:
    a, b = (dataset.index[i] for i in asked)
    row = found.row_of.get((min(a, b), max(a, b)))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown("**Is this one product?**", width="content")
            with st.container(horizontal=True, width="content"):
                pairs.buttons(dataset, data, review.Unit((a, b), 0.5, (asked,)), open=True, keys=True)
                st.button(
                    "Skip", icon=":material/skip_next:", key="teach:skip", shortcut="K", on_click=_skip, args=(asked,)
                )
        cards.side_by_side(dataset, (a, b), a)
        if row is not None:
            reason = plain(Reasons(dataset, found).of(row))
            st.caption(f"It is {share(float(found.probability[row]))} sure that this is one product: {reason}")


def _skip(asked: review.Pair) -> None:
    st.session_state["teach:skipped"].append(asked)


def _more(data: str) -> None:
    st.session_state.pop(f"teach:asked:{data[:12]}", None)


def _learn(dataset: Dataset, data: str, shipped: Matches) -> None:
    lesson = teach(shipped, PairVerdicts.of(dataset, services.store().verdicts(data)))
    services.store().save_note(
        "taught",
        data,
        {
            "weights": lesson.weights.plain(),
            "used": lesson.used,
            "changed": list(lesson.changed),
            "flipped": len(lesson.flipped),
        },
    )


def _forget(data: str) -> None:
    services.store().save_note("taught", data, {})
