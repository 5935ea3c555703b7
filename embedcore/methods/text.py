"""The text encoder: products whose words mean the same get similar vectors."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.errors import NeedsError
from embedcore.methods import encoder
from embedcore.methods.base import Fitted, Method, Params, Progress, param, silent
from embedcore.methods.files import load_model, save_model

_ROLES = ("title", "brand", "category", "text", "description")     # the order in which a product is read out
_SHORT = 3      # titles of fewer words need the description's help


@dataclass(frozen=True)
class TextParams(Params):
    """Parameters of the text encoder."""

    columns: tuple[str, ...] = param((), "Columns to read", "Which columns are put together into the text that is "
                                     "encoded, in this order. None chosen means titles, brands and categories, and "
                                     "descriptions only where titles are very short.", columns=_ROLES)
    model: str = param("", "Language model", "Empty uses the built-in all-MiniLM-L6-v2; or the folder of another "
                       "sentence-transformers model, or its hub name when this machine may go online.", advanced=True)


class FittedText(Fitted):
    """embeddings: "product", vectors of length 1."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any]) -> None:
        self.embeddings, self.meta = embeddings, meta

    def embed(self, new: Dataset) -> Embedding:
        """Encode the texts of `new` (from the columns of the training that it has); products without text are
        left out and counted."""
        columns = [c for c in self.meta["columns"] if c in new.columns(*_ROLES)] or _columns(new, ())
        at, texts = product_texts(new, columns)
        vectors = encoder.encode(texts, self.meta["params"]["model"])
        return Embedding("product", new.items[at], vectors, {"left_out": len(new) - len(at)})

    def save(self, folder: Path) -> None:
        save_model(folder, self.embeddings, self.meta, {})


class TextEncoder(Method):
    """Sentence embeddings of the catalogue's own words (Reimers and Gurevych 2019), encoded, not trained."""

    name = "text"
    title = "What the words say (text encoder)"
    summary = "Reads titles and descriptions with a language model: products described alike get similar vectors."
    source = ("Reimers and Gurevych 2019, Sentence-BERT; Wang et al. 2020, MiniLM (model all-MiniLM-L6-v2)")
    version = 1
    needs = frozenset({"text"})
    Params: ClassVar[type[Params]] = TextParams

    def fit(self, dataset: Dataset, params: TextParams, progress: Progress = silent, seed: int = 0) -> FittedText:
        """Encode; embedding "product" (products with text, d) of length-1 vectors. The seed changes nothing.

        meta: columns, left_out (products without any text), distinct (different texts), model.
        NeedsError when no product has text, InputError when a column or the model cannot be used."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        begin = time.perf_counter()
        columns = _columns(dataset, params.columns)
        at, texts = product_texts(dataset, columns)
        if not texts:
            raise NeedsError("It reads text, and the chosen columns are empty for every product.",
                             "Choose other columns.")
        progress(0, 1, note="Loading the language model")
        vectors = encoder.encode(texts, params.model, progress)
        meta = {
            "params": asdict(params), "seed": seed, "losses": [], "seconds": round(time.perf_counter() - begin, 3),
            "columns": list(columns), "vocabulary": len(at), "left_out": len(dataset) - len(at),
            "distinct": len(set(texts)), "model": encoder.describe(params.model),
        }
        return FittedText({"product": Embedding("product", dataset.items[at], vectors)}, meta)

    def load(self, folder: Path) -> FittedText:
        embeddings, meta, _ = load_model(folder)
        return FittedText(embeddings, meta)


def _columns(dataset: Dataset, chosen: tuple[str, ...]) -> list[str]:
    """The chosen columns, or the default ones; NeedsError names a chosen one that is not there.

    The default leaves descriptions out when titles say enough: with them, the same article in two shops is found
    less often (first hit right for 29 % instead of 37 % of abt-buy's pairs) and encoding takes three times as
    long. Columns without letters (codes) are left out, too."""
    known = dataset.columns(*_ROLES)
    for c in chosen:
        if c not in known:
            raise NeedsError(f"The catalogue has no text column “{c}”.", f"Choose among {', '.join(known)}.")
    if chosen:
        return list(chosen)
    ordered = [c for role in _ROLES for c in dataset.columns(role)]
    letters = {c: dataset.column(c).dropna().str.contains(r"[^\W\d_]", regex=True).mean() for c in ordered}
    words = [c for c in ordered if letters[c] > 0.5] or ordered
    titles = dataset.columns("title")
    enough = titles and dataset.column(titles[0]).str.count(r"\S+").median() >= _SHORT
    brief = [c for c in words if c not in dataset.columns("description")]
    return brief if enough and brief else words


def product_texts(dataset: Dataset, columns: list[str]) -> tuple[np.ndarray, list[str]]:
    """(positions in `items` of the products with any text, their texts: the columns' values joined by ". ")."""
    values = [dataset.column(c).fillna("").astype(str).str.strip().to_numpy(dtype=object) for c in columns]
    texts = [". ".join(dict.fromkeys(v for v in row if v)) for row in zip(*values, strict=True)]
    at = np.flatnonzero(np.array([bool(t) for t in texts], dtype=bool))
    return at, [texts[n] for n in at]


encode = encoder.encode     # a query is encoded with the very function that encoded the products

__all__ = ["FittedText", "TextEncoder", "TextParams", "encode", "product_texts"]
