"""Tables whose columns are set apart by spaces: by a line of dashes, by edges that all lines share, or by gaps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

# Chosen by hand: share of lines that must fit, lines that must share an edge of one space and of several, and the share
# of lines that must be padded, without which a shared space is one between words.
STEADY, NARROW, WIDE, PADDED = 0.9, 10, 3, 0.5
LEAST = 3  # lines
RULES = 5  # lines at the top among which a line of dashes may stand
_DASHES = re.compile(rb"\s*(?:[-=_]{2,}|[-=]+(?= ))(?:\s+[-=_]+)+\s*\Z")
_SPACES = re.compile(rb" {2,}|\t")
Change = Callable[[bytes], bytes]


def find(lines: Sequence[bytes]) -> Change | None:
    """What turns a line into cells separated by tabs, or None.

    >>> change = find([b"sku  name     price", b"---- -------- -----", b"A1   Red cup   9.99"])
    >>> change(b"A1   Red cup   9.99"), change(b"---- -------- -----")
    (b'A1\\tRed cup\\t9.99', b'')
    """
    filled = [line for line in lines if line.strip()]
    if len(filled) < LEAST:
        return None
    if any(b"\t" in line for line in filled):
        return _gaps(filled)
    rule = next((line for line in filled[:RULES] if _DASHES.match(line)), None)
    texts = [line.decode("utf-8", "replace") for line in filled if not _DASHES.match(line)]
    if rule is not None and (starts := _under_dashes(rule, texts)):
        return _cut([(at, at) for at in starts[1:]])
    # A title above the table has no gaps.
    texts = texts[next((n for n, text in enumerate(texts[:RULES]) if "  " in text.strip()), 0) :]
    if sum("  " in text.strip() for text in texts) >= PADDED * len(texts) and (gaps := _shared(texts)):
        return _cut(gaps)
    return _gaps(filled)


def _under_dashes(rule: bytes, texts: Sequence[str]) -> list[int]:
    """Where columns begin below a line of dashes; [] when the other lines do not keep to it."""
    starts = [m.start() for m in re.finditer(r"\S+", rule.decode("ascii", "replace"))]
    right = sum(all(text[at - 1 : at] in ("", " ") for at in starts[1:]) for text in texts)
    return starts if len(starts) > 1 and right >= STEADY * len(texts) else []


def _shared(texts: Sequence[str]) -> list[tuple[int, int]]:
    """The gaps (begin, end) that all lines share, without those between the words of one column."""
    width = max(map(len, texts))
    used = [False] * width
    for text in texts:
        for m in re.finditer(r"\S+", text):
            used[m.start() : m.end()] = [True] * (m.end() - m.start())
    edges = [at for at in range(1, width) if used[at] != used[at - 1]]
    if used[0]:
        edges.insert(0, 0)
    columns = list(zip(edges[::2], [*edges[1::2], width], strict=False))
    gaps = [(a[1], b[0]) for a, b in pairwise(columns)]
    names, kept = texts[0], []
    for n, (begin, end) in enumerate(gaps):
        if len(texts) < (NARROW if end - begin == 1 else WIDE):
            continue
        # Where nothing stands in the first line, the space is one between words, as in “Tool 001”.
        if end - begin > 1 or names[end : columns[n + 1][1]].strip():
            kept.append((begin, end))
    return kept


def _cut(gaps: Sequence[tuple[int, int]]) -> Change:
    """Cells are cut in the gaps; where a longer cell reaches into one, at its end."""

    def change(line: bytes) -> bytes:
        if _DASHES.match(line):
            return b""
        text = line.decode("utf-8", "replace")
        if not text.strip():
            return b""
        crossed = any(text[begin - 1 : end].strip() if begin == end else text[begin:end].strip() for begin, end in gaps)
        if crossed and "  " not in text.strip():
            return text.strip().encode()  # a title, or a remark, which keeps to no column
        cells, at = [], 0
        for begin, end in gaps:
            gap = text[begin:end]
            if not gap.strip() or begin == end:
                cut = end
            elif gap[0] == " ":
                cut = begin + len(gap) - len(gap.lstrip())
            else:
                cut = begin + (gap.find(" ") if " " in gap else len(gap))
            cells.append(text[at:cut].strip())
            at = cut
        return "\t".join([*cells, text[at:].strip()]).encode()

    return change


def _gaps(filled: Sequence[bytes]) -> Change | None:
    """Two or more spaces between the cells, equally many cells in each line."""
    if sum(b"  " in line.strip() for line in filled) < PADDED * len(filled):
        return None
    width, times = Counter(len(_SPACES.split(line.strip())) for line in filled).most_common(1)[0]
    if width < 2 or times < STEADY * len(filled):
        return None
    return lambda line: b"" if _DASHES.match(line) else _SPACES.sub(b"\t", line.strip())


def words(line: bytes) -> bytes:
    """The words of a line separated by tabs."""
    return b"\t".join(line.split())
