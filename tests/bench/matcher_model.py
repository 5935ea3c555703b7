"""Learning the matcher's weights: logistic regression on known duplicates, averaged with weights set by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from embedcore import match
from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.intake import guess_roles, make_catalogue
from embedcore.match import PairWeights, score
from tests.shared import SAMPLES, SHARED

CATALOGUES = ("abt-buy", "wdc-dev")
# Log odds per unit of a feature, by judgement: model numbers weigh most, then what clashes.
BY_HAND = {
    "meaning_near": 4.0,
    "chars_near": 1.0,
    "jaccard": 1.5,
    "contained": 3.0,
    "prose_near": 1.0,
    "model": 4.5,
    "model_spelt": 3.0,
    "model_akin": 2.0,
    "model_clash": -2.0,
    "model_left": -2.0,
    "model_sibling": -1.0,
    "numbers_clash": -2.0,
    "measures": 0.8,
    "measures_clash": -2.0,
    "colour": 0.6,
    "colour_clash": -3.0,
    "brand": 0.4,
    "brand_clash": -2.0,
    "price_apart": -1.5,
    "price_close": 0.5,
}
# Without vectors of titles, letters and words carry their part.
INSTEAD = {"chars_near": 3.0, "terms_near": 2.0}
BIAS = -4.0
STRENGTH = 0.3  # inverse of the penalty on standardised weights


def sample() -> tuple[Dataset, Embedding | None]:
    """The sample shop, whose second listings are known."""
    from embedcore.methods import title_vectors

    frame = pd.read_csv(SAMPLES / "products.csv", dtype=str, keep_default_na=False)
    read, _ = make_catalogue(frame, {g.column: g.role for g in guess_roles(frame)})
    dataset = Dataset.build("sample", read)
    return dataset, title_vectors(dataset)


def catalogue(name: str) -> tuple[Dataset, Embedding | None]:
    """(dataset as the program reads the raw file, vectors of its titles and brands)."""
    from embedcore.commands import exact_catalogue as read
    from embedcore.methods import title_vectors

    dataset, ids = read(SHARED / "data" / "duplicates" / name / "catalogue.csv")
    assert dataset.catalogue is not None
    frame = dataset.catalogue.frame.assign(**{dataset.catalogue.id_column: ids.astype(str)})
    named = Dataset.build(name, Catalogue(frame, dataset.catalogue.roles))
    return named, title_vectors(named)


def gold(name: str, dataset: Dataset) -> np.ndarray:
    """(n,) the true group of each product, closed under transitivity."""
    at = SAMPLES / "duplicates.csv" if name == "sample" else SHARED / "data" / "duplicates" / name / "gold.csv"
    table = pd.read_csv(at, dtype=str)
    if "group" in table:
        label = np.arange(len(dataset)) + len(table)
        label[dataset.positions(table["id"].to_numpy())] = pd.factorize(table["group"])[0]
        return label
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    a, b = dataset.positions(table["id_a"].to_numpy()), dataset.positions(table["id_b"].to_numpy())
    graph = csr_matrix((np.ones(len(a)), (a, b)), (len(dataset), len(dataset)))
    return np.asarray(connected_components(graph, directed=False)[1])


def examples(
    dataset: Dataset, embedding: Embedding | None, truth: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """(features of all candidates, whether each is a match)."""
    a, b, features = match.candidate_features(dataset, embedding)
    return features, truth[a] == truth[b]


def learn(parts: list[tuple[dict[str, np.ndarray], np.ndarray]]) -> PairWeights:
    """The averaged model of some catalogues, each of which weighs the same."""
    from sklearn.linear_model import LogisticRegression

    names = tuple(k for k in parts[0][0] if k != "identical")
    x = np.concatenate([np.stack([f[k] for k in names], 1) for f, _ in parts]).astype(np.float64)
    y = np.concatenate([t for _, t in parts])
    each = np.concatenate([np.full(len(t), len(y) / len(parts) / len(t)) for _, t in parts])
    mean, spread = x.mean(0), x.std(0) + 1e-9
    fit = LogisticRegression(C=STRENGTH, max_iter=2000).fit((x - mean) / spread, y, sample_weight=each)
    learned = PairWeights(
        names, mean, spread, fit.coef_[0], float(fit.intercept_[0]), float(np.average(y, weights=each))
    )
    by_hand = BY_HAND if "meaning_near" in names else {**BY_HAND, **INSTEAD}
    averaged = score.average(learned, by_hand, BIAS)
    return replace(
        averaged,
        names=(*names, "identical"),
        mean=np.r_[averaged.mean, 0],
        spread=np.r_[averaged.spread, 1],
        weight=np.r_[averaged.weight, score.IDENTICAL],
    )
