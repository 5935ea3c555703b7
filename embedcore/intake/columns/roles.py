"""Propose what each column of a catalogue is, from its name and its values."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.intake.columns.facts import ROLE_OF, Facts, facts, named_role
from embedcore.intake.columns.tags import looks_like_tags
from embedcore.intake.columns.values import clean
from embedcore.intake.columns.vocabulary import OTHER_THINGS, word_set, words_of

BY_NAME = "its name says so"
_GUESSES = "guesses.json"
_OTHERS_ID = {"brand", "category", "parent"}
_OTHERS = word_set(OTHER_THINGS)
_OF_PRODUCTS = word_set("product item article sku id produkt artikel produit producto prodotto produto товар 商品 製品")
_STRONG_ID = re.compile(r"(?:product|item|article|sku|prod|variant|style)?_?(?:id|sku|code|number|no|nr|key|asin)\Z")
_BARCODES = word_set(
    "barcode barcodes barres barras barre ean gtin jan upc strichcode streepjescode штрихкод 条码 条形码 バーコード"
)
_VARIANT = word_set("variant variante sku size option вариант 规格 バリエーション")
_GROUPS = word_set("product item article group parent handle style master model produkt artikel modell modèle modelo")
_TITLE_RANK = ("title", "product_name", "item_name", "name", "product_title", "productname", "product", "item", "text")
_NAMES = word_set(
    "name names nom nombre nome naam namn navn nazwa název название наименование имя 名称 名 名稱 品名 상품명"
)
# What tells the variants of one product apart; in other categories a product may stand in several rows.
_AXES = word_set("size colour color material style pattern fabric shape option variant farbe couleur taille cor colore")
# Shares of the cells by which a role is guessed: nearly all, half, and the share of different values up to which a
# column sorts products into a few categories. Chosen by hand.
_MOST, _HALF, _FEW = 0.9, 0.5, 0.2
_FEW_TEXTS = 50  # different texts up to which a column may be categories all the same; chosen by hand
_LONG = 80  # characters of a text on average, from which it is a description; chosen by hand
_SETS = 200  # characters of a cell on average, above which it is a text and no set; chosen by hand
# A code's last part: ABC-1-RED, 4711_42, FE101b. Shares of rows with a title that repeats, and titles that use one
# beginning of a code, from and up to which it names the product; and how many products must show it. Chosen by hand.
_LAST_PART = re.compile(r"[\W_]+[^\W_]+\Z|(?<=\d)[^\W\d_]{1,4}\Z")
_REPEATED, _OWN, _FAMILIES = 0.1, 1.2, 3
_ROOT = 3  # characters of a code that name the product; chosen by hand
LOST = 0.1  # share of the rows that may be left out for want of an id of their own; chosen by hand


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


def guess_roles(frame: pd.DataFrame) -> list[Guess]:
    """One guess per column of a table of text, in the frame's order: at most one id, at most one title. Without an id,
    ids must be generated: the rows are numbered where every column that could be the id would leave out more than LOST
    of them.

    >>> frame = pd.DataFrame({"sku": ["a1", "a2"], "name": ["Red mug", "Blue cup"], "cost": ["5.00", "6.50"]})
    >>> [(g.column, g.role) for g in guess_roles(frame)]
    [('sku', 'id'), ('name', 'title'), ('cost', 'price')]
    """
    found = [facts(str(c), frame[c]) for c in frame.columns]
    guesses = [_guess(f, frame[c]) for f, c in zip(found, frame.columns, strict=True)]
    id_at = _best_id(frame, found)
    title_at = _best_title(found, guesses, id_at)
    for n, f in enumerate(found):
        if n == id_at:
            why = "every value is different" if f.unique == 1 and not f.missing else BY_NAME
            guesses[n] = replace(guesses[n], role="id", why=why)
        elif n == title_at:
            guesses[n] = replace(guesses[n], role="title", why="the best name for a product on screen")
        elif _is_parent(f, found, id_at):
            guesses[n] = replace(guesses[n], role="parent", why="several rows are variants of one product")
        elif guesses[n].role == "id":
            role, why = _second_id(f, id_at)
            guesses[n] = replace(guesses[n], role=role, why=why)
        elif guesses[n].role == "title":
            role = "category" if f.unique < _FEW else "text"
            guesses[n] = replace(guesses[n], role=role, why="another column is the better title")
    if title_at is not None and all(g.role != "parent" for g in guesses):
        for n, f in enumerate(found):
            second = n != id_at and guesses[n].role == "ignore" and f.named == "id" and f.unique > _MOST
            if second and _tells_variants(clean(frame.iloc[:, n]), clean(frame.iloc[:, title_at])):
                guesses[n] = replace(guesses[n], role="parent", why="it begins alike for the variants of one product")
                break
    return guesses


def is_named_id(column: str) -> bool:
    """Whether the name of a column says that it is a number or code of the product.

    >>> is_named_id("SKU"), is_named_id("brand id")
    (True, False)
    """
    words = words_of(column)
    return named_role(words) == "id" and not _of_others(words)


def named_title(column: str) -> bool:
    """Whether the name of a column says that it is the name of the product.

    >>> named_title("Nom du produit"), named_title("brand name")
    (True, False)
    """
    return named_role(words_of(column)) == "title"


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


def _guess(f: Facts, cells: pd.Series) -> Guess:
    role, why = _alone(f)
    if role in ("category", "text", "description") and f.length <= _SETS and looks_like_tags(clean(cells)):
        role, why = "tags", "its cells hold several values"
    return Guess(f.column, role, f.samples, f.missing, f.distinct, why)


def _alone(f: Facts) -> tuple[str, str]:
    """(role, why) of a column by itself."""
    # “No old price” beside numbers is one way to write nothing.
    numeric = f.numeric >= _MOST or (f.odd_texts <= 3 and f.numeric >= _HALF and f.distinct > 20)
    # S, M, L and 36 to 50 are sizes, however many of the different values are numbers.
    numeric = numeric and f.mixed <= LOST
    return _not_data(f) or _exact(f, numeric=numeric) or _texts(f)


def _not_data(f: Facts) -> tuple[str, str] | None:
    """Columns that hold nothing to learn from, and pictures."""
    if f.there == 0:
        return "ignore", "it is empty"
    if f.pictures > _HALF or (f.named == "image" and f.numeric < _HALF):
        return "image", "it names image files"
    if f.links > _HALF:
        return "ignore", "it holds links"
    if f.distinct == 1 and f.rows > 1 and not (f.missing and f.named in ("brand", "category")):
        return "ignore", "every value is the same"
    if f.named == "ignore" and f.counting:
        return "ignore", "it only counts the rows"
    return None


def _exact(f: Facts, *, numeric: bool) -> tuple[str, str] | None:
    """Ids, dates, amounts of money, brands and categories by name, and numbers."""
    named = f.named
    if named == "id":
        return "id", BY_NAME
    if f.dated > _MOST and (named == "date" or (not f.whole and f.numeric < 0.95)):
        return "date", "the values are dates" if f.numeric < 0.95 else BY_NAME
    if (numeric and (f.money > _HALF or named == "price")) or (named == "price" and f.units > _MOST):
        return "price", BY_NAME if named == "price" else "the values are amounts of money"
    if named in ("brand", "category") and (not numeric or f.unique < _FEW):
        if named == "category" and f.unique > _HALF and f.length > 60:
            return "description", "the texts are long"
        return named, BY_NAME
    return ("number", "the values are numbers") if numeric else None


def _texts(f: Facts) -> tuple[str, str]:
    """What a column of texts is."""
    named = f.named
    if f.units > _MOST and f.length < _LONG:
        return ("category" if f.unique < _FEW else "text"), "the values are amounts with units"
    if named == "description" or f.length > _LONG:
        return "description", BY_NAME if named == "description" else "the texts are long"
    if named == "title":
        return "title", BY_NAME
    if named == "text" and f.distinct > _FEW_TEXTS:
        return "text", BY_NAME
    if f.unique < _FEW or (f.distinct <= _FEW_TEXTS and f.unique < _HALF):
        return "category", f"only {f.distinct:,} different values"
    return "text", "the values are texts"


def _second_id(f: Facts, id_at: int | None) -> tuple[str, str]:
    if f.unique < _FEW:
        return "category", f"only {f.distinct:,} different values" + (", and another column is the id" if id_at else "")
    if id_at is not None:
        return "ignore", "another column is the id"
    return "ignore", f"as the id it would leave out {f.lost:,} of {f.rows:,} rows"


def _is_parent(f: Facts, found: list[Facts], id_at: int | None) -> bool:
    """Whether a column names the product of which each row is a variant: several rows have the same value."""
    if (
        f.there == 0
        or f.distinct < 2
        or f.distinct > _MOST * f.there
        or f.named in ("title", "brand", "price", "number")
    ):
        return False
    if "parent" in f.roles and f.named in (None, "id"):
        return True
    if f.words[-3:] == ("item", "group", "id"):
        return True
    if f.named != "id" or _of_others(f.words) or _BARCODES & set(f.words):
        return False
    if id_at is None:
        # The code of a product whose sizes and colours stand in rows of their own.
        return not f.missing and 2 * f.distinct <= f.rows * (1 + _FEW) and any(_AXES & set(g.words) for g in found)
    return found[id_at].unique == 1 and bool(_VARIANT & set(found[id_at].words)) and bool(_GROUPS & set(f.words))


def _tells_variants(codes: pd.Series, titles: pd.Series) -> bool:
    """Whether rows of one title have codes that begin alike and end in different ways, and each title its own
    beginning: ABC-1-RED and ABC-1-BLU."""
    again = (titles.duplicated(keep=False) & titles.notna() & codes.notna()).to_numpy()
    if again.sum() < _REPEATED * len(titles):
        return False
    codes, titles = codes[again].astype(str), titles[again].astype(str)
    roots = codes
    for _ in range(2):  # of a size and a colour
        shorter = roots.str.replace(_LAST_PART, "", regex=True)
        rows = pd.DataFrame({"title": titles, "root": shorter, "code": codes})
        rows = rows[(shorter != roots) & (shorter.str.len() >= _ROOT)].drop_duplicates()
        family = rows[rows.duplicated(["title", "root"], keep=False)]
        of = family.drop_duplicates(["title", "root"]).groupby("root").size()
        if len(family) >= _HALF * len(codes) and len(of) >= _FAMILIES and of.mean() <= _OWN:
            return True
        roots = shorter
    return False


def _of_others(words: tuple[str, ...]) -> bool:
    """Whether an id is that of a brand, an order or another thing than the product."""
    return any(ROLE_OF.get(w) in _OTHERS_ID or w in _OTHERS for w in words)


def _again(frame: pd.DataFrame, found: list[Facts], at: int) -> int:
    """How many rows say what the first row with their id says, but for its category: nothing is lost with them."""
    ids = clean(frame.iloc[:, at]).reset_index(drop=True)
    first = ids.map(pd.Series(ids.index, ids).groupby(level=0).first())
    rows = ids.index[ids.duplicated() & ids.notna()]
    same = np.ones(len(rows), bool)
    for n, f in enumerate(found):
        if n != at and (f.named not in ("category", "tags") or _AXES & set(f.words)):
            cells = frame.iloc[:, n].fillna("").to_numpy(object)
            same &= cells[rows] == cells[first[rows].astype(int)]
    return int(same.sum())


def _poor(frame: pd.DataFrame, found: list[Facts], at: int) -> bool:
    """Whether more rows than LOST would be left out with this column as the id."""
    f = found[at]
    return f.lost > LOST * f.rows and f.lost - _again(frame, found, at) > LOST * f.rows


def _best_id(frame: pd.DataFrame, found: list[Facts]) -> int | None:
    best, score = None, 0.0
    for n, f in enumerate(found):
        if f.there == 0 or f.missing > _HALF * f.rows or f.length > 64:
            continue
        points = 0.0
        words = f.words
        others = _of_others(f.words)
        if f.named == "id" and not others:
            if f.unique < _HALF and f.rows > 1:
                continue
            points = 3.0 + (1.0 if _STRONG_ID.match(f.name) or "sku" in words else 0.0)
            points += 0.5 if words[0] in _OF_PRODUCTS else -0.5 if _BARCODES & set(words) else 0.0
        elif f.unique == 1 and not f.missing and f.rows > 1 and not others:
            coded = f.spaces < 0.1 and (f.whole or f.numeric < _HALF) and f.dated < _HALF and f.pictures + f.links == 0
            if coded and f.units < _HALF and f.named in (None, "title") and f.length <= 40:
                # A number of rows is an id only for want of a better one.
                points = 0.5 if f.counting and n > 0 else 1.5 if n == 0 else 1.0
        points = points and points + f.unique - f.missing / f.rows
        if points > score and not _poor(frame, found, n):
            best, score = n, points
    return best


def _best_title(found: list[Facts], guesses: list[Guess], id_at: int | None) -> int | None:
    best, score = None, 0.0
    for n, f in enumerate(found):
        role = guesses[n].role
        if n == id_at or role not in ("title", "text", "description", "category") or f.units > _MOST:
            continue
        points = 0.0
        if role == "title":
            named = bool(_NAMES & set(f.words)) and f.name not in _TITLE_RANK
            rank = _TITLE_RANK.index(f.name) if f.name in _TITLE_RANK else 3 if f.words[-1] == "name" or named else 6
            points = 3.0 - rank / 10
            if f.distinct < 0.05 * f.there and f.there > 100:
                points = 0.8
        elif role in ("text", "description") and f.unique > 0.3 and f.length < 150 and f.numeric < _HALF:
            points = 1.0 + f.unique / 4 + f.spaces / 4 - f.length / 300 - (0.3 if f.named == "text" else 0)
        if points > score:
            best, score = n, points
    return best
