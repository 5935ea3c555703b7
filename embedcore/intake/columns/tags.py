"""Several values in one cell (Action|Comedy; red, cotton, summer; ["a", "b"]): found, and split into a set."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter

import pandas as pd

from embedcore.data import join_tags
from embedcore.intake.columns.markup import plain_text
from embedcore.intake.columns.values import clean

# How the values of a cell are kept apart -> in words.
DELIMITERS = {
    "bar": "split at “|”",
    "semicolon": "split at “;”",
    "comma": "split at commas",
    "slash": "split at “/”",
    "dot": "split at “·” or “•”",
    "line": "split at line breaks",
    "hash": "split at “#”",
    "list": "read as a list in brackets",
}
ONE = "one"  # a cell is one value
ONE_VALUE = (ONE, "keep as one value")
_SIGNS = {
    "bar": re.compile(r"[|｜]"),
    "semicolon": re.compile(r"[;；]"),
    "comma": re.compile(r"[,，、]"),
    "slash": re.compile(r"/"),
    "dot": re.compile("[\u00b7\u2022]"),
    "line": re.compile(r"[\r\n]+"),
    "hash": re.compile(r"(?:\A|\s)#"),
}
_LOOSE = ("comma", "slash")  # signs that also stand inside a value, as in “Salt, pepper” and “S/M”
_LIST = re.compile(r"\s*(?:\[.*\]|\{.*\})\s*\Z", re.S)
_NAMES = ("name", "title", "label", "value")
_LETTER = re.compile(r"[^\W\d_]")
# Chosen by hand.
_SAMPLE = 5_000  # different cells that are looked at
_LEAST = 3  # different cells with several values
_SHARE, _SHARE_BAR = 0.2, 0.05  # of the cells that hold several values; of a sign that stands in no ordinary value
_BACK, _BACK_LOOSE = 0.6, 0.75  # share of the values that come back in another cell
_PATH = 0.8  # share of the values that always follow the same one, from which cells are paths (Home | Kitchen | Mugs)
_LONG, _WORDS = 40, 3.0  # characters and words of a value on average, above which cells are sentences
_SHORT = 3  # characters of a value on average, below which a slash stands inside a size


def looks_like_tags(cells: pd.Series) -> str | None:
    """How the values in a cell of a column are kept apart (a key of DELIMITERS), when it holds sets: values that come
    back in other cells in other company. None for one value a cell, for sentences and for paths.

    >>> looks_like_tags(pd.Series(["Action|Comedy", "Comedy", "Action|Drama", "Comedy|Drama"]))
    'bar'
    >>> looks_like_tags(pd.Series(["Salt, pepper", "Salt, pepper", "Mugs", "Home > Mugs"])) is None
    True
    """
    s = clean(cells).dropna()
    if not len(s) or not _may_hold(s):
        return None
    counts = s.value_counts(sort=False)
    if len(counts) > _SAMPLE:
        counts = counts.sample(_SAMPLE, random_state=0)
    texts, rows = [plain_text(str(t)) for t in counts.index], [int(n) for n in counts]
    if sum(n for t, n in zip(texts, rows, strict=True) if _LIST.match(t)) >= 0.9 * sum(rows):
        return "list" if _is_set("list", texts, rows) else None
    return next((name for name in _SIGNS if _is_set(name, texts, rows)), None)


def _may_hold(s: pd.Series) -> bool:
    return bool(s.head(_SAMPLE).str.contains(r"[|｜;；,，、/·•\n#\[{]", regex=True).mean() >= _SHARE_BAR)


def _is_set(name: str, texts: list[str], rows: list[int]) -> bool:
    loose = name in _LOOSE
    found = [split(t, name) for t in texts]
    several = [n for n, parts in enumerate(found) if len(parts) > 1]
    share = sum(rows[n] for n in several) / max(sum(rows), 1)
    if share < (_SHARE_BAR if name in ("bar", "list") else _SHARE):
        return False
    sets = {frozenset(found[n]) for n in several}
    if len(sets) < _LEAST:
        return False
    values = [v for n in several for v in found[n]]
    length = sum(len(v) * (1 if v.isascii() else 2) for v in values) / len(values)  # a Chinese character says more
    lettered = sum(bool(_LETTER.search(v)) for v in values) / len(values)
    words = sum(len(v.split()) for v in values) / len(values)
    if (
        length > _LONG
        or words > _WORDS
        or (loose and lettered < 0.5)
        or (name == "slash" and length < _SHORT)
        or (lettered == 0 and name == "semicolon")
    ):
        return False
    within = Counter(v for group in {*sets, *(frozenset(p) for p in found if len(p) == 1)} for v in group)
    back = sum(within[v] > 1 for group in sets for v in group) / sum(map(len, sets))
    return back >= (_BACK_LOOSE if loose else _BACK) and not _paths([found[n] for n in several], within)


def _paths(cells: list[list[str]], within: Counter[str]) -> bool:
    """Whether a value nearly always follows the same one and has one place in its cell: levels of a tree. Values of one
    cell alone say nothing."""
    before: dict[str, set[str]] = {}
    place: dict[str, set[int]] = {}
    for parts in cells:
        for k, value in enumerate(parts):
            place.setdefault(value, set()).add(k)
            if k:
                before.setdefault(value, set()).add(parts[k - 1])
    said = [v for v in before if within[v] > 1]
    if not said:
        return True
    fixed = sum(within[v] for v in said if len(before[v]) == 1 and len(place[v]) == 1)
    return fixed >= _PATH * sum(within[v] for v in said)


def split(text: str, delimiter: str) -> list[str]:
    """The different values of a cell, in their order. delimiter: a key of DELIMITERS, or ONE.

    >>> split("red; red ;size=L", "semicolon"), split('["a", "b"]', "list"), split('{"colour": "red"}', "list")
    (['red', 'size=L'], ['a', 'b'], ['colour=red'])
    """
    if delimiter == ONE:
        parts: list[str] = [text]
    elif delimiter == "list":
        parts = _listed(text)
    else:
        parts = _SIGNS[delimiter].split(text)
    return list(dict.fromkeys(p for part in parts if (p := " ".join(part.split()).strip("\"'"))))


def _listed(text: str) -> list[str]:
    """The values of a list or of an object, as JSON or as Python writes them, or only with brackets around."""
    if not _LIST.match(text):
        return [text]
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict):
            return [
                f"{k}={v}" for k, of in found.items() for v in (of if isinstance(of, list) else [of]) if v is not None
            ]
        if isinstance(found, list | tuple | set):
            return [v for each in found if (v := _named(each))]
    return text.strip()[1:-1].split(",")


def _named(value: object) -> str:
    """A value of a list; of an object such as {"id": 18, "name": "Drama"} its name."""
    if isinstance(value, dict):
        value = next((value[k] for k in _NAMES if k in value), None)
    return "" if value is None or isinstance(value, list | dict) else str(value)


def signs_in(cells: pd.Series) -> set[str]:
    """The delimiters that stand in some cell."""
    texts = pd.Series(cells.dropna().unique()[:_SAMPLE], dtype="str")
    found = {name for name, sign in _SIGNS.items() if texts.str.contains(sign).any()}
    return found | ({"list"} if texts.map(lambda t: bool(_LIST.match(t))).any() else set())


def delimiter_of(cells: pd.Series) -> str:
    """The delimiter of a column that a person called tags: what it looks like, else the sign that most cells hold."""
    found = looks_like_tags(cells)
    if found is not None:
        return found
    texts = clean(cells).dropna().head(_SAMPLE)
    if len(texts) and texts.map(lambda t: bool(_LIST.match(t))).mean() > 0.5:
        return "list"
    held = {name: int(texts.str.contains(sign).sum()) for name, sign in _SIGNS.items()} if len(texts) else {}
    best = max(held, key=lambda name: held[name], default=ONE)
    return best if held.get(best) else ONE


def split_cells(s: pd.Series, delimiter: str) -> pd.Series:
    """Each cell's values joined as `join_tags` does; equal cells are split once."""
    codes, texts = pd.factorize(s)
    joined = [join_tags(split(str(t), delimiter)) or None for t in texts]
    return pd.Series(pd.array([*joined, None], dtype="str")[codes], s.index, name=s.name)
