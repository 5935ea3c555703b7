"""Propose what each column of a catalogue is, from its name and its values."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.intake.columns import dates
from embedcore.intake.columns.values import clean, has_currency, numbers

SAMPLE = 20_000  # different values of a column that are looked at
SAMPLES_SHOWN = 5
BY_NAME = "its name says so"
_GUESSES = "guesses.json"

# Words in names of columns, by what the column then is. The last words of a name weigh most: brand_name is a brand.
_WORDS = {
    "id": "id ids sku asin ean gtin upc isbn barcode key code number nr no uuid guid handle artikelnummer stockcode "
    "plu ref reference identifier mpn",
    "title": "title name productname label displayname bezeichnung titel nom nombre titre item product text caption",
    "description": "description desc descr details detail about features summary body overview beschreibung "
    "descripcion longtext specification specifications specs",
    "category": "category categories cat type kind department dept aisle class group family segment division section "
    "subcategory gender season colour color material style collection usage occasion shape pattern fabric "
    "kategorie categorie currency mid top condition availability source status origin country",
    "brand": "brand manufacturer maker vendor designer marke marque supplier producer publisher author artist "
    "hersteller",
    "price": "price cost msrp rrp preis prix precio amount sale_value retail",
    "date": "date time timestamp created updated datum day released launched ts",
    "image": "image images img photo photos picture thumbnail thumb pic",
    "text": "tags keywords ingredients notes size dimensions comment comments review",
    "ignore": "url link href index unnamed",
}
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words.split()}
_THINGS = {
    "product",
    "item",
    "article",
    "customer",
    "user",
    "order",
    "basket",
    "visitor",
    "transaction",
    "movie",
    "member",
    "store",
    "session",
}
_OTHERS_ID = {"brand", "category"}
_STRONG_ID = re.compile(r"(?:product|item|article|sku|prod|variant|style)?_?(?:id|sku|code|number|no|nr|key|asin)\Z")
_TITLE_RANK = ("title", "product_name", "item_name", "name", "product_title", "productname", "product", "item", "text")
# Shares of the cells by which a role is guessed: nearly all, half, and the share of different values up to which a
# column sorts products into a few categories. Chosen by hand.
_MOST, _HALF, _FEW = 0.9, 0.5, 0.2
_FEW_TEXTS = 50  # different texts up to which a column may be categories all the same; chosen by hand
_LONG = 80  # characters of a text on average, from which it is a description; chosen by hand


@dataclass(frozen=True)
class Guess:
    """The proposed role of one column. samples: a few different values. missing, distinct: counts over all rows.
    why: a few words for the screen.

    >>> guess_roles(pd.DataFrame({"sku": ["a1", "a2"]}, dtype="str"))[0].why
    'every value is different'
    """

    column: str
    role: str
    samples: tuple[str, ...]
    missing: int
    distinct: int
    why: str


@dataclass(frozen=True, eq=False)
class _Facts:
    """What a column looks like; shares are of its values that are not missing."""

    column: str
    name: str
    words: tuple[str, ...]
    rows: int
    missing: int
    distinct: int
    samples: tuple[str, ...]
    numeric: float
    odd_texts: int
    whole: bool
    money: float
    dated: float
    length: float
    spaces: float
    links: float
    pictures: float
    counting: bool

    @property
    def there(self) -> int:
        """How many values there are."""
        return self.rows - self.missing

    @property
    def unique(self) -> float:
        """Share of different values, 0..1."""
        return self.distinct / max(self.there, 1)

    @property
    def named(self) -> str | None:
        """The role its name suggests, by its last known word; brand_name is a brand."""
        roles = [_ROLE_OF[w] for w in self.words if w in _ROLE_OF]
        if len(roles) > 1 and self.words[-1] in ("name", "title", "label", "text"):
            roles.pop()
        return roles[-1] if roles else None


def words_of(name: str) -> tuple[str, ...]:
    """baseColour, BASE_COLOUR, "base colour (en)" -> ("base", "colour", ...)"""
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = [w for w in re.split(r"[\W_\d]+", split.lower()) if w]
    return tuple(part for w in words for part in ((w[:-2], "id") if w[:-2] in _THINGS and w.endswith("id") else (w,)))


def _facts(column: str, s: pd.Series) -> _Facts:
    s = clean(s)
    there = s.dropna()
    values = pd.Series(there.unique())
    some = values if len(values) <= SAMPLE else values.sample(SAMPLE, random_state=0)
    n = max(len(some), 1)
    value, bad = numbers(some)
    good = value[~np.isnan(value)]
    plain = some.str.fullmatch(r"[-+]?\d+(?:\.0+)?").astype(bool)
    dated = 0.0
    probe = some.head(500)
    if len(probe) and probe.str.contains(r"\d").mean() > 0.8:
        dated = dates.dated(probe)
    words = words_of(column)
    numeric = 1 - float(bad.sum()) / n if len(some) else 0.0
    counting = len(good) == len(some) == len(there) > 1 and bool((np.diff(pd.to_numeric(there, "coerce")) == 1).all())
    return _Facts(
        column,
        "_".join(words),
        words,
        len(s),
        int(s.isna().sum()),
        len(values),
        tuple(str(v) for v in values.head(SAMPLES_SHOWN)),
        numeric,
        int(bad.sum()),
        bool(len(some)) and bool(plain.all()),
        float(np.mean([has_currency(v) for v in probe])) if len(probe) else 0.0,
        dated,
        float(some.str.len().mean()) if len(some) else 0.0,
        float(some.str.contains(" ", regex=False).mean()) if len(some) else 0.0,
        float(probe.str.match(r"(?:https?:)?//|www\.").mean()) if len(probe) else 0.0,
        float(probe.str.contains(r"\.(?:jpe?g|png|webp|gif)(?:\?|\Z)", case=False).mean()) if len(probe) else 0.0,
        counting,
    )


def guess_roles(frame: pd.DataFrame) -> list[Guess]:
    """One guess per column of a table of text, in the frame's order: at most one id, at most one title. Without an id,
    ids must be generated.

    >>> frame = pd.DataFrame({"sku": ["a1", "a2"], "name": ["Red mug", "Blue cup"], "cost": ["5.00", "6.50"]})
    >>> [(g.column, g.role) for g in guess_roles(frame)]
    [('sku', 'id'), ('name', 'title'), ('cost', 'price')]
    """
    facts = [_facts(str(c), frame[c]) for c in frame.columns]
    guesses = [_guess(f) for f in facts]
    id_at = _best_id(facts)
    title_at = _best_title(facts, guesses, id_at)
    for n, f in enumerate(facts):
        if n == id_at:
            why = "every value is different" if f.unique == 1 and not f.missing else BY_NAME
            guesses[n] = replace(guesses[n], role="id", why=why)
        elif n == title_at:
            guesses[n] = replace(guesses[n], role="title", why="the best name for a product on screen")
        elif guesses[n].role == "id":
            role, why = _second_id(f)
            guesses[n] = replace(guesses[n], role=role, why=why)
        elif guesses[n].role == "title":
            role = "category" if f.unique < _FEW else "text"
            guesses[n] = replace(guesses[n], role=role, why="another column is the better title")
    return guesses


def save_guesses(frame: pd.DataFrame, folder: Path) -> None:
    """Leave the guesses about a whole table beside it, so that a page need not hold the table to show them.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_guesses(pd.DataFrame({"sku": ["a1", "a2"]}, dtype="str"), Path(folder))
    ...     kept_guesses(Path(folder))[0].role
    'id'
    """
    found = [asdict(guess) for guess in guess_roles(frame)]
    (folder / _GUESSES).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def kept_guesses(folder: Path) -> list[Guess]:
    """What `save_guesses` left in a folder; [] when it left nothing.

    >>> kept_guesses(Path("nowhere"))
    []
    """
    try:
        found = json.loads((folder / _GUESSES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Guess(**{**guess, "samples": tuple(guess["samples"])}) for guess in found]


def _guess(f: _Facts) -> Guess:
    role, why = _alone(f)
    return Guess(f.column, role, f.samples, f.missing, f.distinct, why)


def _alone(f: _Facts) -> tuple[str, str]:
    """(role, why) of a column by itself."""
    # “No old price” beside numbers is one way to write nothing.
    numeric = f.numeric >= _MOST or (f.odd_texts <= 3 and f.numeric >= _HALF and f.distinct > 20)
    return _not_data(f) or _exact(f, numeric=numeric) or _texts(f)


def _not_data(f: _Facts) -> tuple[str, str] | None:
    """Columns that hold nothing to learn from, and pictures."""
    if f.there == 0:
        return "ignore", "it is empty"
    if f.pictures > _HALF or (f.named == "image" and f.numeric < _HALF):
        return "image", "it names image files"
    if f.links > _HALF:
        return "ignore", "it holds links"
    if f.distinct == 1 and f.rows > 1:
        return "ignore", "every value is the same"
    if f.named == "ignore" and f.counting:
        return "ignore", "it only counts the rows"
    return None


def _exact(f: _Facts, *, numeric: bool) -> tuple[str, str] | None:
    """Ids, dates, amounts of money, brands and categories by name, and numbers."""
    named = f.named
    if named == "id":
        return "id", BY_NAME
    if f.dated > _MOST and (named == "date" or (not f.whole and f.numeric < 0.95)):
        return "date", "the values are dates" if f.numeric < 0.95 else BY_NAME
    if numeric and (f.money > _HALF or named == "price"):
        return "price", BY_NAME if named == "price" else "the values are amounts of money"
    if named in ("brand", "category") and (not numeric or f.unique < _FEW):
        if named == "category" and f.unique > _HALF and f.length > 60:
            return "description", "the texts are long"
        return named, BY_NAME
    return ("number", "the values are numbers") if numeric else None


def _texts(f: _Facts) -> tuple[str, str]:
    """What a column of texts is."""
    named = f.named
    if named == "description" or f.length > _LONG:
        return "description", BY_NAME if named == "description" else "the texts are long"
    if named == "title":
        return "title", BY_NAME
    if named == "text" and f.distinct > _FEW_TEXTS:
        return "text", BY_NAME
    if f.unique < _FEW or (f.distinct <= _FEW_TEXTS and f.unique < _HALF):
        return "category", f"only {f.distinct:,} different values"
    return "text", "the values are texts"


def _second_id(f: _Facts) -> tuple[str, str]:
    if f.unique < _FEW:
        return "category", f"only {f.distinct:,} different values, and another column is the id"
    return "ignore", "another column is the id"


def _best_id(facts: list[_Facts]) -> int | None:
    best, score = None, 0.0
    for n, f in enumerate(facts):
        if f.there == 0 or f.missing > _HALF * f.rows or f.length > 64:
            continue
        points = 0.0
        words = f.words
        others = any(_ROLE_OF.get(w) in _OTHERS_ID for w in words[:-1]) or bool(
            {"customer", "user", "order", "basket", "store", "parent", "tax"} & set(words)
        )
        if f.named == "id" and not others:
            if f.unique < _HALF and f.rows > 1:
                continue
            points = 3.0 + (1.0 if _STRONG_ID.match(f.name) else 0.0)
            points += 0.5 if words[0] in ("product", "item", "article", "sku", "id") else 0.0
        elif f.unique == 1 and not f.missing and f.rows > 1 and not others:
            coded = f.spaces < 0.1 and (f.whole or f.numeric < _HALF) and f.dated < _HALF and f.pictures + f.links == 0
            if coded and f.named in (None, "title") and f.length <= 40:
                # A number of rows is an id only for want of a better one.
                points = 0.5 if f.counting and n > 0 else 1.5 if n == 0 else 1.0
        points = points and points + f.unique - f.missing / f.rows
        if points > score:
            best, score = n, points
    return best


def _best_title(facts: list[_Facts], guesses: list[Guess], id_at: int | None) -> int | None:
    best, score = None, 0.0
    for n, f in enumerate(facts):
        role = guesses[n].role
        if n == id_at or role in ("ignore", "image", "price", "number", "date", "id", "brand"):
            continue
        points = 0.0
        if role == "title":
            rank = _TITLE_RANK.index(f.name) if f.name in _TITLE_RANK else 3 if f.words[-1] == "name" else 6
            points = 3.0 - rank / 10
            if f.distinct < 0.05 * f.there and f.there > 100:
                points = 0.8
        elif role in ("text", "description") and f.unique > 0.3 and f.length < 150 and f.numeric < _HALF:
            points = 1.0 + f.unique / 4 + f.spaces / 4 - f.length / 300 - (0.3 if f.named == "text" else 0)
        if points > score:
            best, score = n, points
    return best
