"""The image autoencoder: products whose pictures show the same form get similar vectors."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.methods.base import Fitted, Method, Params
from embedcore.methods.image.params import ImageParams
from embedcore.progress import Progress, silent

_FEWEST = 8  # pictures


class ImageAutoencoder(Method):
    """A convolutional autoencoder (Masci and others 2011) that must redraw the edges of a picture (histograms of
    oriented gradients, Dalal and Triggs 2005) as well as the picture."""

    name = "image"
    title = "Image autoencoder"
    subtitle = "products that look alike"
    summary = "Learns from product pictures: products of the same shape get similar vectors, whatever they are called."
    about = (
        "A network compresses every picture into a few numbers and learns to redraw it from them; those "
        "numbers are the vector. Left alone, such a network keeps mostly colour, because colour fills most "
        "pixels. So this one must also redraw the edges, which carry the shape: a red and a blue shoe come "
        "close, a red shoe and a red bag do not. Use it when pictures say more than names, and blend it with "
        "other embeddings. It sees shape, not purpose: a watch and a round mirror may look alike to it. It works "
        "best with one product in each picture, on a plain background."
    )
    source = (
        "Masci, Meier, Cireşan and Schmidhuber 2011, Stacked convolutional auto-encoders; Dalal and Triggs 2005, "
        "Histograms of oriented gradients"
    )
    version = 1
    needs = frozenset({"images"})
    Params: ClassVar[type[Params]] = ImageParams

    def fit(self, dataset: Dataset, params: ImageParams, progress: Progress = silent, seed: int = 0) -> Fitted:
        """Train on the dataset's pictures (a tenth is held out to measure); "product": (pictures, dimension), and
        COLOURS more when colour has a weight.

        meta: as always, and pictures, held_out. NeedsError when there are fewer than 8 pictures."""
        missing = self.lacks(dataset)
        if missing or dataset.images is None:
            raise NeedsError(missing or "There are no pictures.")
        images = dataset.images
        if len(images) < _FEWEST:
            raise NeedsError(
                f"It needs at least {_FEWEST} product pictures, and this dataset has {len(images)}.",
                "Add pictures on the Data page.",
            )
        from embedcore.methods.image.trained import train

        return train(dataset, images, params, progress, seed)

    def load(self, folder: Path) -> Fitted:
        """Read what FittedImage.save wrote."""
        from embedcore.methods.image.trained import load

        return load(folder)
