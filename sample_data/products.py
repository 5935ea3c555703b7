"""The catalogue of the sample shop: models in several colours, then second listings of some of them."""

from __future__ import annotations

from random import Random

import pandas as pd

from sample_data.vocabulary import ABBREVIATIONS, BRANDS, NAMES, OCCASIONS, PALETTES, SAME_COLOUR, SUBS, Brand, Sub

COLUMNS = [
    "product_id",
    "title",
    "description",
    "brand",
    "category",
    "subcategory",
    "colour",
    "material",
    "season",
    "gender",
    "price",
    "image",
]
ORIGINALS, RELISTED_ONCE, RELISTED_TWICE = 1880, 100, 10


def originals(rng: Random) -> pd.DataFrame:
    """ORIGINALS different products. Beside COLUMNS they carry what the baskets are made from: `model` (colours of
    one model share it), `style`, `level`, `slot`, `occasions`, `picture`."""
    models: list[list[dict[str, object]]] = []
    for brand in BRANDS:
        subs = [s for s in SUBS if brand.style in s.styles.split()]
        for sub in rng.sample(subs, min(len(subs), max(4, round(len(subs) * 0.8)))):
            for fit in rng.sample(sub.fits, rng.choice((2, 3, 3, 4))):
                models.append(_model(brand, sub, fit, rng))
    rng.shuffle(models)
    rows = [dict(p, model=n) for n, model in enumerate(models) for p in model]
    if len(rows) < ORIGINALS:
        raise ValueError(f"The words are enough for {len(rows)} products only.")
    return pd.DataFrame(rows[:ORIGINALS])


def relist(products: pd.DataFrame, allowed: list[int], rng: Random) -> tuple[pd.DataFrame, list[tuple[int, int]]]:
    """(all products with their second listings behind them, pairs of rows that are the same product).

    allowed: rows that may be listed again. A copy has `copy_of` set to its original's row."""
    chosen = rng.sample(allowed, RELISTED_ONCE + RELISTED_TWICE)
    copies: list[dict[str, object]] = []
    groups: dict[int, list[int]] = {}
    for n, row in enumerate(chosen):
        for _ in range(2 if n < RELISTED_TWICE else 1):
            groups.setdefault(row, [row]).append(len(products) + len(copies))
            copies.append(_again({str(k): v for k, v in products.iloc[row].to_dict().items()}, rng) | {"copy_of": row})
    both = pd.concat([products.assign(copy_of=-1), pd.DataFrame(copies)], ignore_index=True)
    pairs = [(a, b) for g in groups.values() for n, a in enumerate(g) for b in g[n + 1 :]]
    return both, pairs


def _model(brand: Brand, sub: Sub, fit: str, rng: Random) -> list[dict[str, object]]:
    word, _, fixed = fit.partition("=")
    material = fixed or rng.choice(sub.materials)
    name = f"{rng.choice(NAMES)} " if rng.random() < 0.35 else ""
    gender = rng.choice(sub.genders.split())
    price = _shelf(sub.price * brand.level**0.9 * rng.uniform(0.8, 1.25))
    detail, occasion = rng.choice(sub.details), rng.choice(sub.occasions.split())
    palette = [c.replace("_", " ") for c in PALETTES[sub.palette].split()]
    opening = rng.choice(
        (
            "{fit} {noun} made of {material}, with {detail}.",
            "{material} {noun} by {brand} with {detail}.",
            "This {fit} {noun} in {colour} comes in {material} and has {detail}.",
            "{brand} makes its {fit} {noun} from {material} and adds {detail}.",
        )
    )
    if sub.noun.endswith("s") and not sub.noun.endswith("ss"):
        opening = opening.replace("This", "These").replace("comes", "come").replace("has", "have")
    closing = rng.choice(OCCASIONS[occasion])
    if fixed:  # not: "linen shirt made of linen"
        opening = opening.replace("{fit} ", "")
    noun = sub.noun.lower()
    if noun.split()[0] in material.lower().split():  # not: "wool wool coat"
        noun = noun.split()[-1]
    out: list[dict[str, object]] = []
    for colour in rng.sample(palette, min(len(palette), rng.choice((1, 2, 2, 3, 3, 4)))):
        first = opening.format(
            fit=word.lower(),
            noun=noun,
            material=material.lower(),
            detail=detail,
            brand=brand.name,
            colour=colour.lower(),
        )
        out.append(
            {
                "title": f"{brand.name} {name}{word} {sub.noun} {colour}",
                "description": f"{first[0].upper()}{first[1:]} {closing}",
                "brand": brand.name,
                "category": sub.category,
                "subcategory": sub.name,
                "colour": colour,
                "material": material if rng.random() > 0.03 else "",
                "season": sub.season,
                "gender": gender,
                "price": price if rng.random() > 0.15 else _shelf(price * rng.uniform(0.7, 0.95)),
                "style": brand.style,
                "level": brand.level,
                "slot": sub.slot,
                "occasions": sub.occasions,
                "picture": f"{sub.picture} {word.lower()}",
            }
        )
    return out


def _again(p: dict[str, object], rng: Random) -> dict[str, object]:
    """The same product as somebody else would have typed it in."""
    brand, colour, title = str(p["brand"]), str(p["colour"]), str(p["title"])
    how = rng.sample(("brand", "short", "typo", "case", "colour", "tag"), rng.choice((1, 2, 2)))
    if "colour" in how and colour in SAME_COLOUR:
        title = title.removesuffix(colour) + SAME_COLOUR[colour]
        p["colour"] = SAME_COLOUR[colour]
    if "short" in how:
        title = " ".join(ABBREVIATIONS.get(w, w) for w in title.split())
    if "brand" in how:
        title = f"{title.removeprefix(brand).strip()} {rng.choice(('by ', '- ', ''))}{brand}"
    if "case" in how:
        title = rng.choice((title.upper(), title.lower()))
    if "tag" in how:
        title = rng.choice((f"{title} (new)", f"NEW {title}", f"{title} - sale"))
    if "typo" in how or title == p["title"]:
        title = _typo(title, rng)
    p["title"] = title
    first, _, second = str(p["description"]).partition(". ")
    p["description"] = rng.choice((f"{first}.", f"{second} {first}.", f"{first}. {second}", _typo(f"{first}.", rng)))
    p["price"] = rng.choice((float(str(p["price"])), _shelf(float(str(p["price"])) * rng.uniform(0.93, 1.07))))
    if rng.random() < 0.15:
        p["material"] = ""
    return p


def _typo(text: str, rng: Random) -> str:
    """One or two slips of the keyboard, never in the first letter."""
    for _ in range(rng.choice((1, 1, 2))):
        n = rng.choice([n for n in range(1, len(text) - 1) if text[n].isalpha() and text[n + 1].isalpha()])
        text = rng.choice(
            (text[:n] + text[n + 1 :], text[:n] + text[n] + text[n:], text[:n] + text[n + 1] + text[n] + text[n + 2 :])
        )
    return text


def _shelf(price: float) -> float:
    """A price as it stands on a shelf: 19.95, 64.90, 149.00."""
    if price >= 100:
        return round(price / 5) * 5 - 1.0
    return round(price) - (0.05 if price < 40 else 0.10)
