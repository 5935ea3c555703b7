"""The text encoder: products whose words mean the same get similar vectors."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.errors import InputError, NeedsError
from embedcore.methods.base import Fitted, Method, Params, param
from embedcore.methods.persistence import load_arrays, load_model, save_model
from embedcore.methods.text import encoder, models
from embedcore.methods.text.adapter import Adapter, fit_adapter
from embedcore.methods.text.languages import TEXTS, other_script
from embedcore.methods.text.template import Template, column_texts
from embedcore.progress import Progress, part, silent

_ROLES = ("title", "brand", "category", "tags", "text", "description")  # the order in which a product is read out
_ENGLISH = (models.BUILT_IN, "all-mpnet-base-v2")  # models that know English
_SHORT = 3  # titles of fewer words need the description's help


@dataclass(frozen=True)
class TextParams(Params):
    """Parameters of the text encoder."""

    model: str = param(
        models.BUILT_IN,
        "Language model",
        "all-MiniLM-L6-v2 comes with this app and is quick; all-mpnet-base-v2 reads English more finely and takes "
        "several times as long; paraphrase-multilingual-MiniLM-L12-v2 reads 50 languages. The last two must have been "
        "downloaded before, or the app be allowed to go online.",
        choices=models.OFFERED,
    )
    columns: tuple[str, ...] = param(
        (),
        "Columns to read",
        "Which columns are put together into the text that is encoded, in this order. None chosen means titles, brands "
        "and categories, and descriptions only where titles are very short.",
        columns=_ROLES,
    )
    template: str = param(
        "",
        "Or a template",
        "A sentence with column names in curly brackets, such as {title}, made of {material}. It takes the place of "
        "the chosen columns; where a cell is empty, the words before it are left out, too.",
    )
    adapt: bool = param(
        False,
        "Fit to what is bought together",
        "Learns from the baskets which differences between texts matter here (a linear map trained with InfoNCE, "
        "starting at no change). It is kept only when it helps products that the training did not see.",
    )
    folder: str = param(
        "",
        "Another model",
        "The name of a sentence-transformers model in the data folder's “models”, or its hub name when this app may go "
        "online; takes the place of the model chosen above.",
        advanced=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.template.strip():
            Template.parse(self.template)

    @property
    def chosen(self) -> str:
        """The model as `models.locate` takes it."""
        return self.folder.strip() or self.model


class FittedText(Fitted):
    """embeddings: "product", vectors of length 1. adapter: what was learned from baskets; None when nothing was."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], adapter: Adapter | None = None) -> None:
        self.embeddings, self.meta, self.adapter = embeddings, meta, adapter

    def embed(self, new: Dataset) -> Embedding:
        """Encode the texts of `new` (from the columns of the training that it has); products without text are
        left out and counted."""
        params = TextParams(**self.meta["params"])
        at, texts = texts_to_read(new, params, self.meta["columns"])
        vectors = self.apply(encoder.read(texts, params.chosen).vectors)
        return Embedding("product", new.items[at], vectors, {"left_out": len(new) - len(at)})

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """(n, d) vectors of the language model -> (n, d) vectors of this embedding."""
        return vectors if self.adapter is None else self.adapter.apply(vectors)

    def save(self, folder: Path) -> None:
        """Write vectors, meta, and the map from baskets if there is one."""
        save_model(folder, self.embeddings, self.meta, self.adapter.arrays() if self.adapter is not None else {})


class TextEncoder(Method):
    """Sentence embeddings of the catalogue's own words (Reimers and Gurevych 2019), encoded, not trained; on request
    with a linear map learned from baskets (InfoNCE: van den Oord and others 2018)."""

    name = "text"
    title = "Text encoder"
    subtitle = "products with similar descriptions"
    summary = (
        "Reads titles and descriptions with a language model: products with similar descriptions get similar vectors."
    )
    about = (
        "A language model trained on a great many sentences turns each product's words into numbers: a couch "
        "and a sofa are close although the words have nothing in common. It needs no training, works from the "
        "first product on, handles new products at once, and powers search by meaning.\n\n"
        "Use it when titles and descriptions say what a product is. It does not know your shop: codes and "
        "made-up names tell it little, and it does not see what is bought together unless you let it fit to "
        "your baskets."
    )
    source = "Reimers and Gurevych 2019, Sentence-BERT; Wang et al. 2020, MiniLM (model all-MiniLM-L6-v2)"
    version = 2
    needs = frozenset({"text"})
    Params: ClassVar[type[Params]] = TextParams

    def warns(self, dataset: Dataset, params: TextParams) -> str | None:
        """That the model does not know the language of most texts."""
        if params.chosen not in _ENGLISH or dataset.catalogue is None:
            return None
        frame = dataset.catalogue.frame.iloc[:: max(1, dataset.n_catalogue // TEXTS)]
        some = Dataset.build(dataset.name, Catalogue.known(frame, dataset.catalogue.roles))
        try:
            found = other_script(product_texts(some, _columns(some, params))[1])
        except (InputError, NeedsError):  # what is wrong with the parameters is said when they are used
            return None
        if found is None:
            return None
        return (
            f"Most of the text is {found}, which this language model does not know: it reads English, and a little of "
            "other European languages. Its vectors would say little. Co-occurrence works with any language."
        )

    def fit(self, dataset: Dataset, params: TextParams, progress: Progress = silent, seed: int = 0) -> FittedText:
        """Encode; embedding "product" (products with text, d) of length-1 vectors. The seed matters to the fit to
        baskets only.

        meta: columns, left_out (products without any text), distinct (different texts), known (of them, those that
        the cache had), cut (products whose text is longer than the model reads), model.
        NeedsError when no product has text or there is nothing to fit to, InputError when a column, the sentence or
        the model cannot be used."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        if params.adapt and dataset.baskets is None:
            raise NeedsError(
                "There are no baskets to fit to.", "Add a baskets file, or turn “Fit to what is bought together” off."
            )
        begin = time.perf_counter()
        columns = _columns(dataset, params)
        at, texts = texts_to_read(dataset, params, columns)
        if not texts:
            raise NeedsError(
                "It reads text, and the chosen columns are empty for every product.", "Choose other columns."
            )
        progress(0, 100, note="Loading the language model")
        read = encoder.read(texts, params.chosen, part(progress, 0, 50 if params.adapt else 100))
        vectors, figures, losses, adapter = read.vectors, [], [], None
        notices = [said] if (said := self.warns(dataset, params)) else []
        if cut := int(read.cut.sum()):
            notices.append(_cut_notice(cut, len(at), read.limit))
        if params.adapt:
            result = fit_adapter(dataset, at, texts, vectors, seed, part(progress, 50, 100))
            notices, figures, losses, adapter = notices + result.notices, result.figures, result.losses, result.adapter
        fitted = FittedText({}, {}, adapter)
        fitted.embeddings["product"] = Embedding("product", dataset.items[at], fitted.apply(vectors))
        fitted.meta |= {
            "params": asdict(params),
            "seed": seed,
            "losses": losses,
            "seconds": round(time.perf_counter() - begin, 3),
            "columns": columns,
            "vocabulary": len(at),
            "left_out": len(dataset) - len(at),
            "distinct": read.distinct,
            "known": read.known,
            "cut": cut,
            "model": models.describe(params.chosen),
            "adapted": adapter is not None,
            "notices": notices,
            "figures": figures,
        }
        return fitted

    def load(self, folder: Path) -> FittedText:
        """Read what FittedText.save wrote."""
        embeddings, meta, arrays = load_model(folder)
        return FittedText(embeddings, meta, Adapter.of(arrays))


def encode_texts(texts: list[str], model: str = "", fitted: Path | None = None) -> np.ndarray:
    """Vectors of what a person typed, (n, d) float32 of length 1, with the very model that encoded the products.

    fitted: the model folder of a run whose map from baskets is applied, too.

    >>> encode_texts(["a mug"], "no such model")
    Traceback (most recent call last):
    embedcore.errors.InputError: Th... “no such model”...
    """
    vectors = encoder.encode(texts, model)
    adapter = _adapter(fitted) if fitted is not None else None
    return vectors if adapter is None else adapter.apply(vectors)


def title_vectors(dataset: Dataset, progress: Progress = silent) -> Embedding | None:
    """Vectors of titles and brands; None when there are none or the built-in language model is not there.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": ["1", "1"], "item": ["mug", "cup"]})
    >>> title_vectors(Dataset.build("shop", None, lines)) is None
    True
    """
    columns = dataset.columns("title", "brand") or dataset.columns("description", "text")[:1]
    if not columns:
        return None
    at, texts = product_texts(dataset, columns)
    if not texts:
        return None
    progress(0, 1, note="Loading the language model")
    try:
        return Embedding("product", dataset.items[at], encoder.read(texts, progress=progress).vectors)
    except InputError:  # without the model, letters and words are compared; the result says so
        return None


@lru_cache(maxsize=4)
def _adapter(folder: Path) -> Adapter | None:
    """The map of a saved result, without its vectors."""
    return Adapter.of(load_arrays(folder))


def _columns(dataset: Dataset, params: TextParams) -> list[str]:
    """The columns of the sentence, the chosen ones, or the default ones; an error names one that is not there.

    The default leaves descriptions out when titles say enough: with them, the same article in two shops is found
    less often (first hit right for 29 % instead of 37 % of abt-buy's pairs) and encoding takes three times as
    long. Columns without letters (codes) are left out, too."""
    if params.template.strip():
        return Template.parse(params.template).columns(dataset)
    known = dataset.columns(*_ROLES)
    for c in params.columns:
        if c not in known:
            raise NeedsError(f"The catalogue has no text column “{c}”.", f"Choose among {', '.join(known)}.")
    if params.columns:
        return list(params.columns)
    ordered = [c for role in _ROLES for c in dataset.columns(role)]
    letters = {c: dataset.column(c).dropna().str.contains(r"[^\W\d_]", regex=True).mean() for c in ordered}
    words = [c for c in ordered if letters[c] > 0.5] or ordered
    titles = dataset.columns("title")
    enough = titles and dataset.column(titles[0]).str.count(r"\S+").median() >= _SHORT
    brief = [c for c in words if c not in dataset.columns("description")]
    return brief if enough and brief else words


def texts_to_read(dataset: Dataset, params: TextParams, columns: list[str]) -> tuple[np.ndarray, list[str]]:
    """(positions in `items` of the products with any text, their texts), as the parameters want them read."""
    if not params.template.strip():
        here = [c for c in columns if c in dataset.columns(*_ROLES)] or _columns(dataset, TextParams())
        return product_texts(dataset, here)
    texts = Template.parse(params.template).texts(dataset, columns)
    at = np.flatnonzero(np.array([bool(t) for t in texts], dtype=bool))
    return at, [texts[n] for n in at]


def product_texts(dataset: Dataset, columns: list[str]) -> tuple[np.ndarray, list[str]]:
    """(positions in `items` of the products with any text, their texts: the columns' values joined by ". ")."""
    values = [column_texts(dataset, c) for c in columns]
    texts = [". ".join(dict.fromkeys(v for v in row if v)) for row in zip(*values, strict=True)]
    at = np.flatnonzero(np.array([bool(t) for t in texts], dtype=bool))
    return at, [texts[n] for n in at]


def _cut_notice(cut: int, among: int, limit: int) -> str:
    what = "1 product has a text" if cut == 1 else f"{cut:,} of {among:,} products have texts"
    return (
        f"{what} longer than this model reads (about {round(limit * 0.75, -1):.0f} words): only the beginning counts. "
        "Choose fewer columns, or put the most important one first."
    )
