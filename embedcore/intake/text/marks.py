"""Letters in a text that nobody sees: byte order marks at the beginning of a line go, all others are told."""

from __future__ import annotations

import re

from embedcore.intake.columns.names import plural

MARK = "\ufeff"
# Zero-width space, word joiner, a mark inside a line, and the control characters that no text needs.
_UNSEEN = re.compile("[\u200b\u2060\ufeff\x02-\x08\x0b\x0c\x0e-\x1a\x1c\x1d\x7f]")
# What becomes of é and ” when UTF-8 is read as Windows-1252 and written once more.
_TWICE = re.compile("Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[™œ\u009d“”˜¦]")
_CONTROL = bytes(b for b in range(128) if _UNSEEN.match(chr(b)))
_SHOWN = 5
_CELL, _LONGEST = re.compile(r'[,;\t|"\n]'), 64  # what ends a cell, and letters that a code has at most


def _plain(text: str) -> bool:
    """A quick look for text without anything odd, which most is."""
    return text.isascii() and len(text.encode().translate(None, _CONTROL)) == len(text)


def _in_code(text: str, at: int) -> bool:
    """Whether the letter stands in a cell of one word, as an id is: in the midst of a sentence it does no harm."""
    before, after = text[max(at - _LONGEST, 0) : at], text[at + 1 : at + _LONGEST]
    word = _CELL.split(before)[-1] + _CELL.split(after)[0]
    return bool(word) and len(word) < _LONGEST and not any(c.isspace() for c in word)


class Marks:
    """Goes through a text part by part. old: the text is read as Windows-1252, where a mark looks like three letters.

    >>> marks = Marks()
    >>> marks.clean("\ufeffid\\n1\\n") + marks.clean("\ufeff2\\n3\u200b\\n")
    'id\\n1\\n2\\n3\u200b\\n'
    >>> marks.notices[0]
    'Removed: an invisible byte order mark at the beginning of line 3, as where files are put together.'
    """

    def __init__(self, *, old: bool = False) -> None:
        self._mark, self._old = ("ï»¿" if old else MARK), old
        self._lines, self._fresh = 0, True  # complete lines so far; whether the next letter begins a line
        self._marked: list[int] = []
        self._unseen, self._first, self._twice = 0, 0, 0

    def clean(self, text: str) -> str:
        """The next part, without marks at the beginning of lines."""
        if not text:
            return text
        if self._mark in text:
            text = self._without(text)
        if not self._old and not _plain(text):
            for found in _UNSEEN.finditer(text):
                if _in_code(text, found.start()):
                    self._first = self._first or self._lines + text.count("\n", 0, found.start()) + 1
                    self._unseen += 1
        if not self._twice and ("Ã" in text or "â€" in text) and (twice := _TWICE.search(text)):
            self._twice = self._lines + text.count("\n", 0, twice.start()) + 1
        self._lines += text.count("\n")
        self._fresh = text.endswith("\n") if text else self._fresh
        return text

    def _without(self, text: str) -> str:
        parts = text.split("\n")
        for n, line in enumerate(parts):
            if line.startswith(self._mark) and (n or self._fresh):
                if n or self._lines:
                    self._marked.append(self._lines + n + 1)
                parts[n] = re.sub(f"(?:{self._mark})+", "", line, count=1)
        return "\n".join(parts)

    @property
    def notices(self) -> list[str]:
        """What was removed and what was seen."""
        out = []
        if self._marked:
            some = ", ".join(f"{n:,}" for n in self._marked[:_SHOWN])
            more = len(self._marked) - _SHOWN
            where = f"line {some}" if len(self._marked) == 1 else f"lines {some}" + (f" and {more:,} more" * (more > 0))
            what = "an invisible byte order mark" if len(self._marked) == 1 else "invisible byte order marks"
            out.append(f"Removed: {what} at the beginning of {where}, as where files are put together.")
        if self._unseen:
            out.append(
                f"CAUTION: codes or single words hold {plural(self._unseen, 'letter')} that nobody can see, such as "
                f"zero-width spaces, the first in line {self._first:,}. An id with one is not the id without it."
            )
        if self._twice:
            out.append(
                f"Letters as in line {self._twice:,} (such as “Ã¼” for “ü”) were garbled before this file was written: "
                "export it again as UTF-8 if they matter."
            )
        return out
