"""The lines of a text by which it is decided how it is written."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

from embedcore.intake.tables import spool
from embedcore.intake.text import dialect

BYTES, LINES = 1 << 20, 1000
# A quoted cell that is open where the sample ends: so far its end is looked for, and some lines behind it are read.
FAR_BYTES, FAR, BEHIND = 32 << 20, 50_000, 100


def odd_quotes(path: Path, seen: Sequence[bytes]) -> list[bytes]:
    """Lines behind those seen that tell how a text writes quotes: those with a backslash before one."""
    found: list[bytes] = []
    with path.open("rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(b'\\"', sum(map(len, seen)) + len(seen))
        while at >= 0 and len(found) < LINES:
            begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
            found.append(data[begin:end])
            at = data.find(b'\\"', end)
    return found


def first_lines(path: Path) -> list[bytes]:
    """The first lines, or all of a small text; further ones where a quote is open."""
    lines = spool.first_bytes(path, BYTES).split(b"\n")
    lines = (lines[:-1] or lines)[:LINES]
    if not dialect.open_at_end(lines):
        return lines
    # A cell may be longer than the sample.
    more = spool.first_bytes(path, FAR_BYTES).split(b"\n")
    more = (more[:-1] or more)[:FAR]
    close = next((n for n in range(len(lines), len(more)) if b'"' in more[n]), 0)
    return more[: close + BEHIND] if close else lines
