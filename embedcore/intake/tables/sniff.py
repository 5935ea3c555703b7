"""Text that is something else than a delimited table, known by how it begins."""

from __future__ import annotations

import re

_START = re.compile(rb"[\xef\xbb\xbf\s]*")
_OBJECT = re.compile(rb'\{\s*(?:"|\}|\Z)')
_LIST = re.compile(rb'\[\s*(?:\{\s*(?:["}]|\Z)|["\]]|\[\s*(?:["\[\]\-\d]|true|false|null)|\Z)')
_COMMENTS = rb"(?>/\*.*?\*/;?\s*|--[^\n]*\n\s*)*+"
# What a first line says. Each is tried at the very beginning, without white space and a mark.
_OTHERS = (
    (rb"--\s+(?:mysql|mariadb|postgresql|phpmyadmin|dump|sqlite)", "a dump of a database (SQL)"),
    (_COMMENTS + rb"(?:create\s+(?:table|database)|insert\s+into|drop\s+table)\b", "a dump of a database (SQL)"),
    (rb"(?:pragma\s+\w+\s*=|begin\s+transaction;)", "a dump of a database (SQL)"),
    (rb"---\s*\n\s*(?:- |\w[\w ]*:(?:\s|\n))", "YAML"),
    (rb"- \w[\w ]*: [^\n]*\n +\w[\w ]*:", "YAML"),
    (rb"<[a-z_][\w:.-]*(?:\s[^<>]*)?/?>", "XML"),
    (rb"\[[\w .:-]+\]\s*\n\s*[\w.-]+\s*=", "a file of settings"),
    (rb"begin:v(?:card|calendar)", "a file of contacts or dates"),
    (rb"%!ps", "a PostScript document"),
    (rb"\\documentclass|\\begin\{", "a LaTeX document"),
    (rb"(?:from|return-path|received|mime-version): [^\n]*\n(?:[a-z-]+: |\s)", "an e-mail"),
    (rb"version https://git-lfs", "only a pointer to a file that lies elsewhere (Git LFS)"),
    (rb"[\[{]\s*[\[{]?\s*'", "the output of a program (Python), with single quotes"),
    (rb"(?:var|let|const|window\.\w+|[\w.]+)\s*(?:=|\()\s*[\[{]\s*[\"{\[]", "a program (JavaScript)"),
)  # fmt: skip
_TRIED = [(re.compile(pattern, re.DOTALL), what) for pattern, what in _OTHERS]


def is_json(head: bytes) -> bool:
    """Whether a text begins as JSON does, with any white space. A list of plain numbers may be a line of a table.

    >>> is_json(b'{ "products": ['), is_json(b'[ {"id" : 1'), is_json(b"[id],[title]"), is_json(b"{id};title")
    (True, True, False, False)
    """
    for name in ("utf-8", "utf-16", "utf-32"):
        if name != "utf-8" and head[:2] not in (b"\xff\xfe", b"\xfe\xff", b"\x00\x00"):
            continue
        start = head[: len(head) // 4 * 4].decode(name, "ignore").encode() if name != "utf-8" else head
        rest = start[_START.match(start).end() :]  # type: ignore[union-attr]
        if _OBJECT.match(rest) or _LIST.match(rest):
            return True
    return False


def other_text(head: bytes) -> str:
    """What a text is that is no table, in words; "" when it may be one.

    >>> other_text(b"-- MySQL dump 10.13\\n"), other_text(b"id,title\\n1,Mug\\n")
    ('a dump of a database (SQL)', '')
    """
    if head[257:262] == b"ustar":
        return "a tar archive"
    rest = head[_START.match(head).end() :].lower()  # type: ignore[union-attr]
    return next((what for pattern, what in _TRIED if pattern.match(rest)), "")
