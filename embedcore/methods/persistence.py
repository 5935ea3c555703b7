"""How a trained method is stored on disk: safetensors and JSON, nothing that can run code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import Embedding
from embedcore.errors import MissingError
from embedcore.methods.base import Fitted


def save_model(
    folder: Path, embeddings: Mapping[str, Embedding], meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write every embedding, `model.json` (meta, kinds) and `model.safetensors` (arrays) into `folder`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(Path(folder), {}, {"seed": 0}, {"weights": np.ones(2)})
    ...     sorted(p.name for p in Path(folder).iterdir())
    ['model.json', 'model.safetensors']
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for embedding in embeddings.values():
        embedding.save(folder)
    if arrays:
        save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, str(folder / "model.safetensors"))
    head = {"kinds": list(embeddings), "meta": dict(meta)}
    (folder / "model.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")


def load_model(folder: Path) -> tuple[dict[str, Embedding], dict[str, Any], dict[str, np.ndarray]]:
    """(embeddings, meta, arrays) as `save_model` wrote them; MissingError when they are not there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(Path(folder), {}, {"seed": 0}, {})
    ...     load_model(Path(folder))
    ({}, {'seed': 0}, {})
    """
    try:
        head = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingError("This trained model is no longer in the data folder.", "Train it again.") from None
    arrays = load_arrays(folder)
    return {kind: Embedding.load(folder, kind) for kind in head["kinds"]}, head["meta"], arrays


class FittedArrays(Fitted):
    """A trained method that is its embeddings, the facts about it and named arrays, kept as `save_model` keeps them.

    >>> issubclass(FittedArrays, Fitted)
    True
    """

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.embeddings, self.meta, self.arrays = embeddings, meta, arrays

    def save(self, folder: Path) -> None:
        """Write vectors, meta and the arrays that `embed` needs."""
        save_model(folder, self.embeddings, self.meta, self.arrays)


def load_arrays(folder: Path) -> dict[str, np.ndarray]:
    """The arrays alone; {} when the model has none."""
    from safetensors.numpy import load_file

    weights = folder / "model.safetensors"
    return load_file(str(weights)) if weights.exists() else {}


def pack_json(plain: Any) -> np.ndarray:
    """JSON as (bytes,) uint8: a vocabulary belongs into the model's file, not into the facts of every result.

    >>> unpack_json(pack_json({"colour": ["red"]}))
    {'colour': ['red']}
    """
    return np.frombuffer(json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass"), np.uint8)


def unpack_json(array: np.ndarray) -> Any:
    """What `pack_json` was given.

    >>> unpack_json(pack_json([1, "two"]))
    [1, 'two']
    """
    return json.loads(array.tobytes().decode("utf-8", "surrogatepass"))
