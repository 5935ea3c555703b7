"""Pictures of many pixels -> smaller ones, strip by strip: a kilobyte of PNG can hold 40 million pixels of a colour."""

from __future__ import annotations

from typing import Any

from PIL import Image

LARGE = 10_000_000  # pixels from which a picture is made smaller before anything else (chosen by hand)
_SIDE = 2048  # pixels of the longer side that are enough
_STRIP = 1 << 20  # pixels at a time
_MEMORY = 190_000_000  # bytes that a decoder may take for itself (chosen by hand)
_WEBP = 15  # bytes a pixel that the decoder of WebP takes
_SCANS = 400_000_000  # pixels that are gone over in all: a JPEG may send its picture in hundreds of passes


def too_much(image: Any, content: bytes) -> bool:
    """Whether decoding would take too much memory or time, by what the file declares."""
    pixels = image.size[0] * image.size[1]
    if image.format == "WEBP":
        return bool(pixels * _WEBP > _MEMORY)
    if image.format == "JPEG" and (scans := content.count(b"\xff\xda")) > 2:
        # All coefficients of a JPEG in several passes are kept, two bytes each.
        layers = [h * v for _, h, v, *_ in image.layer]
        share = sum(layers) / max(1, max(h for _, h, *_ in image.layer) * max(v for _, _, v, *_ in image.layer))
        return bool(2 * pixels * share > _MEMORY or scans * pixels > _SCANS)
    return False


def reduced(image: Any) -> Any:
    """A decoded picture as RGB on white, its longer side about _SIDE pixels, without a second copy of the whole; its
    orientation is kept. Small ones come back as they are."""
    width, height = image.size
    if width * height <= LARGE:
        return image
    by = max(1, min(-(-max(width, height) // _SIDE), width, height))
    out = Image.new("RGB", (width // by, height // by))
    rows = by * max(1, _STRIP // (width * by))
    for top in range(0, height // by * by, rows):
        strip = image.crop((0, top, width // by * by, min(top + rows, height // by * by)))
        out.paste(_on_white(strip).reduce(by), (0, top // by))
    if len(exif := image.getexif()):
        out.info["exif"] = exif.tobytes()
    return out


def _on_white(image: Any) -> Any:
    """As `shrink_picture` makes it."""
    if image.mode.startswith("I"):
        return image.point(lambda v: v / 256).convert("L").convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba)
    return image.convert("RGB")
