"""The image autoencoder: products whose pictures show the same form get similar vectors."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.errors import NeedsError
from embedcore.methods.base import Fitted, Method, Params, Progress, param, silent
from embedcore.methods.files import load_model, save_model
from embedcore.methods.image_fit import COLOURS, SHOWN, How, Model, fit, one_thread
from embedcore.methods.image_judge import held_out, judge, unit
from embedcore.methods.image_net import Net
from embedcore.methods.image_see import BATCH

ENTROPY, SQUARE = "cross-entropy", "squared error"
_FEWEST = 8  # pictures


@dataclass(frozen=True)
class ImageParams(Params):
    """Parameters of the image autoencoder."""

    dimension: int = param(32, "Numbers per picture", "The width of the code (bottleneck) that a picture is squeezed "
                           "into.", low=2, high=256, step=1)
    keep: str = param("edges", "What it must keep", "“edges”: form, whatever the colour (histograms of oriented "
                      "gradients are redrawn beside the picture); “picture”: the plain autoencoder of the pixels, "
                      "whose neighbours often share no more than a colour.", choices=("edges", "picture"))
    colour: float = param(0.0, "Form or colour", "0 compares form only, 1 colour only; between, similarity is the mix "
                          f"of both. Above 0 the vector has {COLOURS} more numbers (principal components of a colour "
                          "histogram).", low=0.0, high=1.0, step=0.05)
    passes: int = param(3, "Passes", "How often every picture is seen (epochs); where there are few, "
                        "more often.", low=1, high=200, step=1)
    size: int = param(64, "Size of the pictures", "Pixels of the squares that are learned from.", choices=(32, 64),
                      advanced=True)
    loss: str = param(ENTROPY, "Error of a pixel", "How a redrawn pixel is compared: binary cross-entropy on logits, "
                      "or mean squared error (MSE).", choices=(ENTROPY, SQUARE), advanced=True)
    rate: float = param(0.002, "Learning rate", "Step length of the optimiser (Adam).", low=1e-5, high=0.05, step=0.001,
                        advanced=True)


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
        m = self.model
        arrays = {f"net.{k}": v.numpy() for k, v in m.net.state_dict().items()}
        arrays |= {"mean": m.mean.numpy(), "colour_mean": m.colour_mean.numpy(), "colour_way": m.colour_way.numpy(),
                   "directions": m.directions.numpy()}  # fmt: skip
        save_model(folder, self.embeddings, self.meta, arrays)


class ImageAutoencoder(Method):
    """A convolutional autoencoder (Masci and others 2011) that must redraw the edges of a picture (histograms of
    oriented gradients, Dalal and Triggs 2005) as well as the picture."""

    name = "image"
    title = "What the pictures show (image autoencoder)"
    summary = "Looks at the product pictures: products of the same form get similar vectors, whatever they are called."
    about = (
        "A network squeezes every picture into a few numbers and learns to redraw it from them; those numbers are the "
        "vector. Left alone, such a network keeps mostly colour, because colour fills most pixels. So this one must "
        "also redraw the edges, which carry the form: a red and a blue shoe come close, a red shoe and a red bag do "
        "not. Choose it when pictures say more than names do, and blend it with other results. It sees form, not "
        "purpose: a watch and a round mirror may look alike to it. Pictures should show one product each on a calm "
        "ground."
    )
    source = (
        "Masci, Meier, Cireşan and Schmidhuber 2011, Stacked convolutional auto-encoders; Dalal and Triggs 2005, "
        "Histograms of oriented gradients"
    )
    version = 1
    needs = frozenset({"images"})
    Params: ClassVar[type[Params]] = ImageParams

    def fit(self, dataset: Dataset, params: ImageParams, progress: Progress = silent, seed: int = 0) -> FittedImage:
        """Train on the dataset's pictures (a tenth is held out to measure); "product": (pictures, dimension), and
        COLOURS more when colour has a weight.

        meta: as always, and pictures, held_out. NeedsError when there are fewer than 8 pictures."""
        missing = self.lacks(dataset)
        if missing or dataset.images is None:
            raise NeedsError(missing or "There are no pictures.")
        images, begin = dataset.images, time.perf_counter()
        if len(images) < _FEWEST:
            raise NeedsError(
                f"It needs at least {_FEWEST} product pictures, and this dataset has {len(images)}.",
                "Add pictures on the Data page.",
            )
        train, test = held_out(len(images), seed)
        how = How(params.dimension, params.keep, params.loss == ENTROPY, params.size, params.passes, params.rate)
        with one_thread():
            watched = images.pixels[_spread(test if len(test) else train)]
            after = -(-len(images) // BATCH) + 1
            model, losses, done = fit(images.pixels, train, watched, how, seed, progress, after)
            codes = model.code(images.pixels, lambda k: progress(done + k, done + after, note="Reading every picture"))
            vectors = blend(*codes, params.colour)
            figures, notices = judge(dataset, model, vectors, train, test, seed)
        progress(done + after, done + after, note="Done")
        meta = {
            "params": asdict(params), "seed": seed, "losses": losses, "seconds": round(time.perf_counter() - begin, 3),
            "vocabulary": len(images), "left_out": len(dataset) - len(images), "held_out": len(test),
            "figures": figures, "notices": notices,
        }  # fmt: skip
        return FittedImage({"product": Embedding("product", images.ids, vectors)}, meta, model)

    def load(self, folder: Path) -> FittedImage:
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
        return unit(code).astype(np.float32)
    return np.hstack([unit(code) * (1 - weight) ** 0.5, unit(colour) * weight**0.5]).astype(np.float32)


def _spread(rows: np.ndarray) -> np.ndarray:
    """SHOWN of them, from the first to the last."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, SHOWN).astype(np.int64))]
