"""The image autoencoder on real pictures: form before colour, beside a PCA of the pixels of the same width."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from embedcore.data import Catalogue, Dataset, Images
from embedcore.methods import get
from tests.bench.images import flat, pca, scores
from tests.shared import shared


@pytest.mark.shared
def test_neighbours_are_of_one_form_and_not_merely_of_one_colour() -> None:
    thumbs = pd.read_parquet(shared("data/catalogues/fashion_thumbs_8k.parquet")).head(1500)
    known = pd.read_parquet(shared("data/catalogues/fashion_styles.parquet")).astype({"id": "str"}).set_index("id")
    ids = list(thumbs["id"].astype("str"))
    columns = ("articleType", "subCategory", "baseColour")
    labels = {c: known.loc[ids, c].fillna("").astype(str).to_numpy(object) for c in columns}
    frame = pd.DataFrame({"id": ids, "articleType": labels["articleType"]}).astype("str")
    pictures = Images.of(ids, [Image.open(io.BytesIO(b)) for b in thumbs["jpeg"]])
    data = Dataset.build("t", Catalogue(frame, {"id": "id", "articleType": "category"}), None, None, pictures)
    method = get("image")
    fitted = method.fit(data, method.Params.of({"passes": 1}))
    ours, plain = scores(fitted.embeddings["product"].vectors, labels), scores(pca(flat(data)), labels)
    for column in ("articleType", "subCategory"):
        assert ours[column][0] > plain[column][0] + 0.04
    assert ours["baseColour"][1] < 0.6 * plain["baseColour"][1]
    figures = {f["name"]: f for f in fitted.meta["figures"]}
    assert figures["Edges lost"]["value"] < figures["Edges lost"]["baseline"]
    same_type = figures["Neighbours with the same articleType"]
    assert same_type["value"] > same_type["baseline"]
    assert np.isfinite([f["value"] for f in figures.values()]).all()
    assert any("redraws the pixels" in n for n in fitted.meta["notices"]) == (
        figures["Pixels lost"]["value"] > figures["Pixels lost"]["baseline"] + 0.02
    )
