"""python -m tests.bench.duplicates [ROWS ...]: seconds and memory of the matcher beside the usual loop of scikit-learn.

The rows are look-alikes: titles put together from a small vocabulary, a tenth of them written twice. Vectors are given.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import time

import numpy as np
import pandas as pd

from embedcore import match
from embedcore.data import Catalogue, Dataset, Embedding

SIZES = (2_000, 10_000)
LOOP = 10_000  # rows up to which the others are run: they compare every pair
KINDS = "drill kettle lamp router speaker toaster monitor blender printer camera".split()  # noqa: SIM905
KNACKS = "compact wireless deluxe classic smart heavy portable slim digital black white silver".split()  # noqa: SIM905


def catalogue(n: int, seed: int = 0) -> tuple[Dataset, Embedding, int]:
    """(products, vectors of 384 numbers, how many are written twice)."""
    rng = np.random.default_rng(seed)
    twice = n // 10
    once = n - twice
    makers = [f"maker{k}" for k in range(200)]
    titles = [
        f"{makers[rng.integers(200)]} {KNACKS[rng.integers(12)]} {KNACKS[rng.integers(12)]} {KINDS[rng.integers(10)]} "
        f"{chr(65 + rng.integers(26))}{chr(65 + rng.integers(26))}-{rng.integers(10**5, 10**6)}"
        for _ in range(once)
    ]
    titles += [t.replace("-", " ").lower() for t in titles[:twice]]
    x = rng.normal(size=(once, 384)).astype(np.float32)
    vectors = np.concatenate([x, x[:twice] + 0.1 * rng.normal(size=(twice, 384)).astype(np.float32)])
    frame = pd.DataFrame({"id": [f"p{k}" for k in range(n)], "title": pd.Series(titles, dtype="str")})
    dataset = Dataset.build("bench", Catalogue(frame, {"id": "id", "title": "title"}))
    return dataset, Embedding("product", dataset.items, vectors), twice


def loop(dataset: Dataset) -> int:
    """The tutorial: char TF-IDF, nearest neighbours of scikit-learn, a fixed cut at .8."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(dataset.titles)
    far, _ = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(grams).kneighbors(grams)
    return int((far[:, 1:] < 0.2).sum() // 2)


def semhash(dataset: Dataset, embedding: Embedding) -> int:
    """semhash with the same vectors, when it is installed."""
    from semhash import SemHash

    class Given:
        def encode(self, texts: list[str], **_: object) -> np.ndarray:
            return embedding.unit[[row[t] for t in texts]]

    row = {str(t): k for k, t in enumerate(dataset.titles)}
    found = SemHash.from_records([str(t) for t in dataset.titles], model=Given()).self_deduplicate(threshold=0.9)
    return len(found.filtered)


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """One line for each size and way."""
    print(f"\n{'duplicates':34}{'rows':>9}{'CPU s':>8}{'clock s':>9}{'found':>8}{'true':>8}{'peak GB':>9}")
    for n in sizes:
        dataset, embedding, twice = catalogue(n)
        ways = {"matcher": lambda d=dataset, e=embedding: int(match.find(d, e).same.sum())}
        if n <= LOOP:
            ways["scikit-learn, cosine above .8"] = lambda d=dataset: loop(d)
            if importlib.util.find_spec("semhash"):
                ways["semhash, cosine above .9"] = lambda d=dataset, e=embedding: semhash(d, e)
        for name, way in ways.items():
            cpu, clock = time.process_time(), time.perf_counter()
            found = way()
            spent = (time.process_time() - cpu, time.perf_counter() - clock)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(f"{name:34}{n:9,}{spent[0]:8.1f}{spent[1]:9.1f}{found:8,}{twice:8,}{peak:9.2f}", flush=True)


if __name__ == "__main__":
    main(tuple(int(a.replace("_", "")) for a in sys.argv[1:]) or SIZES)
