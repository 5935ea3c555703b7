"""Words of scripts without spaces between them (Chinese, Japanese, Thai), and of scripts with vowel signs (Hindi)."""

from __future__ import annotations

import re

# Kana, Chinese characters, Thai, Lao, Burmese, Khmer.
UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
_WORD = re.compile(r"[^\W_]+")
# Vowel signs and points belong to their word, though they are no letters.
_SIGNS = (
    "\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0971-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd"
    "\u102b-\u103e\u17b4-\u17d3"
)
VOWEL_SIGN = re.compile(f"[{_SIGNS}]")
_SIGNED_WORD = re.compile(rf"(?:[^\W_]|[{_SIGNS}])+")


def words_in(text: str) -> list[str]:
    """The words of a text in their order; a run of a script without spaces is cut into pairs of characters.

    >>> words_in("blue cup, 蓝色茶杯"), words_in("नीला कप")
    (['blue', 'cup', '蓝色', '色茶', '茶杯'], ['नीला', 'कप'])
    """
    if text.isascii():
        return _WORD.findall(text)
    found = (_SIGNED_WORD if VOWEL_SIGN.search(text) else _WORD).findall(text)
    return [piece for word in found for piece in pieces(word)]


def pieces(word: str, runs: re.Pattern[str] = UNSPACED) -> list[str]:
    """A word as pairs of characters where its script has no spaces, then its other parts. runs: of such characters.

    >>> pieces("茶杯"), pieces("LED落地灯"), pieces("lamp")
    (['茶杯'], ['落地', '地灯', 'LED'], ['lamp'])
    """
    if word.isascii() or not runs.search(word):
        return [word]
    out = [run[k : k + 2] for run in runs.findall(word) for k in range(max(1, len(run) - 1))]
    return out + [w for w in runs.split(word) if w]
