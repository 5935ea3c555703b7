"""Pictures as part of a dataset."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embedcore.data import PICTURE_SIDE, Dataset, Images
from embedcore.errors import InputError, MissingError, NeedsError
from embedcore.methods import get
from embedcore.progress import PREVIEW
from tests.methods import planted

IDS = ["p1", "p2", "p3"]


def dataset(images: Images | None) -> Dataset:
    return Dataset.build(
        "shop", planted.catalogue(IDS), planted.lines([("b", "c", "p2"), ("b", "c", "extra9")]), None, images
    )


def test_pictures_survive_saving_and_are_mapped_not_read(tmp_path: Path) -> None:
    data = dataset(planted.pictures(IDS))
    data.save(tmp_path)
    back = Dataset.load(tmp_path)
    assert back.images is not None
    assert isinstance(back.images.pixels, np.memmap)
    np.testing.assert_array_equal(back.images.pixels, data.images.pixels)  # type: ignore[union-attr]
    assert back.hash == data.hash
    assert back.jpeg(1) == data.jpeg(1)
    assert replace(back).hash == data.hash, "computed again from what was read"


def test_the_hash_tells_datasets_with_other_pictures_apart() -> None:
    both = planted.pictures(["p1", "p2"])
    swapped = Images.of(["p2", "p1"], list(both.pixels))
    hashes = [dataset(i).hash for i in (None, both, swapped, both.only(["p1"]), planted.pictures(IDS))]
    assert len(set(hashes)) == len(hashes)
    assert dataset(planted.pictures(["p2", "p1"])).hash == hashes[1], "the order in which they came does not matter"


def test_pictures_stand_in_the_order_of_the_items_and_strangers_are_left_out() -> None:
    data = dataset(planted.pictures(["extra9", "stranger8", "p3", "p1"]))
    assert data.images is not None
    assert list(data.images.ids) == ["p1", "p3", "extra9"]
    assert data.jpeg(1) is None
    assert data.jpeg(3) is not None
    np.testing.assert_array_equal(data.images.pixels[1], planted.pictures(["p3"]).pixels[0])
    assert dataset(planted.pictures(["stranger8"])).images is None


def test_a_picture_for_the_screen_is_small_and_keeps_its_shape() -> None:
    wide = Images.of(["a"], [np.full((300, 900, 3), 120, np.uint8)])
    assert Image.open(io.BytesIO(wide.jpeg("a") or b"")).size == (192, 64)
    assert wide.pixels.shape == (1, PICTURE_SIDE, PICTURE_SIDE, 3)
    assert wide.jpeg("b") is None


def test_a_product_has_one_picture_of_the_right_size() -> None:
    with pytest.raises(InputError, match="one picture only"):
        planted.pictures(["p1", "p1"])
    with pytest.raises(InputError, match="64 x 64"):
        Images(np.array(["a"], object), np.zeros((1, 8, 8, 3), np.uint8), np.zeros(0, np.uint8), np.zeros(2, np.int64))
    with pytest.raises(MissingError):
        Images.load(Path("nowhere"))


@pytest.mark.slow
def test_grey_pictures_train_and_a_setting_mixes_form_and_colour() -> None:
    ids = [f"p{n}" for n in range(40)]
    grey = [p.mean(axis=2).astype(np.uint8) for p in planted.pictures(ids).pixels]
    data, method = Dataset.build("grey", planted.catalogue(ids), None, None, Images.of(ids, grey)), get("image")
    form = method.fit(data, method.Params.of({"dimension": 4})).embeddings["product"].vectors
    assert form.shape == (40, 4)
    colour = planted.shop()
    mixed = method.fit(colour, method.Params.of({"dimension": 4, "colour": 0.5, "size": 32, "loss": "squared error"}))
    vectors = mixed.embeddings["product"].vectors
    assert vectors.shape == (60, 10)
    assert np.allclose(np.linalg.norm(vectors[:, 4:], axis=1), 0.5**0.5, atol=1e-4)
    plain = method.fit(colour, method.Params.of({"keep": "picture", "dimension": 200, "passes": 1}))
    assert plain.embeddings["product"].dimension == 200, "wider than there are pictures"


def test_a_few_pictures_are_refused_with_a_sentence() -> None:
    method = get("image")
    with pytest.raises(NeedsError, match="at least 8 product pictures"):
        method.fit(dataset(planted.pictures(IDS)), method.Params())


def test_new_products_without_pictures_are_left_out_and_counted() -> None:
    method = get("image")
    fitted = method.fit(planted.shop(), method.Params())
    none = fitted.embed(Dataset.build("new", planted.catalogue(["new1", "new2"])))
    assert len(none) == 0
    assert none.dimension == 32
    assert none.meta["left_out"] == 2
    some = Dataset.build("new", planted.catalogue(["new1", "new2"]), None, None, planted.pictures(["new2"]))
    assert list(fitted.embed(some).ids) == ["new2"]
    assert fitted.embed(some).meta["left_out"] == 1


def test_whoever_watches_a_training_is_shown_pictures() -> None:
    class Watch:
        seen: list[bytes] = []

        def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
            pass

        def preview(self, png: bytes) -> None:
            self.seen.append(png)

    method = get("image")
    method.fit(planted.shop(), method.Params(), Watch())
    assert len(Watch.seen) > 2
    assert Image.open(io.BytesIO(Watch.seen[-1])).format == "PNG"
    assert Watch.seen[0] != Watch.seen[-1]
    assert PREVIEW.endswith(".png")
