"""What stands for “nothing” in a cell: \\N, #N/A, n.a., unknown; and where the same letters are a value, such as the
region NA."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision, Settings, setting

# No value of any column.
_ALWAYS = r"""
    nan NaN NAN N/A n/a N/a #N/A <NA> NaT -- --- – — . .. ... ?? \N (null) (NULL) (Null) <null> <NULL> [null] [NULL]
    {null} (none) (None) (NONE) (blank) (empty) (leer) (vide) (vuoto) #N/D #NV #N/V #REF! #DIV/0! #DIV/0 #VALUE!
    #NAME? #NUM! #NULL! #ERROR! #WERT! #BEZUG! #ZAHL! #VALEUR! #VALOR! #¡VALOR! #¡REF! #¡DIV/0! #VALORE! #RIF!
    #WAARDE! #Н/Д #ЗНАЧ! #ССЫЛКА! #ДЕЛ/0! #ARG! #ADR! n.a. N.A. n.a N.A n/a. N/A. k.A. K.A. k.a. k.A s/d S/D s.d. S.D.
    n/d N/D n.d. N.D. б/н Б/Н н/д Н/Д b.d. 0000-00-00
"""
ALWAYS = frozenset(("", "n. a.", "N. A.", "k. A.", "0000-00-00 00:00:00", "(no genres listed)", *_ALWAYS.split()))
# Missing, unless the column says that it is one of its values.
MOSTLY = frozenset(("NA", "None", "NULL", "null", "Null", "-", "?"))
MISSING = ALWAYS | MOSTLY - {"?"}
# “Not known” in words, in columns of brands and categories; lower case.
_IN_WORDS = """unknown|not known|not specified|unspecified|not available|not applicable|does not apply|undefined|
unbranded|no brand|no-brand|brandless|unbekannt|unbestimmt|nicht bekannt|nicht angegeben|keine angabe|keine angaben|
ohne angabe|ohne marke|keine marke|markenlos|inconnu|inconnue|non spécifié|non spécifiée|non renseigné|non renseignée|
sans marque|desconocido|desconocida|sin especificar|no especificado|no especificada|sin marca|sin datos|sconosciuto|
sconosciuta|non specificato|non specificata|senza marca|desconhecido|desconhecida|não especificado|não informado|
sem marca|onbekend|niet opgegeven|merkloos|nieznany|nieznana|nie podano|brak danych|bez marki|неизвестно|не указано|
не указан|без бренда|нет бренда|нет данных|未知|不明|未设置|未填写|无品牌|暂无|ノーブランド"""
IN_WORDS = frozenset(w.strip() for w in _IN_WORDS.split("|"))
_NO_DATES = re.compile(
    r"(?:0000[-/.]00[-/.]00|00[-/.]00[-/.]0000|(?:1900|1899|0001|9999)[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:1900|1899|0001|9999)|"
    r"1970-01-01|0?1[/.]0?1[/.]1970)(?:[ T]0?0:00(?::00(?:\.0+)?)?Z?)?"
)
_NEAR = re.compile(r"(?<!\d)(?:18[89]|19[01]|000|999)\d(?!\d)|(?<!\d)19[67]\d(?!\d)")
_UPPER, _WORD, _SIGN = re.compile(r"[A-Z]{1,5}\Z"), re.compile(r"[A-Z][a-z]"), re.compile(r"[^\w\s]{1,3}\Z")
_ALL_UPPER = re.compile(r"[A-Z][A-Z /&-]+\Z")
# Columns of what every product has: a mark there is a gap.
_HAS_ONE = re.compile(r"colou?r|farbe|couleur|material|brand|marke|size|categor|kind|type|gender|name|title", re.I)
# Chosen by hand.
_ALIKE = 0.6  # share of the other values that are written like the mark, for it to be one of them
_OFTEN = 2.0  # times as often as the commonest other value: above it, the mark stands for gaps
_RARE = 5.0  # times rarer than the rarest other value: below it, too
_DATES = 2  # cells with the same early date, from which it is a mark
CHOICES = (("missing", "count as missing"), ("value", "keep as a value"))


@dataclass(frozen=True)
class Marks:
    """What was found in one column: cell -> how many. always: never a value. missing: taken for missing. values:
    written like a mark, and a value here."""

    always: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def gone(self) -> set[str]:
        """The cells that become missing."""
        return {*self.always, *self.missing}


def marks_of(frame: Mapping[str, pd.Series], roles: Mapping[str, str], settings: Settings) -> dict[str, Marks]:
    """The marks of every column. frame: stripped text by column."""
    found = {c: _found(frame[c], role) for c, role in roles.items()}
    # A mark in a column of numbers, dates or names is this file's way to write nothing, and that in every column.
    telling = ("price", "number", "date", "title", "description", "brand")
    everywhere = {m for c, counts in found.items() if roles[c] in telling for m in counts if m in MOSTLY}
    return {c: _judged(c, roles[c], frame[c], counts, everywhere, settings) for c, counts in found.items()}


def _found(s: pd.Series, role: str) -> dict[str, int]:
    """Every cell that could stand for nothing."""
    marks = s[s.isin(ALWAYS | MOSTLY)].value_counts()
    found = {str(t): int(n) for t, n in marks.items()}
    if role in ("brand", "category", "tags"):
        different = s.value_counts(sort=False)
        found |= {str(t): int(n) for t, n in different.items() if str(t).casefold().rstrip(" .") in IN_WORDS}
    if role == "date":
        different = s.value_counts(sort=False)
        found |= {t: n for t, n in _no_dates({str(t): int(n) for t, n in different.items()}).items() if t not in found}
    return found


def values_among(column: str, cells: pd.Series) -> frozenset[str]:
    """What is written like a mark and is a value of a column all the same, whatever its role; by the column alone.

    >>> values_among("region", pd.Series(["EMEA", "NA", "APAC"])), values_among("region", pd.Series(["EMEA", "NA", ""]))
    (frozenset({'NA'}), frozenset())
    """
    marks = cells[cells.isin(ALWAYS | MOSTLY)].unique()
    if len(marks) != 1 or marks[0] not in MOSTLY or cells.isna().any():
        return frozenset()
    mark = str(marks[0])
    return frozenset({mark} if any(_is_value(column, role, cells, mark) for role in ("category", "id")) else ())


def _no_dates(counts: dict[str, int]) -> dict[str, int]:
    """Dates such as 1900-01-01 that repeat where no other date is near."""
    marks = {t: n for t, n in counts.items() if _NO_DATES.fullmatch(t)}
    if not marks or any(_NEAR.search(t) for t in counts if t not in marks):
        return {}
    return {t: n for t, n in marks.items() if n >= _DATES or t.startswith("00")}


def _judged(
    column: str, role: str, s: pd.Series, counts: dict[str, int], everywhere: set[str], settings: Settings
) -> Marks:
    always = {t: n for t, n in counts.items() if t in ALWAYS}
    rest = {t: n for t, n in counts.items() if t not in ALWAYS}
    if not rest:
        return Marks(always)
    chosen = settings.get(f"missing:{column}")
    if chosen is not None:
        setting(settings, f"missing:{column}", chosen, [c for c, _ in CHOICES])
    alone = len(rest) == 1 and not always and not s.isna().any()
    mark = next(iter(rest))
    value = chosen == "value" or (
        chosen is None and alone and mark not in everywhere and mark in MOSTLY and _is_value(column, role, s, mark)
    )
    return Marks(always, {}, rest) if value else Marks(always, rest)


def _is_value(column: str, role: str, s: pd.Series, mark: str) -> bool:
    """Whether a mark is one of the regular values of a column without gaps: as frequent as others, and like them."""
    others = s[s != mark]
    if role == "id":  # an id is there once, and looks like one
        some = others.head(1000)
        lettered = bool(some.str.contains(r"[^\W\d_]", regex=True).mean() >= 0.5) if len(some) else False
        return len(others) == len(s) - 1 and mark not in ("-", "?") and lettered
    if role not in ("category", "tags", "text"):
        return False
    counts = others.value_counts()
    n = len(s) - len(others)
    if not len(counts) or n > _OFTEN * counts.iloc[0] or n * _RARE < counts.iloc[-1]:
        return False
    values = [str(v) for v in counts.index]
    alike = {"NA": _UPPER, "None": _WORD, "NULL": _ALL_UPPER, "-": _SIGN, "?": _SIGN}.get(mark)
    if alike is None or sum(bool(alike.match(v)) for v in values) < _ALIKE * len(values):
        return False
    return not _HAS_ONE.search(column)


def missing_decisions(marks: Mapping[str, Marks], roles: Mapping[str, str]) -> list[Decision]:
    """One for each column in which somebody could see it differently, and one for all that are plain."""
    out: list[Decision] = []
    plain: dict[str, dict[str, int]] = {}
    for column, m in marks.items():
        held = {t: n for t, n in m.always.items() if t}
        if roles[column] in ("price", "number"):
            if held := {**held, **m.missing}:
                plain[column] = held
        elif m.values:
            n = sum(m.values.values())
            verb = "is a value like the others" if len(m.values) == 1 else "are values"
            out.append(
                Decision(f"missing:{column}", f"“{column}”: {_named(m.values)} {verb} ({plural(n, 'cell')}).", "value",
                         CHOICES, n)
            )  # fmt: skip
        elif m.missing:
            found = {**m.missing, **held}
            n = sum(found.values())
            counts = "counts" if n == 1 else "count"
            sentence = f"“{column}”: {plural(n, 'cell')} with {_named(found)} {counts} as missing."
            out.append(Decision(f"missing:{column}", sentence, "missing", CHOICES, n))
        elif held:
            plain[column] = held
    if plain:
        cells = {c: sum(found.values()) for c, found in plain.items()}
        shown = ", ".join(f"{n:,} in “{c}”" for c, n in list(cells.items())[:5])
        more = f" and more in {plural(len(cells) - 5, 'other column')}" if len(cells) > 5 else ""
        written = _named(dict.fromkeys(t for held in plain.values() for t in held))
        sentence = f"Cells with {written} count as missing: {shown}{more}."
        out.append(Decision("missing", sentence, rows=sum(cells.values())))
    return out


def _named(found: Iterable[str]) -> str:
    words = [f"“{t}”" for t in found]
    shown, left = words[:4], len(words) - 4
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
