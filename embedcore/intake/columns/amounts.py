"""How the numbers of a whole column are written, in sentences that a person can correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from embedcore.intake.columns.currencies import called, currency_of, merged, unit_of
from embedcore.intake.columns.names import plural
from embedcore.intake.columns.number_cells import NumberFormat, cell_of
from embedcore.intake.columns.numbers import DECIDE, Signs, number_format, numbers, sign_of
from embedcore.intake.columns.values import clean, unread
from embedcore.intake.decisions import NOTHING, Decision, Settings, setting

_SHOWN = 4  # currencies in a sentence
_APART = 4  # currencies in a column of their own, up to which the prices beside it become a column each
_LOOK = 200  # different texts that show whether amounts have a currency with them
_SIGNS_IN = ("category", "text", "ignore", "title")  # roles of a column that names currencies
_EXAMPLES = 3  # cells that are named
SPLIT, ONE = "split", "one"


@dataclass(frozen=True)
class Written:
    """How a column of numbers is read. how: all of it. columns: where its amounts cannot be compared, the name of each
    new column -> how it is read; {} for a column that stays one. beside: the column that names the currencies; codes:
    name of each new column -> what it says. decisions: what a person should know of it."""

    how: NumberFormat = field(default_factory=NumberFormat)
    columns: Mapping[str, NumberFormat] = field(default_factory=dict)
    beside: str = ""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def texts_of(cells: pd.Series) -> dict[str, int]:
    """The first DECIDE different texts of a column -> how often each occurs.

    >>> texts_of(pd.Series(["5", "7", "5", ""]))
    {'5': 2, '7': 1}
    """
    many = clean(cells).dropna().value_counts(sort=False).head(DECIDE)
    return dict(zip(map(str, many.index.tolist()), many.tolist(), strict=True))


def neighbours(columns: Mapping[str, Mapping[str, int]]) -> bool | None:
    """Whether columns (name -> texts) have decimal commas; None when they do not say, or not with one voice.

    >>> neighbours({"weight": {"0,5": 1}, "price": {"1.299": 2}}), neighbours({"price": {"1.299": 2}})
    (True, None)
    """
    said = {found.comma for texts in columns.values() if (found := sign_of([*texts])).said}
    return said.pop() if len(said) == 1 else None


def decide(
    column: str,
    texts: Mapping[str, int],
    kind: str,
    settings: Settings = NOTHING,
    *,
    others: bool | None = None,
    split: bool = True,
    rows: int = 0,
) -> Written:
    """How a column is read that holds amounts of a kind: "price", "number" or "quantity".

    texts: see texts_of. others: see neighbours. split: several currencies become several columns; else only the
    commonest is read. rows: of the column, for which cells that are no number are counted. Settings:
    "numbers:<column>" thousands or decimals, "currency:<column>" split, one or a code,
    "ranges:<column>" lowest, highest or none.

    >>> found = decide("price", {"1.299": 1, "899": 1}, "price")
    >>> found.how.comma, found.decisions[0].unsure, found.decisions[0].sentence
    (True, True, '“price”: the file does not say whether “1.299” is 1,299 or 1.299. It is read as 1,299.')
    """
    words = [*texts]
    signs = sign_of(words, kind, neighbours=others)
    how = number_format(words, kind, neighbours=others, signs=signs)
    decisions: list[Decision] = []
    key = f"numbers:{column}"
    chosen = "thousands" if how.comma == ("." in signs.example) else "decimals"
    if signs.example:
        chosen = setting(settings, key, chosen, ("thousands", "decimals"))
        how = replace(how, comma=("." in signs.example) == (chosen == "thousands"))
    how, about_ranges = _ranges(column, texts, how, settings)
    cells = {text: cell_of(text, how) for text in words}
    money: dict[str, int] = {}
    units: dict[str, int] = {}
    for text, cell in cells.items():
        if not np.isnan(cell.value):
            money[cell.currency] = money.get(cell.currency, 0) + texts[text]
            units[cell.word] = units.get(cell.word, 0) + texts[text]
    found = merged(c for c in money if c)
    columns: dict[str, NumberFormat] = {}
    if len(set(found.values())) > (0 if settings.get(f"currency:{column}") == SPLIT else 1):
        how, columns, about_money = _currencies(column, money, found, how, settings, split=split)
        decisions.append(about_money)
    about_signs = _numbers(column, signs, how, chosen, found, kind, asked=key not in settings)
    bad = {text: texts[text] for text, cell in cells.items() if np.isnan(cell.value)}
    about_bad = _unread(column, bad, rows, whole=len(texts) < DECIDE) if bad and rows else []
    about = (*about_bad, *about_signs, *decisions, *about_ranges, *_units(column, units, how))
    return Written(how, columns, decisions=about)


def _unread(column: str, bad: Mapping[str, int], rows: int, *, whole: bool) -> list[Decision]:
    """That cells are no numbers, before they are gone. whole: all cells were looked at."""
    n, some = sum(bad.values()), [*bad][:_EXAMPLES]
    sentence = unread(column, n, rows, some, "number")
    if not whole:
        sentence = f"“{column}”: cells such as “{some[0]}” could not be read as a number and count as missing."
    return [Decision(f"unread:{column}", sentence, rows=n, lost=n)]


def _numbers(
    column: str, signs: Signs, how: NumberFormat, chosen: str, money: Mapping[str, str], kind: str, *, asked: bool
) -> list[Decision]:
    key = f"numbers:{column}"
    if signs.example:
        readings = {w: _shown(signs.example, how, thousands=w == "thousands") for w in ("thousands", "decimals")}
        choices = tuple((w, f"“{signs.example}” is {value}") for w, value in readings.items())
        if not signs.sure:
            sentence = (
                f"“{column}”: the file does not say whether “{signs.example}” is {readings['thousands']} or "
                f"{readings['decimals']}. It is read as {readings[chosen]}."
            )
            return [Decision(key, sentence, chosen, choices, unsure=asked)]
        if "." in signs.example and chosen == "thousands":
            sentence = f"“{column}”: points separate thousands, so “{signs.example}” is {readings[chosen]}."
            return [Decision(key, sentence, chosen, choices)]
        if chosen == "decimals" and "," in signs.example:
            sentence = f"“{column}”: commas stand before decimals, so “{signs.example}” is {readings[chosen]}."
            return [Decision(key, sentence, chosen, choices)]
    one = next(iter(set(money.values())), "") if len(set(money.values())) == 1 else ""
    if one and kind == "price":
        commas = ", with decimal commas" if how.comma and signs.said else ""
        return [Decision(key, f"“{column}” is in {called(one)}{commas}.")]
    if how.comma and signs.said:
        return [Decision(key, f"“{column}” has decimal commas.")]
    return []


def _shown(example: str, how: NumberFormat, *, thousands: bool) -> str:
    value = cell_of(example, replace(how, comma=("." in example) == thousands, currency=())).value
    return f"{value:,.15g}" if thousands else f"{value:,.3f}"


def _ranges(
    column: str, texts: Mapping[str, int], how: NumberFormat, settings: Settings
) -> tuple[NumberFormat, list[Decision]]:
    if not how.ranges:
        return how, []
    found = {t: n for t, n in texts.items() if cell_of(t, how).ranged}
    if not found:
        return how, []
    choices = (("lowest", "the lowest"), ("highest", "the highest"), ("none", "missing"))
    chosen = setting(settings, f"ranges:{column}", "lowest", [value for value, _ in choices])
    example, many = next(iter(found)), sum(found.values())
    taken = {"lowest": "the lowest counts", "highest": "the highest counts", "none": "they are left empty"}
    hold = "is a range or a price" if many == 1 else "are ranges or prices"
    sentence = f"“{column}”: {plural(many, 'cell')} {hold} for several, such as “{example}”; {taken[chosen]}."
    decision = Decision(f"ranges:{column}", sentence, chosen, choices, many)
    return replace(how, ranges="" if chosen == "none" else chosen), [decision]


def _currencies(
    column: str,
    money: Mapping[str, int],
    codes: Mapping[str, str],
    how: NumberFormat,
    settings: Settings,
    *,
    split: bool,
) -> tuple[NumberFormat, dict[str, NumberFormat], Decision]:
    many: dict[str, int] = {}
    for code, n in money.items():
        if code:
            many[codes[code]] = many.get(codes[code], 0) + n
    ranked = sorted(many, key=lambda c: -many[c])
    signs = {c: tuple(s for s in codes if codes[s] == c) for c in ranked}
    bare = money.get("", 0)
    choices = [(c, f"only {called(c)}") for c in ranked]
    choices = [*([(SPLIT, "a column for each")] if split else []), *choices, (ONE, "one column, as they are")]
    key = f"currency:{column}"
    chosen = setting(settings, key, SPLIT if split else ranked[0], [value for value, _ in choices])
    sentence = f"“{column}” is in {_listed(many)}, which cannot be compared: "
    columns: dict[str, NumberFormat] = {}
    if chosen == SPLIT:
        columns = {f"{column} ({c})": replace(how, currency=signs[c]) for c in ranked}
        if bare:
            columns[column] = replace(how, currency=("",))
        sentence += "each has a column of its own."
    elif chosen == ONE:
        sentence += "they stay in one column all the same."
    else:
        how = replace(how, currency=(*signs[chosen], "") if chosen == ranked[0] else signs[chosen])
        sentence += f"only the amounts in {called(chosen)} are read."
    rows = sum(many.values()) + bare
    return how, columns, Decision(key, sentence, chosen, tuple(choices), rows)


def _units(column: str, units: Mapping[str, int], how: NumberFormat) -> list[Decision]:
    named = {w: n for w, n in units.items() if w}
    if len({how.units[w] for w in named}) < 2:
        return []
    base = next((u[0] for w in named if (u := unit_of(w)) is not None), "")
    other = {w: n for w, n in named.items() if how.units[w] != 1}
    said = " and ".join([", ".join(list(other)[:-1]), list(other)[-1]]) if len(other) > 1 else next(iter(other))
    sentence = f"“{column}” is in {base}; {plural(sum(other.values()), 'cell')} in {said} {_were(other)} converted."
    return [Decision(f"units:{column}", sentence, rows=sum(other.values()))]


def _were(other: Mapping[str, int]) -> str:
    return "was" if sum(other.values()) == 1 else "were"


def of_table(frame: pd.DataFrame, roles: Mapping[str, str], settings: Settings = NOTHING) -> dict[str, Written]:
    """Column -> how it is read, of the columns whose role is price or number.

    >>> of_table(pd.DataFrame({"price": ["5 EUR", "7 USD"]}, dtype="str"), {"price": "price"})["price"].columns.keys()
    dict_keys(['price (EUR)', 'price (USD)'])
    """
    texts = {c: texts_of(frame[c]) for c, r in roles.items() if r in ("price", "number")}
    others = neighbours(texts)
    found = {c: decide(c, t, roles[c], settings, others=others, rows=len(frame)) for c, t in texts.items()}
    signs = [c for c, r in roles.items() if r in _SIGNS_IN and "price" in roles.values() and _may_be_signs(frame[c])]
    beside = currency_column({c: texts_of(frame[c]) for c in signs})
    if beside is not None:
        for column, written in found.items():
            if roles[column] == "price" and not _money(texts[column], written.how):
                found[column] = _by_column(column, written, *beside, settings)
    return found


def _may_be_signs(cells: pd.Series) -> bool:
    """Whether the first cells name currencies, without which the column does not."""
    return all(currency_of(t) for t in clean(cells.head(_LOOK)).dropna().tolist())


def currency_column(columns: Mapping[str, Mapping[str, int]]) -> tuple[str, dict[str, int]] | None:
    """(the column that names the currencies of the prices beside it, its texts) when it names several.

    >>> currency_column({"cur": {"EUR": 3, "US$": 1}, "size": {"L": 4}})
    ('cur', {'EUR': 3, 'US$': 1})
    """
    for column, texts in columns.items():
        codes = {currency_of(t) for t in texts}
        if "" not in codes and len(set(merged(codes).values())) > 1:
            return column, dict(texts)
    return None


def _money(texts: Mapping[str, int], how: NumberFormat) -> bool:
    return any(cell_of(t, how).currency for t in [*texts][:_LOOK])


def _by_column(column: str, written: Written, beside: str, texts: Mapping[str, int], settings: Settings) -> Written:
    """How to read prices whose currency is in another column."""
    codes, many = _counted(texts)
    key, choices = f"currency:{column}", ((SPLIT, "a column for each"), (ONE, "one column, as they are"))
    ranked = sorted(many, key=lambda c: -many[c])
    chosen = setting(settings, key, SPLIT if len(ranked) <= _APART else ONE, [value for value, _ in choices])
    done = "each has a column of its own" if chosen == SPLIT else "they stay in one column all the same"
    sentence = f"{several(column, beside, texts)}: {done}."
    decisions = (*written.decisions, Decision(key, sentence, chosen, choices, sum(many.values())))
    if chosen == ONE:
        return replace(written, decisions=decisions)
    said = {c: tuple(t for t in texts if codes[currency_of(t)] == c) for c in ranked}
    names = {f"{column} ({c})": said[c] for c in ranked}
    return replace(written, beside=beside, codes=names, decisions=decisions)


def _counted(texts: Mapping[str, int]) -> tuple[dict[str, str], dict[str, int]]:
    """(code -> the one it stands for, how many cells each of those has) of the texts of a column of currencies."""
    codes = merged(currency_of(t) for t in texts)
    many: dict[str, int] = {}
    for text, n in texts.items():
        many[codes[currency_of(text)]] = many.get(codes[currency_of(text)], 0) + n
    return codes, many


def several(column: str, beside: str, texts: Mapping[str, int]) -> str:
    """That prices are in several currencies, by the texts of the column that says so.

    >>> several("price", "cur", {"EUR": 3, "US$": 1})
    '“price” is in euros (3) and US dollars (1), as “cur” says, which cannot be compared'
    """
    return f"“{column}” is in {_listed(_counted(texts)[1])}, as “{beside}” says, which cannot be compared"


def _listed(many: Mapping[str, int]) -> str:
    ranked = sorted(many, key=lambda c: -many[c])
    shown = [f"{called(c)} ({many[c]:,})" for c in ranked[:_SHOWN]]
    shown += [f"{len(ranked) - _SHOWN} others"] if len(ranked) > _SHOWN else []
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def read(frame: pd.DataFrame, column: str, written: Written) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """(name of each column that comes of a column -> (n,) float64, (n,) bool: there is text but no number).

    >>> prices = pd.DataFrame({"price": ["5 EUR", "7 USD"]}, dtype="str")
    >>> {c: v.tolist() for c, v in read(prices, "price", of_table(prices, {"price": "price"})["price"])[0].items()}
    {'price (EUR)': [5.0, nan], 'price (USD)': [nan, 7.0]}
    """
    cells = frame[column]
    if not written.columns and not written.codes:
        found, bad = numbers(cells, written.how)
        if written.how.currency:  # amounts that a person left out
            bad = numbers(cells, replace(written.how, currency=()))[1]
        return {column: found}, bad
    found, bad = numbers(cells, written.how)
    if written.codes:
        said = clean(frame[written.beside])
        parts = {name: np.where(said.isin(signs), found, np.nan) for name, signs in written.codes.items()}
    else:
        parts = {name: numbers(cells, how)[0] for name, how in written.columns.items()}
    left = ~np.isnan(found)
    for values in parts.values():
        left &= np.isnan(values)
    if left.any():  # without a currency, or in one that was not seen before
        parts[column] = np.where(left, found, parts.get(column, np.nan))
    return parts, bad
