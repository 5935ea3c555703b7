"""Invented shops whose variants and second listings are known: what the matcher learns variants from, and is judged on.

No brand or product is real. A shop names its variants in titles, in columns, in codes, or has none.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.intake import guess_roles, make_catalogue

_BRANDS = (
    "Alvero Brisk Candor Dovetail Elmsford Farrow Gantry Hollis Ironbay Juniper Kestrel Lomond Marlow Norvik Oster "
    "Pemberly Quill Rowan Selkirk Tamber"
)
BRANDS = _BRANDS.split()
_QUALITIES = (
    "Classic Ultra Smart Eco Deluxe Compact Heavy-Duty Everyday Premium Basic Studio Travel Garden Kids Nordic Urban "
    "Alpine Retro Silent Rapid"
)
QUALITIES = _QUALITIES.split()
_LINES = "Pinot Sierra Luna Arco Vega Mira Tundra Halo Orbit Delta Nimbus Fjord Echo Prism Coral Ember Atlas Iris"
LINES = _LINES.split()
# kind of product -> its options, each a list of values
KINDS: dict[str, list[list[str]]] = {
    "Shower Gel": [["200 ml", "400 ml", "750 ml"], ["Lavender", "Citrus", "Coconut", "Vanilla", "Rosemary"]],
    "Wall Paint": [["1 L", "2.5 L", "10 L"], ["Ivory", "Sage", "Terracotta", "Slate"]],
    "Hand Cream": [["Almond", "Honey", "Olive", "Aloe"]],
    "Protein Bar": [["Chocolate", "Peanut", "Banana", "Caramel"], ["6 pack", "12 pack", "24 pack"]],
    "Green Tea": [["20 bags", "40 bags", "80 bags"], ["Jasmine", "Mint", "Lemon"]],
    "USB Cable": [["0.5 m", "1 m", "2 m", "3 m"]],
    "Memory Card": [["32GB", "64GB", "128GB", "256GB"]],
    "Drill Bit": [["3 mm", "4 mm", "5 mm", "6 mm", "8 mm"]],
    "Bed Sheet": [["90x200", "140x200", "160x200", "180x200"]],
    "Jogging Pants": [["S", "M", "L", "XL"], ["Black", "Navy", "Grey"]],
    "Ceramic Bowl": [["White", "Blue", "Sand", "Rust"]],
    "Picture Frame": [["10x15", "13x18", "20x30"], ["Oak", "Walnut", "Black"]],
    "Ballpoint Pen": [["Blue", "Black", "Red", "Green"]],
    "Cat Food": [["Salmon", "Tuna", "Turkey", "Duck"], ["85 g", "400 g"]],
    "Door Handle": [["left", "right"], ["Brass", "Chrome", "Bronze"]],
    "Wool Yarn": [["No. 12", "No. 18", "No. 27", "No. 33"]],
    "Phone Case": [["for Zeta 5", "for Zeta 6", "for Zeta 6 Pro", "for Zeta 7"]],
    "Puzzle": [["500 pieces", "1000 pieces", "2000 pieces"]],
}
# Kinds that nothing was learned from: what is measured on them was not fitted to them.
OTHER_KINDS: dict[str, list[list[str]]] = {
    "Olivenöl": [["250 ml", "500 ml", "1 L"], ["Klassik", "Zitrone", "Knoblauch"]],
    "Kerze": [["Vanille", "Zimt", "Rose", "Zeder"], ["klein", "groß"]],
    "Chaussettes": [["35-38", "39-42", "43-46"], ["noir", "bleu", "rouge"]],
    "Dog Lead": [["1.2 m", "2 m"], ["Red", "Black", "Teal"]],
    "Printer Toner": [["TN-241BK", "TN-241C", "TN-241M", "TN-241Y"]],
    "Office Chair": [["Anthracite", "Cream", "Olive"], ["with armrests", "without armrests"]],
    "Yoga Mat": [["4 mm", "6 mm", "10 mm"], ["Violet", "Mint", "Graphite"]],
    "Whisky": [["10 Years", "12 Years", "18 Years"], ["0.35 l", "0.7 l"]],
    "Nail Polish": [["101 Coral", "102 Ruby", "103 Nude", "104 Plum", "105 Night"]],
    "Screws": [["3x20", "4x30", "5x50"], ["100 Stück", "250 Stück"]],
    "Reading Glasses": [["+1.0", "+1.5", "+2.0", "+2.5"]],
    "Game": [["for PS5", "for Xbox", "for Switch"]],
}


@dataclass(frozen=True)
class Shop:
    """frame: the rows as a shop exports them. twice: (id, id) of each product that is listed twice."""

    frame: pd.DataFrame
    twice: list[tuple[str, str]]

    def dataset(self) -> Dataset:
        """As the program reads it, columns by their proposed roles."""
        roles = {g.column: g.role for g in guess_roles(self.frame)}
        roles |= {"sku": "text"} if "sku" in roles and "id" in roles else {}  # as the command reads codes
        catalogue, _ = make_catalogue(self.frame, roles)
        return Dataset.build("synthetic shop", catalogue)

    def truth(self, dataset: Dataset) -> np.ndarray:
        """(n,) the true group of each product."""
        label = np.arange(dataset.n_catalogue)
        for a, b in self.twice:
            label[dataset.index[b]] = label[dataset.index[a]]
        return label


def shop(
    rows: int,
    twice: float,
    where: str = "title",
    *,
    kinds: dict[str, list[list[str]]] = KINDS,
    columns: tuple[str, str] = ("option1", "option2"),
    without: tuple[str, ...] = (),
    families: int = 0,
    seed: int = 7,
) -> Shop:
    """`rows` products, of which a share is listed twice in other words. where: "title", "columns" or "code" tell the
    variants of a product apart, "none": there are none. columns: their names. without: columns left out. families:
    different products at most, 0 for any number."""
    chance = random.Random(seed)
    made: list[dict[str, object]] = []
    names: set[str] = set()
    while len(made) < rows and not (families and len(names) >= families):
        brand, kind = chance.choice(BRANDS), chance.choice(list(kinds))
        line = chance.choice(LINES) if chance.random() < 0.7 else ""
        name = " ".join(x for x in (brand, line, chance.choice(QUALITIES), kind) if x)
        if name in names:
            continue
        names.add(name)
        price, code = round(chance.uniform(2, 90)) - 0.05, f"{brand[:2].upper()}{len(names) + 100}"
        chosen = [
            [v for v in values if v in some]
            for values in kinds[kind]
            for some in [chance.sample(values, chance.randint(2, len(values)) if where != "none" else 1)]
        ]
        purpose = chance.choice(["home", "work", "school", "travel"])
        text = f"{chance.choice(QUALITIES)} {kind.lower()} of the {name.split()[1]} line, made for {purpose}."
        shorts = {o: code for values in chosen for o, code in zip(values, _codes(values), strict=True)}
        for options in product(*chosen):
            short = "-".join(shorts[o] for o in options)
            made.append(
                {
                    "title": " ".join([name, *options]) if where in ("title", "none") else name,
                    "brand": brand,
                    "category": kind,
                    "price": price,
                    "description": text,
                    **({"sku": f"{code}-{short}"} if where == "code" else {}),
                    **(dict(zip(columns, (*options, ""), strict=False)) if where == "columns" else {}),
                }
            )
    made = made[:rows]
    pairs = []
    for k in chance.sample(range(len(made)), int(twice * len(made))):
        again = dict(made[k]) | {"title": _rewritten(str(made[k]["title"]), str(made[k]["brand"]), chance)}
        if chance.random() < 0.5:
            again["price"] = round(float(str(made[k]["price"])) * chance.uniform(0.95, 1.05), 2)
        if chance.random() < 0.4:
            again["description"] = ""
        if chance.random() < 0.2:
            again["brand"] = ""
        pairs.append((k, len(made)))
        made.append(again)
    order = list(range(len(made)))
    chance.shuffle(order)
    at = {k: f"q{j:05d}" for j, k in enumerate(order)}
    frame = pd.DataFrame([made[k] for k in order])
    frame.insert(0, "id", [at[k] for k in order])
    return Shop(frame.drop(columns=list(without)).astype(str), [(at[a], at[b]) for a, b in pairs])


def _codes(options: list[str]) -> list[str]:
    """How a shop shortens options in its codes; numbers where letters do not tell them apart."""
    short = ["".join(w[:3] for w in o.upper().replace(".", "").split()) for o in options]
    plain = len(set(short)) == len(short) and all(s.isalnum() for s in short)
    return short if plain else [f"{k + 1:02d}" for k in range(len(options))]


def _rewritten(title: str, brand: str, chance: random.Random) -> str:  # noqa: C901  one branch a habit
    """The title as another person would type it."""
    how = ["typo", "short", "order", "case", "added", "marks", "drop", "unit"]
    for step in chance.sample(how, chance.choice((1, 2, 2, 3))):
        words = title.split()
        if step == "typo":
            title = _slip(title, chance)
        elif step == "short" and len(words) > 2:
            k = chance.randrange(len(words))
            words[k] = _shortened(words[k], chance)
            title = " ".join(words)
        elif step == "order" and words[0] == brand:
            title = " ".join([*words[1:], *(["by", brand] if chance.random() < 0.5 else [brand])])
        elif step == "case":
            title = chance.choice((title.upper(), title.lower()))
        elif step == "added":
            title = chance.choice(
                (f"{title} (new)", f"NEW {title}", f"{title} - sale", f"Original {title}", f"{title} *offer*")
            )
        elif step == "marks":
            title = chance.choice(
                (title.replace(" ", " - ", 1), title.replace("-", " "), ", ".join(title.rsplit(" ", 1)))
            )
        elif step == "drop" and words[0] == brand and len(words) > 3:
            title = " ".join(words[1:])
        elif step == "unit":
            for long, short in ((" ml", "ml"), (" L", "l"), (" mm", "mm"), ("GB", " GB"), (" pieces", " pcs")):
                title = title.replace(long, short)
    return title


def _slip(title: str, chance: random.Random) -> str:
    inside = [k for k in range(1, len(title) - 1) if title[k].isalpha() and title[k + 1].isalpha()]
    if not inside:
        return title
    k = chance.choice(inside)
    head, one, two, rest = title[:k], title[k], title[k + 1], title[k + 2 :]
    return chance.choice((head + two + rest, head + one + one + two + rest, head + two + one + rest))


def _shortened(word: str, chance: random.Random) -> str:
    if len(word) < 5 or not word.isalpha():
        return word
    return chance.choice((word[0] + "".join(c for c in word[1:] if c not in "aeiou"), f"{word[:4]}."))
