"""What was understood of purchases: which lines are none, how times and amounts are written, how ids meet."""

from __future__ import annotations

from collections.abc import Collection

from embedcore.intake.decisions import NOTHING, Decision, Settings, setting
from embedcore.intake.purchases.build import lists_of, screened, source
from embedcore.intake.purchases.lines import check
from embedcore.intake.purchases.lists import ListFormat
from embedcore.intake.purchases.rows import decide
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
    1 returned line (“n” is below zero) is left out.
    """
    with source(table, None) as (rows, scratch):
        check(shape, rows.names)
        found = screened(table, rows, shape, catalogue_ids, scratch, settings)
        formats = decide(rows, shape, scratch, silent, settings)
        lists = list_decisions(
            lists_of(table, shape, formats, catalogue_ids if catalogue_ids is not None else (), {}), settings
        )
        return (*left_out_decisions(found, shape, settings), *lists, *formats.decisions)


def list_decisions(lists: ListFormat | None, settings: Settings) -> list[Decision]:
    """That entries of lists say how many were bought. lists: as it was found, whatever the settings say."""
    if lists is None or not lists.counts:
        return []
    chosen = setting(settings, "counts", "yes", ("yes", "no"))
    sentence = {
        "yes": f"Entries such as “{lists.example}” say how many were bought.",
        "no": f"Entries such as “{lists.example}” are names as a whole.",
    }[chosen]
    return [Decision("counts", sentence, chosen, (("yes", "Read the quantities"), ("no", "Part of the name")))]
