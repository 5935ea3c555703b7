"""Cells of text before they are cast: composed letters, no markup, gaps found, one spelling a value, sets split."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from embedcore.data import split_tags
from embedcore.intake.columns.markup import CHOICES as MARKUP
from embedcore.intake.columns.markup import markup_decision, without_markup
from embedcore.intake.columns.missing import marks_of, missing_decisions
from embedcore.intake.columns.spelling import CHOICES as SPELLING
from embedcore.intake.columns.spelling import joined, spelling_decision, spellings
from embedcore.intake.columns.tags import DELIMITERS, ONE, ONE_VALUE, delimiter_of, signs_in, split_cells
from embedcore.intake.columns.values import composed, unguarded
from embedcore.intake.decisions import Decision, Settings, setting

_TEXTS = ("title", "description", "category", "tags", "brand", "text")
_VALUES = ("category", "brand", "tags")
_EXACT = ("image", "ignore")  # names of files are no words


def read_words(
    frame: pd.DataFrame, roles: Mapping[str, str], settings: Settings
) -> tuple[pd.DataFrame, list[Decision]]:
    """(the columns that are used, with missing cells as NA and texts as they count; what was understood). Numbers and
    dates keep their texts but for what stands for nothing."""
    used = {c: r for c, r in roles.items() if r not in _EXACT and c in frame.columns}
    cells, about = {}, []
    for column, role in used.items():
        cells[column] = composed(unguarded(frame[column].astype("str").str.strip()))
        if role in _TEXTS:
            cells[column], found = _plain(column, role, cells[column], settings)
            about += found
    marks = marks_of(cells, used, settings)
    about = [*missing_decisions(marks, used), *about]
    for column, role in used.items():
        gone = marks[column].gone
        s = cells[column]
        s = s.mask(s.isin(gone)) if gone else s
        if role == "tags":
            s, decision = _split(column, s, settings)
            about.append(decision)
        if role in _VALUES:
            s, found = _one_spelling(column, role, s, settings)
            about += found
        cells[column] = s
    return frame.assign(**cells), about


def _plain(column: str, role: str, s: pd.Series, settings: Settings) -> tuple[pd.Series, list[Decision]]:
    new, cells = without_markup(s, sentences=role in ("description", "text"))
    if not cells:
        return s, []
    chosen = setting(settings, f"markup:{column}", "remove", [c for c, _ in MARKUP])
    return new if chosen == "remove" else s, [markup_decision(column, cells, chosen)]


def _split(column: str, s: pd.Series, settings: Settings) -> tuple[pd.Series, Decision]:
    chosen = setting(settings, f"tags:{column}", "", ("", ONE, *DELIMITERS)) or delimiter_of(s)
    out = split_cells(s, chosen)
    different = len({v for cell in out.dropna().unique() for v in split_tags(cell)})
    several = int(out.str.contains("|", regex=False).fillna(False).sum())
    how = f"{several:,} cells hold several values, {DELIMITERS[chosen]}" if chosen != ONE else "each cell is one value"
    sentence = f"“{column}”: {how} ({different:,} different ones)."
    choices = (*((name, words) for name, words in DELIMITERS.items() if name in {chosen, *signs_in(s)}), ONE_VALUE)
    return out, Decision(f"tags:{column}", sentence, chosen, choices, several)


def _one_spelling(column: str, role: str, s: pd.Series, settings: Settings) -> tuple[pd.Series, list[Decision]]:
    cells = s.dropna().value_counts(sort=False)
    counts: dict[str, int] = {}
    for cell, n in cells.items():
        for value in split_tags(cell) if role == "tags" else [str(cell)]:
            counts[value] = counts.get(value, 0) + int(n)
    best = spellings(counts, brands=role == "brand")
    if not best:
        return s, []
    chosen = setting(settings, f"spelling:{column}", "join", [c for c, _ in SPELLING])
    decision = spelling_decision(column, counts, best, chosen)
    if chosen == "keep":
        return s, [decision]
    if role == "tags":
        whole = {str(c): "|".join(dict.fromkeys(best.get(v, v) for v in split_tags(c))) for c in cells.index}
        return joined(s, {c: to for c, to in whole.items() if c != to}), [decision]
    return joined(s, best), [decision]
