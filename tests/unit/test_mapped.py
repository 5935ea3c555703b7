"""Vectors, graphs, maps and clusters lie in files that are mapped; what older versions wrote is still read."""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embedcore.data.embedding import Embedding
from embedcore.data.mapped import map_arrays, write_arrays
from embedcore.errors import EmbedError, MissingError
from embedcore.explore.clusters import Clusters
from embedcore.explore.projection import Projection
from embedcore.neighbours import Graph
from tests.unit import example


def is_mapped(array: np.ndarray | None) -> bool:
    while isinstance(array, np.ndarray):
        array = array.base  # type: ignore[assignment]
    return isinstance(array, mmap.mmap)


def test_what_a_training_leaves_is_mapped_and_not_copied(tmp_path: Path) -> None:
    example.result(tmp_path, example.dataset().items)
    graph = Graph.load(tmp_path / "graph")
    assert is_mapped(Embedding.load(tmp_path / "embeddings").vectors)
    assert is_mapped(graph.ids)
    assert is_mapped(graph.scores)
    assert is_mapped(Projection.load(tmp_path / "maps", "pca").xy)
    assert is_mapped(Clusters.load(tmp_path / "clusters").labels)


def test_a_mapped_array_stays_whole_when_its_file_is_deleted_or_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_arrays(path, {"x": np.arange(100_000)})
    deleted = map_arrays(path)[0]["x"]
    path.unlink()
    write_arrays(path, {"x": np.zeros(3)})
    assert np.array_equal(deleted, np.arange(100_000))


def test_writing_to_a_mapped_array_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_arrays(path, {"x": np.zeros(5, np.float32)})
    map_arrays(path)[0]["x"][:] = 1
    assert not map_arrays(path)[0]["x"].any()


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "?"])
def test_an_array_keeps_its_type_and_shape_and_other_tools_read_it(tmp_path: Path, dtype: str) -> None:
    want = np.arange(6).reshape(2, 3).astype(dtype)
    write_arrays(tmp_path / "x.safetensors", {"x": want, "none": want[:0]}, {"note": "ä"})
    arrays, facts = map_arrays(tmp_path / "x.safetensors")
    for name, expected in (("x", want), ("none", want[:0])):
        assert arrays[name].dtype == expected.dtype
        assert np.array_equal(arrays[name], expected)
    assert facts == {"note": "ä"}
    assert np.array_equal(load_file(tmp_path / "x.safetensors")["x"], want)


@pytest.mark.parametrize("content", [b"", b"\x08\0\0\0\0\0\0\0notajson", b"\xff" * 40])
def test_a_damaged_file_is_explained(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(EmbedError, match="damaged"):
        map_arrays(tmp_path / "x.safetensors")


def test_what_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="vectors of kind “product”"):
        Embedding.load(tmp_path)


def test_the_files_of_older_versions_are_still_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    vectors, scores, xy = (rng.normal(size=(4, d)).astype(np.float32) for d in (3, 2, 2))
    ids, labels = np.arange(8, dtype=np.int32).reshape(4, 2), np.array([0, 1, -1, 0], np.int32)
    save_file({"vectors": vectors}, tmp_path / "product.safetensors")
    head = {"kind": "product", "ids": ["a", "b", "ä", "d"], "meta": {"seed": 1}}
    (tmp_path / "product.json").write_text(json.dumps(head))
    np.savez(tmp_path / "graph.npz", ids=ids, scores=scores, facts=np.array([0.0, 0.97]))
    np.savez(tmp_path / "projection-umap.npz", xy=xy, meta=np.array(json.dumps({"seed": 2})))
    text = {"method": "kmeans", "names": ["shoes", "hats"], "silhouette": 0.4, "meta": {"k": 2}}
    np.savez(tmp_path / "clusters-kmeans-2.npz", labels=labels, head=np.array(json.dumps(text)))

    embedding, graph = Embedding.load(tmp_path), Graph.load(tmp_path)
    assert (list(embedding.ids), embedding.meta) == (head["ids"], {"seed": 1})
    assert np.array_equal(embedding.vectors, vectors)
    assert np.array_equal(graph.ids, ids)
    assert np.array_equal(graph.scores, scores)
    assert (graph.exact, graph.recall) == (False, 0.97)
    projection, clusters = Projection.load(tmp_path, "umap"), Clusters.load(tmp_path, "kmeans-2")
    assert np.array_equal(projection.xy, xy)
    assert projection.meta == {"seed": 2}
    assert np.array_equal(clusters.labels, labels)
    assert (clusters.method, clusters.names, clusters.silhouette) == ("kmeans", ("shoes", "hats"), 0.4)
