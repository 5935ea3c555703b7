"""embedcore shows a retailer what its products mean to each other. Importing it loads no torch and no streamlit.

>>> import pandas as pd
>>> bought = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["mug", "cup", "mug"]})
>>> Dataset.build("shop", None, bought).counts.tolist()
[1, 2]
"""

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
