"""Words for people: capitals and abbreviations written out, and the words of titles in any script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from embedcore.data import UNSPACED, VOWEL_SIGN, words_in

WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """the and for with from our your this that all new per fluid ounce ounces pack packs count size
    set pcs piece pieces und der die das mit pour les des avec para con los las del""",
    )
)
# Abbreviations of supermarket hierarchies (Complete Journey), written out where a person reads them.
_ABBREVIATIONS = {
    "pckgd": "packaged",
    "sald": "salad",
    "drsng": "dressing",
    "sndwch": "sandwich",
    "sprd": "spread",
    "sply": "supply",
    "sherbts": "sherbets",
    "cleang": "cleaning",
    "gds": "goods",
    "seasnl": "seasonal",
    "frzn": "frozen",
    "frz": "frozen",
    "refrgratd": "chilled",
    "refrigerated": "chilled",
    "refrig": "chilled",
    "prdcts": "products",
    "prod": "products",
    "veg": "vegetables",
    "vegtbl": "vegetable",
    "choc": "chocolate",
    "bev": "beverages",
    "drnk": "drink",
    "dnnr": "dinner",
    "dnrs": "dinners",
    "sft": "soft",
    "crm": "cream",
    "ckn": "chicken",
    "chkn": "chicken",
    "chick": "chicken",
    "bkfst": "breakfast",
    "asst": "assorted",
}
_SMALL = frozenset({"and", "of", "for", "with", "in", "the", "to", "a", "an", "or", "on"})
_SHORTEST = 3  # letters of a word
_SHORT = 5  # letters of an abbreviation
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{2,}")  # a run of it is one word, mostly a loan
# Of scripts without spaces; chosen by hand.
_LEAST, _MOST = 2, 4  # characters of a word
_WHOLE = (
    0.9  # share of its titles in which a word is part of the same longer one, from which the longer one is the word
)
_TITLES = 20_000  # titles in which words are looked for


def readable(text: str) -> str:
    """Text as a person would write it in a heading: ALL CAPS and abbreviations are written out, mixed case stays.

    >>> readable("FRZN VEG"), readable("iPhone case")
    ('Frozen Vegetables', 'iPhone case')
    """
    text = " ".join(text.split())
    if text != text.upper() and text != text.lower():
        return text
    out, start = "", 0
    for m in re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", text):
        word = _ABBREVIATIONS.get(m[0].lower(), m[0].lower())
        if len(m[0]) in (2, 3) and m[0].isupper() and not set(word) & set("aeiouy"):
            word = m[0]  # an abbreviation: TV, DVD, BBQ
        elif out == "" or word not in _SMALL:
            word = word[0].upper() + word[1:]
        out, start = out + text[start : m.start()] + word, m.end()
    return out + text[start:]


def title_words(titles: np.ndarray, skip: set[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(texts of the words, row, word of the row) of titles. skip: words in lower case that are not wanted."""
    dense = _unspaced_words(titles)
    code: dict[str, int] = {}
    texts, rows, words = [], [], []
    for n, title in enumerate(map(str, titles)):
        for form in dict.fromkeys(_forms(title, dense)):
            word = form.lower()
            if word in _COMMON or word in skip:
                continue
            if word not in code:
                code[word] = len(code)
                short = len(form) <= _SHORT and form.isupper() and title != title.upper()  # an abbreviation: USB, HDTV
                texts.append(form if short else readable(word))
            rows.append(n)
            words.append(code[word])
    return texts, np.array(rows, np.int64), np.array(words, np.int64)


def _forms(title: str, dense: set[str]) -> list[str]:
    """The words of a title; of runs without spaces, those that are in `dense`."""
    if title.isascii():
        return WORD.findall(title)
    if VOWEL_SIGN.search(title) and not UNSPACED.search(title):
        return [w for w in words_in(title) if len(w) >= _SHORTEST and not any(c.isdigit() for c in w)]
    if not UNSPACED.search(title):
        return WORD.findall(title)
    return [*WORD.findall(UNSPACED.sub(" ", title)), *(g for g in _grams(title) if g in dense)]


def _grams(title: str) -> list[str]:
    out = []
    for run in UNSPACED.findall(title):
        out += _KATAKANA.findall(run)
        for part in _KATAKANA.split(run):
            out += [part[k : k + n] for n in range(_LEAST, _MOST + 1) for k in range(len(part) - n + 1)]
    return out


def _unspaced_words(titles: Sequence[str] | np.ndarray) -> set[str]:
    """The runs of characters that come back in several titles and are not only a part of a longer one that does."""
    some = [t for t in map(str, titles[:: max(1, len(titles) // _TITLES)]) if UNSPACED.search(t)]
    counts = Counter(g for t in some for g in set(_grams(t)))
    found = {g for g, n in counts.items() if n > 1}
    inside = set()
    for g in found:
        parts = {g[k : k + n] for n in range(_LEAST, len(g)) for k in range(len(g) - n + 1)}
        inside |= {p for p in parts if counts[p] and counts[g] >= _WHOLE * counts[p]}
    return found - inside
