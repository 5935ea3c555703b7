"""Pictures: the image autoencoder beside a PCA of the pixels and a colour histogram, all of the same width.

Real thumbnails of a fashion shop and a clothing data set in grey, when they lie beside this checkout; otherwise the
pictures of the sample shop. Of a colour column, agreement beyond chance should be low: then form counts."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from PIL import Image

from embedcore import methods, samples
from embedcore.data import Catalogue, Dataset, Images
from tests.shared import SHARED

K, WIDTH, QUERIES = 10, 32, 4000
Labels = dict[str, np.ndarray]


def pca(x: np.ndarray, width: int = WIDTH) -> np.ndarray:
    """(n, width) principal components."""
    from sklearn.decomposition import PCA

    return np.asarray(PCA(width, svd_solver="randomized", random_state=0).fit_transform(x.astype(np.float32)))


def histogram(pixels: np.ndarray) -> np.ndarray:
    """(n, 512) square roots of a histogram of 8 x 8 x 8 colours."""
    codes = (pixels >> 5).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.stack([np.bincount(c.ravel(), minlength=512) for c in codes])
    return np.sqrt(counts / counts.sum(1, keepdims=True))


def nearest(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(queries, K) nearest other rows by cosine, nearest first."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    scores = unit[queries] @ unit.T
    scores[np.arange(len(queries)), queries] = -np.inf
    best = np.argpartition(-scores, K, axis=1)[:, :K]
    return np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1, kind="stable"), 1)


def scores(vectors: np.ndarray, labels: Labels) -> dict[str, tuple[float, float, float]]:
    """column -> (share of neighbours with the same value, that beyond chance, share of rows the majority tells)."""
    queries = np.sort(np.random.default_rng(0).permutation(len(vectors))[:QUERIES])
    found, out = nearest(vectors, queries), {}
    for name, values in labels.items():
        codes = pd.factorize(values)[0]
        same = float((codes[found] == codes[queries][:, None]).mean())
        chance = float(((np.bincount(codes) / len(codes)) ** 2).sum())
        majority = np.array([np.argmax(np.bincount(row, 1 - 1e-3 * np.arange(K))) for row in codes[found]])
        out[name] = (same, (same - chance) / (1 - chance), float((majority == codes[queries]).mean()))
    return out


def dataset(pictures: Images, labels: Labels) -> Dataset:
    frame = pd.DataFrame({"id": pictures.ids, **labels}).astype("str")
    roles = {"id": "id", **dict.fromkeys(labels, "category")}
    return Dataset.build("bench", Catalogue(frame, roles), None, None, pictures)


def thumbnails() -> tuple[str, Dataset, Labels]:
    """(what, dataset, labels): real thumbnails, or those of the sample shop."""
    folder = SHARED / "data" / "catalogues"
    if not (folder / "fashion_thumbs_8k.parquet").exists():
        data = samples.load("fashion")
        labels = {c: data.column(c).to_numpy(object) for c in ("subcategory", "colour")}
        return "pictures of the sample shop", data, labels
    thumbs = pd.read_parquet(folder / "fashion_thumbs_8k.parquet")
    ids = thumbs["id"].astype("str")
    known = pd.read_parquet(folder / "fashion_styles.parquet").astype({"id": "str"}).set_index("id").loc[ids]
    labels = {c: known[c].fillna("").astype(str).to_numpy(object) for c in ("articleType", "subCategory", "baseColour")}
    pictures = Images.of(list(ids), [Image.open(io.BytesIO(b)) for b in thumbs["jpeg"]])
    return f"{len(ids):,} real thumbnails", dataset(pictures, labels), labels


def grey() -> tuple[str, Dataset, Labels] | None:
    """Fashion-MNIST, 10,000 pictures of 28 x 28."""
    path = SHARED / "data" / "catalogues" / "fashion_mnist_20k.npz"
    if not path.exists():
        return None
    held = np.load(path, allow_pickle=False)
    x, labels = held["X"][:10_000], {"kind": held["y"][:10_000].astype(str).astype(object)}
    return "10,000 grey pictures", dataset(Images.of([str(n) for n in range(len(x))], list(x)), labels), labels


def main() -> None:
    for found in (thumbnails(), grey()):
        if found is None:
            continue
        what, data, labels = found
        print(f"\n{what}, {WIDTH} numbers each; share of the {K} nearest with the same value, beyond chance, majority")
        ways: dict[str, Callable[[Dataset], np.ndarray]] = {
            "colour histogram": lambda d: pca(histogram(np.asarray(d.images.pixels))),  # type: ignore[union-attr]
            "PCA of the pixels": lambda d: pca(flat(d)),
            "image autoencoder": ours,
        }
        for who, how in ways.items():
            cpu, clock = time.process_time(), time.perf_counter()
            vectors = how(data)
            cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
            figures = "  ".join(f"{n} {a:.3f} {b:.3f} {c:.3f}" for n, (a, b, c) in scores(vectors, labels).items())
            print(f"{who:20}{cpu:7.1f} CPU s{clock:7.1f} s   {figures}", flush=True)


def flat(data: Dataset) -> np.ndarray:
    """(n, all pixels) in 0..1."""
    assert data.images is not None
    return data.images.pixels.reshape(len(data.images), -1) / np.float32(255)


def ours(data: Dataset) -> np.ndarray:
    method = methods.get("image")
    return method.fit(data, method.Params.of({"dimension": WIDTH})).embeddings["product"].vectors


if __name__ == "__main__":
    main()
