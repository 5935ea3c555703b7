"""One id in several spellings: 1001 and 1001.0, 000042 and 42, spaces, case, guards, hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal, InvalidOperation

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e\+?\d{1,2}")
_FORMULA = re.compile(r"=\s*\"(.*)\"")
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*")


def stored(text: str) -> str:
    """What a spreadsheet or a table with gaps made of an id, undone: a guard in front, .0 behind, 1.001E3.

    >>> stored("'00123"), stored("1001.0"), stored("1.001E3"), stored('="0042"')
    ('00123', '1001', '1001', '0042')
    """
    text = unicodedata.normalize("NFKC", text).strip()
    formula = _FORMULA.fullmatch(text)
    text = (formula[1] if formula is not None else text).strip().removeprefix("'").strip()
    if re.fullmatch(r"\d+[.,]0+", text):
        return re.split(r"[.,]", text)[0]
    if _SCIENTIFIC.fullmatch(text.casefold()):
        try:
            number = Decimal(text.replace(",", "."))
        except InvalidOperation:
            return text
        return str(int(number)) if number == number.to_integral_value() else text
    return text


def plain(text: str) -> str:
    """An id without leading zeros, case and repeated spaces.

    >>> plain(" 000042"), plain("AB  12"), plain("1001.0")
    ('42', 'ab 12', '1001')
    """
    text = " ".join(stored(text).casefold().split())
    return (text.lstrip("0") or "0") if text.isdigit() else text


def loose(text: str) -> str:
    """An id without the signs between its parts as well.

    >>> loose("AB-12"), loose("#1 001"), loose("1,001")
    ('ab12', '1001', '1001')
    """
    text = plain(text)
    if _GROUPED.fullmatch(text):
        return re.sub(r"\D", "", text)
    text = re.sub(r"[\s_/#-]+", "", text)
    return (text.lstrip("0") or "0") if text.isdigit() else text


FORMS: tuple[Callable[[str], str], ...] = (stored, plain, loose)


def meet(known: Iterable[str], wanted: Collection[str], *, apart: bool = False) -> dict[str, str]:
    """Id of one file -> the id of the other file that it means, for those that are not known as they are.

    A form counts where one known id has it only. apart: ids of `wanted` that differ only in zeros, case or signs are
    different ones, where both occur.

    >>> meet(["1001", "AB-12", "7", "07"], ["1001.0", "ab12", "007", "1001"])
    {'1001.0': '1001', 'ab12': 'AB-12'}
    """
    ids = [*known]
    have = set(ids)
    left = [w for w in wanted if w not in have]
    found: dict[str, str] = {}
    for form in FORMS if left else ():
        keys: dict[str, str | None] = {}
        for one in ids:
            key = form(one)
            keys[key] = None if key in keys else one
        new = {w: target for w in left if (target := keys.get(form(w))) is not None}
        if form is stored:  # a number has lost its leading zeros, too
            several = Counter(plain(one) for one in ids) if any(_was_number(w) for w in new) else Counter()
            new = {w: target for w, target in new.items() if not _was_number(w) or several[plain(w)] == 1}
        elif apart:
            hits = Counter(new.values())
            taken = {*found.values(), *(w for w in wanted if w in have)}
            new = {w: target for w, target in new.items() if hits[target] == 1 and target not in taken}
        found.update(new)
        left = [w for w in left if w not in found]
        if not left:
            break
    return found


def _was_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d+[.,]\d.*|\d.*[eE].*", text.strip()))
