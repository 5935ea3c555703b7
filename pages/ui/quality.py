"""What to know first: what was understood of a file, notices of an embedding, its figures beside a simple baseline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from embedcore.intake import Decision
from pages.ui.text import count, plain, share, short
from pages.ui.texts import MORE_UNDERSTOOD, PLEASE_CHECK

LOUD = "CAUTION: "
Choose = Callable[[str, str], None]
_FIELD, _LETTER, _ROUND = 160, 7, 48  # width of a choice: at least, of a letter, and of what is around the words
_WIDEST = (250, 190)  # in more than half of the page, and in half of it
_CARD = (564, 413)  # width of a card of either kind
_ROOM = 190  # pixels for sentences; those that neither ask nor lose rows fold when there is no room for them
_FOLD = 56
_LETTERS = (60, 32)  # of a line in half of the page: of a sentence alone, and beside a choice
_BUTTON = 32  # pixels around the words of a choice that has a button
_SHORT = 20  # characters of two choices that fit side by side
_SAME = 0.005  # shares closer than this are the same to a person


def notices(meta: Mapping[str, Any]) -> None:
    """What to know about a run, a line each."""
    for sentence in meta.get("notices", ()):
        st.caption(f":material/info: {plain(sentence)}")


def figures(meta: Mapping[str, Any]) -> None:
    """How good a run is on data it has not seen, a row per measure; the exact terms below."""
    found: Sequence[Mapping[str, Any]] = meta.get("figures", ())
    if not found:
        st.caption("Not measured: no data was held out.")
        return
    st.markdown("**How good is it?** Measured on held-out data.")
    rows = [(plain(f["name"]), value(f, f["value"]), beside(f), verdict(f)) for f in found]
    st.table(pd.DataFrame(rows, columns=["Measure", "This embedding", "Simple baseline", "Verdict"]), hide_index=True)
    with st.expander("How it is measured", icon=":material/help:"):
        # A measure with two baselines has two rows and one explanation.
        for name, help in dict.fromkeys((f["name"], f.get("help")) for f in found):
            if help:
                st.markdown(f"**{plain(name)}**: {plain(help)}")


def value(figure: Mapping[str, Any], x: float) -> str:
    """A figure's number as it is read: shares in percent, with a digit more where rounding would hide a difference."""
    if figure["kind"] != "share":
        return f"{x:,.3g}"
    base = figure["baseline"]
    hidden = base is not None and abs(figure["value"] - base) > _SAME and share(figure["value"]) == share(base)
    return f"{100 * x:.1f} %" if hidden else share(x)


def beside(figure: Mapping[str, Any]) -> str:
    """The baseline and what it is."""
    if figure["baseline"] is None:
        return "–"
    return f"{value(figure, figure['baseline'])} ({plain(figure['baseline_name'])})"


def verdict(figure: Mapping[str, Any]) -> str:
    """better, worse or the same as the baseline; "–" without one."""
    if figure["baseline"] is None:
        return "–"
    ahead = float(figure["value"] - figure["baseline"]) * (1 if figure["better"] == "higher" else -1)
    near = _SAME if figure["kind"] == "share" else 0.005 * abs(figure["baseline"])
    return "about the same" if abs(ahead) <= near else "better" if ahead > 0 else "worse"


def say(sentences: Iterable[str]) -> None:
    """One box a sentence; those that matter most stand out."""
    for sentence in sentences:
        if sentence.startswith(LOUD):
            st.warning(plain(_upper(sentence)), icon=":material/warning:")
        else:
            st.info(plain(sentence), icon=":material/info:")


def _upper(sentence: str) -> str:
    text = sentence.removeprefix(LOUD)
    return text[:1].upper() + text[1:]


def decide(
    decisions: Iterable[Decision],
    choose: Choose,
    key: str,
    notices: Sequence[str] = (),
    *,
    wide: bool = False,
    mine: Collection[str] = (),
) -> None:
    """A line each, its choices beside it. choose: called with the key and the new value. key: of the widgets.
    notices: sentences without a choice, such as those of the reader. wide: there is more than half of the page. mine:
    keys that a person decided, which stay in sight."""
    found = [*decisions, *_as_decisions(notices)]
    first = [d for d in found if d.unsure or d.lost or d.key in mine]
    urgent = sorted(first, key=lambda d: (not d.unsure, -d.lost))
    calm = [d for d in found if d not in first]
    room = _ROOM - sum(_height(d, wide=wide) for d in urgent)
    shown = 0
    while shown < len(calm) and (room := room - _height(calm[shown], wide=wide)) >= 0:
        shown += 1
    if shown == len(calm) - 1 and _height(calm[shown], wide=wide) <= _FOLD:
        shown += 1  # the fold would take as much room
    for d in (*urgent, *calm[:shown]):
        _line(d, choose, key, wide=wide)
    if rest := calm[shown:]:
        with st.expander(count(len(rest), MORE_UNDERSTOOD), icon=":material/more_horiz:", type="compact"):
            for d in rest:
                _line(d, choose, key, wide=wide)


def _height(d: Decision, *, wide: bool) -> int:
    """About how many pixels a line takes."""
    choice = len(d.choices) > 1
    lines = -(-len(d.sentence) // (_LETTERS[choice] * (2 if wide else 1)))
    return max(50 if choice else 0, 24 * lines + 8)


def words(decision: Decision) -> str:
    """The choice in force, in words."""
    return dict(decision.choices).get(decision.chosen, decision.chosen)


def _as_decisions(notices: Sequence[str]) -> list[Decision]:
    """Loud ones stand with what loses rows, though how many is not known."""
    out = []
    for sentence in filter(None, notices):
        text = sentence.removeprefix(LOUD)
        out.append(Decision("", text[:1].upper() + text[1:], lost=int(text != sentence)))
    return out


def _line(d: Decision, choose: Choose, key: str, *, wide: bool) -> None:
    mark = ":material/check: "
    if d.unsure:
        mark = f":orange-badge[{PLEASE_CHECK}] "
    elif d.lost:
        mark = ":orange[:material/warning:] "
    # What neither asks nor loses anything is said in a lower voice.
    text, say = f"{mark}{plain(d.sentence)}", st.caption
    if d.unsure or d.lost:
        text, say = f":small[{text}]", st.markdown
    if len(d.choices) < 2:
        say(text)
        return
    width = _width([words for _, words in d.choices], _WIDEST[not wide])
    said, control = st.columns([_CARD[not wide] - width, width], vertical_alignment="center", gap="small")
    with said:
        say(text)
    with control:
        _control(d, choose, f"{key}:{d.key}")


def _width(words: Sequence[str], widest: int) -> int:
    """Of the choices, in pixels; a narrow screen has them below the sentence."""
    needed = _BUTTON * len(words) + _LETTER * sum(map(len, words)) if _beside(words) else 0
    return max(needed, min(widest, max(_FIELD, _LETTER * max(map(len, words)) + _ROUND)))


def _beside(words: Sequence[str]) -> bool:
    """Whether the choices are so short that all of them can be shown."""
    return len(words) == 2 and sum(map(len, words)) <= _SHORT


def _control(d: Decision, choose: Choose, widget: str) -> None:
    options, named = [value for value, _ in d.choices], dict(d.choices)
    st.session_state[widget] = d.chosen if d.chosen in options else options[0]

    def changed() -> None:
        value = st.session_state.get(widget)
        if value is not None and value != d.chosen:
            choose(d.key, value)

    label = short(d.sentence, 80)
    if _beside(list(named.values())):
        st.segmented_control(
            label,
            options,
            format_func=lambda v: plain(named[v]),
            key=widget,
            on_change=changed,
            label_visibility="collapsed",
            required=True,
        )
    else:
        st.selectbox(
            label, options, format_func=named.__getitem__, key=widget, on_change=changed, label_visibility="collapsed"
        )
