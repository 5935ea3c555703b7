"""The columns of a catalogue as numbers, read the same way for known and new products; methods that learn from them."""

from embedcore.methods.columns import inputs
from embedcore.methods.columns.cells import Cells
from embedcore.methods.columns.cooccurrence import UNSURE, FittedCooccurrence
from embedcore.methods.columns.hidden import TableMethod
from embedcore.methods.columns.hidden import judge as judge_table
from embedcore.methods.columns.inputs import Inputs, gelu, layer_norm, one_hot, softmax, sparse_rows
from embedcore.methods.columns.linear import main_directions
from embedcore.methods.columns.pmi import context_chance, mutual_information, sample_rows, token_vectors
from embedcore.methods.columns.table import CATEGORIES, NUMBERS, WIDE, Encoded, TableEncoder, numeric

__all__ = [
    "CATEGORIES",
    "NUMBERS",
    "UNSURE",
    "WIDE",
    "Cells",
    "Encoded",
    "FittedCooccurrence",
    "Inputs",
    "TableEncoder",
    "TableMethod",
    "context_chance",
    "gelu",
    "inputs",
    "judge_table",
    "layer_norm",
    "main_directions",
    "mutual_information",
    "numeric",
    "one_hot",
    "sample_rows",
    "softmax",
    "sparse_rows",
    "token_vectors",
]
