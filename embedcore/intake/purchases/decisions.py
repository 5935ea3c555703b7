"""What was understood of purchases: which lines are none, how times and amounts are written, how ids meet."""

from __future__ import annotations

from collections.abc import Collection

from embedcore.intake.decisions import NOTHING, Decision, Settings
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.tables.read import Table


def purchase_decisions(
    table: Table,  # noqa: ARG001  for what is understood of purchases
    shape: BasketShape,  # noqa: ARG001
    catalogue_ids: Collection[str] | None = None,  # noqa: ARG001
    settings: Settings = NOTHING,  # noqa: ARG001
) -> tuple[Decision, ...]:
    """What `add_baskets` does with the rows of a table of purchases with the same settings. catalogue_ids: of the
    products, when there is a catalogue.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from embedcore.intake.tables.read import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("order,sku\\n1,mug\\n1,cup\\n")
    ...     table = read_table(Path(folder) / "a.csv", "a.csv", use="baskets")
    >>> purchase_decisions(table, BasketShape("long", basket="order", item="sku"))
    ()
    """
    return ()
