"""A trained image autoencoder, and the way there: train, measure, put colour beside form."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embedcore.data import Dataset, Embedding, Images
from embedcore.methods.base import Fitted
from embedcore.methods.image.fit import SHOWN, How, Model, fit
from embedcore.methods.image.judge import Trained, held_out, judge
from embedcore.methods.image.net import Net
from embedcore.methods.image.params import COLOURS, ENTROPY, ImageParams
from embedcore.methods.image.see import BATCH
from embedcore.methods.persistence import load_model, save_model
from embedcore.methods.threads import one_thread
from embedcore.progress import Progress


class FittedImage(Fitted):
    """embeddings: "product", vectors of length 1: the code, and the colour block when it has a weight."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], model: Model) -> None:
        self.embeddings, self.meta, self.model = embeddings, meta, model

    def embed(self, new: Dataset) -> Embedding:
        """Encode the pictures of `new`; products without one are left out and counted."""
        colour = float(self.meta["params"]["colour"])
        if new.images is None:
            width = self.embeddings["product"].dimension
            return Embedding("product", np.empty(0, object), np.empty((0, width), np.float32), {"left_out": len(new)})
        with one_thread():
            vectors = blend(*self.model.code(new.images.pixels), colour)
        return Embedding("product", new.images.ids, vectors, {"left_out": len(new) - len(new.images)})

    def save(self, folder: Path) -> None:
        """Write the net, its directions, the vectors and meta."""
        m = self.model
        arrays = {f"net.{k}": v.numpy() for k, v in m.net.state_dict().items()}
        arrays |= {
            "mean": m.mean.numpy(),
            "colour_mean": m.colour_mean.numpy(),
            "colour_way": m.colour_way.numpy(),
            "directions": m.directions.numpy(),
        }
        save_model(folder, self.embeddings, self.meta, arrays)


def train(dataset: Dataset, images: Images, params: ImageParams, progress: Progress, seed: int) -> FittedImage:
    """Train on all pictures but the held-out tenth, and measure on that."""
    begin = time.perf_counter()
    held = held_out(len(images), seed)
    how = How(params.dimension, params.keep, params.loss == ENTROPY, params.size, params.passes, params.rate)
    with one_thread():
        watched = images.pixels[_spread(held.test if len(held.test) else held.train)]
        after = -(-len(images) // BATCH) + 1
        model, losses, done = fit(images.pixels, held.train, watched, how, seed, progress=progress, after=after)
        codes = model.code(images.pixels, lambda k: progress(done + k, done + after, note="Reading every picture"))
        vectors = blend(*codes, params.colour)
        verdict = judge(Trained(dataset, images, model, vectors, held), seed)
    progress(done + after, done + after, note="Done")
    meta = {
        "params": asdict(params),
        "seed": seed,
        "losses": losses,
        "seconds": round(time.perf_counter() - begin, 3),
        "vocabulary": len(images),
        "left_out": len(dataset) - len(images),
        "held_out": len(held.test),
        "figures": verdict.figures,
        "notices": verdict.notices,
    }
    return FittedImage({"product": Embedding("product", images.ids, vectors)}, meta, model)


def load(folder: Path) -> FittedImage:
    """Read what FittedImage.save wrote."""
    embeddings, meta, arrays = load_model(folder)
    p = ImageParams(**meta["params"])
    how = How(p.dimension, p.keep, p.loss == ENTROPY, p.size, p.passes, p.rate)
    own = {k: torch.from_numpy(arrays[k].copy()) for k in ("mean", "colour_mean", "colour_way", "directions")}
    net = Net(p.dimension, COLOURS, len(own["mean"]), p.size)
    net.load_state_dict({k[4:]: torch.from_numpy(v.copy()) for k, v in arrays.items() if k.startswith("net.")})
    return FittedImage(embeddings, meta, Model(net, how, **own))


def blend(code: torch.Tensor, colour: torch.Tensor, weight: float) -> np.ndarray:
    """(n, d) or (n, d + COLOURS) float32 of length 1: cosine similarity is (1 - weight) times that of the codes plus
    weight times that of the colours."""
    if not weight:
        return _unit(code)
    return np.hstack([_unit(code) * (1 - weight) ** 0.5, _unit(colour) * weight**0.5]).astype(np.float32)


def _unit(x: torch.Tensor) -> np.ndarray:
    """Rows of length 1, in torch, whose sums round in another way than numpy's; a row of zeros stays."""
    return np.asarray((x / x.norm(dim=1, keepdim=True).clamp(min=1e-9)).numpy(), np.float32)


def _spread(rows: np.ndarray) -> np.ndarray:
    """SHOWN of them, from the first to the last."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, SHOWN).astype(np.int64))]
