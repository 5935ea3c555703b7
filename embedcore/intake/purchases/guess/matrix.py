"""Baskets as a matrix: a row per basket, a column per product, and in its cells whether it was bought, or how many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from embedcore.intake.columns.values import clean
from embedcore.intake.columns.vocabulary import IDS, fold, word_set
from embedcore.intake.purchases.guess.parts import Look

_YES = word_set(
    "true t yes y x 1 ✓ ✔ ✗ • * wahr ja j vrai oui o verdadero si s verdadeiro sim vero tak да + 是 有 はい ○ 예 evet"
)
_NO = word_set("false f no n 0 ? falsch nein faux non falso nao nie нет 否 无 いいえ × 아니요 hayir none nan null - --")
# Chosen by hand.
_COUNT = 1000  # the largest number of one product in a basket
_LEAST, _TIMES = 3, 2  # columns of products at least, and for each other column
_EMPTY = 0.3  # share of the cells of a matrix of counts that say nothing was bought
_SEVERAL = 30  # different counts in one column
_GAPS = 0.1  # share of the rows with an empty cell before a filled one: a list of products has none


def matrix_columns(some: pd.DataFrame, found: Mapping[str, Look], known: Collection[str]) -> tuple[str, ...] | None:
    """The columns of products, when the first rows of a table are a matrix. known: products of the catalogue.

    >>> from embedcore.intake.purchases.guess.parts import looks
    >>> some = pd.DataFrame({"id": ["7", "8"], "tea": ["1", "0"], "jam": ["0", "1"], "egg": ["1", "1"]}, dtype="str")
    >>> matrix_columns(some, looks(some), ())
    ('tea', 'jam', 'egg')
    """
    if len(some) < 2 or some.shape[1] < _LEAST:
        return None
    values = {c: {fold(str(v)) for v in look.there.unique()[: _SEVERAL + 1]} for c, look in found.items()}
    marks = [c for c, seen in values.items() if seen <= _YES | _NO | {fold(c)}]
    counts = [c for c, seen in values.items() if c not in marks and _may_count(found[c], seen)]
    if not any(values[c] - _NO for c in (*marks, *counts)):
        return None
    products = [c for c in found if c in marks or c in counts]
    total = _sums(some, products)
    products = [c for c in products if c != total]
    beside = [found[c] for c in found if c not in products and c != total]
    if len(products) < max(_LEAST, _TIMES * len(beside)):
        return None
    if any(_holds_products(look, known) for look in beside) and turned(beside, known) is None:
        return None
    if counts:
        return tuple(products) if _looks_counted(some[products]) else None
    written: set[str] = set().union(*(values[c] - {fold(c)} for c in products))
    one_mark = len(written & _YES) <= 1 and (written & _YES or any(fold(c) in values[c] for c in products))
    return tuple(products) if one_mark else None


def turned(beside: Sequence[Look], known: Collection[str]) -> str | None:
    """The only column beside those of a matrix, when it names the product of each row: the others are baskets then."""
    if len(beside) != 1 or not _holds_products(beside[0], known):
        return None
    return beside[0].column if beside[0].unique == beside[0].filled == 1 else None


def _holds_products(look: Look, known: Collection[str]) -> bool:
    return look.named == "item" or (bool(known) and sum(v in known for v in look.there) > len(look.there) / 2)


def _may_count(look: Look, seen: set[str]) -> bool:
    """Whether a column holds counts; a number of its own in every row, or that of a customer, is none."""
    who = look.unique == 1 or look.named in ("basket", "customer", "time") or bool(IDS & set(look.words))
    return not who and len(seen) <= _SEVERAL and all(map(_count, seen))


def _count(text: str) -> bool:
    digits = text.removesuffix(".0")
    return digits.isdecimal() and int(digits) <= _COUNT


def are_counts(cells: pd.DataFrame) -> bool:
    """Whether some cells of a matrix say how many were bought."""
    texts: set[str] = set().union(*(map(str, clean(cells[c]).dropna().unique()) for c in cells.columns))
    return any(_count(t) and t.removesuffix(".0") not in ("0", "1") for t in texts)


def _looks_counted(cells: pd.DataFrame) -> bool:
    """Whether numbers are pieces of each column's product, not numbers of products filled in from the left."""
    bought: np.ndarray = np.column_stack([pieces_of(cells[c])[0] for c in cells.columns]) > 0
    if bought.mean() > 1 - _EMPTY:
        return False
    gaps = (~bought[:, :-1] & bought[:, 1:]).any(axis=1)
    return float(gaps[bought.any(axis=1)].mean()) > _GAPS if bought.any() else False


def _sums(some: pd.DataFrame, products: Sequence[str]) -> str | None:
    """The first or the last column, when it holds the sum of the others."""
    for column in (some.columns[-1], some.columns[0]) if len(products) >= _LEAST else ():
        total = pd.to_numeric(some[column], errors="coerce").to_numpy()
        rest = [pieces_of(some[c])[0] for c in products if c != column]
        if rest and np.array_equal(total, np.sum(rest, axis=0)) and total.max() > 1:
            return str(column)
    return None


def pieces_of(cells: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """((n,) float64: how many were bought, 0 where none, (n,) bool: there is text that does not say).

    >>> pieces_of(pd.Series(["True", "f", "", "3", "maybe"], dtype="str", name="tea"))[0].tolist()
    [1.0, 0.0, 0.0, 3.0, 0.0]
    """
    codes, texts = pd.factorize(clean(cells))
    own = fold(str(cells.name))
    found, bad = np.zeros(len(texts) + 1), np.zeros(len(texts) + 1, bool)
    for n, text in enumerate(map(fold, map(str, texts))):
        if text in _YES or text == own:
            found[n] = 1
        elif text not in _NO:
            value = pd.to_numeric(text, errors="coerce")
            found[n], bad[n] = (0, True) if np.isnan(value) else (value, False)
    return found[codes], bad[codes]


def matrix_lines(
    frame: pd.DataFrame, rows: pd.DataFrame, products: Sequence[str], *, counted: bool, item: str | None = None
) -> tuple[pd.DataFrame, int]:
    """(one line per product of each row, also where a row has none; how many cells do not say).

    rows: basket, customer, time of every row. counted: the numbers are pieces, and become the quantity. item: the
    column of products, where each row is a product and each column a basket.
    """
    at, of, many = [], [], []
    bad = 0
    for n, product in enumerate(products):
        pieces, unclear = pieces_of(frame[product])
        bad += int(unclear.sum())
        bought = np.flatnonzero(pieces)
        at.append(bought)
        of.append(np.full(len(bought), n))
        many.append(pieces[bought])
    place = np.concatenate(at)
    order = np.argsort(place, kind="stable")
    lines = rows.iloc[place[order]].copy()
    names = np.array(products, dtype=object)
    column = pd.Series(names[np.concatenate(of)[order]], lines.index, dtype="str")
    lines["item"] = column
    if item is not None:
        lines["basket"], lines["item"] = column, clean(frame[item]).iloc[place[order]].to_numpy()
    if counted:
        lines["quantity"] = np.concatenate(many)[order]
    empty = rows.drop(index=lines.index.unique()).assign(item=pd.Series(dtype="str"))
    if not len(empty) or item is not None:
        return lines, bad
    both: pd.DataFrame = pd.concat([lines, empty]).sort_index(kind="stable")
    return both, bad
