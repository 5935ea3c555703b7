"""Groups of rows that look like one product: side by side, why, which one to keep, and what a person says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import streamlit as st

from embedcore import Dataset
from embedcore.match import Matches, Reasons, proposal
from pages.ui import cards, services
from pages.ui.duplicates import pairs, review
from pages.ui.text import number, plain, share

ON_A_PAGE = 5
ON_SHOW = 6  # cards of one group before the rest is folded away
AT_MOST = 30  # cards of one group at all
ORDER = {"doubt": "Worth a look first", "sure": "Surest first"}
LINES = (0.8, 0.9, 0.95, 0.98, 0.99)
ALL_PAIRS = 12  # larger groups are tied together by a chain: 500 rows have 124,750 pairs


def units(dataset: Dataset, found: Matches) -> list[review.Unit]:
    """Every group at the cut: its products, its least likely pair, and the pairs that a verdict on it is about."""
    held: dict[int, list[int]] = {}
    inside = np.flatnonzero(found.group[found.a] == found.group[found.b])
    for row in inside.tolist():
        held.setdefault(int(found.group[found.a[row]]), []).append(row)
    out = []
    for members in found.groups():
        rows = held.get(int(found.group[members[0]]), [])
        weakest = float(found.probability[rows].min()) if rows else math.nan
        out.append(review.Unit(tuple(members.tolist()), weakest, about(dataset, members.tolist())))
    return out


def about(dataset: Dataset, items: Sequence[int]) -> tuple[review.Pair, ...]:
    """The pairs of ids that make a group one product."""
    if len(items) <= ALL_PAIRS:
        return review.all_pairs(dataset, items)
    return tuple(review.pair(str(dataset.items[a]), str(dataset.items[b])) for a, b in pairwise(items))


def view(dataset: Dataset, data: str, found: Matches, groups: list[review.Unit], show: str) -> None:
    """Progress, the order, bulk acceptance, and the groups, a few on a page."""
    said = {(a, b): v for a, b, v in services.said(data)}
    left = [u for u in groups if any(p not in said for p in u.pairs)]
    pairs.undo_line(data)
    if show in ("same", "different"):
        listed = review.judged(dataset, None, said, show)
        _page(dataset, data, found, listed, open=False, about=(data, show))
        return
    done = sum(len(review.judged(dataset, None, said, verdict)) for verdict in ("same", "different"))
    st.progress(
        done / max(done + len(left), 1),
        text=f"{number(done)} of {number(done + len(left))} groups reviewed · likely right "
        f"{share(found.expected.of(found.cut)[0])}",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.segmented_control(
            "Order",
            list(ORDER),
            default="doubt",
            format_func=ORDER.get,
            required=True,
            key="match:order",
            label_visibility="collapsed",
        )
        _bulk(data, left)
    skipped: list[str] = st.session_state.setdefault("match:skipped", [])
    doubt = {u.key: abs((u.score if not math.isnan(u.score) else 0.5) - 0.5) - 0.02 * len(u.items) for u in left}
    left.sort(key=lambda u: (u.key in skipped, doubt[u.key] if order == "doubt" else -u.score))
    if not left:
        st.success("Every group is reviewed. “Clean catalogue” has the results.", icon=":material/task_alt:")
        return
    _page(dataset, data, found, left, open=True, about=(data, show, order))


def _bulk(data: str, left: list[review.Unit]) -> None:
    """Accept everything above a line at once."""
    line = st.selectbox(
        "Accept at once",
        LINES,
        index=3,
        format_func=lambda x: f"at least {share(x)} sure",
        key="match:line",
        label_visibility="collapsed",
        width=190,
    )
    clear = [u for u in left if u.score >= line]
    st.button(
        f"Accept {number(len(clear))} group{'' if len(clear) == 1 else 's'}",
        icon=":material/done_all:",
        key="match:bulk",
        disabled=not clear,
        help="Marks every group in which even the least likely pair is this sure as the same product. Undo takes it "
        "back.",
        on_click=review.say,
        args=(data, [p for u in clear for p in u.pairs], "same"),
    )


def _page(
    dataset: Dataset, data: str, found: Matches, listed: list[review.Unit], open: bool, about: tuple[object, ...]
) -> None:
    """Some of the groups; another list starts on its first page."""
    if st.session_state.setdefault("match:about", about) != about:
        st.session_state["match:about"] = about
        st.session_state.pop("match:at", None)
    if not listed:
        st.info("Nothing here yet.", icon=":material/info:")
        return
    pages = math.ceil(len(listed) / ON_A_PAGE)
    if st.session_state.get("match:at", 1) > pages:
        st.session_state.pop("match:at")
    at = st.session_state.get("match:at", 1)
    reasons, kept = Reasons(dataset, found), keeps(data)
    for n, unit in enumerate(listed[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]):
        _draw(dataset, data, found, reasons, unit, kept, open, keys=open and n == 0)
    if pages > 1:
        with st.container(horizontal_alignment="center"):
            st.pagination(pages, key="match:at")


def _draw(
    dataset: Dataset,
    data: str,
    found: Matches,
    reasons: Reasons,
    unit: review.Unit,
    kept: dict[str, str],
    open: bool,
    keys: bool,
) -> None:
    items = list(unit.items)
    keep = dataset.index.get(kept.get(keep_key(dataset, items), ""), -1)
    keep = keep if keep in items else proposal(dataset, np.array(items))
    items.sort(key=lambda i: i != keep)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            head = f"**{len(items)} rows, one product?**" if open else f"**{len(items)} rows**"
            if not math.isnan(unit.score):
                head += f" · {share(unit.score)} sure" + (" or more" if len(items) > 2 and unit.score < 0.995 else "")
            st.markdown(head, width="content")
            with st.container(horizontal=True, width="content"):
                pairs.buttons(dataset, data, unit, open, keys)
                if open:
                    st.button(
                        "Skip",
                        icon=":material/skip_next:",
                        key=f"skip:{unit.key}",
                        shortcut="K" if keys else None,
                        on_click=_skip,
                        args=(unit.key,),
                    )
        shown = cards.side_by_side(dataset, items[:ON_SHOW], items[0])
        if len(items) > ON_SHOW:
            with st.expander(f"{number(len(items) - ON_SHOW)} more rows of this group"):
                shown += cards.side_by_side(dataset, items[ON_SHOW:AT_MOST], items[0])
                if len(items) > AT_MOST:
                    st.caption(f"… and {number(len(items) - AT_MOST)} more.")
        for item, card in zip(items, shown):
            _under(dataset, data, found, reasons, items, item, card, open)


def _under(
    dataset: Dataset,
    data: str,
    found: Matches,
    reasons: Reasons,
    items: list[int],
    item: int,
    card: st.delta_generator.DeltaGenerator,
    open: bool,
) -> None:
    """Below a card: why it belongs to the first one, and what can be said of it alone."""
    name = "-".join(map(str, sorted(items)))
    if item == items[0]:
        card.markdown(":green-badge[:material/star: this row is kept]")
        return
    row = found.row_of.get((min(item, items[0]), max(item, items[0])))
    if row is not None:
        card.caption(f"{share(float(found.probability[row]))} sure: {plain(reasons.of(row))}")
    with card.container(horizontal=True):
        st.button(
            "Keep this row",
            key=f"keep:{name}:{item}",
            type="tertiary",
            icon=":material/star:",
            on_click=set_keep,
            args=(data, keep_key(dataset, items), str(dataset.items[item])),
        )
        if open and len(items) > 2:
            st.button(
                "Not the same as the others",
                key=f"out:{name}:{item}",
                type="tertiary",
                icon=":material/call_split:",
                on_click=review.say,
                args=(data, review.one_out(dataset, items, item), "different"),
            )


def _skip(key: str) -> None:
    st.session_state.setdefault("match:skipped", []).append(key)


# Which row to keep, where it is not the proposal


def keep_key(dataset: Dataset, items: Sequence[int]) -> str:
    """What a choice is stored under: the products of the group, whatever its number."""
    return "\x1f".join(sorted(str(dataset.items[i]) for i in items))


def keeps(data: str) -> dict[str, str]:
    """Stored choices: key of the group -> id of the row to keep."""
    return services.store().note("kept", data)


def set_keep(data: str, key: str, id: str) -> None:
    """Store a choice."""
    services.store().save_note("kept", data, keeps(data) | {key: id})
