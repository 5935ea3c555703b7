"""Columns of kinds: when they tell products apart, and when they must not."""

import numpy as np
import pandas as pd

from embedcore import match
from embedcore.data import Catalogue, Dataset
from embedcore.match import columns, texts

HUES = ["teal", "lilac", "mustard", "cognac", "navy"]
KINDS = ["scarf", "boots", "jacket", "dress", "gloves", "skirt", "coat", "tee"]
NAMES = [f"{maker}{end}" for maker in ("nora", "silas", "juno", "milo", "anton") for end in ("", "lux", "bay")]


def shop() -> Dataset:
    """120 models in five colours each; 40 of the products are written twice. Each row has one of two shops."""
    rng = np.random.default_rng(0)
    rows = [(f"{n} fine {k} {hue}", hue) for n in NAMES for k in KINDS for hue in HUES]
    rows += [(" ".join(reversed(rows[i][0].split())), rows[i][1]) for i in range(0, 600, 15)]
    frame = pd.DataFrame({"id": [f"p{i}" for i in range(len(rows))], "title": [r[0] for r in rows]})
    frame["hue"] = [r[1] for r in rows]
    frame["shop"] = rng.choice(["north", "south"], len(rows))
    return Dataset.build(
        "hues", Catalogue(frame, {"id": "id", "title": "title", "hue": "category", "shop": "category"})
    )


def test_only_columns_whose_values_stand_in_the_titles_count() -> None:
    data = shop()
    assert [c.name for c in columns.read(data, texts.read(data), None)] == ["hue"]


def test_one_model_in_two_colours_is_two_products() -> None:
    data = shop()
    found = match.find(data)
    hue = data.column("hue").to_numpy()
    assert not (hue[found.a] != hue[found.b])[found.same].any()
    assert found.weights.weight[found.weights.names.index(columns.DIFFERS + "hue")] < -1
    row = int(np.flatnonzero(hue[found.a] != hue[found.b])[0])
    assert "hue differs" in match.explain(data, found, row)


def test_a_column_in_which_matches_differ_as_often_as_others_says_nothing() -> None:
    assert columns.odds(0.5, 0.4) == (0.0, 0.0)
    against, agree = columns.odds(0.05, 0.8)
    assert -3 < against < -2.5
    assert 0 < agree < 1
