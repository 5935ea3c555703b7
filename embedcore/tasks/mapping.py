"""The map of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Embedding
from embedcore.progress import Progress


def draw_map(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """The UMAP of a run -> Projection.save(out)."""
    from embedcore.explore import projection
    from embedcore.neighbours import Graph

    progress(0, 1, note="Getting ready")  # the first map of a worker waits for imports and the compiler
    folder = Path(spec["run_folder"])
    vectors, graph = Embedding.load(folder / "embeddings").vectors, Graph.load(folder / "graph")
    projection.umap(vectors, graph, seed=0, progress=progress).save(out)
    return {}
