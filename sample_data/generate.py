"""Make the sample shop: `python -m sample_data.generate [folder]` writes the files beside this one again.

The same seed gives the same files, byte for byte, with the pinned versions of numpy, pandas and Pillow.
"""

from __future__ import annotations

import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd

from sample_data import baskets, garments, products

SEED = 20250101


@dataclass(frozen=True, eq=False)
class Shop:
    """The tables as they are written, and what each picture shows (picture, colour), in catalogue order."""

    products: pd.DataFrame
    baskets: pd.DataFrame
    duplicates: pd.DataFrame
    complements: pd.DataFrame
    substitutes: pd.DataFrame
    looks: list[tuple[str, str]]

    def tables(self) -> dict[str, str]:
        """File name -> CSV text."""
        names = ("products", "baskets", "duplicates", "complements", "substitutes")
        return {
            f"{n}.csv": getattr(self, n).to_csv(index=False, float_format="%.2f", lineterminator="\n") for n in names
        }


def make(seed: int = SEED) -> Shop:
    """The whole shop without its pictures."""
    rng = Random(seed)  # noqa: S311  the same shop every time
    first = products.originals(rng)
    substitutes, complements = baskets.plant(first, rng)
    busy = {row for pair in substitutes + complements for row in pair}
    table, duplicates = products.relist(first, [n for n in range(len(first)) if n not in busy], rng)
    lines = baskets.shop(table, substitutes, complements, np.random.default_rng(seed))

    order = list(range(len(table)))  # a shelf order that gives nothing away
    rng.shuffle(order)
    ids = {row: f"P{10001 + n}" for n, row in enumerate(order)}
    table = table.assign(product_id=[ids[n] for n in range(len(table))])
    table["image"] = table["product_id"] + ".png"
    lines.insert(2, "product_id", lines.pop("row").map(ids))
    table = table.iloc[order].reset_index(drop=True)

    def named(pairs: list[tuple[int, int]]) -> pd.DataFrame:
        rows = sorted(tuple(sorted((ids[a], ids[b]))) for a, b in pairs)
        return pd.DataFrame(rows, columns=["id_a", "id_b"])

    return Shop(
        table[products.COLUMNS],
        lines,
        named(duplicates),
        named(complements),
        named(substitutes),
        list(zip(table["picture"], table["colour"])),
    )


def picture(shop: Shop, row: int) -> bytes:
    """The PNG of the product in that row of the catalogue."""
    return garments.draw(*shop.looks[row], seed=row)


def write(folder: Path, shop: Shop, limit: int | None = None) -> None:
    """All files; `limit` draws only so many pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in shop.tables().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    with zipfile.ZipFile(folder / "images.zip", "w", zipfile.ZIP_STORED) as out:
        for row, name in enumerate(shop.products["image"][:limit]):
            out.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), picture(shop, row))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, make())
