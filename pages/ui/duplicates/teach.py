"""Teaching the matcher: ten questions a round, and what the answers changed."""

from __future__ import annotations

import json

import streamlit as st

from embedcore import Dataset
from embedcore.match import Matches, PairVerdicts, PairWeights, Reasons, ask, teach
from pages.ui import cards, services
from pages.ui.duplicates import decisions, review, texts
from pages.ui.duplicates.decisions import Desk, Pair, Unit
from pages.ui.text import count, number, plain, share

ROUND = 10


def taught(data: str) -> str:
    """The weights that people taught on a dataset, as JSON; "" when it was not taught (yet)."""
    note = services.store().note("taught", data)
    return json.dumps(note["weights"], sort_keys=True) if note.get("weights") else ""


def weights(text: str) -> PairWeights | None:
    """From what `taught` gave."""
    return PairWeights.of(json.loads(text)) if text else None


def view(dataset: Dataset, desk: Desk, found: Matches, shipped: Matches) -> None:
    """One question at a time, then the lesson. found: as things stand. shipped: before any verdict or lesson."""
    data = desk.data
    st.markdown(texts.TEACH)
    review.undo_line(desk)
    verdicts = decisions.by_pair(services.verdicts(data))
    _lesson(data)
    questions = _round(dataset, data, found)
    left = [p for p in questions if p not in verdicts and f"teach:{_unit(dataset, p).key}" not in desk.skipped]
    if questions:
        answered = len(questions) - len(left)
        st.progress(answered / len(questions), text=f"{answered} of {len(questions)} answered")
    if left:
        _question(dataset, desk, found, left[0])
    else:
        desk.show("teach")
        if not questions:
            st.info(texts.NO_QUESTION, icon=":material/task_alt:")
    with st.container(horizontal=True):
        st.button(
            f"{texts.LEARN} {count(len(verdicts), 'verdict')}" if verdicts else f"{texts.LEARN} your verdicts",
            type="secondary" if left else "primary",
            icon=":material/school:",
            key="teach:learn",
            disabled=not verdicts,
            on_click=_learn,
            args=(dataset, data, shipped),
            help=texts.LEARN_HELP,
        )
        if questions and not left:
            st.button(texts.MORE, icon=":material/quiz:", key="teach:more", on_click=_more, args=(data,))


def _lesson(data: str) -> None:
    """What it learned so far, and what that changed."""
    note = services.store().note("taught", data)
    if not note.get("weights"):
        return
    with st.container(border=True):
        st.markdown(f":green[:material/school:] {texts.LEARNED} **{number(note['used'])}** verdicts.")
        for sentence in note.get("changed", ()):
            st.caption(plain(sentence))
        if note.get("flipped"):
            st.caption(f"{count(note['flipped'], 'pair')} now judged differently.")
        st.button(texts.FORGET, icon=":material/undo:", key="teach:forget", on_click=_forget, args=(data,))


def _round(dataset: Dataset, data: str, found: Matches) -> list[Pair]:
    """The pairs of this round; they stay the same until it is over."""
    name = f"teach:round:{data[:12]}"
    if name not in st.session_state:
        known = PairVerdicts.of(dataset, services.store().verdicts(data))
        rows = ask(found, known, ROUND)
        st.session_state[name] = [
            decisions.pair(str(dataset.items[found.a[r]]), str(dataset.items[found.b[r]])) for r in rows.tolist()
        ]
    pairs: list[Pair] = st.session_state[name]
    return pairs


def _unit(dataset: Dataset, pair: Pair) -> Unit:
    return Unit((dataset.index[pair[0]], dataset.index[pair[1]]), 0.5, (pair,))


def _question(dataset: Dataset, desk: Desk, found: Matches, pair: Pair) -> None:
    unit = _unit(dataset, pair)
    stamp = desk.show("teach", pair)
    a, b = unit.items
    row = found.row_of.get((min(a, b), max(a, b)))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{texts.QUESTION}**", width="content")
            with st.container(horizontal=True, width="content"):
                review.buttons(dataset, desk, stamp, unit, undecided=True, keys=True)
                review.skip_button(desk, stamp, f"teach:{unit.key}", keys=True)
        cards.side_by_side(dataset, (a, b), a)
        if row is not None:
            reason = plain(Reasons(dataset, found).of(row))
            st.caption(f"{share(float(found.probability[row]))} sure: {reason}")


def _more(data: str) -> None:
    st.session_state.pop(f"teach:round:{data[:12]}", None)


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
