"""A year of shopping: customers with tastes, outfits for occasions, and the planted pairs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pandas as pd

CUSTOMERS, BASKETS = 3000, 20000
SUBSTITUTES, COMPANIONS, OTHER_COMPLEMENTS = 40, 2, 60
START = datetime(2025, 1, 1, tzinfo=UTC)
# How much each occasion is shopped for, January to December.
MONTHS = {
    "office": (10, 9, 9, 8, 8, 7, 6, 8, 11, 10, 9, 8),
    "everyday": (9, 8, 9, 10, 10, 10, 9, 9, 10, 9, 10, 11),
    "sport": (14, 10, 10, 10, 9, 7, 6, 7, 8, 7, 6, 7),
    "winter": (10, 7, 4, 1, 0, 0, 0, 1, 4, 10, 16, 19),
    "hiking": (3, 3, 5, 7, 8, 7, 7, 8, 8, 7, 5, 6),
    "beach": (1, 1, 3, 7, 12, 17, 18, 11, 3, 1, 1, 1),
    "festival": (2, 2, 4, 7, 10, 13, 13, 10, 5, 3, 2, 3),
    "evening": (4, 5, 5, 6, 7, 7, 5, 5, 6, 7, 11, 18),
}
# What goes with what, by subcategory, when pairs are planted.
GOES_WITH = {
    "Chinos": "Belts Shirts",
    "Shirts": "Ties Belts",
    "Dress Shoes": "Belts Socks",
    "Blazers": "Shirts Ties",
    "Running Shoes": "Running_Socks Running_Shirts",
    "Running Tights": "Running_Shirts Sports_Bras",
    "Evening Dresses": "Heels Handbags",
    "Summer Dresses": "Sandals Sun_Hats",
    "Skirts": "Blouses Heels",
    "Tailored Trousers": "Blouses Belts",
    "Wool Coats": "Scarves Gloves",
    "Down Jackets": "Beanies Gloves",
    "Rain Jackets": "Backpacks Boots",
    "Jeans": "Sneakers T-Shirts",
    "Hoodies": "Caps Sneakers",
    "Swim Shorts": "Sandals Sunglasses",
    "Swimsuits": "Sun_Hats Tote_Bags",
    "Boots": "Socks Beanies",
    "Shorts": "Polo_Shirts Caps",
    "Blouses": "Necklaces Handbags",
    "Sneakers": "Socks Caps",
}
MANY = {"socks", "under"}  # bought several at a time


def plant(products: pd.DataFrame, rng: Random) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(substitutes, complements) as pairs of rows.

    Substitutes: one subcategory, gender and style, two brands, prices within 15 %. Both are complements of the same
    COMPANIONS third products. Further complements stand on their own. No product has two parts to play."""
    free = set(range(len(products)))
    col = {c: products[c].tolist() for c in ("subcategory", "gender", "style", "brand", "price")}

    def partner(a: int, subcategory: str) -> int | None:
        fits = [
            c
            for c in sorted(free)
            if col["subcategory"][c] == subcategory and {col["gender"][a], col["gender"][c]} != {"Women", "Men"}
        ]
        near = [c for c in fits if col["style"][c] == col["style"][a]]
        return rng.choice(near or fits) if fits else None

    def companions(a: int) -> list[int]:
        found = [partner(a, s.replace("_", " ")) for s in GOES_WITH[col["subcategory"][a]].split()]
        return [c for c in found if c is not None]

    substitutes: list[tuple[int, int]] = []
    complements: list[tuple[int, int]] = []
    mains = [n for n in free if col["subcategory"][n] in GOES_WITH]
    rng.shuffle(mains)
    for a in mains:
        if len(substitutes) == SUBSTITUTES or a not in free:
            continue
        twins = [
            b
            for b in mains
            if b in free
            and b != a
            and col["brand"][b] != col["brand"][a]
            and all(col[c][b] == col[c][a] for c in ("subcategory", "gender", "style"))
            and abs(col["price"][b] / col["price"][a] - 1) < 0.15
        ]
        third = companions(a)
        if not twins or len(third) < COMPANIONS:
            continue
        b = rng.choice(twins)
        substitutes.append((a, b))
        complements += [(x, c) for x in (a, b) for c in third]
        free -= {a, b, *third}
    alone = 0
    for a in mains:
        third = companions(a) if a in free and alone < OTHER_COMPLEMENTS else []
        if third:
            complements.append((a, third[0]))
            free -= {a, third[0]}
            alone += 1
    return substitutes, complements


def shop(
    products: pd.DataFrame,
    substitutes: list[tuple[int, int]],
    complements: list[tuple[int, int]],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Basket lines (basket_id, customer_id, row, quantity, timestamp), baskets in time order."""
    n = len(products)
    popularity = rng.lognormal(0, 1.1, n)
    planted = sorted({x for pair in substitutes + complements for x in pair})
    popularity[planted] = 5.0 + rng.random(len(planted)) * 3
    popularity[[x for pair in substitutes for x in pair]] *= 1.6  # rare products cannot show what they avoid
    for copied in np.flatnonzero(products["copy_of"].to_numpy() >= 0):  # both listings share one demand
        popularity[copied] = 0.6 * popularity[products["copy_of"].iloc[copied]] + 0.3
    codes = {c: pd.factorize(products[c])[0] for c in ("subcategory", "slot", "style")}
    copy = products["copy_of"].to_numpy()
    same_thing = np.where(copy >= 0, copy, np.arange(n))
    never = {a: b for pair in substitutes for a, b in (pair, pair[::-1])}
    goes: dict[int, list[int]] = {}
    for a, b in complements:
        goes.setdefault(a, []).append(b)
        goes.setdefault(b, []).append(a)
    occasions = list(MONTHS)
    worn = np.array([[o in text.split() for text in products["occasions"]] for o in occasions])
    many = products["slot"].isin(MANY).to_numpy()
    taste, who, loves = _customers(products, codes["style"], rng)
    months = np.array([MONTHS[o] for o in occasions], float).T
    when = _moments(rng)
    buyer = rng.choice(CUSTOMERS, BASKETS, p=who)
    lines: list[tuple[str, str, int, int, str]] = []
    for k, (moment, c) in enumerate(zip(when, buyer)):
        p = months[moment.month - 1] * loves[c]
        occasion = rng.choice(len(occasions), p=p / p.sum())
        base = popularity * taste[c] * (0.004 + worn[occasion])
        basket: list[int] = []
        blocked = np.ones(n)
        size = min(int(rng.geometric(0.31)), 12)
        while len(basket) < size:
            wanted = [x for b in basket for x in goes.get(b, ()) if x not in basket and blocked[x] > 0.1]
            if wanted and rng.random() < 0.3:
                row = int(wanted[rng.integers(len(wanted))])
            else:
                cumulative = np.cumsum(base * blocked)
                row = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
            basket.append(row)
            # An outfit needs one thing per slot; of socks one takes several.
            blocked[codes["slot"] == codes["slot"][row]] *= 0.9 if many[row] else 0.25
            blocked[codes["subcategory"] == codes["subcategory"][row]] *= 0.9 if many[row] else 0.4
            blocked[same_thing == same_thing[row]] = 0
            if row in never:
                blocked[never[row]] = 0.002
        for row in basket:
            quantity = 1 + int(rng.integers(3)) if many[row] else 1 + int(rng.random() < 0.04)
            lines.append((f"B{k + 1:05d}", f"C{c + 1:04d}", row, quantity, moment.strftime("%Y-%m-%d %H:%M")))
    return pd.DataFrame(lines, columns=["basket_id", "customer_id", "row", "quantity", "timestamp"])


def _customers(
    products: pd.DataFrame, style: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(taste for each product, share of the baskets, love of each occasion), one row a customer."""
    styles = rng.dirichlet(np.full(style.max() + 1, 0.35), CUSTOMERS) + 0.02
    level = np.exp(rng.normal(0, 0.35, CUSTOMERS))
    fit = np.exp(-((np.log(products["level"].to_numpy(float))[None, :] - np.log(level)[:, None]) ** 2) / 0.18)
    dresses = rng.choice(3, CUSTOMERS, p=[0.5, 0.38, 0.12])  # for women, for men, for a household
    gender = np.array([[1, 0.04, 1], [0.04, 1, 1], [1, 1, 1]])[
        :, pd.Categorical(products["gender"], ["Women", "Men", "Unisex"]).codes
    ]
    activity = rng.lognormal(0, 0.9, CUSTOMERS)
    loves = rng.dirichlet(np.full(len(MONTHS), 0.7), CUSTOMERS) + 0.04
    taste = styles[:, style] * (fit + 0.03) * gender[dresses]
    return taste.astype(np.float32), activity / activity.sum(), loves


def _moments(rng: np.random.Generator) -> list[datetime]:
    """BASKETS moments of one year, in order: more at weekends, in the evening and before Christmas."""
    days = [START + timedelta(days=d) for d in range(365)]
    weight = np.array(
        [
            (1.5 if d.weekday() >= 5 else 1.0)
            * (1.8 if d.month == 12 and d.day < 24 else 1.0)
            * (1.5 if d.month == 11 and d.day > 20 else 1.0)
            for d in days
        ]
    )
    day = rng.choice(len(days), BASKETS, p=weight / weight.sum())
    hour = rng.choice(np.arange(8, 23), BASKETS, p=np.array([1, 2, 3, 4, 5, 4, 4, 4, 5, 6, 8, 9, 9, 7, 4]) / 75)
    return sorted(
        days[d] + timedelta(hours=int(h), minutes=int(m)) for d, h, m in zip(day, hour, rng.integers(0, 60, BASKETS))
    )
