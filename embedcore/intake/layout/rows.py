"""A table while its rows are sorted out: what is kept, what is rejected and why, what went into other rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from embedcore.intake.columns.names import listed
from embedcore.intake.decisions import Decision, Settings, setting

TEXT = 2000  # characters of a rejected row that are kept for the screen
NUMERIC = 0.8  # share of a column's cells that are numbers, from which it is one of numbers (chosen by hand)
_PROBE = 100
_NUMBER = re.compile(r"\W*(?:[^\W\d]{1,4}(?:[.$]\s?|\s))?\W*\d[\d.,' ]*[^\W\d]{0,4}\W*")


@dataclass(eq=False)
class Rows:
    """frame: the rows left, numbered from 0. lines: (n,) int64. filled: (n, columns) bool. use: "catalogue" or
    "baskets". gone: rows whose values went into other rows."""

    frame: pd.DataFrame
    lines: np.ndarray
    use: str
    settings: Settings
    gone: int = 0
    decisions: list[Decision] = field(default_factory=list)
    filled: np.ndarray = field(init=False)
    _rejected: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.refresh()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [str(c) for c in self.frame.columns]

    def refresh(self) -> None:
        """Look again at which cells are filled; spaces alone are nothing."""
        for c, name in enumerate(self.names):
            if any(text.isspace() for text in self.some(c)):
                cells = self.frame.iloc[:, c]
                self.frame = self.frame.assign(**{name: cells.mask(cells.str.strip() == "")})
        columns = [self.frame.iloc[:, c].notna().to_numpy() for c in range(self.frame.shape[1])]
        self.filled = np.column_stack(columns) if columns else np.zeros((len(self.frame), 0), bool)

    def cells(self, column: int, at: np.ndarray | slice | None = None) -> np.ndarray:
        """Texts of a column as objects, "" where there is none; at: of these rows only."""
        if isinstance(at, np.ndarray) and len(at) and at[-1] - at[0] + 1 == len(at):
            at = slice(int(at[0]), int(at[-1]) + 1)  # quicker
        found = self.frame.iloc[:, column] if at is None else self.frame.iloc[at, column]
        return found.fillna("").to_numpy(object)

    def first(self, row: int) -> str:
        """The first filled cell of a row."""
        return str(self.frame.iat[row, int(np.argmax(self.filled[row]))]) if self.filled[row].any() else ""

    def some(self, column: int, most: int = _PROBE) -> list[str]:
        """The first filled cells of a column."""
        return [str(text) for text in self.frame.iloc[: 20 * most, column].dropna().iloc[:most]]

    def is_number(self, text: str) -> bool:
        """Whether a cell looks like a number."""
        return _NUMBER.fullmatch(text) is not None

    def numeric(self) -> list[int]:
        """Columns of numbers, by their first filled cells."""
        found = []
        for c in range(self.filled.shape[1]):
            some = self.some(c)
            if some and sum(_NUMBER.fullmatch(text) is not None for text in some) >= NUMERIC * len(some):
                found.append(c)
        return found

    def reject(self, which: np.ndarray, reason: str | Sequence[str]) -> None:
        """Leave rows out. which: (n,) bool or row numbers; reason: one for all, or one for each in order."""
        at = np.flatnonzero(which) if which.dtype == bool else np.sort(which)
        reasons = [reason] * len(at) if isinstance(reason, str) else list(reason)
        texts = [",".join("" if pd.isna(v) else str(v) for v in row)[:TEXT] for row in self.frame.iloc[at].values]
        self._rejected.append(
            pd.DataFrame(
                {
                    "line": self.lines[at],
                    "reason": pd.Series(reasons, dtype="str"),
                    "text": pd.Series(texts, dtype="str"),
                }
            )
        )
        self._drop(at)

    def merge(self, which: np.ndarray) -> None:
        """Leave out rows whose values stand in other rows now. which: (n,) bool."""
        at = np.flatnonzero(which)
        self.gone += len(at)
        self._drop(at)

    def _drop(self, at: np.ndarray) -> None:
        stay = np.ones(len(self.frame), bool)
        stay[at] = False
        self.frame = self.frame[stay].reset_index(drop=True)
        self.lines, self.filled = self.lines[stay], self.filled[stay]

    def rejected(self) -> pd.DataFrame:
        """All rejected rows by line: columns line, reason, text."""
        if not self._rejected:
            texts = pd.Series(dtype="str")
            return pd.DataFrame({"line": np.empty(0, np.int64), "reason": texts, "text": texts})
        return pd.concat(self._rejected).sort_values("line", kind="stable", ignore_index=True)

    def add_column(self, name: str, texts: Sequence[str | None] | np.ndarray | pd.Series) -> None:
        """A new column on the right."""
        found = pd.Series(texts, dtype="str", index=self.frame.index)
        self.frame = self.frame.assign(**{name: found})
        self.filled = np.column_stack([self.filled, found.notna().to_numpy()])

    def put(self, column: int, at: np.ndarray, texts: np.ndarray) -> None:
        """Write texts into cells of a column. at: (k,) rows."""
        cells = self.frame.iloc[:, column].to_numpy(object, copy=True)
        cells[at] = texts
        self.frame = self.frame.assign(**{self.names[column]: pd.Series(cells, dtype="str", index=self.frame.index)})
        self.filled[at, column] = True

    def set(self, key: str, guess: str, choices: Sequence[tuple[str, str]]) -> str:
        """What was chosen for a key."""
        return setting(self.settings, key, guess, [value for value, _ in choices])

    def say(
        self,
        key: str,
        sentence: str,
        chosen: str = "",
        choices: Sequence[tuple[str, str]] = (),
        rows: int = 0,
        lost: int = 0,
        *,
        unsure: bool = False,
    ) -> None:
        """Add a decision; what a person has chosen is no question any more."""
        unsure = unsure and key not in self.settings
        self.decisions.append(Decision(key, sentence, chosen, tuple(choices), rows, lost, unsure))


def examples(texts: Sequence[str], most: int = 3) -> str:
    """A few different texts, in quotation marks.

    >>> examples(["Total", "Total", "Sum"])
    '“Total”, “Sum”'
    """
    return listed(list(dict.fromkeys(texts)), most)


def new_name(rows: Rows, name: str) -> str:
    """A name for a new column that no other has."""
    unique, n = name, 2
    while unique in rows.names:
        unique, n = f"{name} ({n})", n + 1
    return unique
