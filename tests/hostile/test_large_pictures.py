"""Pictures that are small to send and large to open: right or refused, in little memory and time."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from embedcore.data import PICTURE_SIDE, Catalogue
from embedcore.intake.pictures import read as intake
from embedcore.intake.pictures.reduce import LARGE, reduced

SIDE = 6300
_PASSES = [(8, 8, 0, 0), (8, 8, 4, 0), (4, 8, 0, 4), (4, 4, 2, 0), (2, 4, 0, 2), (2, 2, 1, 0), (1, 2, 0, 1)]
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def _png(kind: int, depth: int = 8, size: tuple[int, int] = (SIDE, SIDE), seven: bool = False) -> bytes:
    """A black PNG. kind: as the format numbers them. seven: sent in seven passes."""

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    width, height = size
    packer, data = zlib.compressobj(1), b""
    for right, down, x, y in _PASSES if seven else [(1, 1, 0, 0)]:
        row = bytes(1 + (-(-(width - x) // right) * _CHANNELS[kind] * depth + 7) // 8)
        data += b"".join(packer.compress(row) for _ in range(y, height, down))
    data += packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(seven))
    colours = part(b"PLTE", bytes(768)) if kind == 3 else b""
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + colours + part(b"IDAT", data) + part(b"IEND", b"")


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _scans() -> bytes:
    """A JPEG that goes over its pixels again and again."""
    good = _saved(Image.new("RGB", (3000, 3000)), "JPEG", progressive=True)
    last = good.rindex(b"\xff\xda")
    return good[:-2] + good[last:-2] * 200 + good[-2:]


def _worst() -> dict[str, bytes]:
    black = Image.new("RGB", (SIDE, SIDE))
    wide = Image.new("RGB", (4000, 3000))
    return {
        "colour": _png(2),
        "colour and transparency": _png(6),
        "16 bits": _png(6, 16),
        "grey and transparency": _png(4),
        "grey in 16 bits": _png(0, 16),
        "palette": _png(3),
        "one bit": _png(0, 1),
        "in seven passes": _png(2, seven=True),
        "long": _png(2, size=(20_000, 2_000)),
        "jpeg": _saved(black, "JPEG"),
        "jpeg in passes": _saved(black, "JPEG", progressive=True, subsampling=0),
        "jpeg in 200 passes": _scans(),
        "jpeg for printers": _saved(black.convert("CMYK"), "JPEG", progressive=True),
        "webp": _saved(black, "WEBP", lossless=True, quality=0, method=0),
        "webp that opens": _saved(wide, "WEBP", lossless=True, quality=0, method=0),
        "webp that moves": _saved(wide, "WEBP", save_all=True, append_images=[wide.copy()], lossless=True, method=0),
    }


_MEASURE = r"""
import json, os, re, sys, time
from pathlib import Path
import pandas as pd
from embedcore.data import Catalogue, shrink_picture
from embedcore.errors import InputError
from embedcore.intake.pictures import read as intake
from PIL import Image
shrink_picture(Image.new("RGB", (50, 50)))
def size(name):
    return int(re.search(name + r":\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
products = Catalogue(pd.DataFrame({"sku": ["a"]}, dtype="str"), {"sku": "id"})
for path in sorted(Path(sys.argv[1]).glob("*.zip")):
    if os.fork():
        os.wait()
        continue
    before, begin = size("VmRSS"), time.process_time()
    try:
        found = intake.read_pictures(path, products)[1][0]
    except InputError as e:
        found = str(e)
    print(json.dumps([path.stem, time.process_time() - begin, size("VmHWM") - before, found]), flush=True)
    os._exit(0)
"""


def test_no_picture_takes_much_memory_or_time(tmp_path: Path) -> None:
    worst = _worst()
    for name, content in worst.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("a.png", content)
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path)], capture_output=True, text=True, timeout=300, check=True
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {line[0] for line in lines} == set(worst)
    for name, seconds, megabytes, found in lines:
        assert seconds < 2, name
        assert megabytes < 200, name
        assert found.startswith("1 of 1 product") or "too many to open" in found, name


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "L", "P", "1", "I;16"])
def test_a_large_picture_looks_like_a_small_one(mode: str) -> None:
    side = 16
    tile = np.zeros((side, side), np.uint8)
    tile[:8], tile[8:, 8:] = 200, 90
    large = Image.fromarray(tile).resize((4000, 4000), Image.Resampling.NEAREST)
    if mode == "I;16":
        large = Image.fromarray(np.asarray(large).astype(np.uint16) * 257)
    elif mode in ("LA", "RGBA"):
        large = large.convert(mode)
        large.putalpha(255)
    elif mode == "1":
        large = large.point(lambda v: 255 if v > 150 else 0).convert("1")
    else:
        large = large.convert(mode)
    assert large.size[0] * large.size[1] > LARGE
    found = np.asarray(reduced(large).resize((side, side), Image.Resampling.NEAREST))[..., 0].astype(int)
    want = np.where(tile > 150, 255, 0) if mode == "1" else tile.astype(int)
    assert np.abs(found - want).max() <= 1


def test_a_large_turned_picture_stands_upright_and_transparent_parts_are_white() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.new("RGBA", (4200, 2600), (255, 255, 255, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 2100, 2600))
    found = intake.decode(_saved(picture, "PNG", exif=exif, compress_level=1))
    assert found.size[1] > found.size[0]
    grey = np.asarray(found.convert("L"))
    assert grey[: len(grey) // 2 - 10].max() < 5
    assert grey[len(grey) // 2 + 10 :].min() > 250


def test_a_picture_of_many_products_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    shrink = intake.shrink_picture
    monkeypatch.setattr(intake, "shrink_picture", lambda image: opened.append(1) or shrink(image))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as z:
        z.writestr("red.png", _saved(Image.new("RGB", (30, 30), (200, 0, 0)), "PNG"))
        z.writestr("blue.png", _saved(Image.new("RGB", (30, 30), (0, 0, 200)), "PNG"))
    ids = [str(n) for n in range(60)]
    files = ["red.png" if n % 3 else "blue.png" for n in range(60)]
    frame = pd.DataFrame({"sku": ids, "file": files}, dtype="str")
    found, _ = intake.read_pictures(tmp_path / "p.zip", Catalogue(frame, {"sku": "id", "file": "image"}))
    assert len(opened) == 2
    middle = found.pixels[:, PICTURE_SIDE // 2, PICTURE_SIDE // 2]
    assert middle[:, 0].tolist() == [200 if n % 3 else 0 for n in range(60)]
    assert {found.jpeg(i) for i in ids if int(i) % 3} == {found.jpeg("1")}
