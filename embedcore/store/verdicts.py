"""What people decided about pairs of products."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from embedcore.errors import InputError
from embedcore.store.cursor import Cursor
from embedcore.store.part import StorePart
from embedcore.store.records import now


class Verdicts(StorePart):
    """The part of the store that keeps decisions: "same" or "different", by dataset and pair of ids."""

    def verdicts(self, dataset_hash: str) -> pd.DataFrame:
        """id_a, id_b (in sorted order), verdict ("same" or "different"), at (UTC); newest first."""
        with self._db.read() as cursor:
            rows = cursor.execute(
                "SELECT id_a, id_b, verdict, given FROM verdicts WHERE dataset = ? ORDER BY given DESC, id_a, id_b",
                [dataset_hash],
            ).fetchall()
        return pd.DataFrame(rows, columns=["id_a", "id_b", "verdict", "at"])

    def set_verdicts(self, dataset_hash: str, given: Iterable[tuple[str, str, str | None]]) -> None:
        """Keep verdicts (id, id, "same", "different" or None to take it back) in one transaction: all or none. The
        order of the two ids does not matter. InputError for a word that is no verdict."""
        rows = []
        for id_a, id_b, verdict in given:
            if verdict not in ("same", "different", None) or id_a == id_b:
                raise InputError("A verdict says of two products that they are the same or different.")
            rows.append((*sorted((id_a, id_b)), verdict))
        if not rows:
            return
        frame = pd.DataFrame(rows, columns=["id_a", "id_b", "verdict"]).astype("object")
        frame = frame.drop_duplicates(["id_a", "id_b"], keep="last")

        def change(cursor: Cursor) -> None:
            cursor.register("given", frame)
            cursor.execute(
                "DELETE FROM verdicts WHERE dataset = ? AND (id_a, id_b) IN (SELECT (id_a, id_b) FROM given)",
                [dataset_hash],
            )
            cursor.execute(
                "INSERT INTO verdicts SELECT ?, id_a, id_b, verdict, ? FROM given WHERE verdict IS NOT NULL",
                [dataset_hash, now()],
            )
            cursor.unregister("given")

        self._db.write(change)
