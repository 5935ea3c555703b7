"""Text -> numbers as people write them; what cannot be read becomes missing and is counted."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from embedcore.intake.columns.missing import MISSING
from embedcore.intake.columns.names import listed

# An apostrophe that keeps spreadsheets from running or rounding a cell: before a sign, or before a number or code.
_GUARD = re.compile(r"'(?=[=+\-@][^']*\Z|\d[\d.,:/_-]*\Z)")


def clean(s: pd.Series, keep: Collection[str] = ()) -> pd.Series:
    """Stripped text; what stands for nothing ("", "NULL", "N/A", "-" ...) is missing, but for what is a value here.

    >>> clean(pd.Series([" a", "NA", "NULL"]), keep=["NA"]).tolist()
    ['a', 'NA', nan]
    """
    s = unguarded(s.astype("str").str.strip())
    return s.mask(s.isin(MISSING.difference(keep)))


def first_values(s: pd.Series, n: int) -> pd.Series:
    """The first n values that are not missing, cleaned.

    >>> first_values(pd.Series(["", "a", " b", "c"]), 2).tolist()
    ['a', 'b']
    """
    some = clean(s.head(2 * n)).dropna().head(n)
    return some if len(some) == n or len(s) <= 2 * n else clean(s).dropna().head(n)


def composed(s: pd.Series) -> pd.Series:
    """Letters and their accents as one character each (NFC), as nearly everybody writes them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    old = pa.array(s, pa.large_string(), from_pandas=True)
    if pc.all(pc.string_is_ascii(old)).as_py() in (True, None):
        return s
    new = pc.utf8_normalize(old, "NFC")
    if new.equals(old):
        return s
    return pd.Series(pd.array(new.to_pylist(), dtype="str"), s.index, name=s.name)


def without_case(s: pd.Series) -> pd.Series:
    """Text as it is compared, whatever its case.

    >>> without_case(pd.Series(["Red", "Größe"], dtype="str")).tolist()
    ['red', 'grösse']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.all(pc.string_is_ascii(pa.array(s, pa.large_string(), from_pandas=True))).as_py()
    return s.str.lower() if plain in (True, None) else s.str.casefold()


def exact_text(s: pd.Series) -> pd.Series:
    """Text as it is, spaces included; only an empty cell is missing.

    >>> exact_text(pd.Series([" 7", "NULL", ""])).tolist()
    [' 7', 'NULL', nan]
    """
    found = s.astype("str").where(s.notna())
    return found.mask(found == "")


def unguarded(s: pd.Series) -> pd.Series:
    """Text without the apostrophe that guards a cell against spreadsheets, as in '-8.50 and '0040063813331.

    >>> unguarded(pd.Series(["'-8.50", "'0040", "'90s poster", "7"])).tolist()
    ['-8.50', '0040', "'90s poster", '7']
    """
    marked = s.str.startswith("'", na=False)
    if not marked.any():
        return s
    return s.where(~marked, s.str.replace(_GUARD, "", n=1, regex=True))


def not_read(s: pd.Series, bad: np.ndarray, what: str) -> str:
    """The notice of a column with cells that are no number or date. bad: (n,) bool. what: "number" or "date"."""
    return unread(str(s.name), int(bad.sum()), len(s), list(s[bad].unique()[:3]), what)


def unread(column: str, bad: int, of: int, examples: list[str], what: str) -> str:
    """The same notice, by counts."""
    return (
        f"“{column}”: {bad:,} of {of:,} values could not be read as a {what} and count as missing "
        f"(for example {listed(examples)})."
    )
