"""Parameters of the tabular autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

from embedcore.methods.base import TABLE, Params, param

GOOD, FAITHFUL = "good neighbours", "faithful"


@dataclass(frozen=True)
class AutoencoderParams(Params):
    """Parameters of the tabular autoencoder."""

    preset: str = param(
        GOOD,
        "What matters more",
        "Good neighbours: cells are hidden and swapped during training (denoising, 10 to 50 % of them), so that it "
        "learns which values go together. Faithful: next to no noise, so that rows are rebuilt exactly.",
        choices=(GOOD, FAITHFUL),
    )
    exclude: tuple[str, ...] = param(
        (), "Columns to leave out", "None chosen means that every column is used.", columns=TABLE
    )
    dimension: int = param(
        32, "Dimensions", "Length of a vector (width of the narrowest layer).", low=2, high=256, step=1
    )
    steps: int = param(
        500,
        "Training steps",
        "Training steps, each on a batch of up to 1,024 products.",
        low=50,
        high=5000,
        step=50,
        advanced=True,
    )
    width: int = param(
        128,
        "Width of the hidden layers",
        "Units in the layers before and after the narrowest one.",
        low=16,
        high=512,
        step=16,
        advanced=True,
    )
    learning_rate: float = param(
        0.01,
        "Learning rate",
        "Highest learning rate of AdamW; it rises and falls once (one cycle).",
        low=0.0001,
        high=0.05,
        advanced=True,
    )
    check: bool = param(
        True,
        "Check on your table",
        "Hides columns in turn on a sample of 3,000 rows and compares with a plain PCA: takes a few seconds.",
        advanced=True,
    )
