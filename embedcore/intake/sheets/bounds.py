"""How large the sheets of binary spreadsheets (xls, xlsb) are, by their cells and not by what they declare."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from embedcore.intake.sheets.cells import Cells
from embedcore.intake.sheets.packed import Package

AREA = 4_000_000  # places of a sheet that may be empty (chosen by hand)
_END = 0xFFFFFFFA  # sector numbers from here on are marks
# Kinds of records with a cell (row, column first): numbers, texts, formulas, errors; without empty ones.
_XLS_CELLS = {0x0006, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}
_XLS_MANY = 0x00BD
_XLSB_CELLS = range(2, 12)
_XLSB_SHEET = b"\x81\x01"


def _check(filename: str, name: str, cells: Iterator[tuple[int, int]]) -> None:
    """InputError when the rectangle around the cells is much larger than what they fill."""
    rows, columns, n = [1 << 30, 0], [1 << 30, 0], 0
    for row, column in cells:
        n += 1
        rows = [min(rows[0], row), max(rows[1], row)]
        columns = [min(columns[0], column), max(columns[1], column)]
    # Lists of rows begin at the first cell of the sheet.
    if n and (rows[1] + 1) * (columns[1] + 1) > max(AREA, 4 * n):
        about = Cells(filename, name)
        about.count = n
        raise about.sparse(rows[1], columns[1])


def xlsb(package: Package, filename: str) -> None:
    """Check all sheets of a workbook, by its parts, whatever they are called."""
    for part in package.names():
        if part.endswith(".bin"):
            with package.open(part) as stream:
                content = stream.read()
            if content.startswith(_XLSB_SHEET):
                _check(filename, part.rpartition("/")[2].removesuffix(".bin"), _xlsb_cells(content))


def _xlsb_cells(content: bytes) -> Iterator[tuple[int, int]]:
    at, row = 0, 0
    while at < len(content):
        kind, at = _varint(content, at, 2)
        size, at = _varint(content, at, 4)
        if kind == 0 and at + 4 <= len(content):
            row = int.from_bytes(content[at : at + 4], "little")
        elif kind in _XLSB_CELLS and at + 4 <= len(content):
            yield row, int.from_bytes(content[at : at + 4], "little")
        at += size


def _varint(content: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for n in range(most):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * n)
        if byte < 0x80:
            break
    return value, at


def xls(path: Path, filename: str) -> None:
    """Check all sheets of a workbook, by its records: the library makes room for all of them when it opens it."""
    content = _workbook(path.read_bytes())
    names = _xls_names(content)
    for n, cells in enumerate(_xls_sheets(content)):
        _check(filename, names[n] if n < len(names) else f"{n + 1}", iter(cells))


def _xls_names(content: bytes) -> list[str]:
    names, at = [], 0
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, at)
        if kind == 0x0085 and size >= 8:
            wide, name = content[at + 11] & 1, content[at + 12 : at + 4 + size]
            names.append(name.decode("utf-16-le" if wide else "cp1252", "replace"))
        at += 4 + size
    return names


def _xls_sheets(content: bytes) -> list[list[tuple[int, int]]]:
    """The extreme cells of each sheet."""
    sheets: list[list[tuple[int, int]]] = []
    at, depth = 0, 0
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, at)
        at += 4
        if kind in (0x0809, 0x0409, 0x0209, 0x0009):
            depth += 1
            if depth == 1:
                sheets.append([])
        elif kind == 0x000A:
            depth = max(0, depth - 1)
        elif sheets and kind in _XLS_CELLS and size >= 4 and at + 4 <= len(content):
            sheets[-1].append(struct.unpack_from("<HH", content, at))
        elif sheets and kind == _XLS_MANY and size >= 6 and at + size <= len(content):
            row, first = struct.unpack_from("<HH", content, at)
            last = struct.unpack_from("<H", content, at + size - 2)[0]
            sheets[-1] += [(row, first), (row, last)]
        at += size
    return sheets[1:]  # the first is the workbook itself


def _workbook(content: bytes) -> bytes:
    """The stream of the workbook in a compound file; empty when there is none that can be found."""
    try:
        file = _Compound(content)
        return file.stream("workbook") or file.stream("book")
    except (struct.error, IndexError, ValueError):
        return b""


class _Compound:
    """The old container of Office: sectors in chains, and short streams in small sectors of their own."""

    def __init__(self, content: bytes) -> None:
        self._content, self._size = content, 1 << min(struct.unpack_from("<H", content, 30)[0], 12)
        _, first_dir, _, self._cutoff, first_small, _, more, _ = struct.unpack_from("<8I", content, 44)
        tables = [n for n in struct.unpack_from("<109I", content, 76) if n < _END]
        most = len(content) // self._size + 1
        while more < _END and len(tables) < most:
            *found, more = self._numbers(self._sector(more))
            tables += [n for n in found if n < _END]
        self._next = [n for t in tables[:most] for n in self._numbers(self._sector(t))]
        self._entries = self._chain(first_dir)
        self._small_next = self._numbers(self._chain(first_small))

    def _sector(self, n: int) -> bytes:
        return self._content[(n + 1) * self._size : (n + 2) * self._size]

    def _numbers(self, content: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))

    def _chain(self, n: int) -> bytes:
        return b"".join(self._sector(k) for k in _followed(n, self._next))

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; none when there is none of that name."""
        small = b""
        for at in range(0, len(self._entries) - 127, 128):
            entry = self._entries[at : at + 128]
            start, length = struct.unpack_from("<II", entry, 116)
            if entry[66] == 5:
                small = self._chain(start)
            letters = max(0, struct.unpack_from("<H", entry, 64)[0] - 2)
            if entry[:letters].decode("utf-16-le", "replace").lower() != name:
                continue
            if length >= self._cutoff:
                return self._chain(start)[:length]
            return b"".join(small[n * 64 : n * 64 + 64] for n in _followed(start, self._small_next))[:length]
        return b""


def _followed(n: int, following: list[int]) -> Iterator[int]:
    """The numbers of a chain, which may not go round in a circle."""
    for _ in following:
        if n >= len(following):
            return
        yield n
        n = following[n]
