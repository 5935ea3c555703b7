"""The text encoder: which words are read, how a model is found, and that nothing is fetched behind one's back."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.methods import get
from embedcore.methods.text import encoder, models
from embedcore.methods.text import method as text
from tests.shared import ROOT

ROLES = {"id": "id", "name": "title", "maker": "brand", "kind": "category", "code": "category", "about": "description"}


@pytest.fixture(autouse=True)
def _any_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models may be named by their path, as on the command line."""
    monkeypatch.setenv("EMBEDCORE_MODEL_PATHS", "1")


def shop(*rows: tuple[str | None, ...]) -> Dataset:
    return Dataset.build("t", Catalogue(pd.DataFrame(list(rows), columns=list(ROLES)).astype("str"), ROLES))


FULL = shop(
    ("1", "Red cotton summer dress", "Acme", "Dresses", "77", "Light and airy."),
    ("2", "Blue cotton summer dress", None, "Dresses", "78", "Warm."),
    ("3", None, None, None, None, None),
    ("4", "Red cotton summer dress", "Acme", "Dresses", "77", "Another story."),
)


def test_reads_titles_brands_and_categories_but_not_codes_or_descriptions() -> None:
    fitted = get("text").fit(FULL, get("text").Params())
    assert fitted.meta["columns"] == ["name", "maker", "kind"]
    at, texts = text.product_texts(FULL, fitted.meta["columns"])
    assert texts == ["Red cotton summer dress. Acme. Dresses", "Blue cotton summer dress. Dresses", texts[0]]
    assert at.tolist() == [0, 1, 3]


def test_products_without_text_are_left_out_and_counted_and_equal_texts_are_read_once() -> None:
    fitted = get("text").fit(FULL, get("text").Params())
    assert fitted.meta["left_out"] == 1
    assert fitted.meta["distinct"] == 2
    product = fitted.embeddings["product"]
    assert list(product.ids) == ["1", "2", "4"]
    np.testing.assert_array_equal(product.vectors[0], product.vectors[2])
    np.testing.assert_allclose(np.linalg.norm(product.vectors, axis=1), 1, atol=1e-5)


def test_descriptions_are_read_where_titles_are_very_short() -> None:
    terse = shop(("1", "BILLY", "Ikea", "Storage", "5", "Bookcase, white"), ("2", "MALM", "Ikea", "Beds", "6", "Bed"))
    assert get("text").fit(terse, get("text").Params()).meta["columns"] == ["name", "maker", "kind", "about"]


def test_chosen_columns_are_read_in_the_chosen_order() -> None:
    fitted = get("text").fit(FULL, get("text").Params(columns=("about", "name")))
    assert fitted.meta["columns"] == ["about", "name"]
    assert fitted.meta["distinct"] == 3


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(NeedsError, match="no text column “colour”"):
        get("text").fit(FULL, get("text").Params(columns=("colour",)))


def test_empty_columns_are_refused() -> None:
    with pytest.raises(NeedsError, match="empty for every product"):
        get("text").fit(shop(("1", None, None, None, None, "x")), get("text").Params(columns=("name",)))


def test_nothing_to_encode_gives_no_vectors() -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_its_batch() -> None:
    texts = [f"{'very ' * n}nice lamp" for n in range(70)]
    np.testing.assert_allclose(
        encoder.encode(texts)[[0, 40, 69]], encoder.encode([texts[0], texts[40], texts[69]]), atol=1e-4
    )


def test_meaning_counts_more_than_letters() -> None:
    couch, sofa, coach = encoder.encode(["couch", "sofa", "football coach"])
    assert couch @ sofa > couch @ coach


def barred(*what: object) -> None:
    raise AssertionError(f"went online: {what}")


@pytest.mark.parametrize("model", ["some/model", "no-such-model", "./no such folder", "/no/where"])
def test_an_unknown_model_is_one_clear_sentence_without_asking_the_network(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBEDCORE_ONLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", barred)
    monkeypatch.setattr(socket, "getaddrinfo", barred)
    with pytest.raises(InputError, match="There is no folder") as e:
        get("text").fit(FULL, get("text").Params(folder=model))
    assert "built-in" in e.value.hint


def test_weights_that_can_run_code_are_refused(tmp_path: Path) -> None:
    kind = "sentence_transformers.models.Transformer"
    (tmp_path / "modules.json").write_text(f'[{{"idx": 0, "path": "0_Transformer", "type": "{kind}"}}]')
    part = tmp_path / "0_Transformer"
    part.mkdir()
    (part / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="can run code"):
        encoder.encode(["a"], str(tmp_path))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no language model"):
        encoder.encode(["a"], str(tmp_path))


def test_a_copy_of_a_model_in_a_folder_gives_the_same_vectors(tmp_path: Path) -> None:
    copy = tmp_path / "mine"
    copy.symlink_to(models.locate())
    np.testing.assert_allclose(encoder.encode(["red shoe"], str(copy)), encoder.encode(["red shoe"]), atol=1e-6)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_damaged_built_in_files_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(models.SHA256, name, "0" * 64)
    models.built_in.cache_clear()
    try:
        with pytest.raises(InputError, match=f"damaged: its {name}"):
            models.locate()
    finally:
        models.built_in.cache_clear()


@pytest.mark.parametrize("model", models.OFFERED[1:])
def test_an_offered_model_that_is_not_here_is_said_plainly(
    model: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("EMBEDCORE_ONLINE", raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="is not on this computer, and this app does not go online") as e:
        get("text").fit(FULL, get("text").Params(model=model))
    assert models.BUILT_IN in e.value.hint


def test_a_model_in_the_data_folder_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / models.OFFERED[1]).symlink_to(models.locate())
    assert models.locate(models.OFFERED[1]) == tmp_path / "models" / models.OFFERED[1]


def test_a_vector_is_the_same_bit_for_bit_in_any_company() -> None:
    texts = [f"{'very ' * (n % 9)}nice lamp {n}" for n in range(80)]
    every = encoder.read(texts).vectors
    np.testing.assert_array_equal(encoder.read(texts[::-1]).vectors[::-1], every)
    np.testing.assert_array_equal(encoder.read(texts[30:33]).vectors, every[30:33])
    np.testing.assert_allclose(encoder.encode(texts[30:33]), every[30:33], atol=1e-6)


def test_long_texts_are_counted_and_said() -> None:
    long = shop(("1", "Lamp", "Acme", "Light", "1", "word " * 400), ("2", "Lamp", "Acme", "Light", "2", "short"))
    fitted = get("text").fit(long, get("text").Params(columns=("about",)))
    assert fitted.meta["cut"] == 1
    assert fitted.meta["notices"][0].startswith("1 product has a text longer than")
    assert get("text").fit(FULL, get("text").Params()).meta["notices"] == []


def test_a_sentence_puts_the_product_into_words() -> None:
    params = get("text").Params(template="{name}, made by {Maker}: {about}")
    fitted = get("text").fit(FULL, params)
    assert fitted.meta["columns"] == ["name", "maker", "about"]
    at, texts = text.texts_to_read(FULL, params, fitted.meta["columns"])
    assert texts == [
        "Red cotton summer dress, made by Acme: Light and airy",
        "Blue cotton summer dress: Warm",
        "Red cotton summer dress, made by Acme: Another story",
    ]
    assert at.tolist() == [0, 1, 3]
    again = fitted.embed(FULL)
    np.testing.assert_array_equal(again.vectors, fitted.embeddings["product"].vectors)


def test_kinds_of_columns_may_stand_in_a_sentence() -> None:
    assert get("text").fit(FULL, get("text").Params(template="{title} {brand}")).meta["columns"] == ["name", "maker"]


def test_a_sentence_that_names_no_column_is_refused() -> None:
    with pytest.raises(InputError, match="names “colour”, and the catalogue has no such column") as e:
        get("text").fit(FULL, get("text").Params(template="{title} in {colour}"))
    assert "maker" in e.value.hint
    for broken in ("{title", "title}", "no brackets", "{}", "{title:>9}"):
        with pytest.raises(InputError, match=r"curly bracket|names no column"):
            get("text").Params(template=broken)


OFFLINE = """
import socket
def refuse(*a, **k):
    raise AssertionError(f"went online: {a}")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from embedcore.methods.text.method import encode_texts
print(encode_texts(["red shoe"]).shape)
"""

UNREACHABLE = """
import time
waited = []
time.sleep = waited.append  # a clock of its own: what counts is how long it would have waited
from embedcore.errors import InputError
from embedcore.methods.text.encoder import encode
try:
    encode(["a"], "some/model")
except InputError as e:
    print(e.message, sum(waited) < 20)
"""


def run(code: str, **env: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in ("HF_HUB_OFFLINE", "EMBEDCORE_ONLINE")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean | env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_built_in_model_loads_without_asking_the_network() -> None:
    assert run(OFFLINE) == "(1, 384)"


def test_an_unreachable_hub_is_said_quickly(tmp_path: Path) -> None:
    printed = run(UNREACHABLE, EMBEDCORE_ONLINE="1", HF_ENDPOINT="http://127.0.0.1:9", HF_HOME=str(tmp_path))
    assert printed == "The model hub cannot be reached, so “some/model” cannot be downloaded. True"
