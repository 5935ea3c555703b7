"""From an uploaded file to a table of text, and on to a catalogue, baskets and pictures.

>>> import pandas as pd
>>> frame = pd.DataFrame({"sku": ["a1", "a2"], "name": ["Red mug", "Blue cup"]}, dtype="str")
>>> catalogue, _ = make_catalogue(frame, {guess.column: guess.role for guess in guess_roles(frame)})
>>> catalogue.roles
{'sku': 'id', 'name': 'title'}
"""

from embedcore.intake.columns.catalogue import column_decisions, make_catalogue, roles_like
from embedcore.intake.columns.profile import Profile, profile
from embedcore.intake.columns.roles import Guess, guess_roles, kept_guesses, save_guesses
from embedcore.intake.columns.values import exact_text
from embedcore.intake.decisions import Decision, Settings
from embedcore.intake.pictures.read import read_pictures
from embedcore.intake.purchases.build import add_baskets
from embedcore.intake.purchases.decisions import purchase_decisions
from embedcore.intake.purchases.exact import read_purchases
from embedcore.intake.purchases.ids import meet
from embedcore.intake.purchases.match_ids import match_ids
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.recipes import FileRecipe, Recipe, file_recipe, how_read, read_recipe
from embedcore.intake.tables.options import DELIMITERS
from embedcore.intake.tables.read import ReadReport, Table, read_table
from embedcore.intake.text.encodings import ENCODINGS
from embedcore.intake.understand import Understanding, understand

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "BasketShape",
    "Decision",
    "FileRecipe",
    "Guess",
    "Profile",
    "ReadReport",
    "Recipe",
    "Settings",
    "Table",
    "Understanding",
    "add_baskets",
    "column_decisions",
    "exact_text",
    "file_recipe",
    "guess_roles",
    "guess_shape",
    "how_read",
    "kept_guesses",
    "make_catalogue",
    "match_ids",
    "meet",
    "profile",
    "purchase_decisions",
    "read_pictures",
    "read_purchases",
    "read_recipe",
    "read_table",
    "roles_like",
    "save_guesses",
    "understand",
]
