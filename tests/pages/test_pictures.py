"""Pictures come in on the Data page and stand beside products everywhere."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from embedcore.data import Dataset
from embedcore.methods import get
from embedcore.progress import PREVIEW
from pages.ui import services, shell, sources
from pages.ui.files import images, texts
from pages.ui.texts import ORIGINALS
from pages.ui.train.texts import trained
from tests.pages.app import check, open_page, words
from tests.pages.conftest import Stock


def alts(app: AppTest) -> list[str]:
    """What screen readers say of the pictures on the page."""
    return [i.alt for e in app.get("image") for i in e.proto.imgs]


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), shade, np.uint8)).save(out, "JPEG")
    return out.getvalue()


def until(app: AppTest, text: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while text not in words(app):
        assert time.monotonic() < end, words(app)
        for job in services.jobs().live():
            services.jobs().wait(job.id, 30)
        app.run()
        check(app, "Data")


@pytest.fixture
def folder(_own_home: Any) -> Path:
    files = services.data_folder()
    (files / "photos" / "deep").mkdir(parents=True)
    (files / "shop.csv").write_text("sku,name,kind\n" + "".join(f"a{n},thing {n},kind {n % 3}\n" for n in range(12)))
    for n in range(10):
        (files / "photos" / "deep" / f"A{n}.JPG").write_bytes(jpeg(20 * n))
    (files / "photos" / "stranger.jpg").write_bytes(jpeg(9))
    (files / "photos" / "a10.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with zipfile.ZipFile(files / "other.zip", "w") as archive:
        archive.writestr("nobody.png", jpeg(0))
    (files / ".hidden").mkdir()
    return files


def test_the_data_folder_offers_zips_and_folders(folder: Path) -> None:
    assert images.places() == ["other.zip", "photos/", "./"]


def test_pictures_of_a_folder_come_in_with_the_products(folder: Path) -> None:
    app = open_page("data", catalogue="folder:shop.csv", pictures="folder:photos/")
    until(app, texts.PICTURES)
    next(b for b in app.button if b.label == texts.IMPORT).click().run()
    until(app, "of 12 products have")
    shown = words(app)
    assert f"**Pictures** · 10 of 12 {texts.HAVE_PICTURE}" in shown
    assert "stranger" in shown
    assert "a10" in shown
    assert len(alts(app)) == 10
    assert alts(app)[0] == "Picture of thing 0"
    lists = [list(d.value.iloc[:, 0]) for d in app.dataframe if set(d.value.columns) & {"file", "product"}]
    assert ["a10", "a11"] in lists
    assert ["stranger.jpg"] in lists
    assert ["a10.png"] in lists


def test_pictures_of_no_product_are_one_sentence_and_can_be_changed(folder: Path) -> None:
    app = open_page("data", catalogue="folder:shop.csv", pictures="folder:other.zip")
    until(app, texts.PICTURES)
    next(b for b in app.button if b.label == texts.IMPORT).click().run()
    for job in services.jobs().live():
        services.jobs().wait(job.id, 60)
    app.run()
    assert not app.exception
    assert "belongs to a product" in app.error[0].value
    app.button(key="drop:pictures").click().run()
    assert not app.exception
    assert any(texts.PICTURES_FILE in box.proto.json for box in app.get("bidi_component"))


@pytest.mark.parametrize("token", ["folder:../", "folder:/etc/", "folder:photos/../../", "folder:.hidden/", "folder:"])
def test_a_link_cannot_name_a_folder_elsewhere(folder: Path, token: str) -> None:
    app = open_page("data", catalogue="folder:shop.csv", pictures=token)
    until(app, sources.GONE)
    assert not app.exception


@pytest.mark.parametrize(
    ("page", "query"), [("data", {}), ("map", {"item": "P10050"}), ("recommend", {"item": "P10050"})]
)
def test_products_are_shown_with_their_picture(stock: Stock, page: str, query: dict[str, str]) -> None:
    app = open_page(page, **stock.query, **query)
    check(app, shell.PAGES[page][0])
    dataset: Dataset = services.dataset(stock.dataset)
    title = str(dataset.titles[dataset.index["P10050"]])
    found = alts(app)
    assert found
    assert all(a.startswith("Picture of ") for a in found)
    assert page == "data" or f"Picture of {title}" in found


def test_what_a_training_draws_is_shown_with_its_run(stock: Stock) -> None:
    store = services.store()
    model = store.model_folder(next(r.key for r in store.runs(stock.dataset)))
    (model / PREVIEW).write_bytes(jpeg(50))
    app = open_page("train", **stock.query)
    check(app, trained(get("product2vec").title))
    assert ORIGINALS in alts(app)
