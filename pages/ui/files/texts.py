"""What the Data page says, in one place; tests wait for these."""

from __future__ import annotations

from collections.abc import Mapping

from pages.ui.mapping import NO_ID

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
YOUR_CHOICE = "Your choice"
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

_NAMED = {  # what columns of a role are called, one and several
    "category": ("Category", "Categories"),
    "price": ("Price", "Prices"),
    "image": ("Picture", "Pictures"),
    "brand": ("Brand", "Brands"),
    "tags": ("Tags", "Tags"),
    "description": ("Description", "Descriptions"),
    "text": ("Text", "Texts"),
    "number": ("Number", "Numbers"),
    "date": ("Date", "Dates"),
    "parent": ("Variant of", "Variant of"),
    "ignore": ("Left out", "Left out"),
}
_SOME = 3  # columns of a role that are named


def of_roles(roles: Mapping[str, str], *, told: bool = False) -> str:
    """What the columns of a catalogue are taken for, in a sentence. told: the id was spoken of already.

    >>> of_roles({"sku": "id", "name": "title", "kind": "category", "colour": "category", "url": "ignore"})
    '“sku” is the id and “name” the name of a product. Categories: “kind”, “colour”. Left out: “url”.'
    >>> of_roles({"name": "title", "kind": "category"}, told=True)
    '“name” is the name of a product. Category: “kind”.'
    """
    named = {role: column for column, role in roles.items() if role in ("id", "title")}
    said = []
    if "id" in named and "title" in named and not told:
        said.append(f"“{named['id']}” is the id and “{named['title']}” the name of a product")
    else:
        said += [] if told else [f"“{named['id']}” is the id" if "id" in named else NO_ID]
        said += [f"“{named['title']}” is the name of a product"] if "title" in named else []
    for role, (one, several) in _NAMED.items():
        columns = [column for column, r in roles.items() if r == role]
        if columns:
            some = ", ".join(f"“{c}”" for c in columns[:_SOME])
            more = f" and {len(columns) - _SOME} more" if len(columns) > _SOME else ""
            said.append(f"{several if len(columns) > 1 else one}: {some}{more}")
    return f"{'. '.join(said)}.".replace("….", "…")
