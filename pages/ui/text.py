"""How things are written on screen. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$:&^=.])")
# A bare address becomes a link even when escaped: an invisible joiner (U+2060) splits it.
_ADDRESS = re.compile(r"(?i)(?<=http:)(?=//)|(?<=https:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=\w)")


def plain(text: object) -> str:
    """Any text from a user, safe inside a call that renders markdown: nothing in it becomes a link, image or icon."""
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub("\u2060", str(text))).replace("\n", " ")


def short(text: object, width: int = 60) -> str:
    """At most `width` characters, cut with an ellipsis."""
    s = " ".join(str(text).split())
    return s if len(s) <= width else s[: width - 1].rstrip() + "…"


def number(n: float) -> str:
    """1234567 -> "1,234,567"; fractions keep two digits."""
    return f"{n:,.0f}" if float(n).is_integer() or abs(n) >= 1000 else f"{n:,.2f}"


def count(n: int, one: str, many: str = "") -> str:
    """1, "basket" -> "1 basket"; 1200 -> "1,200 baskets"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def share(x: float) -> str:
    """0.4567 -> "46 %"; small shares keep a digit."""
    return f"{100 * x:.1f} %" if 0 < x < 0.1 else f"{100 * x:.0f} %"


def duration(seconds: float) -> str:
    """Seconds as a person would say them."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def ago(when: datetime, now: datetime | None = None) -> str:
    """A timestamp (UTC if it has no time zone) as "3 minutes ago"."""
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    seconds = max(0.0, ((now or datetime.now(UTC)) - when).total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        n = int(seconds // size)
        if n >= 1:
            return f"{n} {unit}{'s' if n > 1 else ''} ago"
    return "just now"


def clock(when: datetime, now: datetime | None = None) -> str:
    """A timestamp (UTC if it has no time zone) in local time: "12:31", with the day when it is not today's."""
    now = (now or datetime.now(UTC)).astimezone()
    when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone()
    return f"{when:%H:%M}" if when.date() == now.date() else f"{when:%d %b, %H:%M}"
