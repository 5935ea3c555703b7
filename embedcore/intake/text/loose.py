"""Rows whose quotes break the rules but that are whole: quotes inside a quoted cell that are not doubled, a cell that
begins with a word in quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST = 0.9  # share of the broken rows that must become whole (chosen by hand)
QUOTES, LONGEST = 24, 20_000  # quotes and bytes of a line up to which it is looked at (chosen by hand)


def mended(line: bytes, delimiter: bytes, width: int) -> bytes | None:
    """The line with its quotes as they should be, None when it cannot be cut into `width` cells in one way.

    >>> mended(b'A1,"Pipe 8" wide",5', b",", 3), mended(b'A1,"Best" mug,5', b",", 3)
    (b'A1,"Pipe 8"" wide",5', b'A1,\"""Best"" mug",5')
    >>> mended(b'A1,"Pipe 8", wide",5', b",", 3)
    b'A1,"Pipe 8"", wide",5'
    >>> mended(b'A1,"Pipe 8", wide,5', b",", 3) is None
    True
    """
    if line.count(b'"') > QUOTES or len(line) > LONGEST:
        return None
    found: list[list[bytes]] = []
    for cells in _cuts(line, delimiter, width):
        if cells not in found:
            found.append(cells)
        if len(found) > 1:
            return None
    return delimiter.join(_quoted(cell, delimiter) for cell in found[0]) if found else None


def _quoted(cell: bytes, delimiter: bytes) -> bytes:
    return b'"' + cell.replace(b'"', b'""') + b'"' if b'"' in cell or delimiter in cell else cell


def _cuts(line: bytes, delimiter: bytes, width: int) -> Iterator[list[bytes]]:
    """All ways to cut a line into so many cells: a quoted cell ends with a quote before a delimiter, any other at the
    next delimiter."""
    if width == 1:
        ends = [len(line)]
    else:
        ends = [n for n in range(len(line)) if line.startswith(delimiter, n)]
    for end in ends:
        cell, rest = line[:end], line[end + len(delimiter) :]
        bare = cell.strip(b" ")
        whole = len(bare) > 1 and bare[:1] == bare[-1:] == b'"'
        if not whole and (delimiter in cell or (bare[:1] == b'"' and bare.count(b'"') % 2)):
            continue
        value = bare[1:-1].replace(b'""', b'"') if whole else cell
        if width == 1:
            yield [value]
        elif rest.count(delimiter) >= width - 2:
            for others in _cuts(rest, delimiter, width - 1):
                yield [value, *others]


def mend(lines: Sequence[bytes], delimiter: str, width: int) -> dict[bytes, bytes]:
    """Broken line -> mended line, when most of them can be mended; else {}."""
    known = {line: text for line in lines if (text := mended(line, delimiter.encode(), width)) is not None}
    return known if width > 1 and sum(line in known for line in lines) >= MOST * len(lines) else {}
