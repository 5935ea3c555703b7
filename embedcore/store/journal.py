r"""The second record of verdicts, in the folder of their dataset: one line a change, only ever added to.

A line holds a checksum, the length of what follows, and that: a running number, two ids, the verdict (null: taken
back) and when. A turned byte costs its own line; a last line that was never finished costs nothing, since nobody was
told that it was kept.

>>> import tempfile
>>> path = Path(tempfile.mkdtemp()) / NAME
>>> at = datetime(2026, 1, 2)
>>> append(path, 0, [Entry(1, "cup", "mug", "same", at), Entry(2, "cup", "jug", "different", at)])
>>> _ = path.write_bytes(path.read_bytes().replace(b"mug", b"m\xffg"))
>>> found = read(path)
>>> [entry.id_b for entry in found.entries], found.damaged
(['jug'], 1)
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from embedcore.data import folders

NAME = "verdicts.log"
_HEAD = re.compile(rb"([0-9a-f]{8}) ([0-9]{1,9}) ")


@dataclass(frozen=True)
class Entry:
    """One change. given: UTC, as the database keeps it."""

    number: int
    id_a: str
    id_b: str
    verdict: str | None
    given: datetime


@dataclass(frozen=True)
class Journal:
    """What a record holds. texts: of its whole lines. ends: where each of them ends, in bytes. damaged: lines that
    could not be read. leading: those of them above the first whole line."""

    texts: tuple[bytes, ...] = ()
    ends: tuple[int, ...] = ()
    damaged: int = 0
    leading: int = 0

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The changes, oldest first."""
        return tuple(map(_parsed, self.texts))

    @property
    def last(self) -> int:
        """The number of the last line."""
        return _parsed(self.texts[-1]).number if self.texts else 0

    def missing(self, last: int) -> int:
        """How many changes after number `last` stood in lines that could not be read."""
        numbers = {entry.number for entry in self.entries}
        first = min(numbers, default=last + 1)
        between = [n for n in range(first, self.last) if n not in numbers]
        behind = self.damaged - self.leading - len(between)  # lines below the last whole one
        after = [n for n in between if n > last]
        before = min(self.leading, max(0, first - 1 - last))
        return before + len(after) + max(0, behind - max(0, last - self.last))


def read(path: Path) -> Journal:
    """Everything that can be read; nothing when there is no such file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Journal()
    texts, ends, damaged, leading, position = [], [], 0, 0, 0
    while position < len(data):
        text, end = _text(data, position)
        if text is not None:  # its length leads to the next line, whatever became of the line break
            texts.append(text)
            position = min(end + 1, len(data))
            ends.append(position)
            continue
        line_break = data.find(b"\n", position)
        if line_break < 0:  # never finished
            break
        damaged += 1
        leading += not texts
        position = line_break + 1
    return Journal(tuple(texts), tuple(ends), damaged, leading)


def append(path: Path, last: int, entries: Sequence[Entry]) -> None:
    """Add lines after line number `last` and sync them to the disk. What stands behind that line was never acknowledged
    and goes."""
    text = b"".join(map(_line, entries))
    is_new = not path.exists()
    with path.open("ab") as file:
        end = file.seek(0, os.SEEK_END)
        if end and not _ends_with(path, last):
            keep = _end_of(path, last)
            file.truncate(keep)
            if keep and not path.read_bytes().endswith(b"\n"):
                text = b"\n" + text
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        folders.sync(path.parent)


def take_back(path: Path, last: int) -> None:
    """Cut off what was added after line number `last`: the commit failed. What cannot be cut now is cut before the next
    line is added."""
    with suppress(OSError):
        os.truncate(path, _end_of(path, last))


def write(path: Path, last: int, live: Iterable[tuple[str, str, str, datetime]]) -> int:
    """Write it anew with nothing but the verdicts that stand, whole or not at all; the number of its last line, which
    is `last` or higher."""
    rows = list(live)
    last = max(last, len(rows))
    entries = [Entry(last - len(rows) + n, *row) for n, row in enumerate(rows, 1)]
    folders.write_file(path, b"".join(map(_line, entries)))
    return last


def keep(path: Path, target: Path) -> None:
    """A copy of a record that is about to be written anew; without one when the disk is full."""
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        folders.write_file(target, path.read_bytes())


def _end_of(path: Path, last: int) -> int:
    """Where line number `last` ends, in bytes."""
    found = read(path)
    return max((end for entry, end in zip(found.entries, found.ends, strict=True) if entry.number <= last), default=0)


def _ends_with(path: Path, last: int) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 65_536))
        tail = file.read()
    text, end = _text(tail, tail.rfind(b"\n", 0, len(tail) - 1) + 1)
    return text is not None and _parsed(text).number == last and tail[end:] == b"\n"


def _line(entry: Entry) -> bytes:
    plain = [entry.number, entry.id_a, entry.id_b, entry.verdict, entry.given.isoformat()]
    text = json.dumps(plain, allow_nan=False).encode()
    return b"%08x %d %s\n" % (zlib.crc32(text), len(text), text)


def _text(data: bytes, position: int) -> tuple[bytes | None, int]:
    """(what a line says, where it ends); None when its checksum is wrong."""
    head = _HEAD.match(data, position)
    if head is None:
        return None, position
    end = head.end() + int(head[2])
    text = data[head.end() : end]
    if len(text) != int(head[2]) or zlib.crc32(text) != int(head[1], 16):
        return None, position
    return text, end


def _parsed(text: bytes) -> Entry:
    number, id_a, id_b, verdict, given = json.loads(text)
    return Entry(number, id_a, id_b, verdict, datetime.fromisoformat(given))
