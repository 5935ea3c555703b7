"""Embedding: the vectors of one trained method, each with an id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.errors import InputError, MissingError


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
        norm = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return np.asarray(self.vectors / np.maximum(norm, 1e-12), np.float32)

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
                f"“{id}” has no vector in this result.", "It was bought too rarely or has no text."
            ) from None

    def save(self, folder: Path) -> None:
        """Write `<kind>.safetensors` and `<kind>.json` into `folder`."""
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        save_file({"vectors": np.ascontiguousarray(self.vectors)}, str(folder / f"{self.kind}.safetensors"))
        text = json.dumps({"kind": self.kind, "ids": [str(i) for i in self.ids], "meta": dict(self.meta)})
        (folder / f"{self.kind}.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, kind: str = "product") -> Embedding:
        """Read what `save` wrote."""
        from safetensors.numpy import load_file

        head = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
        vectors = load_file(str(folder / f"{kind}.safetensors"))["vectors"]
        return cls(head["kind"], np.array(head["ids"], dtype=object), vectors, head["meta"])
