"""The encoding of a text that is not UTF-8: the one in which all its letters make most sense.

Every place of the file that is not ASCII is looked at. General detectors were measured first: charset-normalizer names
the right one for 57 of 80 shop files in 18 languages (20 and 1,000 rows; tests/unit/intake/languages.py), since few
bytes of a price list are letters with accents; this one for all of them.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from embedcore.intake.text import letters

# encoding -> (words, how rare it is among files of today as a logarithm chosen by hand, letters of its languages)
_ALPHABETS: dict[str, tuple[str, float, Mapping[str, str]]] = {
    "cp1252": ("Windows-1252 (Western European)", 0.0, letters.WESTERN),
    "iso8859-15": ("ISO 8859-15 (Western European)", -3.0, letters.WESTERN),
    "mac_roman": ("Mac Roman (Western European)", -3.0, letters.WESTERN),
    "cp850": ("DOS 850 (Western European)", -3.0, letters.WESTERN),
    "cp437": ("DOS 437 (Western European)", -3.5, letters.WESTERN),
    "cp1250": ("Windows-1250 (Central European)", -2.0, letters.CENTRAL),
    "iso8859-2": ("ISO 8859-2 (Central European)", -3.0, letters.CENTRAL),
    "cp852": ("DOS 852 (Central European)", -3.5, letters.CENTRAL),
    "mac_latin2": ("Mac Central European", -6.0, letters.CENTRAL),
    "cp1251": ("Windows-1251 (Cyrillic)", -1.0, letters.CYRILLIC),
    "koi8-r": ("KOI8-R (Cyrillic)", -2.0, letters.CYRILLIC),
    "koi8-u": ("KOI8-U (Cyrillic)", -3.0, letters.CYRILLIC),
    "cp866": ("DOS 866 (Cyrillic)", -2.0, letters.CYRILLIC),
    "iso8859-5": ("ISO 8859-5 (Cyrillic)", -3.0, letters.CYRILLIC),
    "mac_cyrillic": ("Mac Cyrillic", -6.0, letters.CYRILLIC),
    "cp1253": ("Windows-1253 (Greek)", -1.0, letters.GREEK),
    "iso8859-7": ("ISO 8859-7 (Greek)", -2.0, letters.GREEK),
    "cp1254": ("Windows-1254 (Turkish)", -1.0, letters.TURKISH),
    "iso8859-9": ("ISO 8859-9 (Turkish)", -2.0, letters.TURKISH),
    "cp1257": ("Windows-1257 (Baltic)", -2.0, letters.BALTIC),
    "cp1255": ("Windows-1255 (Hebrew)", -2.0, letters.HEBREW),
    "cp1256": ("Windows-1256 (Arabic)", -2.0, letters.ARABIC),
    "cp874": ("Windows-874 (Thai)", -2.0, letters.THAI),
}
_CHARACTERS: dict[str, tuple[str, float, str]] = {
    "cp932": ("Shift-JIS (Japanese)", -1.0, "Japanese"),
    "euc_jp": ("EUC-JP (Japanese)", -2.0, "Japanese"),
    "gb18030": ("GB18030 (Simplified Chinese)", -1.0, "Simplified"),
    "big5": ("Big5 (Traditional Chinese)", -1.0, "Traditional"),
    "cp949": ("EUC-KR (Korean)", -1.0, "Korean"),
}
_UNICODE = {"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE"}
ENCODINGS: tuple[tuple[str, str], ...] = (
    *list(_UNICODE.items())[:2],
    *((name, words) for name, (words, *_) in _ALPHABETS.items()),
    *((name, words) for name, (words, *_) in _CHARACTERS.items()),
)
SAME = 1.5  # two encodings whose likelihoods are no further apart are equally likely (chosen by hand)
SOME, MANY, LONGEST = 200, 1500, 120  # words of a part, and of a file, that are looked at; bytes of a word
# No second byte of a character is one of these, so that words may be cut here in every encoding.
_CUT = bytes(32 if b < 0x30 or 0x3A <= b < 0x40 else b for b in range(256))
SHOWN, CUT = 5, 40  # cells of which an example is chosen, and letters of it (chosen by hand)
_CELLS = re.compile(r'[,;\t|^~"\n\x01\x1f]|::')


@dataclass(frozen=True)
class Found:
    """name: of the encoding. other: one that is as likely and gives other letters, "" when there is none. mended: the
    text makes at least as much sense as UTF-8 with some bytes of another encoding."""

    name: str
    other: str = ""
    mended: bool = False


def detect(parts: Iterable[bytes], mend: str = "") -> Found:
    """The encoding of a text that is not UTF-8, given part by part. mend: how the errors of UTF-8 are taken, when the
    text may be UTF-8 for the most part.

    >>> detect(["id,name\\n1,Чашка\\n2,Тарелка\\n".encode("cp1251")]).name
    'cp1251'
    """
    text = b" ".join(_words(parts))
    likely = {name: value for name in (*_ALPHABETS, *_CHARACTERS) if (value := _likelihood(text, name)) is not None}
    best = max(likely, key=likely.__getitem__)
    read = text.decode(best, "replace")
    close = (n for n in sorted(likely, key=lambda n: -likely[n]) if n != best and likely[best] - likely[n] < SAME)
    other = next((n for n in close if text.decode(n, "replace") != read), "")
    return Found(best, other, bool(mend) and _of_any_language(text.decode("utf-8", mend)) >= likely[best])


def _words(parts: Iterable[bytes]) -> list[bytes]:
    """Different words that are not ASCII, from all places of the text alike."""
    found: dict[bytes, None] = {}
    for part in parts:
        new = dict.fromkeys(w[:LONGEST] for w in part.translate(_CUT).split() if not w.isascii())
        if len(new) > SOME:
            # A whole small file fits; of a large one each part gives its share.
            new = dict.fromkeys(_spread(list(new), SOME if found else MANY))
        found |= new
    return _spread(list(found), MANY)


def _spread(words: list[bytes], most: int) -> list[bytes]:
    return [words[n * len(words) // most] for n in range(most)] if len(words) > most else words


def _likelihood(text: bytes, name: str) -> float | None:
    """How plausible the text is in this encoding; None when its bytes are not valid there."""
    read = text.decode(name, "replace")
    counts = Counter(c for c in read if not c.isascii())
    if name in _CHARACTERS:
        _, rare, language = _CHARACTERS[name]
        return rare + letters.of_characters(read, counts, language)
    _, rare, languages = _ALPHABETS[name]
    best = max(letters.of_alphabet(counts, alphabet) for alphabet in languages.values())
    return rare + best + letters.oddities(read) + letters.fitting(read)


def _of_any_language(read: str) -> float:
    counts = Counter(c for c in read if not c.isascii())
    alphabets = {alphabet for _, _, languages in _ALPHABETS.values() for alphabet in languages.values()}
    characters = max(letters.of_characters(read, counts, language) for _, _, language in _CHARACTERS.values())
    return max(
        characters,
        letters.oddities(read) + letters.fitting(read) + max(letters.of_alphabet(counts, a) for a in alphabets),
    )


def spoken(name: str) -> str:
    """An encoding in words that people use.

    >>> spoken("cp932"), spoken("utf-8")
    ('Shift-JIS (Japanese)', 'UTF-8')
    """
    known = dict(ENCODINGS) | _UNICODE
    try:
        same = (n for n in known if codecs.lookup(n) == codecs.lookup(name) or n == name)
        return known[next(same)]
    except (LookupError, StopIteration):
        return name.upper()


def example(path: Path) -> str:
    """A cell of a UTF-8 text that is not ASCII, below the first line if there is one; "" when all is ASCII."""
    names: list[str] = []
    found: list[str] = []
    with path.open("rb") as f:
        for n, line in enumerate(f):
            if line.isascii():
                continue
            cells = _CELLS.split(line[:2000].decode("utf-8", "replace"))
            new = [" ".join(c.split())[:CUT] for c in cells if not c.isascii()]
            names, found = (names, [*found, *new]) if n else (new, found)
            if len(found) >= SHOWN:
                break
    return max(found or names, key=lambda c: sum(not x.isascii() and x.isalpha() for x in c), default="")
