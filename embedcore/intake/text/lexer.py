"""Where records begin and end in delimited text, and what their cells are: the rules of quotes, exactly.

A cell that begins with a quote (spaces before it allowed) runs to the next single quote and may hold delimiters and
line ends; two quotes stand for one. Any other cell runs to the delimiter, quotes in it are plain characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

NEVER_CLOSED = "a quote is opened in this line and never closed"
AFTER_QUOTE = "there is text after a closing quote"


@dataclass(frozen=True)
class TextRecord:
    """One record: its first line (0-based), how many lines it takes, and why it is unusable ("" when it is fine)."""

    line: int
    lines: int
    problem: str = ""


class Lexer:
    """The rules of quotes for one delimiter (a single ASCII character)."""

    def __init__(self, delimiter: str) -> None:
        d = re.escape(delimiter.encode())
        quoted = rb' *"(?:[^"]|"")*+" *'
        plain = rb'(?! *")[^' + d + rb"]*+"
        cell = rb"(?:" + quoted + rb"|" + plain + rb")"
        self.delimiter = delimiter.encode()
        self._cell = re.compile(rb"(" + quoted + rb"|" + plain + rb")(?:" + d + rb"|\Z)")
        self._whole = re.compile(cell + rb"(?:" + d + cell + rb")*+\Z")
        self._open = re.compile(rb"(?:" + cell + d + rb')*+ *"(?:[^"]|"")*+\Z')
        self._close = re.compile(rb'(?:[^"]|"")*+"')
        self._after = re.compile(rb" *(?:" + d + rb"(?s:.*))?\Z")

    def records(
        self,
        line: Callable[[int], bytes],
        start: int,
        end: int,
        quoted: Sequence[int] | None = None,
        doubt: Callable[[int, int], str] | None = None,
    ) -> Iterator[TextRecord]:
        """Records that begin in lines start..end-1 and hold a quote; all others are one plain line each.

        line(i): text of line i without its end. quoted: the lines that hold a quote, ascending (all when None).
        doubt(first line, lines): why a record of several lines is none, "" when it is one.
        """
        where = [i for i in range(start, end) if b'"' in line(i)] if quoted is None else quoted
        at, done = 0, start
        while at < len(where):
            i = where[at]
            if i < done:
                at += 1
                continue
            record, used = self._record(line, where, at)
            if record.lines > 1 and doubt is not None and (problem := doubt(record.line, record.lines)):
                record = TextRecord(record.line, 1, problem)
            yield record
            # An unusable record costs its first line only: what it would swallow is read again from the next line.
            done = i + (1 if record.problem else record.lines)
            at += 1 if record.problem else used

    def _record(self, line: Callable[[int], bytes], where: Sequence[int], at: int) -> tuple[TextRecord, int]:
        i = where[at]
        text = line(i)
        if self._whole.match(text):
            return TextRecord(i, 1), 1
        if not self._open.match(text):
            return TextRecord(i, 1, AFTER_QUOTE), 1
        for n in range(at + 1, len(where)):
            text = line(where[n])
            closing = self._close.match(text)
            if closing is None:
                continue
            rest = text[closing.end() :]
            if not self._after.match(rest):
                return TextRecord(i, 1, AFTER_QUOTE), 1
            rest = rest.lstrip(b" ")[1:]
            if not rest or self._whole.match(rest):
                return TextRecord(i, where[n] - i + 1), n - at + 1
            if not self._open.match(rest):
                return TextRecord(i, 1, AFTER_QUOTE), 1
        return TextRecord(i, 1, NEVER_CLOSED), 1

    def cells(self, record: bytes) -> list[str]:
        """The cells of one usable record, without their quotes."""
        out: list[str] = []
        position = 0
        while True:
            m = self._cell.match(record, position)
            if m is None:
                return [*out, record[position:].decode("utf-8", "replace")]
            raw = m.group(1)
            if raw.lstrip(b" ").startswith(b'"'):
                raw = raw.strip(b" ")[1:-1].replace(b'""', b'"')
            out.append(raw.decode("utf-8", "replace"))
            if m.end() == len(record) and m.end() == m.end(1):
                return out
            position = m.end()
