"""embedcore: what a retailer's products mean to each other. Importing it loads no torch and no streamlit."""

from embedcore.data import Baskets, Catalogue, Dataset, Embedding
from embedcore.errors import BusyError, Cancelled, EmbedError, InputError, MissingError, NeedsError

__all__ = [
    "Baskets",
    "BusyError",
    "Cancelled",
    "Catalogue",
    "Dataset",
    "EmbedError",
    "Embedding",
    "InputError",
    "MissingError",
    "NeedsError",
]
