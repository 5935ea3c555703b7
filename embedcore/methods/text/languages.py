"""Whether a language model knows the script of the texts it is given."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

# Chosen by hand.
TEXTS = 2_000  # texts that are looked at
_MOST = 0.5  # share of the letters in other scripts from which a person is told
_KANA = 0.1  # share of kana among the letters from which Chinese characters are Japanese
_NAMES = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CYRILLIC": "in Cyrillic letters",
    "DEVANAGARI": "in Devanagari letters",
}


def other_script(texts: Iterable[str]) -> str | None:
    """The script or language of most letters, in words, when it is not written in Latin letters.

    >>> other_script(["蓝色茶杯"]), other_script(["синяя чашка"]), other_script(["Blaue Tasse"])
    ('Chinese', 'in Cyrillic letters', None)
    """
    found = Counter(_script(c) for text in texts for c in text if c.isalpha())
    total = sum(found.values())
    if not total or found["LATIN"] >= (1 - _MOST) * total:
        return None
    if found["HIRAGANA"] + found["KATAKANA"] >= _KANA * total:
        return "Japanese"
    script = max((s for s in found if s != "LATIN"), key=lambda s: found[s])
    return _NAMES.get(script, f"in {script.title()} letters")


@lru_cache(maxsize=10_000)
def _script(letter: str) -> str:
    return unicodedata.name(unicodedata.normalize("NFKC", letter)[:1], "OTHER").split()[0].split("-")[0]
