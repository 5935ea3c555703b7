"""Damaged CSV files, thousands of them, against a count of their lines that knows nothing of the reader.

.venv/bin/python -m tests.soak.fuzz --count 100000 --seed 1
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from embedcore.errors import EmbedError
from embedcore.intake.tables.read import Table, read_table
from embedcore.intake.text import delimited

Dice = random.Random
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-8", "cp1252", "cp1252", "utf-16", "utf-16-le", "utf-32")


def _tools(dice: Dice, sep: str, *, names: bool = True, quoted: bool = False, long: bool = False) -> str:
    """A small list of tools; quoted: every cell; long: some cells have line ends."""
    rows = [["id", "name", "group", "price"]] if names else []
    for n in range(dice.randint(3, 25)):
        name = f"Tool{sep} size {n}" if n % 5 == 0 else f"Café {n}" if n % 7 == 0 else f"Tool {n}"
        name = f"{name}\nwith a handle" if long and n % 3 == 0 else name
        price = f"{n},50" if sep == ";" else f"{n}.50"
        rows.append([f"{n}" if n % 2 else f"0{n}", name, dice.choice(["drill", "saw", ""]), price])
    return "".join(sep.join(_cell(c, sep, quoted=quoted) for c in row) + "\n" for row in rows)


def _cell(text: str, sep: str, *, quoted: bool) -> str:
    return '"' + text.replace('"', '""') + '"' if quoted or sep in text or "\n" in text else text


BASES: tuple[Callable[[Dice], str], ...] = (
    lambda d: _tools(d, ","),
    lambda d: _tools(d, ";", quoted=True),
    lambda d: _tools(d, "\t"),
    lambda d: _tools(d, "|", quoted=True),
    lambda d: _tools(d, ";", names=False, quoted=True),
    lambda d: _tools(d, ",", names=False),
    lambda d: _tools(d, ",", long=True),
    lambda d: "Price list\nof today\n\n" + _tools(d, ","),
    lambda d: "sep=;\n" + _tools(d, ";"),
    lambda d: "title\n" + "".join(f"Tool {n}\n" for n in range(d.randint(2, 15))),
    lambda d: "".join(",".join(d.sample(["milk", "tea", "egg", "jam"], d.randint(1, 4))) + "\n" for _ in range(12)),
)


def _flip(d: Dice, b: bytearray) -> None:
    b[d.randrange(len(b))] ^= 1 << d.randrange(8)


def _cut(d: Dice, b: bytearray) -> None:
    del b[max(d.randrange(len(b)), 1) :]


def _insert(d: Dice, b: bytearray) -> None:
    pieces = (
        b'"',
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"|",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\xef\xbb\xbf",
        b"\\",
        b" ",
        b"'",
    )
    at = d.randrange(len(b) + 1)
    b[at:at] = d.choice(pieces)


def _remove(d: Dice, b: bytearray) -> None:
    at = d.randrange(len(b))
    del b[at : at + d.choice((1, 1, 2, 9))]


def _lines(d: Dice, b: bytearray) -> None:
    """Swap two lines, repeat a block, drop a line, or put a blank or a foreign one in."""
    lines = bytes(b).split(b"\n")
    one, two = d.randrange(len(lines)), d.randrange(len(lines))
    match d.randrange(5):
        case 0:
            lines[one], lines[two] = lines[two], lines[one]
        case 1:
            lines[one:one] = lines[min(one, two) : max(one, two)]
        case 2:
            del lines[one]
        case 3:
            lines.insert(one, d.choice((b"", b"  ", b"Total", b"# a remark", b'"', b'""', b"id,name,group,price")))
        case _:
            lines[one] = lines[one].replace(b",", b";").replace(b"|", b",")
    b[:] = b"\n".join(lines)


def _ends(d: Dice, b: bytearray) -> None:
    b[:] = re.sub(rb"\n", lambda m: d.choice((b"\r\n", b"\r", b"\n")), bytes(b))


MUTATIONS = (_flip, _flip, _cut, _insert, _insert, _insert, _remove, _lines, _lines, _ends)


def file(seed: int, n: int) -> bytes:
    """The nth damaged file of a seed."""
    d = random.Random(f"{seed}/{n}")
    text, encoding = d.choice(BASES)(d), d.choice(ENCODINGS)
    content = bytearray(text.encode(encoding, "replace"))
    for _ in range(d.randint(1, 4)):
        if content:
            d.choice(MUTATIONS)(d, content)
    return bytes(content) or b"\n"


def _text(content: bytes, encoding: str) -> str:
    """The text by the plainest means; letters beyond ASCII may differ from what the reader makes of them."""
    if "16" in encoding or "32" in encoding:
        text = content.decode(encoding, "replace")
    else:
        text = content.decode("latin-1").replace("\0", "").replace("ï»¿", "\ufeff")
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("^\ufeff+", "", text, flags=re.MULTILINE)


def _filled(lines: list[str]) -> int:
    return sum(bool(line.strip(" ")) for line in lines)


def faults(content: bytes, table: Table) -> Iterator[str]:
    """What is wrong with a table that was read, by an independent count of the lines of its file."""
    r = table.report
    if r.rows_in != r.kept + r.rejected or (r.kept, r.rejected) != (len(table.frame), len(table.rejected)):
        yield "rows in are not kept + rejected"
    if r.kind != "csv":
        return
    text = _text(content, r.encoding or "utf-8")
    cells = [["" if c != c or c is None else c for c in row] for row in table.frame.to_numpy(object).tolist()]
    ragged = "one basket" in " ".join(r.notices)
    yield from _line_faults(text.split("\n"), cells, table, ragged=ragged)
    for piece in (piece for row in cells for cell in row for piece in cell.split("\n")):
        if piece.isascii() and piece not in text and piece.replace('"', '""') not in text:
            yield f"a cell that is not in the file: {piece!r}"
    if '"' not in text and not ragged and r.delimiter and len(r.columns) > 1:
        yield from _cut_faults(text.split("\n"), cells, table)


def _line_faults(lines: list[str], cells: list[list[str]], table: Table, *, ragged: bool) -> Iterator[str]:
    """Filled lines are told, the column names, kept, or rejected."""
    r, told = table.report, " ".join(table.report.notices)
    if len(r.columns) == 1:  # where an empty cell and an empty line are the same
        lines = ["" if line.strip(" \t" if ragged else " ") in ("", '""') else line for line in lines]
    kept = [_filled("".join(f'"{c}"' for c in row).split("\n")) for row in cells]
    rejected = [_filled(t.split("\n")) for t in table.rejected["text"]]
    passed = sum(map(int, re.findall(r"Passed over above them: (\d+) line", told))) + ("names the separator" in told)
    header = _filled(lines) - passed - (len(cells) if ragged else sum(kept)) - sum(rejected)
    allowed = {0}
    if r.header_line:
        last = r.header_line
        while last < len(lines) and "\n".join(lines[r.header_line - 1 : last]).count('"') % 2:
            last += 1
        ends = [r.header_line, last]
        if '"' in lines[r.header_line - 1] and not lines[r.header_line - 1].lstrip().startswith('"'):
            ends.append(r.header_line + 1)  # a stray quote, with which the plain count of quotes is off by one
        allowed = {_filled(lines[r.header_line - 1 : end]) for end in ends}
    if header not in allowed:
        yield f"{_filled(lines)} filled lines, but {passed} told, {sum(kept)} kept, {sum(rejected)} rejected"


def _cut_faults(lines: list[str], cells: list[list[str]], table: Table) -> Iterator[str]:
    """Without a quote in the file, the rows are its lines, cut at the delimiters."""
    r, width = table.report, len(table.report.columns)
    below = [line for line in lines[r.header_line :] if line.strip(" ")][-r.rows_in or len(lines) :]
    want = [line.split(r.delimiter) for line in below]
    want = [w[:width] for w in want if len(w) >= width and not any(w[width:])]
    again = table.rejected["reason"].str.contains("once more").sum()
    plain = [row for row in cells if all(c.isascii() for c in row)]
    if len(want) - again != len(cells) or any(row not in want for row in plain):
        yield "the rows are not the lines cut at the delimiters"


def run(count: int, seed: int, folder: Path) -> tuple[list[str], dict[str, int]]:
    """(what went wrong, how many files were read, refused and had rejected rows) of `count` damaged files."""
    wrong: list[str] = []
    tally = {"read": 0, "refused": 0, "with rejected rows": 0}
    path, small = folder / "damaged.csv", delimited.SMALL
    for n in range(count):
        content = file(seed, n)
        delimited.SMALL = small if n % 5 else 0  # every fifth goes through the parser of large files
        path.write_bytes(content)
        try:
            table = read_table(path, "damaged.csv")
        except EmbedError as e:
            tally["refused"] += 1
            if not e.message or not e.hint or "\n" in e.message:
                wrong.append(f"file {n}: a poor sentence: {e}")
            continue
        except Exception:  # noqa: BLE001  whatever else the reader raises is what is looked for
            wrong.append(f"file {n}: {traceback.format_exc(limit=-3)}")
            continue
        tally["read"] += 1
        tally["with rejected rows"] += table.report.rejected > 0
        wrong += [f"file {n}: {fault}" for fault in faults(content, table)]
    delimited.SMALL = small
    return wrong, tally


def main() -> int:
    """Run from the command line."""
    options = argparse.ArgumentParser(description="Damaged CSV files: only our errors, no lost row.")
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="embedcore-fuzz-") as folder:
        wrong, tally = run(asked.count, asked.seed, Path(folder))
    for line in wrong[:50]:
        print(line)
    facts = ", ".join(f"{n:,} {what}" for what, n in tally.items())
    print(f"{asked.count:,} files in {time.perf_counter() - start:.0f} s: {facts}; {len(wrong):,} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
