"""Checks the folder of a foreign language model before it is loaded; what is wrong becomes one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.errors import InputError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_ABSENT = 0.1  # share of the weights that may have other names in a file of an older version (chosen by hand)
_CODE = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.h5", "*.msgpack")  # weights that can run code
_LARGEST = 20 << 20  # bytes of a file that describes a model
_TOKENIZERS = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)


def broken(model: str, why: str) -> InputError:
    """The error for a folder whose model cannot be read."""
    return InputError(
        f"The folder “{model}” holds no language model that can be read: {why}.",
        "Choose a folder that sentence-transformers saved, with its weights as safetensors.",
    )


def check_folder(folder: Path, model: str) -> None:
    """InputError when the folder lacks what a model needs or asks for code of its own; nothing of it is loaded."""
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise broken(model, "it has neither a modules.json nor a config.json")
    parts = _parts(folder, model)
    for part in parts:
        if any(any(part.glob(kind)) for kind in _CODE) and not any(part.glob("model*.safetensors")):
            raise broken(model, "its weights are in a format that can run code")
    first = parts[0]
    config = _read(first / "config.json", model)
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise broken(model, "its config.json is damaged")
    if not any(first.glob("model*.safetensors")):
        raise broken(model, "it has no weights")
    if not any((place / name).is_file() for place in (first, folder) for name in _TOKENIZERS):
        raise broken(model, "it has no tokenizer")
    for place in dict.fromkeys((first, folder)):
        for name in ("tokenizer.json", "tokenizer_config.json", "config_sentence_transformers.json"):
            if (place / name).is_file() and not isinstance(_read(place / name, model), dict):
                raise broken(model, f"its {name} is damaged")


def _read(path: Path, model: str) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise broken(model, f"its {path.name} is too large")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise broken(model, f"its {path.name} is damaged") from None


def _parts(folder: Path, model: str) -> list[Path]:
    """The folders of a model's modules, all inside its own."""
    if not (folder / "modules.json").is_file():
        return [folder]
    listed = _read(folder / "modules.json", model)
    if not isinstance(listed, list) or not listed or not all(isinstance(m, dict) for m in listed):
        raise broken(model, "its modules.json is damaged")
    parts = []
    for module in listed:
        path, kind = module.get("path", ""), module.get("type", "")
        if not isinstance(path, str) or not isinstance(kind, str):
            raise broken(model, "its modules.json is damaged")
        if not kind.startswith("sentence_transformers."):
            raise broken(model, "it asks to run code of its own")
        part = folder / path
        if not part.resolve().is_relative_to(folder.resolve()):
            raise broken(model, "its modules.json names a folder outside of it")
        if path and not part.is_dir():
            # Modules without files of their own, such as Normalize, may lack a folder.
            continue
        parts.append(part)
    if not parts:
        raise broken(model, "its modules.json names no folder that is there")
    return parts


def check_loaded(found: SentenceTransformer, folder: Path, model: str) -> None:
    """InputError when a model that was loaded reads no texts, or not with the weights of its folder: what is not among
    them is drawn at random when it is loaded."""
    if not callable(getattr(found, "tokenizer", None)):
        raise broken(model, "it reads no texts")
    inner: Any = found[0].auto_model
    if len(found.tokenizer) > inner.get_input_embeddings().num_embeddings:
        raise broken(model, "its tokenizer and its weights do not fit together")
    wanted = [name for name, _ in inner.named_parameters() if not name.startswith("pooler.")]
    there = _weights(_parts(folder, model)[0])
    absent = [n for n in wanted if not any(k == n or k.endswith(f".{n}") for k in there.get(n[-20:], ()))]
    if len(absent) > _ABSENT * len(wanted):
        raise broken(model, "some of its weights are not there")
    if not np.isfinite(found.encode(["a red shoe"], show_progress_bar=False)).all():
        raise broken(model, "its weights are damaged")


def _weights(folder: Path) -> dict[str, list[str]]:
    """Names of the weights in a folder, by their last letters; older models call two kinds gamma and beta."""
    from safetensors import safe_open

    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("model*.safetensors")):
        with safe_open(path, framework="pt") as weights:
            for key in weights.keys():  # noqa: SIM118  this file is no dict
                name = key.replace(".gamma", ".weight").replace(".beta", ".bias")
                found.setdefault(name[-20:], []).append(name)
    return found
