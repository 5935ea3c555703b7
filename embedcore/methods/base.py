"""The contract of a method: Params, Method, Fitted, and the key of a run."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError
from embedcore.progress import Progress, silent

# Roles of columns that say something about a product and can be learned from.
TABLE = ("title", "description", "category", "tags", "brand", "price", "number", "date", "text")


def param(  # noqa: PLR0913  one option for each thing that a form can draw
    default: Any,
    label: str,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: tuple[Any, ...] | None = None,
    words: Mapping[Any, str] | None = None,
    columns: tuple[str, ...] | None = None,
    column: tuple[str, ...] | None = None,
    runs: bool = False,
    advanced: bool = False,
    later: bool = False,
) -> Any:
    """A field of Params with what a form needs to draw it.

    label: plain words. help: one sentence with the exact term. low/high/step: bounds of a number.
    choices: the allowed values; words: what a choice is called on screen where its value does not say it.
    columns: the value is a tuple of catalogue columns that have one of these roles (an empty tuple means: all of them).
    column: the value is one catalogue column that has one of these roles, or "" for none. runs: the value is a tuple of
    keys of finished runs on the same dataset. advanced: hidden until asked for. later: it came after results had been
    stored, and its default is what was done before, so that at its default it is left out of a run's key.

    >>> @dataclass(frozen=True)
    ... class MyParams(Params):
    ...     dimension: int = param(32, "Dimensions", "Length of a vector.", low=2, high=512)
    >>> MyParams(1)
    Traceback (most recent call last):
    embedcore.errors.InputError: “Dimensions” is 1. Choose a value from 2 to 512.
    """
    meta = {
        "label": label,
        "help": help,
        "low": low,
        "high": high,
        "step": step,
        "choices": choices,
        "words": words or {},
        "columns": columns,
        "column": column,
        "runs": runs,
        "advanced": advanced,
        "later": later,
    }
    return field(default=default, metadata=meta)


def figure(
    name: str,
    value: float,
    baseline: float | None = None,
    baseline_name: str = "",
    *,
    kind: str = "share",
    better: str = "higher",
    help: str = "",
) -> dict[str, Any]:
    """One row of meta["figures"]: a measure on data that training did not see, beside the simplest alternative.

    kind: "share" (0 to 1, shown in percent) or "number". better: "higher" or "lower". help: the exact term.

    >>> row = figure("Neighbours of the same category", 0.9, 0.8, "plain PCA", help="Accuracy on held-out products.")
    >>> row["value"], row["baseline"]
    (0.9, 0.8)
    """
    return {
        "name": name,
        "value": float(value),
        "baseline": None if baseline is None else float(baseline),
        "baseline_name": baseline_name,
        "kind": kind,
        "better": better,
        "help": help,
    }


@dataclass(frozen=True)
class Params:
    """Base of every method's parameters: frozen, validated against the bounds in its fields.

    >>> Params().canonical()
    '{}'
    """

    def __post_init__(self) -> None:
        for f in fields(self):
            value, m = getattr(self, f.name), f.metadata
            if m.get("columns") is not None or m.get("runs"):
                object.__setattr__(self, f.name, tuple(value))
                continue
            if m.get("choices") is not None and value not in m["choices"]:
                raise InputError(f"“{m['label']}” is {value!r}.", f"Choose one of {', '.join(map(str, m['choices']))}.")
            low, high = m.get("low"), m.get("high")
            if (low is not None and not value >= low) or (high is not None and not value <= high):  # NaN is neither
                raise InputError(f"“{m['label']}” is {value}.", f"Choose a value from {low} to {high}.")

    def canonical(self) -> str:
        """The parameters as JSON with sorted keys, without `later` ones at their default: the same values give the same
        text."""
        known = {f.name for f in fields(self) if not (f.metadata.get("later") and getattr(self, f.name) == f.default)}
        values = {name: value for name, value in asdict(self).items() if name in known}
        return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Params:
        """From a dict (as JSON gives it); InputError names an unknown parameter."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InputError(f"Unknown parameter “{unknown[0]}”.", f"Known: {', '.join(sorted(known))}.")
        return cls(**values)


class Fitted(ABC):
    """A trained method. `embeddings` holds at least "product".

    meta, JSON-able: params, seed, losses (as given to progress), seconds, vocabulary (how many products have a
    vector), left_out (how many have none); optional and shown wherever the result is:
    notices: plain sentences to read before anything else, such as "A plain PCA does better on this table.";
    figures: held-out measures beside the simplest alternative, made by `figure`.

    >>> import pandas as pd
    >>> from embedcore.methods import get
    >>> lines = pd.DataFrame({"basket": ["1", "1", "2", "2"], "item": ["mug", "cup", "cup", "mug"]})
    >>> method = get("svd")
    >>> fitted = method.fit(Dataset.build("shop", None, lines), method.Params())
    >>> list(fitted.embeddings), fitted.meta["vocabulary"]
    (['product'], 2)
    """

    embeddings: dict[str, Embedding]
    meta: dict[str, Any]

    @abstractmethod
    def embed(self, new: Dataset) -> Embedding:
        """Vectors for the products of `new` (known or not) without retraining, kind "product".

        One row per product of `new` for which there is enough to go on, in the order of `new.items`.
        Embedding many at once equals embedding each alone (to 1e-4).
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write everything `load` needs as safetensors + JSON."""


class Method(ABC):
    """One way to make an embedding. Stateless.

    >>> from embedcore.methods import get
    >>> get("svd").title, get("svd").needs
    ('Truncated SVD', frozenset({'baskets'}))
    """

    name: ClassVar[str]
    title: ClassVar[str]  # the field's name of it
    subtitle: ClassVar[str]  # what its vectors say, in two to six plain words
    summary: ClassVar[str]  # one plain sentence: what it learns from, what it is good for
    about: ClassVar[str] = ""  # a few plain sentences: what it does, when to choose it, what it cannot do
    source: ClassVar[str]  # the paper
    version: ClassVar[int]  # raise it when the same parameters give another result
    needs: ClassVar[frozenset[str]]  # of "baskets", "text", "table", "images", "customers", "runs"
    Params: ClassVar[type[Params]]

    def lacks(self, dataset: Dataset) -> str | None:
        """A plain sentence that says what `dataset` lacks for this method; None when it can run."""
        if "baskets" in self.needs and dataset.baskets is None:
            return "It learns from baskets, and this dataset has none: add a baskets file."
        if "customers" in self.needs and (dataset.baskets is None or dataset.baskets.customers is None):
            return "It learns who buys what, and these baskets name no customers: mark the customer column."
        if "text" in self.needs and dataset.catalogue is None:
            return "It reads the products' names and descriptions, and this dataset has no catalogue: add one."
        if "text" in self.needs and not dataset.columns("title", "description", "text", "category", "tags", "brand"):
            return "It reads text, and this catalogue has no text column: mark one as title or description."
        if "table" in self.needs and not dataset.columns(*TABLE):
            return "It learns from the columns of the catalogue, and this dataset has none: add a catalogue."
        if "images" in self.needs and getattr(dataset, "images", None) is None:
            return "It learns from product pictures, and this dataset has none: add them on the Data page."
        return None

    def warns(self, dataset: Dataset, params: Any) -> str | None:  # noqa: ARG002  for methods that have something to say
        """A plain sentence about `dataset` that a person should know before training; None when there is nothing."""
        return None

    @abstractmethod
    def fit(self, dataset: Dataset, params: Any, progress: Progress = silent, seed: int = 0) -> Fitted:
        """Train. NeedsError when the dataset lacks something; Cancelled passes through from `progress`.

        The same dataset, params and seed give the same vectors."""

    @abstractmethod
    def load(self, folder: Path) -> Fitted:
        """Read what Fitted.save wrote."""


def run_key(dataset_hash: str, method: Method, params: Params, seed: int) -> str:
    """sha256 (hex) of everything that determines a result: same key, same result.

    >>> from embedcore.methods import get
    >>> run_key("a dataset", get("pca"), get("pca").Params(), 0)[:12]
    '6582e98e3cce'
    """
    text = "\n".join([dataset_hash, method.name, str(method.version), params.canonical(), str(seed)])
    return hashlib.sha256(text.encode()).hexdigest()
