"""What each column was taken for, where a person could want another choice, and what would be lost by each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.columns.roles import Guess, is_named_id, named_title
from embedcore.intake.columns.times import calendar_columns, clock_column
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import NOTHING, Decision, Settings
from embedcore.intake.meeting import Meeting, with_id
from embedcore.intake.purchases.described import more_columns
from embedcore.intake.purchases.guess.parts import Look, looks, may_be_basket
from embedcore.intake.purchases.lists import SAMPLE, split_list
from embedcore.intake.purchases.shapes import BasketShape

NUMBER = "numbers"  # setting of the id: the rows are numbered
_FEW_LINES, _ALL_ONCE = 5, 0.95  # lines, and share of different ones, from which lone products are told (by hand)
_LOOK = 5000  # first rows of the baskets that are looked at
_HALF = 0.5  # of the rows: a title that rivals another has as many different values (chosen by hand)


def chosen_id(guesses: Sequence[Guess], settings: Settings) -> list[Guess]:
    """The guesses with the id that a person chose. InputError when it is no column.

    >>> [g.role for g in chosen_id([Guess("sku", "id", (), 0, 2, "")], {"id": "numbers"})]
    ['ignore']
    """
    wanted = settings.get("id")
    if wanted is None:
        return list(guesses)
    if wanted != NUMBER and wanted not in {g.column for g in guesses}:
        raise InputError(f"The catalogue has no column “{wanted}”.", f"Choose a column or “{NUMBER}”.")
    return with_id(guesses, None if wanted == NUMBER else wanted)


def role_decisions(
    guesses: Sequence[Guess], roles: Mapping[str, str], rows: int, met: Meeting | None
) -> tuple[Decision, ...]:
    """Which column is the id and which the title, where that is not plain. rows: of the whole catalogue.

    >>> sku = Guess("sku", "ignore", (), 16, 22, "")
    >>> role_decisions([sku], {"sku": "ignore"}, 40, None)[0].sentence
    '“sku” is empty in 16 of 40 rows and repeats in 2; the rows are numbered instead so that nothing is lost.'
    """
    return (*_id(guesses, roles, rows, met), *_title(guesses, roles, rows))


def _id(guesses: Sequence[Guess], roles: Mapping[str, str], rows: int, met: Meeting | None) -> tuple[Decision, ...]:
    column = next((c for c, r in roles.items() if r == "id"), None)
    lost = {g.column: rows - g.distinct for g in guesses}
    like = [
        g for g in guesses if g.column == column or (is_named_id(g.column) and 2 * g.distinct >= rows - g.missing > 0)
    ]
    like = [g for g in like if g.missing < rows]
    choices = [(g.column, _as_id(g.column, lost[g.column])) for g in like]
    choices.append((NUMBER, "number the rows 1, 2, 3 …"))
    if column is None:
        poor = [g for g in like if g.distinct > 1]
        if not poor:
            return ()
        best = max(poor, key=lambda g: g.distinct)
        sentence = f"{_why(best, rows)}; the rows are numbered instead so that nothing is lost."
        return (Decision("id", sentence, NUMBER, tuple(choices), rows),)
    guess = next(g for g in guesses if g.column == column)
    if lost[column]:
        left_out = "is left out" if lost[column] == 1 else "are left out"
        better = min((g for g in like if lost[g.column] < lost[column]), key=lambda g: lost[g.column], default=None)
        beside = f" “{better.column}” would leave out {lost[better.column]:,}." if better is not None else ""
        sentence = f"{_why(guess, rows)}: {plural(lost[column], 'row')} {left_out}.{beside}"
        return (Decision("id", sentence, column, tuple(choices), rows, lost[column]),)
    if met is not None and met.product == column and len(like) > 1:
        sentence = f"“{column}” is the id: the baskets name the products by it (“{met.item}”)."
        return (Decision("id", sentence, column, tuple(choices), rows),)
    return ()


def _as_id(column: str, lost: int) -> str:
    return f"use “{column}”" + (f" ({plural(lost, 'row')} would be left out)" if lost else "")


def _why(guess: Guess, rows: int) -> str:
    again = rows - guess.missing - guess.distinct
    empty = f"is empty in {guess.missing:,} of {rows:,} rows" if guess.missing else ""
    repeats = f"repeats in {again:,}" + ("" if guess.missing else f" of {rows:,} rows") if again else ""
    return f"“{guess.column}” {' and '.join(t for t in (empty, repeats) if t)}"


def _title(guesses: Sequence[Guess], roles: Mapping[str, str], rows: int) -> tuple[Decision, ...]:
    column = next((c for c, r in roles.items() if r == "title"), None)
    rivals = [g.column for g in guesses if g.role == "text" and named_title(g.column) and g.distinct > _HALF * rows]
    if column is None or not rivals:
        return ()
    choices = tuple((c, f"“{c}”") for c in (column, *rivals))
    return (Decision("title", f"“{column}” is the name of a product on screen.", column, choices, rows),)


def part_decisions(frame: pd.DataFrame, shape: BasketShape, settings: Settings = NOTHING) -> tuple[Decision, ...]:
    """Rows that a part of the baskets leaves out, with a better choice beside it; and baskets of one product
    each, which nobody means.

    >>> frame = pd.DataFrame({"order": ["1", "1", "2"], "sku": ["a", "b", "a"], "total": ["5", None, None]})
    >>> [d.sentence for d in part_decisions(frame, BasketShape("long", basket="total", item="sku"))]
    ['“total” would leave out 2 of 3 lines, which have none; “order” would leave out none.']
    """
    if shape.shape == "lines" and shape.item in frame.columns and frame.shape[1] == 1:
        return _lone(frame, shape, decided="shape" in settings)
    if shape.shape != "long":
        return ()
    found = looks(frame.head(_LOOK).apply(clean))
    parts = {"basket": shape.basket, "item": shape.item}
    said = [_part(frame, found, shape, part, column) for part, column in parts.items() if column in frame.columns]
    return tuple(d for d in said if d is not None)


def _lone(frame: pd.DataFrame, shape: BasketShape, *, decided: bool) -> tuple[Decision, ...]:
    lists = split_list(clean(frame[str(shape.item)].head(SAMPLE)), shape.list_delimiter or ",").dropna()
    single = lists[lists.str.len() == 1].str[0]
    if len(lists) < _FEW_LINES or len(single) < len(lists) or single.nunique() < _ALL_ONCE * len(lists):
        return ()
    sentence = (
        "Each line holds one product, and no product comes twice, so nothing is bought together. Is this a list of "
        "products? Or does another sign separate the cells? Then choose the delimiter."
    )
    return (Decision("shape", sentence, "lines", (("lines", "Each line is one basket"),), len(frame), 0, not decided),)


def _part(
    frame: pd.DataFrame, found: Mapping[str, Look], shape: BasketShape, part: str, column: str | None
) -> Decision | None:
    column = str(column)
    taken = {shape.item, shape.customer, shape.time, shape.quantity, shape.price, shape.basket} - {column}
    free = [look for c, look in found.items() if c not in taken]
    if part == "basket":
        like = [f for f in free if f.column == column or (may_be_basket(f) and (f.named == "basket" or f.grouped))]
        like = [f for f in like if f.column == column or f.named in ("basket", None)]
    else:
        like = [f for f in free if f.column == column or f.named == "item"]
    lost = {f.column: int(clean(frame[f.column]).isna().sum()) for f in like}
    rows, what = len(frame), "lines"
    choices = tuple((c, f"“{c}”" + (f" ({n:,} {what} would be left out)" if n else "")) for c, n in lost.items())
    better = min((f for f in like if lost[f.column] < lost[column]), key=lambda f: lost[f.column], default=None)
    if lost[column]:
        beside = ""
        if better is not None:
            beside = (
                f"; “{better.column}” would leave out {f'{lost[better.column]:,}' if lost[better.column] else 'none'}"
            )
        sentence = f"“{column}” would leave out {lost[column]:,} of {rows:,} {what}, which have none{beside}."
        return Decision(part, sentence, column, choices, rows, lost[column])
    if part == "basket" and found[column].amounts and len(like) > 1:
        better = next(f for f in like if f.column != column)
        said = f"“{column}” holds amounts: lines of different orders with the same amount become one basket"
        return Decision(part, f"{said}; “{better.column}” would be better.", column, choices, rows)
    if part == "basket":
        rivals = [f.column for f in like if f.named == "basket" and f.column != column and not _alike(found[column], f)]
        said = "says which lines were bought together"
    else:
        rivals = [f.column for f in like if f.column != column and lost[f.column]]
        said = "is the product"
    if not rivals:
        return None
    beside = f"; {listed(rivals)} would be another choice"
    return Decision(part, f"“{column}” {said}{beside}.", column, choices, rows)


def _alike(one: Look, other: Look) -> bool:
    """Whether two columns tell the same groups of rows apart, or one numbers the rows."""
    if other.unique > 0.98 or one.unique > 0.98:
        return True
    both = pd.DataFrame({"one": one.cells, "other": other.cells}).dropna()
    return len(both.drop_duplicates()) == both["one"].nunique() == both["other"].nunique()


def unused(frame: pd.DataFrame, shape: BasketShape, said: Iterable[Decision] = ()) -> tuple[Decision, ...]:
    """The columns of the baskets that are not used. said: other decisions about them; what they name is used.

    >>> frame = pd.DataFrame({"order": ["1"], "sku": ["a"], "city": ["Bonn"]})
    >>> unused(frame, BasketShape("long", basket="order", item="sku"))[0].sentence
    'Not used: “city”.'
    """
    if shape.shape == "lines" or (shape.shape == "matrix" and not shape.products):
        return ()
    parts = (shape.basket, shape.customer, shape.item, shape.time, shape.quantity, shape.price)
    used = {*parts, shape.status, shape.event, shape.rating, *shape.products}
    named = " ".join(d.sentence for d in said)
    rest = [c for c in map(str, frame.columns) if c not in used and f"“{c}”" not in named]
    head = {c: frame[c].head(_LOOK) for c in rest}
    joined = {*calendar_columns(head)} if shape.time is None else {clock_column(head)}
    more = more_columns(frame.head(_LOOK), shape) if rest else ()
    rest = [c for c in rest if c not in joined and c not in more]
    return (Decision("unused", f"Not used: {listed(rest)}.", rows=len(rest)),) if rest else ()
