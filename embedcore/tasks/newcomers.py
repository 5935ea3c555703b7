"""Vectors of products that came after the training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.progress import Progress


def embed_new(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A run and new rows -> newcomers.parquet (see explore.newcomers), vectors.parquet and facts.json.

    The rows are a table that was read (raw, roles, generate_ids), or without one the products of the dataset that have
    no vector yet."""
    from embedcore import methods
    from embedcore.data import Embedding
    from embedcore.explore import newcomers
    from embedcore.intake import Table, make_catalogue

    progress(0, 100, note="Opening the embedding")
    dataset, known = Dataset.load(Path(spec["dataset_folder"])), Embedding.load(Path(spec["run_folder"]) / "embeddings")
    fitted = methods.get(str(spec["run_method"])).load(Path(spec["model_folder"]))
    progress(20, 100, note="Reading the new products")
    notices: list[str] = []
    if spec.get("raw"):
        frame = Table.load(Path(spec["raw"])).frame
        catalogue, notices = make_catalogue(frame, dict(spec["roles"]), generate_ids=bool(spec.get("generate_ids")))
        new = Dataset.build("new", catalogue)
    else:
        new = newcomers.without_vector(dataset, known)
    progress(40, 100, note="Giving them vectors")
    vectors = fitted.embed(new)
    progress(80, 100, note="Comparing with the products that are known")
    newcomers.compare(dataset, known, new, vectors, [*notices]).save(out)
    progress(100, 100, note="Done")
    return {}
