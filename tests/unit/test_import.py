"""The import task: catalogue and baskets joined, and what it has to say about it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.intake import guess_shape, read_table
from embedcore.progress import silent
from embedcore.tasks.files import import_files


def imported(folder: Path, products: str, baskets: str) -> Dataset:
    """Both texts as files through reading, guessing and the task."""
    spec: dict[str, Any] = {"name": "shop", "source": "test"}
    for kind, text in (("catalogue", products), ("baskets", baskets)):
        file = folder / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        table = read_table(file, file.name)
        table.save(folder / kind)
        spec[kind] = {"raw": str(folder / kind)}
        if kind == "catalogue":
            spec[kind] |= {"roles": {"id": "id", "name": "title"}, "generate_ids": False}
        else:
            spec[kind] |= {"shape": asdict(guess_shape(table.frame))}
    out = folder / "out"
    import_files(spec, out, silent)
    return Dataset.load(out / "dataset")


PRODUCTS = "id,name\n1,milk\n2,bread\n3,jam\n"


def test_ids_written_differently_are_joined_and_said(tmp_path: Path) -> None:
    lines = "order_id,product_id\n" + "".join(f"o{n},00{1 + n % 3}\n" for n in range(30))
    shop = imported(tmp_path, PRODUCTS, lines)
    assert list(shop.items) == ["1", "2", "3"]
    assert shop.counts.tolist() == [10, 10, 10]
    assert any("written differently" in s for s in shop.meta["notices"])


def test_ids_that_match_nothing_are_kept_and_said_in_one_sentence(tmp_path: Path) -> None:
    lines = "order_id,product_id\n" + "".join(f"o{n},x{n % 3}\n" for n in range(30))
    shop = imported(tmp_path, PRODUCTS, lines)
    assert list(shop.items) == ["1", "2", "3", "x0", "x1", "x2"]
    assert shop.counts.tolist() == [0, 0, 0, 10, 10, 10]
    assert len([s for s in shop.meta["notices"] if "x0" in s and "catalogue" in s]) == 1
