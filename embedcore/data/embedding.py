"""Embedding: the vectors of one trained method, each with an id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data.mapped import map_arrays, write_arrays
from embedcore.data.strings import Strings
from embedcore.errors import InputError, MissingError
from embedcore.vectors import unit


@dataclass(frozen=True, eq=False)
class Embedding:
    """Vectors of one kind of thing.

    kind: what a row is: "product", "context" (the output side of a product), "customer", "value".
    ids: (n,) object array of str, unique. vectors: (n, d) float32, finite. meta: small JSON-able facts.
    InputError when ids and vectors do not match, or a vector is not finite.

    >>> e = Embedding("product", np.array(["mug", "cup"], object), np.eye(2))
    >>> e.dimension, e.row("cup"), e.vectors.dtype.name
    (2, 1, 'float32')
    """

    kind: str
    ids: np.ndarray
    vectors: np.ndarray
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.ids) != len(self.vectors):
            raise InputError(
                f"An embedding needs one vector per id, got {len(self.ids)} ids and vectors of shape "
                f"{self.vectors.shape}."
            )
        if self.vectors.dtype != np.float32:
            object.__setattr__(self, "vectors", np.ascontiguousarray(self.vectors, np.float32))
        if not np.isfinite(self.vectors).all():
            raise InputError(
                "The vectors contain values that are not numbers: the training diverged.",
                "Try a smaller learning rate.",
            )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def unit(self) -> np.ndarray:
        """(n, d) float32: the vectors scaled to length 1 (a zero vector stays zero)."""
        return unit(self.vectors)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """id -> row."""
        return {str(i): n for n, i in enumerate(self.ids)}

    def row(self, id: str) -> int:
        """The row of an id; MissingError when it has no vector."""
        try:
            return self.row_of[id]
        except KeyError:
            raise MissingError(
                f"“{id}” has no vector in this embedding.", "It was bought too rarely or has no text."
            ) from None

    def save(self, folder: Path) -> None:
        """Write `<kind>.safetensors` (the vectors), `<kind>.arrow` (the ids) and `<kind>.json` into `folder`."""
        write_arrays(folder / f"{self.kind}.safetensors", {"vectors": self.vectors})
        Strings.write(folder / f"{self.kind}.arrow", [np.array([str(i) for i in self.ids], object)])
        text = json.dumps({"kind": self.kind, "meta": dict(self.meta)}, ensure_ascii=False)
        (folder / f"{self.kind}.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, kind: str = "product") -> Embedding:
        """Map what `save` wrote; MissingError when it is not there. The vectors are not read before they are used."""
        try:
            head = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
            vectors = map_arrays(folder / f"{kind}.safetensors")[0]["vectors"]
            # Until 2026 the ids were in the JSON; trained models on disk still have them there.
            ids = head.get("ids")
            ids = np.asarray(Strings.open(folder / f"{kind}.arrow") if ids is None else np.array(ids, object))
        except FileNotFoundError:
            raise MissingError(f"This embedding has no vectors of kind “{kind}”.", "Train it again.") from None
        found = object.__new__(cls)  # they were checked before they were saved: checking reads them all
        for name, value in (("kind", head["kind"]), ("ids", ids), ("vectors", vectors), ("meta", head["meta"])):
            object.__setattr__(found, name, value)
        return found
