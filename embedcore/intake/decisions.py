"""What was understood of a file: one sentence a decision, with the other choices that a person has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from embedcore.errors import InputError

Settings = Mapping[str, str]  # key of a decision -> what a person chose instead
NOTHING: Settings = {}


@dataclass(frozen=True)
class Decision:
    """One thing that was understood of a file.

    key: names it in settings and recipes, such as "fill", "numbers:price" or "cancelled"; the column follows the colon.
    sentence: plain text with counts, for the screen and the command line. chosen: the value in force. choices: (value,
    words) of all values, the chosen one among them; () when there is nothing to choose. rows: how many rows or cells it
    is about. lost: how many rows are left out because of it, by which warnings are ordered. unsure: the file does not
    say; the command asks for it with exit code 3 unless a setting decides.

    >>> both = (("out", "leave out"), ("in", "keep"))
    >>> Decision("cancelled", "12 cancelled orders are left out.", "out", both, 12, 12).unsure
    False
    """

    key: str
    sentence: str
    chosen: str = ""
    choices: tuple[tuple[str, str], ...] = field(default=())
    rows: int = 0
    lost: int = 0
    unsure: bool = False


def setting(settings: Settings, key: str, guess: str, allowed: Iterable[str] = ()) -> str:
    """What a person chose for a key, or the guess. InputError when it is none of the values allowed (any, when empty).

    >>> setting({"fill": "no"}, "fill", "yes", ("yes", "no")), setting({}, "fill", "yes")
    ('no', 'yes')
    """
    value, known = settings.get(key, guess), tuple(allowed)
    if known and value not in known:
        raise InputError(f"“{value}” is no choice for “{key}”.", f"Choose one of {', '.join(known)}.")
    return value
