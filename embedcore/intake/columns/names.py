"""Names of columns: none empty, none twice."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 5
MAX_COLUMNS = 5000  # of a table (chosen by hand)


def listed(words: Sequence[str], limit: int = SHOWN) -> str:
    """A few words in quotation marks.

    >>> listed(["a", "b", "c"], 2)
    '“a”, “b” and 1 more'
    """
    shown = ", ".join(f"“{w[:60]}”" for w in words[:limit])
    return shown + (f" and {len(words) - limit:,} more" if len(words) > limit else "")


def plural(n: int, noun: str) -> str:
    """A number with its noun.

    >>> plural(1, "row"), plural(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def column_names(found: Sequence[str], width: int) -> tuple[list[str], list[str]]:
    """(names, notices): `width` names from those in the file, generated where there are none."""
    raw = [str(name).replace("\ufeff", "").strip() for name in found]
    raw += [""] * (width - len(raw))
    taken, names, renamed, empty = {r for r in raw if r}, [], [], []
    seen: set[str] = set()
    for n, name in enumerate(raw, 1):
        base = " ".join(name.split()) or f"column {n}"
        unique, k = base, 2
        while unique in seen or (unique in taken and unique != name):
            unique, k = f"{base} ({k})", k + 1
        if not name:
            empty.append(unique)
        elif base in seen:
            renamed.append(unique)
        seen.add(unique)
        names.append(unique)
    notices = []
    if not any(found):
        notices.append("There is no line with column names: the columns are called “column 1”, “column 2” and so on.")
    elif empty:
        notices.append(f"Columns without a name in the file are called {listed(empty)}.")
    if renamed:
        notices.append(f"Some column names occur more than once; the repeats are called {listed(renamed)}.")
    return names, notices
