"""Groups of rows that look like one product: why, which row to keep, and accepting many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore import Dataset
from embedcore.match import Matches, Reasons, proposal
from pages.ui import services
from pages.ui.duplicates import decisions, review, texts
from pages.ui.duplicates.decisions import Desk, Pair, Unit
from pages.ui.text import count, plain, share

LINES = (0.8, 0.9, 0.95, 0.98, 0.99)
ALL_PAIRS = 12  # larger groups are tied together by a chain: 500 rows have 124,750 pairs


@dataclass(frozen=True, eq=False)
class Found:
    """What the review shows of groups that the matcher found."""

    dataset: Dataset
    data: str
    matches: Matches

    @cached_property
    def reasons(self) -> Reasons:
        """Why each pair scores as it does."""
        return Reasons(self.dataset, self.matches)

    @cached_property
    def _kept(self) -> dict[str, str]:
        return keeps(self.data)

    def head(self, unit: Unit, *, undecided: bool) -> str:
        """How many rows, and how sure."""
        head = f"**{len(unit.items)} {texts.ASK if undecided else 'rows'}**"
        if math.isnan(unit.score):
            return head
        return f"{head} · {share(unit.score)} sure" + (" or more" if len(unit.items) > 2 and unit.score < 0.995 else "")

    def first(self, unit: Unit) -> int:
        """The row to keep."""
        chosen = self.dataset.index.get(self._kept.get(keep_key(self.dataset, unit.items), ""), -1)
        return chosen if chosen in unit.items else proposal(self.dataset, np.array(unit.items))

    def under(self, card: DeltaGenerator, unit: Unit, item: int) -> None:
        """Why it belongs to the row that is kept, and a button to keep it instead."""
        first = self.first(unit)
        if item == first:
            card.markdown(f":green-badge[:material/star: {texts.ROW_TO_KEEP}]")
            return
        row = self.matches.row_of.get((min(item, first), max(item, first)))
        if row is not None:
            sure = share(float(self.matches.probability[row]))
            card.caption(f"{sure} sure: {plain(self.reasons.of(row))}")
        card.button(
            texts.KEEP,
            key=f"keep:{unit.key}:{item}",
            type="tertiary",
            icon=":material/star:",
            on_click=set_keep,
            args=(self.data, keep_key(self.dataset, unit.items), str(self.dataset.items[item])),
        )


def units(dataset: Dataset, found: Matches) -> list[Unit]:
    """Every group at the cut: its products, its least likely pair, and the pairs that a verdict on it is about."""
    held: dict[int, list[int]] = {}
    inside = np.flatnonzero(found.group[found.a] == found.group[found.b])
    for row in inside.tolist():
        held.setdefault(int(found.group[found.a[row]]), []).append(row)
    out = []
    for members in found.groups():
        rows = held.get(int(found.group[members[0]]), [])
        weakest = float(found.probability[rows].min()) if rows else math.nan
        out.append(Unit(tuple(members.tolist()), weakest, about(dataset, members.tolist())))
    return out


def about(dataset: Dataset, items: Sequence[int]) -> tuple[Pair, ...]:
    """The pairs of ids that make a group one product."""
    if len(items) <= ALL_PAIRS:
        return decisions.all_pairs(dataset, items)
    return tuple(decisions.pair(str(dataset.items[a]), str(dataset.items[b])) for a, b in pairwise(items))


def view(source: Found, desk: Desk, groups: list[Unit], show: str) -> None:
    """What is left to decide, in some order, or what was decided."""
    verdicts = decisions.by_pair(services.verdicts(source.data))
    review.undo_line(desk)
    if show != "review":
        listed = decisions.gathered(source.dataset, verdicts, show)
        review.listing(source, desk, listed, (source.data, show), texts.NOTHING[show], undecided=False)
        return
    left = [u for u in groups if any(p not in verdicts for p in u.pairs)]
    done = sum(len(decisions.gathered(source.dataset, verdicts, verdict)) for verdict in ("same", "different"))
    right = share(source.matches.expected.of(source.matches.cut)[0])
    review.progress(done, done + len(left), "groups", f" · {right} likely right")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.segmented_control(
            "Order",
            list(texts.ORDER),
            default="doubt",
            format_func=texts.ORDER.__getitem__,
            required=True,
            key="match:order",
            label_visibility="collapsed",
        )
        _bulk(desk, left)
    if not left:
        desk.show(source.data, show)
        st.success(texts.ALL_REVIEWED, icon=":material/task_alt:")
        return
    ordered = sorted(left, key=lambda u: (u.key in desk.skipped, _doubt(u) if order == "doubt" else -u.score))
    review.listing(source, desk, ordered, (source.data, show, order), texts.ALL_REVIEWED, undecided=True)


def _doubt(unit: Unit) -> float:
    """Low for groups to review first: uncertain ones with many rows."""
    return abs((0.5 if math.isnan(unit.score) else unit.score) - 0.5) - 0.02 * len(unit.items)


def _bulk(desk: Desk, left: list[Unit]) -> None:
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
    groups = count(len(clear), "group")
    st.button(
        f"Accept {groups}",
        icon=":material/done_all:",
        key=f"match:bulk:{line}:{len(clear)}",  # another number, another button: a click accepts what it says
        disabled=not clear,
        help=texts.BULK_HELP,
        on_click=decisions.accept,
        args=(desk, desk.turn, groups, [p for u in clear for p in u.pairs]),
    )


# Which row to keep, where it is not the proposal


def keep_key(dataset: Dataset, items: Sequence[int]) -> str:
    """What a choice is stored under: the products of the group, independent of its number."""
    return "\x1f".join(sorted(str(dataset.items[i]) for i in items))


def keeps(data: str) -> dict[str, str]:
    """Stored choices: key of the group -> id of the row to keep."""
    return services.store().note("kept", data)


def set_keep(data: str, key: str, id: str) -> None:
    """Store a choice."""
    services.change_note("kept", data, lambda kept: kept | {key: id})
