"""One value in many spellings (Nike, NIKE, “nike ”): joined under the commonest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision

CHOICES = (("join", "count as one value"), ("keep", "keep each spelling"))
_APOSTROPHES = re.compile("[\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc\u02b9\uff07']")
_SPACES = re.compile(r"[\s\u00ad\u200b-\u200d\u2060\ufeff]+")
_JOINTS = re.compile("[\\s'\u2010-\u2015\u2212_-]+")
_MARKS = re.compile("[\u00ae\u2122\u00a9]")  # ® ™ ©
_AND = re.compile(r"\s*&\s*")
_LETTERS = re.compile(r"[^\W\d_]{3}")


def same(text: str, *, brand: bool = False) -> str:
    """What is equal for two spellings of one value: capitals, composition of accents, apostrophes, hyphens, kinds of
    spaces, ® and trailing dots do not count. In codes and sizes (a1 and A1, mg and Mg) capitals do.
    brand: accents do not count either, which people leave out of names; rosé and rose are two colours.

    >>> same("L’Oréal.") == same("l'oreal"), same("Coca-Cola") == same("COCA COLA"), same("a1") == same("A1")
    (False, True, False)
    """
    text = unicodedata.normalize("NFKC", _MARKS.sub("", text))
    text = _AND.sub("&", _SPACES.sub(" ", _APOSTROPHES.sub("'", text))).strip()
    if not _LETTERS.search(text) or any(c.isdigit() for c in text):
        return text
    bare = text.rstrip(".,;: ")
    bare = _JOINTS.sub(" ", bare.casefold()).strip() or text
    if brand and not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return bare


def spellings(counts: Mapping[str, int], *, brands: bool = False) -> dict[str, str]:
    """Each spelling that is not the commonest of its value -> the commonest. counts: cells of each, in their order.

    >>> spellings({"Nike": 2, "NIKE": 1, "Puma": 5})
    {'NIKE': 'Nike'}
    """
    groups: dict[str, list[str]] = {}
    for text in counts:
        groups.setdefault(same(text, brand=brands), []).append(text)
    best = {}
    for found in groups.values():
        if len(found) > 1:
            chosen = max(found, key=lambda t: (counts[t], t != t.upper() and t != t.lower(), t == t.lower()))
            plain = _SPACES.sub(" ", chosen)
            best.update({t: plain for t in found if t != plain})
    return best


def joined(s: pd.Series, best: Mapping[str, str]) -> pd.Series:
    """Cells under the commonest spelling of their value."""
    return s.where(~s.isin(list(best)), s.map(dict(best))) if best else s


def spelling_decision(column: str, counts: Mapping[str, int], best: Mapping[str, str], chosen: str) -> Decision:
    """What was joined, with an example."""
    groups: dict[str, list[str]] = {}
    for text, to in best.items():
        groups.setdefault(to, [to] if to in counts else []).append(text)
    first = max(groups, key=lambda to: sum(counts[t] for t in groups[to]))
    how = "were joined" if chosen == "join" else "are kept apart"
    if len(groups) == 1:
        sentence = f"“{column}”: {len(groups[first])} spellings of “{first}” {how} ({_shown(groups[first])})."
    else:
        all_ = sum(map(len, groups.values()))
        about = f"such as {_shown(groups[first])}"
        sentence = f"“{column}”: {all_:,} spellings of {plural(len(groups), 'value')} {how}, {about}."
    return Decision(f"spelling:{column}", sentence, chosen, CHOICES, sum(counts[t] for t in best))


def _shown(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - 4} more" if len(texts) > 4 else ""
    return ", ".join(texts[:4]) + more
