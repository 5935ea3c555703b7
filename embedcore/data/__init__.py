"""The values that flow through every room: datasets (catalogue, baskets, pictures) and embeddings.

>>> import pandas as pd
>>> bought = pd.DataFrame({"basket": ["1", "1"], "item": ["mug", "cup"]})
>>> Dataset.build("shop", None, bought).items.tolist()
['cup', 'mug']
"""

from embedcore.data import folders
from embedcore.data.baskets import Baskets, LinesDone, count_items, first_lines, merge_lines, open_baskets, row_slices
from embedcore.data.dataset import ROLES, Catalogue, Dataset, join_items, pictures_of
from embedcore.data.embedding import Embedding
from embedcore.data.images import PICTURE_SIDE, Images, shrink_picture
from embedcore.data.mapped import map_arrays, write_arrays
from embedcore.data.scratch import give_back, scratch_array
from embedcore.data.scripts import UNSPACED, VOWEL_SIGN, pieces, words_in
from embedcore.data.strings import Strings, Texts
from embedcore.data.tags import TAG_SEPARATOR, commonest_tags, join_tags, split_tags, tag_rows, written_tags

__all__ = [
    "PICTURE_SIDE",
    "ROLES",
    "TAG_SEPARATOR",
    "UNSPACED",
    "VOWEL_SIGN",
    "Baskets",
    "Catalogue",
    "Dataset",
    "Embedding",
    "Images",
    "LinesDone",
    "Strings",
    "Texts",
    "commonest_tags",
    "count_items",
    "first_lines",
    "folders",
    "give_back",
    "join_items",
    "join_tags",
    "map_arrays",
    "merge_lines",
    "open_baskets",
    "pictures_of",
    "pieces",
    "row_slices",
    "scratch_array",
    "shrink_picture",
    "split_tags",
    "tag_rows",
    "words_in",
    "write_arrays",
    "written_tags",
]
