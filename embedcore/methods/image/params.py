"""What can be set of the image autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

from embedcore.methods.base import Params, param

ENTROPY, SQUARE = "cross-entropy", "squared error"
COLOURS = 6  # numbers of the colour block


@dataclass(frozen=True)
class ImageParams(Params):
    """Parameters of the image autoencoder."""

    dimension: int = param(
        32, "Dimensions", "The width of the code (bottleneck) that a picture is squeezed into.", low=2, high=256, step=1
    )
    keep: str = param(
        "edges",
        "What it must keep",
        "“edges”: shape, whatever the colour (histograms of oriented "
        "gradients are redrawn beside the picture); “picture”: the plain autoencoder of the pixels, "
        "whose neighbours often share no more than a colour.",
        choices=("edges", "picture"),
    )
    colour: float = param(
        0.0,
        "Shape or colour",
        "0 compares shape only, 1 colour only; between, similarity is the mix "
        f"of both. Above 0 the vector has {COLOURS} more numbers (principal components of a colour "
        "histogram).",
        low=0.0,
        high=1.0,
        step=0.05,
    )
    passes: int = param(
        3, "Epochs", "How often every picture is seen; where there are few, more often.", low=1, high=200, step=1
    )
    size: int = param(
        64, "Picture size", "Pixels of the squares that are learned from.", choices=(32, 64), advanced=True
    )
    loss: str = param(
        ENTROPY,
        "Pixel loss",
        "How a redrawn pixel is compared: binary cross-entropy on logits, or mean squared error (MSE).",
        choices=(ENTROPY, SQUARE),
        advanced=True,
    )
    rate: float = param(
        0.002, "Learning rate", "Step length of the optimiser (Adam).", low=1e-5, high=0.05, step=0.001, advanced=True
    )
