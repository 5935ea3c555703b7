"""Rows that sum up others: known by their words and by arithmetic. A product that is called Total stays."""

from __future__ import annotations

import numpy as np

from embedcore.intake.columns.names import plural
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.layout.rows import Rows, examples
from embedcore.intake.layout.words import MEAN, SUM, SUM_WORD, SURE_SUM

# Chosen by hand.
USUAL = 0.6  # share of the rows in which a column is filled that belongs to every row
LAST = 20  # rows at the end that are always looked at
NARROW = 3  # columns of a table in which a sum may fill every cell of its row
LABEL, WORDS = 60, 4  # characters and words of what a sum is called, at most
ADDENDS = 2  # numbers that a sum adds up, at least
FEW = 200  # rows that are looked at one by one
STARTS = 60  # places from which a sum may count
CENT = 0.006  # by which a sum of rounded amounts may differ, and that share of it
CHOICES = (("out", "leave out"), ("in", "keep as rows"))
REASON = "it sums up other rows"


def leave_out(rows: Rows) -> None:
    """Reject the rows that sum up others, and say so."""
    found = find(rows)
    if not len(found):
        return
    chosen = rows.set("sums", "out", CHOICES)
    names = examples([rows.first(int(n)) for n in found])
    if chosen == "out":
        one = "row that sums up others is" if len(found) == 1 else "rows that sum up others are"
        rows.say("sums", f"{len(found):,} {one} left out: {names}.", chosen, CHOICES, len(found), len(found))
        rows.reject(found, REASON)
    else:
        rows.say("sums", f"{plural(len(found), 'row')} that look like sums are kept: {names}.", chosen, CHOICES)


def find(rows: Rows) -> np.ndarray:
    """(k,) the rows that sum up others, ascending."""
    n, width = rows.filled.shape
    if n < 3 or width < 2:
        return np.empty(0, np.int64)
    usual = rows.filled.mean(0) >= USUAL
    numeric = np.zeros(width, bool)
    numeric[rows.numeric()] = True
    texts = usual & ~numeric
    if width <= NARROW or texts.sum() < 2:
        at = np.arange(n)
    else:  # the words of a sum stand in one cell, or two, and the other texts of a row are missing
        looked_at = rows.filled[:, texts].sum(1) <= min(2, texts.sum() - 1)
        looked_at[-LAST:] = True
        if rows.use == "baskets":  # the sum of an order repeats its number and its time
            looked_at |= (~rows.filled[:, usual]).any(1)
        at = np.flatnonzero(looked_at)
    labels = _labels(rows, at)
    bare = np.empty(0, np.int64)
    if texts.any():  # no words at all, only numbers, or a sign such as the * of a report
        words = rows.filled[at][:, ~numeric].sum(1)
        bare = at[(words <= 1) & rows.filled[at][:, numeric & usual].any(1)]
        bare = bare[[_wordless(rows, int(row), ~numeric) for row in bare]] if len(bare) <= FEW else at[:0]
    if not labels and not len(bare):
        return np.empty(0, np.int64)
    return _Judge(rows, usual).sums(labels, bare)


def _wordless(rows: Rows, row: int, texts: np.ndarray) -> bool:
    """Whether the texts of a row are empty, or nothing but signs."""
    cells = (str(rows.frame.iat[row, c]) for c in np.flatnonzero(rows.filled[row] & texts).tolist())
    return not any(ch.isalnum() for cell in cells for ch in cell)


def _labels(rows: Rows, at: np.ndarray) -> dict[int, int]:
    """row -> the column that holds the words of a sum."""
    found: dict[int, int] = {}
    for c in range(rows.filled.shape[1]):
        cells = rows.frame.iloc[:, c]
        if len(at) > FEW:  # a quick look first
            likely = cells.str.contains(SUM_WORD, regex=True).fillna(False).to_numpy(bool)
            rows_here = at[likely[at]]
        else:
            rows_here = at
        for row, text in zip(rows_here.tolist(), rows.cells(c, rows_here), strict=True):
            if text and len(text) <= LABEL and SUM.match(text) and (len(text.split()) <= WORDS or SURE_SUM.match(text)):
                found.setdefault(row, c)
    return found


class _Judge:
    """Weighs the evidence for each row, from the top down."""

    def __init__(self, rows: Rows, usual: np.ndarray) -> None:
        self._rows, self._usual = rows, usual
        self._plain = np.ones(len(rows), bool)
        self._numeric = rows.numeric()
        self._texts = [c for c in range(len(usual)) if c not in self._numeric]
        values = [np.nan_to_num(numbers(rows.frame.iloc[:, c])[0]) for c in self._numeric]
        self._values = np.column_stack(values) if values else np.zeros((len(rows), 0))
        self._own = [c for c in range(len(usual)) if usual[c] and self._is_id(c)]

    def _is_id(self, c: int) -> bool:
        """Whether nearly every row has a value of its own in a column that is no amount."""
        cells = self._rows.frame.iloc[:, c].dropna()
        if cells.nunique() < 0.95 * len(cells):
            return False
        return c not in self._numeric or not cells.head(200).str.contains(r"[.,]", regex=True).any()

    def sums(self, labels: dict[int, int], bare: np.ndarray) -> np.ndarray:
        candidates = sorted({*labels, *bare.tolist()})
        self._plain[candidates] = False
        left = self._values.copy()
        left[candidates] = 0  # a sum is no part of another one
        before = np.vstack([np.zeros(left.shape[1]), np.cumsum(left, 0)])
        without = before.copy()
        self._addends = np.vstack([np.zeros(left.shape[1], int), np.cumsum(left != 0, 0)])
        found: list[int] = []
        values = self._values_not_labels(labels)
        for row in candidates:
            label = labels.get(row, -1)
            adds_up = self._is_bare(row, label) and (
                self._adds_up(row, label, before, found) or (label >= 0 and self._adds_up(row, label, without, found))
            )
            if adds_up or (label >= 0 and row not in values and self._by_words(row, label)):
                found.append(row)
            else:  # an ordinary row counts in the sums below it
                before[row + 1 :] += self._values[row]
        # An average stands beside the sums.
        means = {r for r, c in labels.items() if MEAN.match(str(self._rows.frame.iat[r, c])) and self._is_bare(r, c)}
        for _ in range(2):
            found += [r for r in means if r not in found and ({r - 1, r + 1} & {*found})]
        return np.array(sorted(found), np.int64)

    def _is_bare(self, row: int, label: int) -> bool:
        """Whether a row has hardly a text beside the words of the sum, as far as the table is wide enough to tell."""
        return bool(sum(self._rows.filled[row, c] for c in self._texts if c != label) <= 1)

    def _values_not_labels(self, labels: dict[int, int]) -> set[int]:
        """Rows whose words are an ordinary value of the column, as a whole row has them, too: a brand called Total."""
        texts = {row: (c, str(self._rows.frame.iat[row, c]).strip()) for row, c in labels.items()}
        ordinary = {texts[row] for row in labels if self._rows.filled[row, self._usual].all() and self._usual.sum() > 2}
        return {row for row, text in texts.items() if text in ordinary}

    def _adds_up(self, row: int, label: int, before: np.ndarray, found: list[int]) -> bool:
        """Whether a number of the row is the sum of at least two rows above it (or of all rows below the first)."""
        filled = [k for k, c in enumerate(self._numeric) if self._rows.filled[row, c] and c != label]
        starts = [0, *(f + 1 for f in found[-STARTS:])]
        for k in filled:
            value = self._values[row, k]
            if value == 0:
                continue
            room = CENT * max(1.0, abs(value) * 0.001)
            enough = [s for s in starts if self._addends[row, k] - self._addends[s, k] >= ADDENDS]
            # Without words it takes all numbers.
            if self._is_sum(row, k, before, enough) and (
                label >= 0 or all(self._is_sum(row, j, before, enough) for j in filled)
            ):
                return True
            if row < 2 and label >= 0 and abs(before[-1, k] - before[row + 1, k] - value) <= room:
                return len(before) > row + 3
        return False

    def _is_sum(self, row: int, k: int, before: np.ndarray, starts: list[int]) -> bool:
        value = self._values[row, k]
        return any(abs(before[row, k] - before[s, k] - value) <= CENT * max(1.0, abs(value) * 0.001) for s in starts)

    def _by_words(self, row: int, label: int) -> bool:
        """Whether a row with the words of a sum lacks what every product has."""
        filled = self._rows.filled[row]
        if not (self._usual & ~filled).any():
            return False
        if any(filled[c] for c in self._own if c != label) and not self._beside_a_label(row, label):
            return False
        if sum(filled[c] for c in self._texts if c != label) > 1:
            return False
        if SURE_SUM.match(str(self._rows.frame.iat[row, label])):
            return True
        amounts = [k for k, c in enumerate(self._numeric) if filled[c] and c != label]
        return any(self._values[row, k] >= self._values[self._plain, k].max(initial=0) for k in amounts)

    def _beside_a_label(self, row: int, label: int) -> bool:
        """“Grand total” in the column of the codes, with “30 items” in that of the names."""
        return label in self._own and SURE_SUM.match(str(self._rows.frame.iat[row, label])) is not None
