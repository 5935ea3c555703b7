"""A data set whose right answer is known: every basket and every title is drawn from one group of products."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, Images
from embedcore.methods import get

WORDS = (
    ("running shoe", "leather boot", "canvas sneaker", "beach sandal", "hiking shoe"),
    ("red wine", "white wine", "dark beer", "sparkling cider", "apple juice"),
    ("garden hose", "flower pot", "lawn rake", "watering can", "hedge shears"),
    ("desk lamp", "light bulb", "floor lamp", "lamp shade", "string of lights"),
)
ROOMS = (("hall", "wardrobe"), ("cellar", "kitchen"), ("garden", "shed"), ("study", "ceiling"))
MATERIALS = (
    ("leather", "canvas", "suede"),
    ("glass", "tin", "carton"),
    ("steel", "clay", "wood"),
    ("brass", "paper", "led"),
)
ROLES = {"id": "id", "title": "title", "room": "category", "material": "category", "price": "price", "weight": "number"}
EACH = 15  # products of a group
GROUPS = len(WORDS)


def group(id: str) -> int:
    """The group of a product: p17 and new17 belong to group 17 % 4."""
    return int("".join(c for c in id if c.isdigit())) % GROUPS


def title(n: int) -> str:
    """Two names of the product's group, so that titles differ and stay in the group's language."""
    words = WORDS[n % GROUPS]
    return f"{words[n // GROUPS % 5]}, {words[(n // GROUPS // 5 + n // GROUPS + 1) % 5]}"


def catalogue(ids: Iterable[str]) -> Catalogue:
    """id, title, and what goes with the group: room and material (several of each in a group), price and weight."""
    rows = []
    for i in ids:
        n = int("".join(c for c in i if c.isdigit()))
        rng = np.random.default_rng(n)
        rooms, materials = ROOMS[n % GROUPS], MATERIALS[n % GROUPS]
        price, weight = (10 ** (1 + n % GROUPS / 2), 1 + 3 * (n % GROUPS)) * (1 + rng.uniform(-0.2, 0.2, 2))
        room, material = rooms[n // GROUPS % 2], materials[n // GROUPS % 3]
        rows.append((i, title(n), room, material, round(price, 2), round(weight, 2)))
    frame = pd.DataFrame(rows, columns=list(ROLES))
    return Catalogue(frame.astype({"id": "str", "title": "str", "room": "str", "material": "str"}), ROLES)


def pictures(ids: Iterable[str]) -> Images:
    """The form goes with the group (a disc, a ring, stripes, a cross), its colour, place and size do not."""
    ids, drawn = list(ids), []
    across, down = np.meshgrid(np.arange(48), np.arange(48))
    for i in ids:
        rng = np.random.default_rng(int("".join(c for c in i if c.isdigit())))
        x, y = across - 24 + rng.integers(-2, 3), down - 24 + rng.integers(-2, 3)
        size, far = rng.integers(14, 18), np.hypot(x, y)
        forms = (
            far < size,
            (far < size) & (far > size - 5),
            (abs(x) < size) & (abs(y) < size) & (y % 8 < 4),
            (abs(x) < 4) & (abs(y) < size) | (abs(y) < 4) & (abs(x) < size),
        )
        picture = np.full((48, 48, 3), 250, np.uint8)
        picture[forms[group(i)]] = rng.integers(0, 200, 3)
        drawn.append(picture)
    return Images.of(ids, drawn)


def baskets(seed: int = 0, n: int = 800) -> Iterator[tuple[str, str, str]]:
    """(basket, customer, item): four products of one group in each basket, a customer keeps to a group."""
    rng = np.random.default_rng(seed)
    for b in range(n):
        for k in rng.choice(EACH, 4, replace=False):
            yield f"b{b}", f"c{b % 80}", f"p{b % GROUPS + GROUPS * k}"


def lines(rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    """Rows as Dataset.build wants them."""
    return pd.DataFrame(list(rows), columns=["basket", "customer", "item"])


def shop() -> Dataset:
    """60 products in 4 groups with pictures, 800 baskets of 80 customers, and one product that was bought only once."""
    rows, ids = [*baskets(), ("b0", "c0", "seldom4")], [f"p{n}" for n in range(EACH * GROUPS)]
    return Dataset.build("planted", catalogue(ids), lines(rows), None, pictures(ids))


def with_results(dataset: Dataset, names: Iterable[str]) -> Dataset:
    """The dataset with results of these methods handed over, as a blend gets them."""
    folders: dict[str, dict[str, str]] = {}
    home = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in names:
        method = get(name)
        method.fit(dataset, method.Params(), seed=3).save(home / name)
        folders[f"run-{name}"] = {"method": name, "folder": str(home / name)}
    return replace(dataset, meta={**dataset.meta, "run_folders": folders})


def news(ids: Iterable[str]) -> Dataset:
    """Products that training never saw, with titles and pictures, each in three baskets with products of its group."""
    ids, rows = list(ids), []
    for i in ids:
        for b in range(3):
            mates = [f"p{group(i) + GROUPS * k}" for k in (b, b + 3, b + 6)]
            rows += [(f"{i}-{b}", f"c{group(i)}", x) for x in (i, *mates)]
    return Dataset.build("new", catalogue(ids), lines(rows), None, pictures(ids))
