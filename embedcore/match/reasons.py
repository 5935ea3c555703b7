"""Why a pair scores as it does, in plain words: what agrees first, then what differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.match import models, texts, words
from embedcore.match.columns import AGREES, DIFFERS
from embedcore.match.matches import Matches
from embedcore.match.variants.axes import Axis, between

# The plain name of each feature, where a page shows what teaching changed.
LABELS = {
    "meaning": "titles that mean the same",
    "meaning_near": "titles closer in meaning than to others",
    "chars": "titles with similar spelling",
    "chars_near": "titles spelt more similarly than others",
    "terms": "the same words in titles",
    "terms_near": "more words in common than with others",
    "prose": "the same words in all texts",
    "prose_near": "texts closer than to others",
    "jaccard": "the share of words in common",
    "contained": "one title holds the other's words",
    "own_words": "each title has words of its own",
    "model": "the same model number",
    "model_spelt": "one's model number in the other's text",
    "model_akin": "a shorter form of the model number",
    "model_clash": "different model numbers",
    "model_left": "a second model number that differs",
    "model_sibling": "model numbers with the same beginning but different endings",
    "numbers": "the same numbers",
    "numbers_clash": "different numbers",
    "measures": "the same sizes or amounts",
    "measures_clash": "different sizes or amounts",
    "colour": "the same colour",
    "colour_clash": "different colours",
    "brand": "the same brand",
    "brand_clash": "different brands",
    "price_apart": "prices apart",
    "price_close": "nearly the same price",
    "length": "titles of the same length",
    "identical": "many copies",
    "titles_equal": "equal titles",
    "titles_reordered": "the same words in another order",
    "spelling": "titles that differ in spelling only",
    "spelling_partly": "words spelt in two ways",
    "words_added": "one title with words added",
    "option_added": "an option added to the title",
    "number_slot": "another number in the title",
    "number_slot_sure": "another number in otherwise equal titles",
    "number_slot_copied": "only a number differs",
    "number_place": "another number in the same place",
    "word_slot": "another word in the title",
    "word_slot_copied": "only a word differs",
    "word_place": "another word in the same place",
    "one_place": "titles that differ in one place",
    "axis_slot": "a word where variants differ",
    "axis_words": "words in which variants differ",
    "price_other": "another price",
    "option_differs": "another size, colour or other option",
    "option_agrees": "the same size, colour or other options",
}


@dataclass(frozen=True)
class _Product:
    title: str
    text: str
    models: tuple[str, ...]
    measures: dict[str, str]
    colours: frozenset[str]
    brand: str
    price: float
    currency: str


class Reasons:
    """Explains pairs of one catalogue; what was read of a product is kept.

    >>> import pandas as pd
    >>> from embedcore import Catalogue, Dataset
    >>> titles = ["Acme MX-500 mouse", "ACME mouse MX500", "Bolt desk lamp", "Oak shelf", "Tea pot", "Wool scarf"]
    >>> table = pd.DataFrame({"id": [*"abcdef"], "name": titles})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> from embedcore.match.finding import find
    >>> found = find(shop)
    >>> Reasons(shop, found).of(found.row_of[(0, 1)])
    'same model number MX500, 29 % of the words in common'
    """

    def __init__(self, dataset: Dataset, matches: Matches, codes: np.ndarray | None = None) -> None:
        self._matches = matches
        self._codes = dataset.items if codes is None else codes
        self._columns = texts.columns_of(dataset, str(matches.meta.get("source") or "") or None)
        self._frame = dataset.catalogue.frame if dataset.catalogue is not None else pd.DataFrame()
        self._known: dict[int, _Product] = {}

    def of(self, row: int) -> str:
        """The reason of a pair, by its row in the matches: "same model number LP-4000, same brand; colour differs"."""
        m = self._matches
        x, y = self._product(int(m.a[row])), self._product(int(m.b[row]))
        has = {name: float(m.features[row, k]) for k, name in enumerate(m.names)}
        good, bad = _models(x, y, has)
        _facts(x, y, has, good, bad)
        alike = has.get("contained", 0.0)
        axes = self.axes(row)
        named = {axis.name for axis in axes}
        if x.title and x.title == y.title:
            good.append("the same title")
        elif alike >= 0.3 or not good:
            good.append(f"{100 * has.get('jaccard', 0.0):.0f} % of the words in common")
        for name, value in has.items():
            column = name.removeprefix(DIFFERS).removeprefix(AGREES)
            if name.startswith(DIFFERS) and value and column not in named and f"{column} differs" not in " ".join(bad):
                bad.append(f"{column} differs")
            if name.startswith(AGREES) and value and f"same {column}" not in good:
                good.append(f"same {column}")
            if name.startswith("like ") and abs(value) >= 1:
                (good if value > 0 else bad).append(f"{name[5:]} {'similar' if value > 0 else 'differs'}")
        bad = [b for b in bad if not any(b.startswith(f"{name} differs") for name in named)]
        good = [g for g in good if g not in {f"same {name}" for name in named}]  # other words for one colour
        why = ", ".join(good) + ("; " + ", ".join(bad) if bad else "")
        return f"variants ({', '.join(map(str, axes))}): {why}" if axes else why

    def axes(self, row: int) -> list[Axis]:
        """How a pair of variants differs: each axis by name with both values; [] for other pairs."""
        m = self._matches
        if m.kind[row] != "variant":
            return []
        a, b = int(m.a[row]), int(m.b[row])
        told = [n.removeprefix(DIFFERS) for n in m.names if n.startswith(DIFFERS) and m.feature(n)[row]]
        options = list(m.meta.get("options", ())) if m.apart[row] else []
        titles = (self._product(a).title, self._product(b).title)
        return between(self._frame, [*options, *told], titles, self._codes, a, b)

    def _product(self, at: int) -> _Product:
        if at not in self._known:
            self._known[at] = self._read(at)
        return self._known[at]

    def _read(self, at: int) -> _Product:
        def cells(names: list[str]) -> str:
            values = [self._frame[c].iloc[at : at + 1].dropna() for c in names]
            return texts.fold(" ".join(str(v) for some in values for v in some)).strip()

        c = self._columns
        title, description, colour = cells(c.title), cells(c.description)[: texts.DESCRIPTION], cells(c.colour)
        numbers = models.models(title)[0] or models.models(description[:150])[0]
        measures: dict[str, str] = {}
        for found in words.MEASURE.finditer(title):
            what, value = words.measures(found.group(0))[0]
            measures[f"{what} {value}"] = found.group(0).strip()
        price = float(self._frame[c.price[0]].to_numpy(np.float64)[at]) if c.price else np.nan
        return _Product(
            title,
            f"{title} {description}",
            tuple(numbers),
            measures,
            frozenset(words.colours(colour) or words.colours(title)),
            cells(c.brand),
            price,
            cells(c.currency),
        )


def explain(dataset: Dataset, matches: Matches, row: int) -> str:
    """One pair's reason in plain words; many pairs: `Reasons`. row: of the matches.

    >>> import pandas as pd
    >>> from embedcore import Catalogue, Dataset
    >>> from embedcore.match.finding import find
    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Tea pot", "Tea pot", "Oak shelf"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> explain(shop, find(shop), 0)
    'the same title'
    """
    return Reasons(dataset, matches).of(row)


def _models(x: _Product, y: _Product, has: dict[str, float]) -> tuple[list[str], list[str]]:
    """(what speaks for one product, what against it) in the model numbers."""
    good: list[str] = []
    bad: list[str] = []
    shared = sorted(set(x.models) & set(y.models), key=lambda w: (-len(w), w))
    if has.get("model") and shared:
        good.append(f"same model number {shared[0].upper()}")
    elif has.get("model_spelt"):
        spelt = [w for w in x.models if w in models.joined(y.text)] + [
            w for w in y.models if w in models.joined(x.text)
        ]
        good.append(
            f"model number {max(spelt, key=len).upper()} in both texts" if spelt else "a model number in both texts"
        )
    elif has.get("model_akin"):
        good.append("model numbers that are forms of one another")
    if has.get("model_clash") or has.get("model_left"):
        one = next((w for w in x.models if w not in y.models), "")
        two = next((w for w in y.models if w not in x.models), "")
        differs = f" ({one.upper()} / {two.upper()})" if one and two else ""
        bad.append(f"{'another ' if has.get('model_left') else ''}model number differs{differs}")
    return good, bad


def _facts(x: _Product, y: _Product, has: dict[str, float], good: list[str], bad: list[str]) -> None:
    if has.get("brand"):
        good.append("same brand")
    if has.get("brand_clash"):
        bad.append("brand differs" + (f" ({x.brand} / {y.brand})" if x.brand and y.brand else ""))
    shared = [x.measures[k] for k in x.measures if k in y.measures]
    if shared:
        good.append(f"both {shared[0]}")
    if has.get("measures_clash"):
        one = [v for k, v in x.measures.items() if k not in y.measures]
        two = [v for k, v in y.measures.items() if k not in x.measures]
        bad.append("size or amount differs" + (f" ({one[0]} / {two[0]})" if one and two else ""))
    elif has.get("numbers_clash"):
        bad.append("numbers in the titles differ")
    if has.get("colour"):
        good.append("same colour")
    if has.get("colour_clash"):
        bad.append(f"colour differs ({', '.join(sorted(x.colours))} / {', '.join(sorted(y.colours))})")
    if x.price > 0 and y.price > 0 and (has.get("price_apart") or has.get("price_close")):
        apart = abs(x.price - y.price) / max(x.price, y.price)
        text = "the same price" if apart < 0.005 else f"price {100 * apart:.0f} % apart"
        (good if apart < 0.25 else bad).append(text)
