"""What the Data page says, in one place; tests wait for these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pages.ui.mapping import NO_ID
from pages.ui.text import count

LOADED, ADD = "Loaded data", "Add data"
PRODUCTS, BASKETS, PICTURES = "1 · Products", "2 · Baskets", "3 · Pictures"
PRODUCTS_ABOUT = "One row per product: name, category, price, whatever you have. Optional if you have baskets."
BASKETS_ABOUT = "What was bought together: one row per product bought, or a list of products per row. Optional."
PICTURES_ABOUT = "One picture per product. Optional."
CATALOGUE_FILE, BASKETS_FILE, PICTURES_FILE = "Catalogue file", "Baskets file", "Zip with pictures"
FILES = {  # what a person can give: title, what it is, the words on the box
    "catalogue": (PRODUCTS, PRODUCTS_ABOUT, CATALOGUE_FILE),
    "baskets": (BASKETS, BASKETS_ABOUT, BASKETS_FILE),
}
FORMATS = "CSV (any delimiter, also .gz), Excel, JSON or Parquet"
PICTURES_FORMATS = "A zip of PNG, JPEG or WebP files"
PICTURES_HELP = (
    "PNG, JPEG or WebP files named by product id (17.jpg, or 17_1.jpg and 17_2.jpg), or as the image column says: a "
    "file name, a path inside the zip or folder, or a web address that ends in the file name. Nothing is fetched from "
    "the web."
)
PICTURES_FOLDER = "or pick a zip or folder from the server's data folder"
MORE = "More about this file"
CORRECT = "Correct the columns"
FIRST_PRODUCTS, FIRST_BASKETS = "Table: the first products as they will be", "Table: the first baskets as they will be"
ASSUMED = "Where the files do not say, this is assumed:"
SWAP, MOVE, RIGHT = "Swap the files", "Use it in the other place", "Leave it so"
APPLY_RECIPE, SAVE_RECIPE = "Apply a recipe", "Save this recipe"
RECIPE_FILE, RECIPE_ABOUT = "Recipe", "A recipe saved after an earlier import (JSON)"
APPLIED = "Your files are read as it says. What is different in them is said beside each file."
NOT_IN_RECIPE = "The recipe says nothing about this file."
HOW_IT_WAS_READ, OF_PRODUCTS, OF_BASKETS = "How it was read", "Products", "Baskets"
NAME, IMPORT = "Dataset name", "Import"
TRAIN = "Train a method"
RENAME_OR_REMOVE = "Rename or remove this dataset"
NEW_NAME, RENAME, REMOVE = "New name", "Rename", "Remove"
SURE = "Yes, remove it and everything trained on it"
HAVE_PICTURE = "products have one"
LEFT_OUT = "Missing and unused pictures"
WITHOUT = "Products without a picture"
OF_NO_PRODUCT = "Pictures of no product"
UNREADABLE = "Unreadable pictures"

_SEVERAL = {
    "category": "categories",
    "price": "prices",
    "image": "images",
    "brand": "brands",
    "tags": "columns of tags",
}
_ONE = {"tags": "column of tags"}


def of_roles(roles: Mapping[str, str]) -> str:
    """What the columns of a catalogue are taken for, in a sentence.

    >>> of_roles({"sku": "id", "name": "title", "kind": "category", "colour": "category", "url": "ignore"})
    '“sku” is the id and “name” the name of a product; 2 categories. 1 column is left out.'
    """
    named = {role: column for column, role in roles.items() if role in ("id", "title")}
    head = f"“{named['id']}” is the id" if "id" in named else NO_ID
    if "title" in named:
        head += (
            f" and “{named['title']}” the name of a product" if "id" in named else f" “{named['title']}” is the name"
        )
    kinds = Counter(role for role in roles.values() if role not in ("id", "title", "ignore"))
    rest = [count(n, _ONE.get(role, role), _SEVERAL.get(role, "")) for role, n in kinds.items()]
    left = sum(role == "ignore" for role in roles.values())
    out = f" {count(left, 'column')} {'is' if left == 1 else 'are'} left out." if left else ""
    return f"{head}{'; ' if rest else ''}{', '.join(rest)}.{out}"
