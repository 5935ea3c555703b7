"""The columns of a catalogue and of its baskets that hold the same products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from embedcore.intake.columns.roles import Guess
from embedcore.intake.columns.values import clean, without_case
from embedcore.intake.purchases.guess.parts import Look, looks

_SAMPLE = 20_000  # rows of the baskets that are looked at
# Chosen by hand: share of the products of the baskets that a column of the catalogue knows, for it to be the id; how
# much more than the one that was guessed; how many products at least; and what names add.
_KNOWN, _BETTER, _FEW, _NAMED = 0.3, 0.2, 3, 0.25
_COVERED = (
    0.3  # of the catalogue, what small numbers must name, since any of 1, 2, 3 ... is in a column of numbered rows
)
_DIFFERENT = 0.1  # of the rows of the catalogue, those with a value of their own
_NEVER = ("price", "date", "image", "description", "brand", "tags")
_NOT_ITEMS = ("customer", "basket", "quantity", "price", "time", "rating", "status", "event")


@dataclass(frozen=True)
class Meeting:
    """Which column of the catalogue (product) and which of the baskets (item) hold the same values. share: of the
    different products of the baskets, those that the catalogue has."""

    product: str
    item: str
    share: float


def meeting(catalogue: pd.DataFrame, guesses: Sequence[Guess], baskets: pd.DataFrame) -> Meeting | None:
    """The two columns that meet best; None when none do, and when the column that was guessed as the id does as well.

    >>> from embedcore.intake.columns.roles import guess_roles
    >>> mugs = pd.DataFrame({"ean": ["40", "41", "42"], "code": ["R1", "R2", "R3"]}, dtype="str")
    >>> orders = pd.DataFrame({"order": ["1", "1", "2"], "what": ["r1", "R2", "R3"]}, dtype="str")
    >>> meeting(mugs, guess_roles(mugs), orders)
    Meeting(product='code', item='what', share=1.0)
    """
    bought = {
        c: look
        for c, look in looks(baskets.head(_SAMPLE).apply(clean)).items()
        if look.named not in _NOT_ITEMS and not (look.pieces or look.stars or look.amounts) and look.distinct >= _FEW
    }
    values = {c: _plain(look.there) for c, look in bought.items()}
    found: dict[tuple[str, str], float] = {}
    for guess in guesses:
        if guess.role in _NEVER or guess.distinct < max(_FEW, _DIFFERENT * len(catalogue)):
            continue
        known = set(_plain(catalogue[guess.column]))
        for column, look in bought.items():
            share, covered = _shares(values[column], known)
            if share and (look.named == "item" or covered >= _COVERED or not _small(look)):
                found[guess.column, column] = share
    roles = {g.column: g.role for g in guesses}

    def points(pair: tuple[str, str]) -> float:
        named = (roles[pair[0]] == "id") + (bought[pair[1]].named == "item") - 0.5 * (roles[pair[0]] == "title")
        return found[pair] + _NAMED * named

    best = max(found, key=points, default=None)
    if best is None or found[best] < _KNOWN:
        return None
    guessed = max((share for pair, share in found.items() if roles[pair[0]] == "id"), default=0.0)
    if roles[best[0]] != "id" and found[best] < guessed + _BETTER:
        return None
    return Meeting(*best, round(found[best], 3))


def with_id(guesses: Sequence[Guess], column: str | None) -> list[Guess]:
    """The guesses with another column as the id, or with none.

    >>> [g.role for g in with_id([Guess("ean", "id", (), 0, 2, ""), Guess("code", "ignore", (), 0, 2, "")], "code")]
    ['ignore', 'id']
    """
    out = []
    for guess in guesses:
        if guess.column == column:
            out.append(guess if guess.role == "id" else replace(guess, role="id", why="it is in the baskets, too"))
        else:
            other = replace(guess, role="ignore", why="another column is the id") if guess.role == "id" else guess
            out.append(other)
    return out


def _plain(cells: pd.Series) -> list[str]:
    """Different values, as they are compared: without case, zeros in front and “.0” behind."""
    texts = without_case(pd.Series(clean(cells).dropna().unique(), dtype="str"))
    plain = texts.str.replace(r"[.,]0+\Z", "", regex=True).str.replace(r"\A0+(?=\d)", "", regex=True)
    return list(plain.to_numpy(object))


def _small(look: Look) -> bool:
    return look.numeric == 1 and float(look.values.max()) <= 10 * look.distinct


def _shares(values: list[str], known: set[str]) -> tuple[float, float]:
    """Shares of the products of a column that a column of the catalogue knows, and of that one which are bought."""
    both = sum(v in known for v in values)
    return (both / len(values), both / len(known)) if both >= min(_FEW, len(values)) else (0.0, 0.0)
