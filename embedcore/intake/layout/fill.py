"""Values that stand once for the rows below: found by evidence, filled, and said."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from embedcore.intake.columns.names import listed, plural
from embedcore.intake.layout import words
from embedcore.intake.layout.rows import Rows

# Chosen by hand.
SAMPLE = 20_000  # rows in which the evidence is looked for
GAPS = 0.15  # share of empty cells from which a first column may stand once for the rows below
FILLED = 0.6  # share of filled cells from which gaps in a lone column are ordinary
SHORT = 60  # characters of such a column's texts, on average, at most
CHANCE = 1e-4  # of a column being filled only where the key changes, from which that is no accident
EXACT = 4  # groups whose first rows are filled and no other, from which that is no accident
FIRM = 2  # columns that stand once for sure, from which a thin one that does nowhere otherwise does so, too
CHOICES = (("yes", "fill them down"), ("no", "leave them empty"))


@dataclass(frozen=True, eq=False)
class _Once:
    """columns that stand once in each group of rows. starts: (n,) bool, a group begins. key: its column, or -1."""

    columns: list[int]
    starts: np.ndarray
    key: int


def fill_down(rows: Rows, key: str | None = None) -> None:
    """Fill the columns that stand once for the rows below, and say which. key: the column that is known to stand in
    every row of a group."""
    if len(rows) < 2 or rows.filled.all():
        return
    found = _by_known_key(rows, rows.names.index(key)) if key else None
    if found is None and len(rows) >= 4:
        found = _by_key(rows) or _by_gaps(rows)
    if found is None:
        return
    group = np.cumsum(found.starts) - 1
    first = np.flatnonzero(found.starts)
    chosen, names, cells = rows.set("fill", "yes", CHOICES), rows.names, 0
    todo: list[tuple[int, np.ndarray]] = []
    for c in found.columns:
        source = first[np.maximum(group, 0)]
        empty = np.flatnonzero(~rows.filled[:, c] & (group >= 0) & rows.filled[source, c])
        cells += len(empty)
        todo.append((c, empty))
    todo = [(c, at) for c, at in todo if len(at)]
    if not todo:
        return
    shown = listed([names[c] for c, _ in todo])
    key = f" of each “{names[found.key]}”" if found.key >= 0 else ""
    columns = plural(len(todo), "column")
    if chosen == "yes":
        for c, at in todo:
            rows.put(c, at, rows.cells(c)[first[group[at]]])
        where = f"; the value stands in the first row{key or ' only'}"
        sentence = f"Filled down in {columns} ({shown}): {plural(cells, 'cell')}{where}."
    else:
        sentence = f"{columns} ({shown}) are filled in the first row{key} only, and were left so."
    rows.say("fill", sentence, chosen, CHOICES, cells)


def _runs(codes: np.ndarray) -> np.ndarray:
    """(n,) bool: a value other than the one above begins."""
    return np.concatenate([[True], codes[1:] != codes[:-1]])


def _by_known_key(rows: Rows, key: int) -> _Once | None:
    """An export that is known: what no later row of a key fills stands once, but for what each row has of its own."""
    if not rows.filled[:, key].all():
        return None
    starts = _runs(pd.factorize(rows.frame.iloc[:, key])[0])
    once = ~(rows.filled & ~starts[:, None]).any(0)
    own = [words.OWN.search(name) is not None for name in rows.names]
    found = [c for c in range(len(own)) if once[c] and not own[c] and rows.filled[:, c].any()]
    return _Once(found, starts, key) if found else None


def _by_key(rows: Rows) -> _Once | None:
    """Columns filled only in the first row of each value of a key column, such as the order number."""
    n, width = min(len(rows), SAMPLE), rows.filled.shape[1]
    filled = rows.filled[:n]
    share = filled.mean(0)
    gappy = [c for c in range(width) if 0 < share[c] < 0.95]
    best = (0, 0, 0)
    for key in (
        [c for c in range(width) if share[c] > 0.995 and not words.PER_ROW.search(rows.names[c])] if gappy else []
    ):
        codes, values = pd.factorize(rows.frame.iloc[:n, key])
        starts = _runs(codes)
        runs = int(starts.sum())
        if runs == n or runs < 2 or runs > 1.05 * len(values) + 1:
            continue
        firm = [c for c in gappy if _chance(filled[:, c], starts) < CHANCE]
        if len(firm) > 1 or (firm and runs >= 10):
            best = max(best, (len(firm), runs, -key))
    if not best[0]:
        return None
    key = -best[2]
    starts = _runs(pd.factorize(rows.frame.iloc[:, key])[0])
    return _once(rows, starts, key, [c for c in range(width) if c != key])


def _once(rows: Rows, starts: np.ndarray, key: int, columns: list[int]) -> _Once | None:
    """The columns that stand once in groups that begin at `starts`."""
    gappy = [c for c in columns if not rows.filled[:, c].all() and rows.filled[:, c].any()]
    firm = [c for c in gappy if _chance(rows.filled[:, c], starts) < CHANCE]
    thin = []
    if len(firm) >= FIRM:
        later = ~starts
        thin = [c for c in gappy if c not in firm and not (rows.filled[:, c] & later).any()]
        thin = [c for c in thin if not words.PER_ROW.search(rows.names[c])]
    found = sorted([*firm, *thin])
    return _Once(found, starts, key) if found else None


def _chance(filled: np.ndarray, starts: np.ndarray) -> float:
    """How likely cells that are filled at random would leave the later rows of the groups as empty as they are."""
    sizes = np.diff(np.append(np.flatnonzero(starts), len(starts)))
    many = np.repeat(sizes > 1, sizes)
    first, later = filled[many & starts], filled[many & ~starts]
    if not len(later) or not len(first) or first.sum() < 2 or later.sum() > 0.02 * first.sum():
        return 1.0
    if not later.any() and first.mean() >= 0.9 and len(first) >= EXACT:
        return 0.0
    share = (first.sum() + later.sum()) / (len(first) + len(later))
    return float(max(0.0, 1 - share) ** (len(later) - int(later.sum())))


def _by_gaps(rows: Rows) -> _Once | None:
    """The key itself stands in the first row of its group, as merged cells and reports have it."""
    n, width = min(len(rows), SAMPLE), rows.filled.shape[1]
    filled = rows.filled[:n]
    lead = _leading(rows, n)
    if not lead:
        return None
    below = ~filled[:, lead[-1]]
    if not any(filled[below, c].mean() > 0.95 for c in range(width) if c not in lead):
        return None
    starts = np.asarray(rows.filled[:, lead].any(1), bool)
    firm = _once(rows, starts, -1, [c for c in range(width) if c not in lead])
    others = firm.columns if firm is not None else []
    if len(lead) == 1 and not others and not _alone(rows, lead[0], n):
        return None
    for c in lead[:-1]:  # an outer column reaches over the starts of the inner ones
        _reach(rows, c, starts)
    return _Once([*lead, *others], starts, -1)


def _alone(rows: Rows, lead: int, n: int) -> bool:
    """Whether a first column stands once though no other does: it is no code, picture or long text, and its gaps are
    the only ones."""
    name = rows.names[lead].replace("_", " ")
    if rows.use == "baskets" and words.ORDER_NAME.search(name):
        return True
    if words.CODE.search(name) or words.IMAGE.search(name) or rows.filled[:n, lead].mean() > FILLED:
        return False
    some = rows.some(lead)
    whole = [c for c in range(rows.filled.shape[1]) if c != lead and rows.filled[:n, c].any()]
    return float(np.mean([len(t) for t in some])) <= SHORT and bool((rows.filled[:n, whole].mean(0) > 0.95).all())


def _reach(rows: Rows, column: int, starts: np.ndarray) -> None:
    """Fill an outer column at the starts of the groups inside it, so that these can hand it on."""
    if rows.settings.get("fill") == "no":
        return
    at = np.maximum.accumulate(np.where(rows.filled[:, column], np.arange(len(rows)), -1))
    inner = np.flatnonzero(starts & ~rows.filled[:, column] & (at >= 0))
    if len(inner):
        rows.put(column, inner, rows.cells(column)[at[inner]])


def _leading(rows: Rows, n: int) -> list[int]:
    """Columns from the left that stand once, outer ones first; [] when gaps are ordinary."""
    filled, width = rows.filled[:n], rows.filled.shape[1]
    start = 0
    if width > 2 and filled[:, 0].all() and _counts(rows, n):
        start = 1
    lead: list[int] = []
    for c in range(start, width):
        if not _stands_once(rows, c, n, lead):
            break
        lead.append(c)
    if len(lead) > 1:  # where an outer value begins, so does an inner one
        lead.sort(key=lambda c: int(filled[:, c].sum()))
        inner = [filled[filled[:, a], b].mean() >= 0.98 for a, b in pairwise(lead)]
        return lead if all(inner) else []
    if lead:
        return [] if _other_key(rows, lead[0], n) and not _with_a_title(rows, lead[0], n) else lead
    if rows.use == "baskets":
        named = [c for c in range(width) if words.ORDER_NAME.search(rows.names[c]) and _stands_once(rows, c, n, [])]
        return named[:1]
    return _title_once(rows, n)


def _counts(rows: Rows, n: int) -> bool:
    cells = rows.cells(0, slice(0, min(n, 50)))
    return all(str(v).strip() == str(k) for k, v in enumerate(cells, 1))


def _stands_once(rows: Rows, c: int, n: int, outer: list[int]) -> bool:
    """Whether a column has a new value wherever it is filled, its first row among them, and long gaps between."""
    filled = rows.filled[:n, c]
    if not filled[0] or not GAPS <= 1 - filled.mean() < 1 or filled.sum() < 2 or n < 4:
        return False
    at = np.flatnonzero(filled)
    texts = rows.cells(c, at)
    inside = rows.filled[:n, outer[0]].cumsum()[at] if outer else np.zeros(len(at))
    pairs = list(zip(inside.tolist(), texts, strict=True))
    again = sum(a == b for a, b in pairwise(pairs))
    return again <= 0.02 * len(at) and len(set(pairs)) >= 0.9 * len(at)


def _other_key(rows: Rows, lead: int, n: int) -> bool:
    """Whether the gaps of a lone first column are ordinary: another code stands in every row, and the column holds
    codes as well, or is filled more often than not."""
    some = pd.Series(rows.cells(lead, np.flatnonzero(rows.filled[:n, lead])[:500]))
    if not _codes(some) and rows.filled[:n, lead].mean() < FILLED:
        return False
    others = [c for c in range(rows.filled.shape[1]) if c != lead and rows.filled[:n, c].all()]
    return any(rows.frame.iloc[:n, c].nunique() == n and _codes(rows.frame.iloc[:n, c].head(500)) for c in others)


def _with_a_title(rows: Rows, lead: int, n: int) -> bool:
    """Whether a title and another column are filled exactly where a code is, as in the first row of each product."""
    filled = rows.filled[:n]
    same = [k for k in range(filled.shape[1]) if k != lead and (filled[:, k] == filled[:, lead]).all()]
    return len(same) > 1 and any(words.TITLE.search(rows.names[k]) for k in same)


def _codes(cells: pd.Series) -> bool:
    digits, spaced = cells.str.contains(r"\d", regex=True), cells.str.contains(r"[ ,.]", regex=True)
    return bool((digits & ~spaced).mean() > 0.9)


def _title_once(rows: Rows, n: int) -> list[int]:
    """A title that stands once behind a code of each row, together with another column, where no other title is."""
    filled, width = rows.filled[:n], rows.filled.shape[1]
    for c in range(1, width):
        if not words.TITLE.search(rows.names[c]) or not _stands_once(rows, c, n, []) or filled[:, c].mean() > 0.7:
            continue
        same = [k for k in range(width) if k != c and (filled[:, k] == filled[:, c]).all()]
        titles = [k for k in range(width) if filled[:, k].mean() > 0.9 and _is_title(rows, k, n)]
        if same and not titles:
            return [c]
    return []


def _is_title(rows: Rows, c: int, n: int) -> bool:
    cells = rows.frame.iloc[:n, c].dropna().head(500)
    return cells.nunique() > 0.5 * len(cells) and bool(cells.str.contains(r"[^\W\d_]{2,} ", regex=True).mean() > 0.5)
