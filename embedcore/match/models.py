"""Model numbers: the words of letters and digits by which makers call a product."""

from __future__ import annotations

import re

from embedcore.match.words import MEASURE

_CHUNK = re.compile(r"[a-z0-9]+(?:[-/._#+][a-z0-9]+)*")
_PART = re.compile(r"[a-z0-9]+")
# Words of letters and digits that name a type, a size or a year.
_SHAPE = re.compile(
    r"\d+(?:x\d+)+|\d+(?:st|nd|rd|th|s|k|x|p|i|d|g|er)|(?:19|20)\d\d|mp[34]|ddr\d\w?|usb\d|h26[45]"
    r"|[cs]?d\d|wifi\d|\d{1,2}[a-z]{4,}|[24]g|[34]d|\d+(?:in|for)\d+|pc\d+|cl\d+|ipv[46]|rj\d+|80211\w*"
    r"|\d+(?:bit|fps|rpm|ohm|mbit|gbit)"
)
_LONGEST = 24


def _coded(token: str) -> bool:
    """Whether a squashed word looks like a model number."""
    if not 3 <= len(token) <= _LONGEST or _SHAPE.fullmatch(token):
        return False
    digits = sum(c.isdigit() for c in token)
    if digits == len(token):
        return digits >= 4
    return digits > 0 and (len(token) >= 4 or digits >= 2)


def models(text: str) -> tuple[list[str], list[str]]:
    """(model numbers of a folded text, separators stripped, in their order; long parts of those that are written with
    separators). Measures are none."""
    found: list[str] = []
    parts: list[str] = []
    for chunk in _CHUNK.findall(MEASURE.sub(" ", text)):
        whole = re.sub(r"[^a-z0-9]", "", chunk)
        if _coded(whole):
            found.append(whole)
        pieces = _PART.findall(chunk)
        if len(pieces) > 1:
            parts += [p for p in pieces if len(p) >= 5 and _coded(p)]
    return list(dict.fromkeys(found)), [p for p in dict.fromkeys(parts) if p not in found]


def forms(whole: str) -> list[str]:
    """Shorter forms of a model number, which may name the same model: dvpfx820 of dvpfx820w, wa860re of tlwa860re.
    A number is never cut: hf10 is no form of hf100."""
    least = max(4, (len(whole) + 1) // 2)
    cuts = [k for k in range(1, len(whole)) if not (whole[k - 1].isdigit() and whole[k].isdigit())]
    shorter = [whole[:k] for k in cuts if k >= least] + [whole[k:] for k in cuts if len(whole) - k >= least]
    return [w for w in shorter if any(c.isdigit() for c in w)]


def joined(text: str) -> set[str]:
    """Every way to read one to three neighbouring words of a folded text as one: "rm v310" may be "rmv310"."""
    out: set[str] = set()
    parts = _PART.findall(text)
    for k, first in enumerate(parts):
        out.add(first)
        if k + 1 < len(parts):
            two = first + parts[k + 1]
            out.add(two)
            if k + 2 < len(parts):
                out.add(two + parts[k + 2])
    for chunk in _CHUNK.findall(text):
        out.add(re.sub(r"[^a-z0-9]", "", chunk))
    return out
