"""Products of the baskets under the ids of the catalogue, however they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Catalogue
from embedcore.intake.columns.names import listed, plural


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


def match_ids(catalogue: Catalogue, lines: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """(lines, notices): basket lines whose column `item` holds ids of the catalogue where they are known.

    Ids are compared as text. Ids that the catalogue lacks are compared again in plain form ("00123", "123.0" and "123"
    are one; so are upper and lower case), and by title when not one id fits. Only clear cases are renamed, and a notice
    counts them.

    >>> mugs = Catalogue(pd.DataFrame({"sku": ["12", "13"]}, dtype="str"), {"sku": "id"})
    >>> lines, notices = match_ids(mugs, pd.DataFrame({"item": ["0012", "13"]}, dtype="str"))
    >>> lines["item"].tolist(), notices[-1]
    (['12', '13'], 'All 2 products in the baskets are in the catalogue.')
    """
    ids = catalogue.ids
    found = overlap(ids.tolist(), lines)
    notices: list[str] = []
    if found.only_baskets:
        plain = _unique(pd.Series([_plain(i) for i in ids], dtype="str"), ids)
        lines, renamed = _rename(lines, set(ids.tolist()), plain, _plain)
        if renamed:
            notices.append(
                "Ids that are written differently in the baskets and in the catalogue (such as 00123 or 123.0 for 123) "
                f"were matched: {plural(renamed, 'product')}."
            )
        titles = catalogue.columns("title")
        if not found.matched and not renamed and titles:
            by_title = _unique(catalogue.frame[titles[0]].str.strip().str.casefold(), ids)
            lines, renamed = _rename(lines, set(ids.tolist()), by_title, lambda s: s.strip().casefold())
            if renamed:
                notices.append(f"The baskets hold titles instead of ids: {plural(renamed, 'product')} found by title.")
        found = overlap(ids.tolist(), lines)
    return lines, [*notices, found.sentence]


def _plain(text: str) -> str:
    text = text.strip().casefold()
    if re.fullmatch(r"\d+(?:[.,]0+)?", text):
        text = re.sub(r"[.,]0+\Z", "", text).lstrip("0") or "0"
    return text


def _unique(keys: pd.Series, ids: np.ndarray) -> dict[str, str]:
    """Key -> id, without keys that several ids share."""
    keys = keys.reset_index(drop=True)
    clear = keys.notna() & ~keys.duplicated(keep=False)
    return dict(zip(keys[clear].tolist(), ids[clear.to_numpy()].tolist(), strict=True))


def _rename(
    lines: pd.DataFrame, known: set[str], names: dict[str, str], form: Callable[[str], str]
) -> tuple[pd.DataFrame, int]:
    unknown = [i for i in lines["item"].unique() if i not in known]
    new = {i: names[f] for i in unknown if (f := form(str(i))) in names}
    if not new:
        return lines, 0
    item = lines["item"].map(lambda i: new.get(i, i)).astype("str")
    return lines.assign(item=item), len(new)
