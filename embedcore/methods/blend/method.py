"""Blend: several finished results as one."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError, NeedsError
from embedcore.methods.base import Fitted, Method, Params, param
from embedcore.methods.blend import space as blend_space
from embedcore.methods.blend.judge import Blended, judge
from embedcore.methods.blend.space import Space
from embedcore.methods.persistence import load_model, save_model
from embedcore.progress import Progress, part, silent


@dataclass(frozen=True)
class BlendParams(Params):
    """Parameters of the blend."""

    runs: tuple[str, ...] = param(
        (),
        "Embeddings to blend",
        "Two or more embeddings that learn from different things, such as purchases and texts.",
        runs=True,
    )
    weights: str = param(
        "",
        "Weights",
        "How much each embedding counts, in the order chosen, such as 2, 1. Empty: chosen on held-out data.",
    )
    dimension: int = param(
        64,
        "Dimensions",
        "Length of a vector: the main directions (principal components) of the results side by side.",
        low=2,
        high=512,
        step=1,
    )


class FittedBlend(Fitted):
    """embeddings: "product". parts: the blended results, each as its own method trained it."""

    def __init__(
        self, embeddings: dict[str, Embedding], meta: dict[str, Any], space: Space, parts: list[Fitted]
    ) -> None:
        self.embeddings, self.meta, self.space, self.parts = embeddings, meta, space, parts

    def embed(self, new: Dataset) -> Embedding:
        """Known products keep their vector. Of the others each part gives what it can; what a part lacks is
        filled in from the other parts, as in training. A product that no part knows is left out."""
        product = self.embeddings["product"]
        blocks, some = blend_space.side_by_side(new, [fitted.embed(new) for fitted in self.parts])
        row = np.fromiter((product.row_of.get(str(i), -1) for i in new.items), np.int64, len(new))
        kept = (row >= 0) | some
        vectors = np.zeros((len(new), product.dimension), np.float32)
        fresh = kept & (row < 0)
        if fresh.any():
            vectors[fresh] = self.space.vectors([b[fresh] for b in blocks])
        vectors[row >= 0] = product.vectors[row[row >= 0]]
        meta = {"known": int((row >= 0).sum()), "left_out": int((~kept).sum())}
        return Embedding("product", new.items[kept], vectors[kept], meta)

    def save(self, folder: Path) -> None:
        """Write the blend, and each part into a folder of its own."""
        save_model(folder, self.embeddings, self.meta, self.space.pack())
        for n, fitted in enumerate(self.parts):
            fitted.save(folder / f"part{n}")


class Blend(Method):
    """The vectors of several results, each of length 1, side by side with weights, reduced to their principal
    components (a weighted concatenation, as meta-embeddings of words are made: Yin and Schuetze 2016). Weights are
    those of the cosines: the similarity of two products is the weighted mean of what the results say.

    A product without a vector in one result gets one there from the others, by ridge regression between them."""

    name = "blend"
    title = "Blend"
    subtitle = "several embeddings in one"
    summary = "Combines two or more embeddings: products are similar where the embeddings agree."
    about = (
        "Each embedding sees something else: purchases, words, columns, pictures. A blend calls two products "
        "similar when the embeddings agree. Use it when two embeddings are good for different reasons. It finds the "
        "weights by trial: part of the data is held out, the embeddings are trained again without it, and the blend "
        "that recovers it best wins. If one embedding alone beats every blend, the page says so."
    )
    source = "Yin and Schuetze 2016, Learning Word Meta-Embeddings; Goikoetxea et al. 2016, Single or Multiple?"
    version = 1
    needs = frozenset({"runs"})
    Params: ClassVar[type[Params]] = BlendParams

    def lacks(self, dataset: Dataset) -> str | None:
        """Whoever trains hands the finished results over as dataset.meta["run_folders"]: {key: {"method", "folder"}}.
        Without this note the dataset alone cannot say."""
        folders = dataset.meta.get("run_folders")
        if folders is not None and len(folders) < 2:
            return "It blends two or more finished results of this dataset: train other methods first."
        return None

    def fit(self, dataset: Dataset, params: BlendParams, progress: Progress = silent, seed: int = 0) -> FittedBlend:
        """Blend the runs of params (all that were handed over when it names none).

        meta: weights by run, left_out, filled (how many products lack a vector in which result), figures with the
        blend beside its best single part on held-out data. NeedsError when fewer than two runs are there."""
        begin = time.perf_counter()
        folders = dict(dataset.meta.get("run_folders") or {})
        keys = [k for k in (params.runs or folders) if k in folders]
        if len(keys) < 2 or len(keys) < len(params.runs):
            raise NeedsError(
                "It blends finished results of this dataset: choose two or more.",
                "Train two methods that see different things first.",
            )
        by_hand = _by_hand(params.weights, len(keys))
        from embedcore.methods import get

        methods = [get(folders[k]["method"]) for k in keys]
        parts = []
        for n, (key, method) in enumerate(zip(keys, methods, strict=True)):
            progress(n, 100, note="Reading the results")
            parts.append(method.load(Path(folders[key]["folder"])))
        blocks, some = blend_space.side_by_side(dataset, [fitted.embeddings["product"] for fitted in parts])
        names = _names(methods)
        subject = Blended(dataset, methods, parts, names, by_hand)
        verdict = judge(subject, seed, part(progress, 5, 90))
        equal = np.full(len(keys), 1 / len(keys))
        weights = by_hand if by_hand is not None else verdict.facts.get("weights", equal)
        progress(92, 100, note="Joining the results")
        blocks = [b[some] for b in blocks]
        space = blend_space.fit(blocks, weights, params.dimension)
        filled = {name: int(np.isnan(b[:, 0]).sum()) for name, b in zip(names, blocks, strict=True)}
        notices = [
            f"{count:,} products have no vector in “{name}”: those were predicted from the other results."
            for name, count in filled.items()
            if count
        ]
        meta = {
            "params": asdict(params),
            "seed": seed,
            "losses": [],
            "vocabulary": int(some.sum()),
            "left_out": int((~some).sum()),
            "filled": filled,
            "parts": [
                {"run": k, "method": m.name, "weight": round(float(w), 4)}
                for k, m, w in zip(keys, methods, weights, strict=True)
            ],
            "notices": [*verdict.notices, *notices],
            "figures": verdict.figures,
        }
        product = Embedding("product", dataset.items[some], space.vectors(blocks))
        meta["seconds"] = round(time.perf_counter() - begin, 3)
        progress(100, 100, note="Done")
        return FittedBlend({"product": product}, meta, space, parts)

    def load(self, folder: Path) -> FittedBlend:
        """Read what FittedBlend.save wrote."""
        from embedcore.methods import get

        embeddings, meta, arrays = load_model(folder)
        parts = [get(p["method"]).load(folder / f"part{n}") for n, p in enumerate(meta["parts"])]
        return FittedBlend(embeddings, meta, Space.unpack(arrays), parts)


def _by_hand(text: str, n: int) -> np.ndarray | None:
    """The weights that a person gave, with sum 1; None for none."""
    if not text.strip():
        return None
    parts = [p for p in re.split(r"[\s,;]+", text.strip()) if p]
    try:
        weights = np.array([float(p) for p in parts])
    except ValueError:
        weights = np.empty(0)
    if len(weights) != n or not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise InputError(
            f"The weights “{text}” are not {n} numbers.",
            "Give one for each embedding, such as 2, 1, or leave them empty.",
        )
    return np.asarray(weights / weights.sum())


def _names(methods: list[Method]) -> list[str]:
    """Titles of the parts, numbered when a method is there twice."""
    titles = [m.title for m in methods]
    return [t if titles.count(t) == 1 else f"{t}, {titles[:n].count(t) + 1}" for n, t in enumerate(titles)]
