"""Images: one small picture each for some of the products, ready for the screen and for training."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.errors import InputError, MissingError

if TYPE_CHECKING:
    from PIL import Image

PICTURE_SIDE = 64  # pixels of a square picture for training
SHOWN = 192  # pixels, at most, of a picture for the screen
_QUALITY = 82


@dataclass(frozen=True, eq=False)
class Images:
    """One picture each for some of the products.

    ids: (n,) object str, the products, unique. pixels: (n, 64, 64, 3) uint8 RGB, possibly mapped from a file.
    jpegs: (m,) uint8, all pictures for the screen one after the other; starts: (n + 1,) int64, where each begins.
    meta: facts of reading them (JSON-able), not part of the hash. InputError when shapes or ids do not fit.

    >>> pictures = Images.of(["mug"], [np.zeros((10, 20, 3), np.uint8)])
    >>> pictures.pixels.shape, pictures.jpeg("mug")[:2], pictures.jpeg("cup")
    ((1, 64, 64, 3), b'\\xff\\xd8', None)
    """

    ids: np.ndarray
    pixels: np.ndarray
    jpegs: np.ndarray
    starts: np.ndarray
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.ids)
        if (
            self.pixels.shape != (n, PICTURE_SIDE, PICTURE_SIDE, 3)
            or self.pixels.dtype != np.uint8
            or len(self.starts) != n + 1
        ):
            raise InputError(f"Pictures need {PICTURE_SIDE} x {PICTURE_SIDE} RGB bytes for each of their {n} products.")
        if len(self.row_of) != n:
            raise InputError("A product can have one picture only.")

    @classmethod
    def of(cls, ids: Sequence[str], pictures: Sequence[Any], meta: Mapping[str, Any] | None = None) -> Images:
        """From PIL images or arrays of bytes, (height, width) grey or (height, width, 3) RGB."""
        from PIL import Image

        opened = [p if isinstance(p, Image.Image) else Image.fromarray(np.asarray(p, np.uint8)) for p in pictures]
        small = [shrink_picture(p) for p in opened]
        pixels = np.stack([p for p, _ in small]) if small else np.empty((0, PICTURE_SIDE, PICTURE_SIDE, 3), np.uint8)
        return cls(np.array([str(i) for i in ids], dtype=object), pixels, *packed([j for _, j in small]), meta or {})

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Product id -> row."""
        return {str(i): n for n, i in enumerate(self.ids)}

    def jpeg(self, id: str) -> bytes | None:
        """The picture of a product for the screen, at most SHOWN pixels long; None when it has none."""
        n = self.row_of.get(id)
        return None if n is None else self.jpegs[self.starts[n] : self.starts[n + 1]].tobytes()

    def only(self, ids: Sequence[str] | np.ndarray) -> Images:
        """The pictures of these products, in this order; products without one are skipped."""
        rows = np.array([self.row_of[str(i)] for i in ids if str(i) in self.row_of], np.int64)
        if len(rows) == len(self) and (rows == np.arange(len(self))).all():
            return self
        kept = [self.jpegs[self.starts[n] : self.starts[n + 1]].tobytes() for n in rows]
        return Images(self.ids[rows], self.pixels[rows], *packed(kept), self.meta)

    @cached_property
    def hash(self) -> str:
        """sha256 (hex) of which product has which picture."""
        h = hashlib.sha256("\x1f".join(map(str, self.ids)).encode("utf-8", "surrogatepass"))
        for start in range(0, len(self), 1024):
            h.update(np.ascontiguousarray(self.pixels[start : start + 1024]).data)
        return h.hexdigest()

    def save(self, folder: Path) -> None:
        """Write pixels.npy, jpegs.npy and images.json into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "pixels.npy", self.pixels)
        np.save(folder / "jpegs.npy", self.jpegs)
        head = {"ids": [str(i) for i in self.ids], "starts": self.starts.tolist(), "meta": dict(self.meta)}
        (folder / "images.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Images:
        """Map what `save` wrote; MissingError when it is not there."""
        try:
            head = json.loads((folder / "images.json").read_text(encoding="utf-8"))
            pixels, jpegs = (np.load(folder / f"{n}.npy", mmap_mode="r") for n in ("pixels", "jpegs"))
        except FileNotFoundError:
            raise MissingError(
                "The pictures of this dataset are no longer in the data folder.", "Import it again."
            ) from None
        return cls(np.array(head["ids"], dtype=object), pixels, jpegs, np.array(head["starts"], np.int64), head["meta"])


def packed(jpegs: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """((m,) uint8: all bytes one after the other, (n + 1,) int64: where each begins and the last ends)."""
    starts = np.r_[0, np.cumsum([len(j) for j in jpegs])].astype(np.int64)
    return np.frombuffer(b"".join(jpegs), np.uint8), starts


def shrink_picture(image: Image.Image) -> tuple[np.ndarray, bytes]:
    """((64, 64, 3) uint8, JPEG for the screen) of a decoded picture; transparent parts become white.

    >>> from PIL import Image
    >>> square, jpeg = shrink_picture(Image.new("RGB", (300, 200)))
    >>> square.shape, jpeg[:2]
    ((64, 64, 3), b'\\xff\\xd8')
    """
    from PIL import Image

    if image.mode not in ("RGB", "L"):
        if image.has_transparency_data:
            rgba = image.convert("RGBA")
            image = Image.new("RGB", rgba.size, "white")
            image.paste(rgba, mask=rgba)
        elif image.mode.startswith("I"):  # 16 bits a pixel: Pillow would cut them off at 255
            image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    image = image.convert("RGB")
    square = np.asarray(image.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0))
    image.thumbnail((SHOWN, SHOWN), Image.Resampling.BILINEAR)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return square, out.getvalue()
