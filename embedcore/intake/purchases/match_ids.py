"""Products of the baskets under the ids of the catalogue, however they are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Catalogue
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.decisions import NOTHING, Settings, setting
from embedcore.intake.purchases.ids import meet, plain
from embedcore.intake.purchases.screening.words import fold

_HALF = 0.5  # of the products in baskets, those that another column has to know to be meant (chosen by hand)


@dataclass(frozen=True)
class Overlap:
    """Different products: in both, only in baskets, only in the catalogue. share: of the products in baskets, how
    many the catalogue knows (0..1). baskets, products: examples of ids on either side."""

    matched: int
    only_baskets: int
    only_catalogue: int
    share: float
    baskets: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What a person should know about it."""
        if not self.matched:
            return (
                f"CAUTION: no product id of the baskets is in the catalogue. The baskets hold ids like "
                f"{listed(self.baskets)}, the catalogue ids like {listed(self.products)}. Check which columns hold "
                "the product ids; until they match, no product of the catalogue counts as bought."
            )
        if not self.only_baskets:
            return f"All {self.matched:,} products in the baskets are in the catalogue."
        return (
            f"{self.matched:,} of {self.matched + self.only_baskets:,} products in the baskets are in the catalogue; "
            f"the other {self.only_baskets:,} are kept without names."
        )


def overlap(catalogue_ids: Collection[str], lines: pd.DataFrame) -> Overlap:
    """Compare the ids of a catalogue with the products of basket lines (column `item`), as text."""
    known = dict.fromkeys(map(str, catalogue_ids))
    bought = lines["item"].astype("str").unique()
    both = [i for i in bought if i in known]
    share = len(both) / len(bought) if len(bought) else 0.0
    return Overlap(
        len(both),
        len(bought) - len(both),
        len(known) - len(both),
        share,
        tuple(map(str, bought[:3])),
        tuple(list(known)[:3]),
    )


def match_ids(
    catalogue: Catalogue, lines: pd.DataFrame, settings: Settings = NOTHING
) -> tuple[pd.DataFrame, list[str]]:
    """(lines, notices): basket lines whose column `item` holds ids of the catalogue where they are known.

    Ids are compared as text. Ids that the catalogue lacks are compared again in plain form ("00123", "123.0" and "123"
    are one; so are upper and lower case), and by title, or another column of codes, when hardly one id fits. Only clear
    cases are renamed, and a notice counts them. settings: {"ids": "no"} leaves ids as they are.

    >>> mugs = Catalogue(pd.DataFrame({"sku": ["12", "13"]}, dtype="str"), {"sku": "id"})
    >>> lines, notices = match_ids(mugs, pd.DataFrame({"item": ["0012", "13"]}, dtype="str"))
    >>> lines["item"].tolist(), notices[-1]
    (['12', '13'], 'All 2 products in the baskets are in the catalogue.')
    """
    ids = catalogue.ids
    found = overlap(ids.tolist(), lines)
    notices: list[str] = []
    if found.only_baskets and setting(settings, "ids", "yes", ("yes", "no")) == "yes":
        bought = [str(i) for i in lines["item"].unique()]
        new = meet(ids.tolist(), bought)
        if new:
            notices.append(spelled(new))
        known = set(ids.tolist())
        rest = [i for i in bought if i not in known and i not in new]
        if len(rest) > _HALF * len(bought):
            more, sentence = _elsewhere(catalogue, rest)
            new |= more
            notices += sentence
        if new:
            lines = lines.assign(item=lines["item"].map(lambda i: new.get(i, i)).astype("str"))
        found = overlap(ids.tolist(), lines)
    return lines, [*notices, found.sentence]


def spelled(new: Mapping[str, str], what: str = "product") -> str:
    """The notice about ids of two files that are written differently."""
    one, other = next(iter(new.items()))
    return (
        f"Ids that are written differently in the baskets and in the catalogue (such as {one} for {other}) "
        f"were matched: {plural(len(new), what)}."
    )


def _elsewhere(catalogue: Catalogue, bought: list[str]) -> tuple[dict[str, str], list[str]]:
    """(what the baskets hold -> id, notices), when they hold titles or the codes of another column."""
    forms = [(c, fold, "titles") for c in catalogue.columns("title")]
    forms += [(c, plain, f"“{c}”") for c in catalogue.columns("text", "category", "brand", "description")]
    for column, form, what in forms:
        names = _unique(
            catalogue.frame[column].map(lambda t, form=form: form(str(t)), na_action="ignore"), catalogue.ids
        )
        new = {i: names[f] for i in bought if (f := form(i)) and f in names}
        if len(new) > _HALF * len(bought):
            return new, [f"The baskets hold {what} instead of ids: {plural(len(new), 'product')} found by {_by(what)}."]
    return {}, []


def _by(what: str) -> str:
    return "title" if what == "titles" else "it"


def _unique(keys: pd.Series, ids: np.ndarray) -> dict[str, str]:
    """Key -> id, without keys that several ids share."""
    keys = keys.reset_index(drop=True)
    clear = keys.notna() & ~keys.duplicated(keep=False)
    return dict(zip(keys[clear].tolist(), ids[clear.to_numpy()].tolist(), strict=True))
