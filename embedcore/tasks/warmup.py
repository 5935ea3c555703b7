"""What a worker loads and compiles in idle time, so that the first job is quick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Spec = Mapping[str, Any]
Which = Callable[[str, Spec], bool]  # of a job's kind and spec
WarmStep = tuple[Callable[[], None], Which, Which]  # see steps


def steps(role: str) -> list[WarmStep]:
    """(what to do, the jobs that have to wait while it is done, the jobs beside which it may start), for a worker's
    role."""
    return {"read": _FOR_READING, "heavy": _FOR_WORK}.get(role, [])


def _imports(*modules: str) -> Callable[[], None]:
    def load() -> None:
        for module in modules:
            import_module(module)

    return load


def _first_training() -> None:
    """Compile (or load what was compiled) by training on next to nothing."""
    import pandas as pd

    from embedcore import methods
    from embedcore.data import Dataset

    lines = pd.DataFrame({"basket": [f"b{i // 3}" for i in range(24)], "item": [f"p{i % 5}" for i in range(24)]})
    method = methods.get("product2vec")
    method.fit(Dataset.build("warm-up", None, lines), method.Params.of({"dimension": 4, "epochs": 1, "min_count": 1}))


def _first_map() -> None:
    """Compile the layout before anyone waits for it."""
    import numpy as np

    from embedcore.explore import projection
    from embedcore.neighbours import build

    vectors = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    projection.umap(vectors, build(vectors, 15))


def _kinds(*kinds: str) -> Which:
    return lambda kind, _: kind in kinds


# Cheap and likely first, and without torch: a method that needs it loads it. Each step finds what the ones before it
# have imported. Whoever clicks as soon as the page is there leaves no idle time: a training runs outside the
# interpreter's lock, so the long way to the first map begins beside it. Reading a file does not, so the steps stay out
# of its way.
_NEVER, _TRAIN, _MAP = _kinds(), _kinds("train"), _kinds("map", "cluster")
_FOR_READING: list[WarmStep] = [(_imports("embedcore.intake", "duckdb"), _kinds("read", "import", "sample"), _NEVER)]
_FOR_WORK: list[WarmStep] = [
    (_imports("numba"), _kinds("train", "map", "cluster"), _TRAIN),
    (_imports("sklearn.cluster", "sklearn.neighbors", "sklearn.metrics", "faiss"), _MAP, _TRAIN),
    (_first_training, _TRAIN, _TRAIN),
    (_first_map, _kinds("map"), _TRAIN),
]
