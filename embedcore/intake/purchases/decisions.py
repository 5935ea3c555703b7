"""What was understood of purchases: which lines are none, how times and amounts are written, how ids meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from embedcore.intake.columns.names import plural
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import NOTHING, Decision, Settings, setting
from embedcore.intake.purchases.build import described_columns, lists_of, screened, source
from embedcore.intake.purchases.described import described_decision
from embedcore.intake.purchases.ids import meet
from embedcore.intake.purchases.lines import check
from embedcore.intake.purchases.lists import ListFormat
from embedcore.intake.purchases.rows import Rows, decide
from embedcore.intake.purchases.screening.screen import Screened
from embedcore.intake.purchases.screening.sentences import left_out_decisions
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.tables.read import Table
from embedcore.progress import silent


def purchase_decisions(
    table: Table, shape: BasketShape, catalogue_ids: Collection[str] | None = None, settings: Settings = NOTHING
) -> tuple[Decision, ...]:
    """What `add_baskets` does with the rows of a table of purchases with the same settings. catalogue_ids: of the
    products, when there is a catalogue.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from embedcore.intake.tables.read import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("order,sku,n\\n1,mug,1\\n1,cup,2\\n2,mug,-1\\n")
    ...     table = read_table(Path(folder) / "a.csv", "a.csv")
    >>> for decision in purchase_decisions(table, BasketShape("long", basket="order", item="sku", quantity="n")):
    ...     print(decision.sentence)
    1 returned line, recognised by “n” below zero, is left out.
    """
    with source(table, None) as (rows, scratch):
        check(shape, rows.names)
        found = screened(table, rows, shape, catalogue_ids, scratch, settings)
        formats = decide(rows, shape, scratch, silent, settings)
        lists = list_decisions(
            lists_of(table, shape, formats, catalogue_ids if catalogue_ids is not None else (), {}), settings
        )
        unknown = _unknown(rows, found, shape, catalogue_ids)
        new = meet(catalogue_ids, unknown) if unknown and isinstance(catalogue_ids, Iterable) else {}
        products = len(unknown) - len(new)
        said = described_decision(described_columns(table, shape, found.marks), products, shape, settings)
        left_out = left_out_decisions(found, shape, settings)
        return (*left_out, *lists, *_id_decisions(new, settings), *said, *formats.decisions)


def _unknown(rows: Rows, found: Screened, shape: BasketShape, catalogue_ids: Collection[str] | None) -> dict[str, None]:
    """The products of the purchases that the catalogue does not have, as it writes them."""
    if shape.shape != "long" or shape.item is None:
        return {}
    have: Collection[str] = () if catalogue_ids is None else catalogue_ids
    have = set(have.tolist()) if isinstance(have, np.ndarray) else have
    bought: dict[str, None] = {}
    for frame in found.of(rows.of([shape.item])):
        different = clean(frame[shape.item]).dropna().unique().tolist()
        bought |= dict.fromkeys(i for i in different if i not in have)
    return bought


def _id_decisions(new: Mapping[str, str], settings: Settings) -> list[Decision]:
    """That ids of products are written differently in the two files. new: of the lines -> of the catalogue."""
    if not new:
        return []
    chosen = setting(settings, "ids", "yes", ("yes", "no"))
    done = "they were matched" if chosen == "yes" else "they stay apart"
    one, other = next(iter(new.items()))
    sentence = (
        f"{plural(len(new), 'product id')} {'is' if len(new) == 1 else 'are'} written differently in the two files "
        f"(“{one}” for “{other}”): {done}."
    )
    return [Decision("ids", sentence, chosen, (("yes", "match them"), ("no", "keep them apart")), len(new))]


def list_decisions(lists: ListFormat | None, settings: Settings) -> list[Decision]:
    """That entries of lists say how many were bought. lists: as it was found, whatever the settings say."""
    if lists is None or not lists.counts:
        return []
    chosen = setting(settings, "counts", "yes", ("yes", "no"))
    sentence = {
        "yes": f"Entries such as “{lists.example}” say how many were bought.",
        "no": f"Entries such as “{lists.example}” are names as a whole.",
    }[chosen]
    return [Decision("counts", sentence, chosen, (("yes", "read the quantities"), ("no", "part of the name")))]
