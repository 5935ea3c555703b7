"""Language models from elsewhere: used, or one sentence; no code of theirs runs, no name reaches other folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedcore.errors import InputError
from embedcore.methods.text import encoder, models

READ = "holds no language model that can be read: "


def _copy(folder: Path) -> Path:
    """The built-in model in a folder of its own; its large file is a link."""
    source = models.built_in()
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(source / "model.safetensors")
    return folder


def _text(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content)


def _weights(folder: Path, change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]) -> None:
    from safetensors.numpy import load_file, save_file

    found = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    save_file(change(found), folder / "model.safetensors", {"format": "pt"})


def _dense(folder: Path) -> None:
    """A second layer whose weights are a pickle beside some other file."""
    kinds = [("0", "", "models.Transformer"), ("1", "1_Pooling", "models.Pooling"), ("2", "2_Dense", "models.Dense")]
    listed = [{"idx": int(n), "name": n, "path": p, "type": f"sentence_transformers.{k}"} for n, p, k in kinds]
    (folder / "modules.json").write_text(json.dumps(listed))
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "config.json").write_text('{"in_features": 384, "out_features": 8, "bias": true}')
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    (folder / "2_Dense" / "other.safetensors").write_bytes(b"")


def _own_code(folder: Path) -> None:
    module = {"idx": 0, "name": "0", "path": "", "type": "mine.Model"}
    (folder / "modules.json").write_text(json.dumps([module]))
    (folder / "mine.py").write_text("open('ran', 'w')")


def _auto_map(folder: Path) -> None:
    (folder / "config.json").write_text(
        '{"model_type": "own", "auto_map": {"AutoConfig": "mine.C", "AutoModel": "mine.M"}}'
    )
    (folder / "mine.py").write_text("open('ran', 'w')")


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "no list": (_text("modules.json", "{}"), "its modules.json is damaged"),
    "a list of numbers": (_text("modules.json", "[1, 2]"), "its modules.json is damaged"),
    "an empty list": (_text("modules.json", "[]"), "its modules.json is damaged"),
    "cut off": (_text("modules.json", '[{"idx": 0,'), "its modules.json is damaged"),
    "a thousand brackets": (_text("modules.json", "[" * 100_000), "its modules.json is damaged"),
    "a path outside": (
        _text("modules.json", '[{"path": "../..", "type": "sentence_transformers.models.Transformer"}]'),
        "names a folder outside of it",
    ),
    "code of its own": (_own_code, "it asks to run code of its own"),
    "a map to code": (_auto_map, "its files are damaged or do not fit together"),
    "config cut off": (_text("config.json", '{"model_type": '), "its config.json is damaged"),
    "config of another model": (_text("config.json", '{"model_type": "nothing"}'), "do not fit together"),
    "a pickle in a second layer": (_dense, "its weights are in a format that can run code"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "it has no weights"),
    "tokenizer cut off": (_text("tokenizer.json", '{"version": "1.0", "model"'), "its tokenizer.json is damaged"),
    "tokenizer of something else": (_text("tokenizer.json", '{"version": "1.0"}'), "do not fit together"),
    "no tokenizer": (lambda f: [(f / n).unlink() for n in ("tokenizer.json", "vocab.txt")], "it has no tokenizer"),
    "pooling cut off": (_text("1_Pooling/config.json", "{"), "do not fit together"),
    "wrong shapes": (
        lambda f: _weights(f, lambda w: {k: v[:, :5].copy() if v.ndim == 2 else v for k, v in w.items()}),
        "do not fit together",
    ),
    "half of the weights": (
        lambda f: _weights(f, lambda w: {k: v for k, v in w.items() if "layer.5" not in k and "layer.4" not in k}),
        "some of its weights are not there",
    ),
    "weights that are no numbers": (
        lambda f: _weights(f, lambda w: {k: v * np.float32("nan") for k, v in w.items()}),
        "its weights are damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_whatever_is_wrong_with_a_folder_is_one_sentence(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBEDCORE_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    folder = _copy(tmp_path / "mine")
    damage, why = WRONG[case]
    damage(folder)
    with pytest.raises(InputError) as caught:
        encoder.encode(["a"], "mine")
    assert caught.value.message.startswith(f"The folder “mine” {READ}")
    assert why in caught.value.message
    assert caught.value.hint
    assert not (tmp_path / "ran").exists()


def test_a_folder_below_models_is_used_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path))
    monkeypatch.delenv("EMBEDCORE_MODEL_PATHS", raising=False)
    _copy(tmp_path / "models" / "mine")
    np.testing.assert_allclose(encoder.encode(["red shoe"], "mine"), encoder.encode(["red shoe"]), atol=1e-6)


def test_in_the_app_a_name_says_nothing_of_what_else_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBEDCORE_ONLINE", raising=False)
    monkeypatch.delenv("EMBEDCORE_MODEL_PATHS", raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    _copy(tmp_path / "outside")
    (tmp_path / "data" / "models").mkdir(parents=True)
    (tmp_path / "data" / "models" / "link").symlink_to(tmp_path / "outside")
    there = [
        "outside",
        str(tmp_path / "outside"),
        "../../outside",
        "../outside",
        "link",
        "/etc",
        "/etc/passwd",
        ".",
        "..",
    ]
    for name in [*there, "gone", "/gone", "../gone", "~", "~root", "a/b/c", "models/../..", "..\\..", ""[:0] + " "]:
        with pytest.raises(InputError) as caught:
            models.locate(name)
        assert caught.value.message == f"The data folder has no language model “{name}”."
        assert caught.value.hint == models.unknown("x").hint


def test_the_command_line_may_name_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("EMBEDCORE_MODEL_PATHS", "1")
    folder = _copy(tmp_path / "mine")
    assert models.locate(str(folder)) == folder
