"""Cells that list several products, with or without quantities."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

LIST_DELIMITERS = ("\n", ",", ";", "|", "\t", " ")
SAMPLE = 5000  # cells that are looked at to find a delimiter
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_SPECIAL = re.compile(r"[\"'()\[\]{}]")
# How a count stands beside a name. Each needs both groups; `name` is what is left.
_WORD = (
    r"(?:qty|quantity|quantit[éèa]|qté|cant(?:idad)?\.?|menge|anzahl|aantal|ilość|qtd\.?|кол-?во|количество|数量|個数|"
    r"pcs|x|×)"
)
COUNTS = {
    "before": re.compile(r"(?P<n>\d{1,4})\s?(?:[x×*]\s+(?=\S)|[x×*](?=[^\W\d]))(?P<name>.+)", re.I),
    "behind": re.compile(r"(?P<name>.*[^\d\s])\s+[x×*]\s?(?P<n>\d{1,4})", re.I),
    "words": re.compile(
        rf"(?P<name>.+?)\s*(?:[-–,]\s*)?(?:[(\[]\s*{_WORD}\s*[:.=]?\s*(?P<n>\d{{1,4}})\s*[)\]]"
        rf"|[(\[]\s*(?P<m>\d{{1,4}})\s*(?:{_WORD}|stk\.?|st\.?|pieces|шт\.?|szt\.?|个|件|個)\s*[)\]]|\b(?:qty|quantity|menge|anzahl|cantidad)"
        rf"\s*[:=]\s*(?P<k>\d{{1,4}}))",
        re.I,
    ),
    "colon": re.compile(r"(?P<name>[^:=]*[^:=\s])\s?[:=]\s?(?P<n>\d{1,3})"),
    "bracket": re.compile(r"(?P<name>.+?)\s*\((?P<n>\d{1,3})\)"),
}
# Chosen by hand: of the entries, those with a count; of the others, those whose name comes without one, too.
_ALL, _MOST, _SOME, _SEEN = 0.95, 0.8, 0.02, 0.5
_LONGEST, _LONG = 6, 200  # parts of one name, and characters of an entry in which a count is looked for
_LIKELY = 50  # a count beside a colon or in a bracket is this at most
_IDS = ("sku", "product_id", "productid", "item_id", "itemid", "variant_id", "article_id", "id", "code", "ean", "asin")
_NAMES = ("name", "title", "product", "item", "product_name", "item_name", "description", "label", "artikel", "produkt")
_AMOUNTS = ("qty", "quantity", "count", "units", "pieces", "menge", "anzahl", "cantidad", "quantite", "aantal", "n")
_NESTED = ("items", "products", "line_items", "lines", "lineitems", "order_items", "cart")
_JSON = re.compile(r"\s*[\[{].*[\]}]\s*", re.S)


@dataclass(frozen=True)
class ListFormat:
    """How a column of lists is written.

    counts: where it says how many of a product there are (a key of COUNTS, or "json"), or "". name: the key of the
    product where entries are objects. whole: parts joined by the delimiter -> the name in the catalogue that has it
    inside. known: entries that are names themselves, though they look counted. example: an entry with a count."""

    delimiter: str = ","
    counts: str = ""
    name: str = ""
    whole: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    example: str = ""


def split_list(cells: pd.Series, delimiter: str) -> pd.Series:
    """(n,) lists of str, as in "1, 2,3", "[1, 2]", "['a, b', 'c']": spaces, and brackets around the whole, stripped;
    empty ones left out. A missing cell, or one without a product, is None.

    >>> split_list(pd.Series(["[a, b (L)]", 'a, Towel (L)', None]), ",").tolist()
    [['a', 'b (L)'], ['a', 'Towel (L)'], None]
    """
    return entries(cells, ListFormat(delimiter))[0]


def entries(cells: pd.Series, how: ListFormat) -> tuple[pd.Series, pd.Series]:
    """((n,) lists of str, (n,) lists of float): products and how many of each; None where there is no product.

    >>> names, counts = entries(pd.Series(["2x Mug, Tray"]), ListFormat(",", counts="before"))
    >>> names[0], counts[0]
    (['Mug', 'Tray'], [2.0, 1.0])
    """
    names: list[list[str] | None] = []
    counts: list[list[float] | None] = []
    for text in cells.astype(object):
        found = _cell(text, how) if isinstance(text, str) else []
        names.append([n for n, _ in found] or None)
        counts.append([c for _, c in found] or None)
    return pd.Series(names, cells.index, object), pd.Series(counts, cells.index, object)


def list_format(cells: pd.Series, delimiter: str, known: Collection[str] = ()) -> ListFormat:
    """How a column is written, by its first cells. known: ids and names of the catalogue.

    >>> list_format(pd.Series(["2x Mug, 1x Tray", "1x Mug"]), ",").counts
    'before'
    """
    some = cells.dropna().head(SAMPLE)
    have = {str(k) for k in known}
    whole = {_joined(k, delimiter): k for k in have if delimiter in k} if delimiter != " " else {}
    objects = [o for text in some if (o := _objects(text)) is not None]
    dicts = [e for found in objects for e in found if isinstance(e, dict)]
    if objects and len(objects) >= _MOST * len(some) and dicts:
        name = _key_of(dicts, have)
        counted = any(_key(e, _AMOUNTS) is not None for e in dicts)
        example = json.dumps(dicts[0], ensure_ascii=False)[:60]
        return ListFormat(delimiter, "json" if counted else "", name, whole, frozenset(), example)
    plain = ListFormat(delimiter, whole=whole)
    found = [name for text in some for name, _ in _cell(str(text), plain)]
    for style, pattern in COUNTS.items():
        hits = [(e, m) for e in found if e not in have and len(e) <= _LONG and (m := pattern.fullmatch(e)) is not None]
        if hits and _is_count(style, found, hits, have):
            names = frozenset(k for k in have if pattern.fullmatch(k[:_LONG]))
            return ListFormat(delimiter, style, "", whole, names, hits[0][0])
    return plain


def _is_count(style: str, found: list[str], hits: list[tuple[str, re.Match[str]]], known: set[str]) -> bool:
    share = len(hits) / len(found)
    bases = {m["name"].strip() for _, m in hits}
    others = set(found) - {e for e, _ in hits}
    several = len({e for e, _ in hits}) > len(bases)
    if known and sum(b in known for b in bases) > _SEEN * len(bases):
        return True
    if style in ("colon", "bracket"):
        return share >= _ALL and several and max(_number(m) for _, m in hits) <= _LIKELY
    seen = sum(b in others for b in bases) >= _SEEN * len(bases)
    return share >= _MOST or style == "words" or (share >= _SOME and seen)


def list_delimiter_of(cells: pd.Series) -> str | None:
    """The delimiter that most of the cells contain; a space only where all the parts are numbers."""
    some = cells.head(SAMPLE).str.strip().str.replace(r"\A[\[({]|[\])}]\Z", "", regex=True)
    if not len(some):
        return None
    shares = {d: float(some.str.contains(d, regex=False).mean()) for d in LIST_DELIMITERS[:-1]}
    best = max(shares, key=lambda d: shares[d])
    if shares[best] >= 0.1:
        return best
    spaced = some.str.fullmatch(r"\w*\d\w*(?:\s+\w*\d\w*)+")
    return " " if float(spaced.mean()) >= 0.3 else best if shares[best] > 0 else None


def _cell(text: str, how: ListFormat) -> list[tuple[str, float]]:
    """(product, how many) of one cell."""
    text = text.strip()
    objects = _objects(text)
    if objects is not None:
        return [one for e in objects if (one := _object(e, how)) is not None]
    parts = _whole(_split(_inner(text), how.delimiter), how)
    return [_counted(p, how) for p in parts]


def _counted(entry: str, how: ListFormat) -> tuple[str, float]:
    pattern = COUNTS.get(how.counts)
    m = pattern.fullmatch(entry) if pattern is not None and len(entry) <= _LONG and entry not in how.known else None
    return (m["name"].strip(), _number(m)) if m is not None else (entry, 1.0)


def _number(m: re.Match[str]) -> float:
    return float(next(v for k, v in m.groupdict().items() if k != "name" and v is not None))


def _objects(text: Any) -> list[Any] | None:
    """What a cell holds as JSON, or as Python prints it; None when it is neither."""
    if not isinstance(text, str) or not _JSON.fullmatch(text) or not re.search(r"[\"']", text):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    if isinstance(found, dict):
        inner = _key(found, _NESTED)
        if isinstance(inner, list):
            return inner
        if _key(found, (*_IDS, *_NAMES)) is None and all(isinstance(v, int | float) for v in found.values()):
            return [{"id": k, "qty": v} for k, v in found.items()]  # {"sku": how many}
        return [found]
    return list(found) if isinstance(found, list | tuple) else None


def _object(entry: Any, how: ListFormat) -> tuple[str, float] | None:
    if isinstance(entry, dict):
        name = entry.get(how.name) if how.name in entry else _key(entry, (*_IDS, *_NAMES))
        count = _key(entry, _AMOUNTS)
        try:
            many = float(count) if count is not None else 1.0
        except (TypeError, ValueError):
            many = np.nan
        return (str(name).strip(), many) if name not in (None, "") else None
    text = str(entry).strip() if entry is not None else ""
    return _counted(text, how) if text else None


def _key(entry: dict[Any, Any], keys: Collection[str]) -> Any:
    """The value of the first of some keys, however they are written."""
    plain = {re.sub(r"[\W]+", "_", str(k)).casefold(): v for k, v in entry.items()}
    return next((plain[k] for k in keys if plain.get(k) not in (None, "")), None)


def _key_of(dicts: list[dict[Any, Any]], known: set[str]) -> str:
    """The key of the product: the one whose values the catalogue knows best, else an id, else a name."""
    some = dicts[:SAMPLE]
    keys = dict.fromkeys(str(k) for e in some for k in e)
    shares = {k: sum(str(e.get(k)) in known for e in some) for k in keys} if known else {}
    best = max(shares, key=lambda k: shares[k], default="")
    if best and shares[best]:
        return best
    named = {re.sub(r"[\W]+", "_", k).casefold(): k for k in keys}
    return next((named[k] for k in (*_IDS, *_NAMES) if k in named), "")


def _inner(text: str) -> str:
    """The text without brackets around the whole of it."""
    while text and text[0] in _PAIRS and text[-1] == _PAIRS[text[0]]:
        depth = 0
        for at, c in enumerate(text):
            depth += (c == text[0]) - (c == _PAIRS[text[0]])
            if not depth and at < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


def _split(text: str, delimiter: str) -> list[str]:
    """The parts between delimiters outside quotes and brackets; where one of those has no end, between all."""
    if not _SPECIAL.search(text):
        parts = text.split() if delimiter == " " else text.split(delimiter)
        return [p for part in parts if (p := part.strip())]
    parts, start, closing, quote = [], 0, [], ""
    for at, c in enumerate(text):
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'" and not text[start:at].strip():
            quote = c
        elif c in _PAIRS:
            closing.append(_PAIRS[c])
        elif closing and c == closing[-1]:
            closing.pop()
        elif not closing and (c == delimiter or (delimiter == " " and c.isspace())):
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    if quote or closing:
        parts = text.split(delimiter)
    return [p for part in parts if (p := _unquoted(part.strip()))]


def _unquoted(text: str) -> str:
    return text[1:-1].strip() if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] else text


def _whole(parts: list[str], how: ListFormat) -> list[str]:
    """Parts that are one name of the catalogue together, joined again."""
    if not how.whole:
        return parts
    out, at = [], 0
    while at < len(parts):
        joined = ((e, how.delimiter.join(parts[at:e])) for e in range(min(len(parts), at + _LONGEST), at + 1, -1))
        end, name = next(((e, how.whole[j]) for e, j in joined if j in how.whole), (at + 1, parts[at]))
        out.append(name)
        at = end
    return out


def _joined(name: str, delimiter: str) -> str:
    return delimiter.join(p.strip() for p in name.split(delimiter))
