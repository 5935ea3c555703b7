"""HTML, entities, BBCode and links in cells: read as the text that a person would see."""

from __future__ import annotations

import html
import re
from typing import Any

import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision

CHOICES = (("remove", "read as text"), ("keep", "leave as it is"))
# What may be markup: looked for in whole columns at once, then in the cells that have such a sign.
_SIGNS = r"[<&\\\[]|\*\*"
_BYTES = (b"<", b"&", b"\\", b"[", b"**")
_MAYBE = re.compile(r"<[a-zA-Z/!]|&#?\w+;|\\[nr]|\[/?[a-zA-Z*]|\]\(|\*\*")
_BLOCKS = (
    "address article aside blockquote br center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "li main nav ol option p pre section select table tbody td tfoot th thead title tr ul body head html"
)
_INLINE = (
    "a abbr b bdi bdo big button caption cite code col colgroup del dfn em font i iframe img input ins kbd label link "
    "map mark meta object param q s samp small source span strike strong style sub sup svg path time tt u var video "
    "wbr picture script noscript embed audio area base"
)
_NAMES = "|".join(sorted((*_BLOCKS.split(), *_INLINE.split()), key=len, reverse=True))
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>{_NAMES}|[a-z]\w*:\w+)(?P<more>\s[^<>]*|/)?>", re.I)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>|<!DOCTYPE[^>]*>|<\?xml[^>]*>", re.I | re.S)
_HIDDEN_END = re.compile(r"-->|</(?:script|style)\b|<!DOCTYPE|<\?xml", re.I)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE = re.compile(r"\\r\\n|\\n|\\r")
_FOLDER = re.compile(r"\b[A-Za-z]:\\")
_BB = re.compile(r"\[/?([a-z]\w*)(?:[=\s][^\[\]\n]*)?\]", re.I)
_BB_PICTURE = re.compile(r"\[img(?:=[^\]]*)?\].*?\[/img\]", re.I | re.S)
_BB_END = re.compile(r"\[/([a-z]\w*)\]", re.I)
_PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\s]+(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((?:https?:|/|mailto:|#|www\.)[^()\s]*(?:\s+\"[^\"]*\")?\)")
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_BLANKS = re.compile(r"[^\S\n]+")
_BREAK = "\0"  # where a paragraph, a line or a point of a list ends
_ROUNDS = 3  # entities that were written as entities again, as some exports do twice


def plain_text(text: str, *, sentences: bool = False) -> str:
    """A cell without its markup; what only looks like markup stays. sentences: paragraphs and points of a list become
    sentences.

    >>> plain_text("<p>Steel &amp; oak</p><ul><li>Light</li></ul>"), plain_text("a < b, I <3 <brand>")
    ('Steel & oak Light', 'a < b, I <3 <brand>')
    >>> plain_text("<li>Steel</li><li>Light</li>", sentences=True), plain_text("[b]New[/b] [our shop](https://a.b/c)")
    ('Steel. Light', 'New our shop')
    """
    found = text
    for _ in range(_ROUNDS):
        bare = _without_tags(found, sentences=sentences)
        opened = _ENTITY.sub(lambda m: html.unescape(m[0]), bare)
        if opened == found:
            break
        found = opened
    found = found if _FOLDER.search(found) else _LINE.sub(" ", found)
    if closed := {m[1].lower() for m in _BB_END.finditer(found)}:  # [b]new[/b], and the blocks of page builders
        found = (_BB_PICTURE.sub(" ", found) if "img" in closed else found).replace("[*]", " ")
        found = _BB.sub(lambda m: " " if m[1].lower() in closed else m[0], found)
    found = _BOLD.sub(r"\1", _LINK.sub(r"\1", _PICTURE.sub(r"\1", found)))
    if found == text:
        return text
    return "\n".join(line for part in found.split("\n") if (line := _BLANKS.sub(" ", part).strip()))


def _without_tags(text: str, *, sentences: bool) -> str:
    if "<" not in text:
        return text
    # Both look for their end from each beginning: without one they take minutes on a long broken cell.
    text = _CDATA.sub(r"\1", text) if "]]>" in text else text
    text = _HIDDEN.sub(" ", text) if _HIDDEN_END.search(text) else text
    closed = {m["name"].lower() for m in _TAG.finditer(text) if m["end"]}

    def instead(m: re.Match[str]) -> str:
        name = m["name"].lower()
        if len(name) == 1 and name != "p" and not m["more"] and name not in closed:
            return m[0]  # “size <b>” is no bold text
        return _BREAK if name in _BLOCK_SET else ""

    found = _TAG.sub(instead, text)
    if found == text:
        return text
    # Between tags, a line break is a space.
    parts = [p for part in found.split(_BREAK) if (p := " ".join(part.replace("&nbsp;", " ").split()))]
    out = parts[0] if parts else ""
    for p in parts[1:]:
        stops = sentences and out[-1].isalnum() and not p[0].islower()
        out += f". {p}" if stops else f" {p}"
    return out


_BLOCK_SET = frozenset(_BLOCKS.split())


def without_markup(s: pd.Series, *, sentences: bool = False) -> tuple[pd.Series, int]:
    """(cells as plain text, how many held markup)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pa.array(s, pa.large_string(), from_pandas=True)
    if not any(_has_sign(c) for c in (cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells])):
        return s, 0
    maybe = pc.match_substring_regex(cells, _SIGNS).fill_null(False).to_numpy(zero_copy_only=False)
    old = s[maybe]
    codes, texts = pd.factorize(old)
    plain = [plain_text(t, sentences=sentences) if _MAYBE.search(t) else t for t in map(str, texts)]
    new = pd.Series(pd.array(plain, dtype="str")[codes], old.index)
    changed = new != old
    if not changed.any():
        return s, 0
    out = s.copy()
    out[maybe] = new
    return out, int(changed.sum())


def _has_sign(chunk: Any) -> bool:
    """Whether the letters of all cells together hold a sign: a tenth of the time of looking at each cell."""
    letters = chunk.buffers()[2]
    data = letters.to_pybytes() if letters is not None else b""
    return any(sign in data for sign in _BYTES)


def markup_decision(column: str, cells: int, chosen: str) -> Decision:
    """How many cells held markup."""
    done = "was removed from" if chosen == "remove" else "is left in"
    sentence = f"“{column}”: markup {done} {plural(cells, 'cell')}."
    return Decision(f"markup:{column}", sentence, chosen, CHOICES, cells)
