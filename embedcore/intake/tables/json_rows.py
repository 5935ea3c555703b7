"""JSON -> a table of text: a list of objects, such a list inside an object, lists with names on top, or one a line."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import MAX_COLUMNS, column_names, listed, plural
from embedcore.intake.decisions import Decision
from embedcore.intake.tables import spool
from embedcore.intake.text import header
from embedcore.intake.text.line_index import TEXT
from embedcore.progress import Progress, part, silent

LIMIT = 32 << 20  # bytes of JSON: all of it is held in memory, several times over (chosen by hand)
FLAT = 30  # parts of an object inside a row that become columns; more are keys of its own (chosen by hand)
_SPACE, _BLANK = re.compile(r"[\s,]*"), re.compile(r"\s*")
_KEPT = "Write one object with the same names for each product."


@dataclass(frozen=True, eq=False)
class ReadJson:
    """What was read: the rows, the rejected ones (line, reason, text) and notices. lines: (rows,) int64, where each row
    begins, or its number when that is not known."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    encoding: str
    notices: tuple[str, ...]
    lines: np.ndarray
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True)
class _Value:
    """One value, the 1-based line where it begins, and its place in the text; problem: why it is no row."""

    line: int
    value: Any
    problem: str = ""
    at: int = 0
    end: int = 0


def read_json(path: Path, filename: str, encoding: str | None = None, progress: Progress = silent) -> ReadJson:
    """Read JSON or JSON lines; InputError, with the place, when it is broken, and when there is no table in it."""
    if path.stat().st_size > LIMIT:
        raise InputError(
            f"“{filename}” is JSON of more than {LIMIT >> 20:,} MB, too much to read at once.",
            "Export it as CSV or Parquet and try again.",
        )
    with TemporaryDirectory(prefix="embedcore-") as near:
        text = spool.to_text(path, filename, Path(near) / "text", encoding, part(progress, 0, 40))
        content = text.path.read_text(encoding="utf-8")
    try:
        values, about = _values(content, filename)
        progress(60, 100, note="Finding the rows")
        frame, lines, rejected, notices = _table(values, content, filename)
    except RecursionError:
        raise InputError(f"“{filename}” is JSON that is nested too deeply to be a table.", _KEPT) from None
    progress(100, 100, note="Read")
    return ReadJson(frame, rejected, text.encoding, (*text.notices, *about, *notices), lines, text.decisions)


def _decoder() -> json.JSONDecoder:
    # Numbers stay as they are written: 9.90 is not 9.9.
    return json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str, strict=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name that occurs again gets a number, so that no value is lost."""
    out: dict[str, Any] = {}
    for name, value in pairs:
        unique, n = name, 2
        while unique in out:
            unique, n = f"{name} ({n})", n + 1
        out[sys.intern(unique)] = value
    return out


def _values(content: str, filename: str) -> tuple[list[_Value], list[str]]:
    """The rows-to-be of a text, and what to say about where they were."""
    start = len(content) - len(content.lstrip())
    try:
        if content[start] == "[":
            values, end = _elements(content, start)
            about: list[str] = []
        else:
            value, end = _decoder().raw_decode(content, start)
            found, about = _inside(value)
            values = [_Value(0, v) for v in found]
    except json.JSONDecodeError as e:
        lines = [line for line in content.split("\n") if line.strip()]
        if sum(map(_is_whole, lines[:3])) >= min(2, len(lines)):
            return list(_by_line(content)), []
        raise _broken(e, content, filename) from None
    rest = _SPACE.match(content, end)
    if rest is not None and rest.end() < len(content):
        lines_of_their_own = _is_whole(content.split("\n", 1)[0])
        return list(_by_line(content) if lines_of_their_own else _one_after_other(content)), []
    return values, about


def _is_whole(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _by_line(content: str) -> Iterator[_Value]:
    """JSON lines: one value a line; a broken one is no row."""
    decoder, at, number = _decoder(), 0, 0
    while at < len(content):
        end = content.find("\n", at)
        end, number = end if end >= 0 else len(content), number + 1
        line = content[at:end].strip()
        if line:
            try:
                yield _Value(number, decoder.decode(line.removesuffix(",")), "", at, end)
            except json.JSONDecodeError as e:
                yield _Value(number, None, f"this is no JSON from character {e.pos + 1:,} on", at, end)
        at = end + 1


def _one_after_other(content: str) -> Iterator[_Value]:
    """Values that follow each other, each over several lines; what cannot be read ends them."""
    decoder, at, line, seen = _decoder(), 0, 1, 0
    while (at := _after_space(content, at)) < len(content):
        line, seen = line + content.count("\n", seen, at), at
        try:
            value, end = decoder.raw_decode(content, at)
        except json.JSONDecodeError:
            yield _Value(line, None, "from here on this is no JSON", at, len(content))
            return
        yield _Value(line, value, "", at, end)
        at = end


def _elements(content: str, start: int) -> tuple[list[_Value], int]:
    """The elements of the list that begins at `start`, with the lines where they begin, and where the list ends."""
    out: list[_Value] = []
    decoder, at, line, seen = _decoder(), _after(content, start + 1), 1, 0
    if content[at : at + 1] == "]":
        return out, at + 1
    while True:
        value, end = decoder.raw_decode(content, at)
        line, seen = line + content.count("\n", seen, at), at
        out.append(_Value(line, value, "", at, end))
        at = _after(content, end)
        if content[at : at + 1] == "]":
            return out, at + 1
        if content[at : at + 1] != ",":
            raise json.JSONDecodeError("Expecting ',' delimiter", content, at)
        at = _after(content, at + 1)


def _after(content: str, at: int) -> int:
    """The next place that is no white space."""
    found = _BLANK.match(content, at)
    return found.end() if found else at


def _after_space(content: str, at: int) -> int:
    found = _SPACE.match(content, at)
    return found.end() if found else at


def _broken(e: json.JSONDecodeError, content: str, filename: str) -> InputError:
    end = len(content.rstrip())
    cut = e.pos >= end or "Unterminated" in e.msg
    e = json.JSONDecodeError(e.msg, content, min(e.pos, end))
    what = "ends too early" if cut else "is broken"
    return InputError(
        f"“{filename}” is JSON that {what}, in line {e.lineno:,} at character {e.colno:,}.", "Copy or export it again."
    )


def _inside(value: Any, path: str = "", depth: int = 0) -> tuple[list[Any], list[str]]:
    """The rows inside an object: its longest list of objects, a table by columns, an object for each key, or itself."""
    if not isinstance(value, dict):
        return [value], []
    cells = list(value.values())
    plain = value and all(isinstance(c, list) and not any(isinstance(v, dict | list) for v in c) for c in cells)
    if plain and len({len(c) for c in cells}) == 1:
        return [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)], []
    lists = {name: v for name, v in value.items() if isinstance(v, list) and any(isinstance(x, dict | list) for x in v)}
    if lists:
        name = max(lists, key=lambda n: len(lists[n]))
        rows, others = lists[name], [n for n in value if n != name]
        columns = value.get("columns")
        if isinstance(columns, list) and columns and all(isinstance(r, list) for r in rows):
            rows, others = [columns, *rows], [n for n in others if n not in ("columns", "index")]
        about = [f"The rows are the list “{path}{name}” of the file."]
        return rows, about + ([f"Left aside: {listed([path + o for o in others])}."] if others else [])
    if len(value) > 1 and all(isinstance(c, dict) for c in cells):
        keys = [list(c) for c in cells]
        if all(k == keys[0] for k in keys) and all(k.isdecimal() for k in keys[0]):
            return [{name: value[name][k] for name in value} for k in keys[0]], []  # as pandas writes it
        return [{"key": name, **c} if "key" not in c else c for name, c in value.items()], []
    inner = [name for name, c in value.items() if isinstance(c, dict)]
    if inner and depth < 3 and len(inner) == 1:
        found, about = _inside(value[inner[0]], f"{path}{inner[0]}.", depth + 1)
        if about:
            others = [path + n for n in value if n != inner[0]]
            return found, about + ([f"Left aside: {listed(others)}."] if others else [])
    return [value], []


def _table(
    values: list[_Value], content: str, filename: str
) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame, list[str]]:
    """(rows, their lines, rejected rows, notices)."""
    if not values:
        raise InputError(f"“{filename}” is JSON without a single row.", _KEPT)
    bad = [v for v in values if v.problem]
    good = [v for v in values if not v.problem]
    if good and all(isinstance(v.value, list) and v.value and isinstance(v.value[0], dict) for v in good):
        good = [replace(v, value=row, at=0, end=0) for v in good for row in v.value]  # lists put together
    if sum(isinstance(v.value, dict) for v in good) >= 0.5 * len(good):
        names, rows, odd = _of_objects(good := _flat(good))
    elif sum(isinstance(v.value, list) for v in good) >= 0.5 * len(good):
        names, rows, odd = _of_lists(good)
    else:
        names, odd = ["value"], [replace(v, problem="no plain value") for v in good if isinstance(v.value, dict | list)]
        rows = [[_cell(v.value)] for v in good if not isinstance(v.value, dict | list)]
    if not names:
        raise InputError(f"“{filename}” is JSON without a single value.", _KEPT)
    if len(names) > MAX_COLUMNS:
        raise InputError(f"“{filename}” has {len(names):,} different names in its objects, too many.", _KEPT)
    unique, notices = column_names([_whole(n) for n in names], max(len(names), 1))
    frame = pd.DataFrame({n: pd.Series([r[n] for r in rows], dtype="str") for n in range(len(unique))})
    frame.columns = pd.Index(unique)
    lost = sorted([*bad, *odd], key=lambda v: v.line)
    rejected = pd.DataFrame(
        {
            "line": pd.Series([max(v.line, 1) for v in lost], dtype="int64"),
            "reason": pd.Series([v.problem for v in lost], dtype="str"),
            "text": pd.Series(
                [(content[v.at : v.end] or _cell(v.value) or "null").strip()[:TEXT] for v in lost], dtype="str"
            ),
        }
    )
    left_out = {(v.line, v.at) for v in odd}
    kept = [v.line for v in good if not v.line or (v.line, v.at) not in left_out][-len(rows) :]  # names may be on top
    lines = np.array(kept if rows and all(kept) and len(kept) == len(rows) else range(1, len(rows) + 1), np.int64)
    return frame, lines, rejected, notices


def _flat(values: list[_Value]) -> list[_Value]:
    """The objects with the parts of an object inside them as columns of their own: price.amount, price.currency."""
    inside: dict[str, dict[str, None]] = {}
    plain: set[str] = set()
    for v in values:
        for name, cell in v.value.items() if isinstance(v.value, dict) else ():
            if isinstance(cell, dict):
                inside.setdefault(name, {}).update(dict.fromkeys(cell))
            elif cell is not None:
                plain.add(name)
    parts = {name: list(inner) for name, inner in inside.items() if name not in plain and len(inner) <= FLAT}
    if not any(parts.values()):
        return values

    def flat(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        out: dict[str, Any] = {}
        for name, cell in value.items():
            found = {name: cell} if name not in parts else {f"{name}.{p}": (cell or {}).get(p) for p in parts[name]}
            out.update({n: c for n, c in found.items() if n == name or n not in value})
        return out

    return [replace(v, value=flat(v.value)) for v in values]


def _of_objects(values: list[_Value]) -> tuple[list[str], list[list[str | None]], list[_Value]]:
    names: dict[str, None] = {}
    for v in values:
        if isinstance(v.value, dict):
            names.update(dict.fromkeys(v.value))
    rows = [[_cell(v.value.get(n)) for n in names] for v in values if isinstance(v.value, dict)]
    odd = [replace(v, problem="this is no object with names") for v in values if not isinstance(v.value, dict)]
    return list(names), rows, odd


def _of_lists(values: list[_Value]) -> tuple[list[str], list[list[str | None]], list[_Value]]:
    lists = [v for v in values if isinstance(v.value, list)]
    cells = [[_cell(c) for c in v.value] for v in lists]
    texts = [[c or "" for c in row] for row in cells]
    width = len(texts[0])
    named = header.is_label_row(texts[0], [row for row in texts[1:] if len(row) == width])
    names = texts[0] if named else [""] * width
    rows, odd = ([], [replace(v, problem="this is no list of cells") for v in values if not isinstance(v.value, list)])
    for v, row in list(zip(lists, cells, strict=True))[int(named) :]:
        if len(row) == width:
            rows.append(row)
        else:
            odd.append(replace(v, problem=f"{plural(len(row), 'cell')} instead of {width:,}"))
    return names, rows, odd


def _cell(value: Any) -> str | None:
    """A value as text: lists of plain values with commas, everything nested as JSON."""
    if value is None or isinstance(value, str):
        return _whole(value or "") or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(v, dict | list) for v in value):
        return ",".join(c for v in value if (c := _cell(v)) is not None) or None
    return _whole(json.dumps(value, ensure_ascii=False))


def _whole(text: str) -> str:
    """Text that can be written: NUL left out, and half of a letter beyond 16 bits, as a cut emoji, as U+FFFD."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
