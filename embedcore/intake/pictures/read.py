"""Product pictures from a zip or a folder: matched by name, decoded within limits; no file is written by its name."""

from __future__ import annotations

import os
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

import numpy as np

from embedcore.data import PICTURE_SIDE, Catalogue, Images, shrink_picture
from embedcore.errors import InputError
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.pictures.names import SUFFIXES, assign
from embedcore.progress import Progress, silent

MAX_FILES = 500_000
MAX_BYTES = 32 << 20  # of one picture file
MAX_ALL = 64 << 30  # of all picture files together, unpacked
MAX_PIXELS = 40_000_000  # of one picture: a few kilobytes of PNG can hold terabytes of one colour
MAX_SIDE = 20_000
_KINDS = ("PNG", "JPEG", "WEBP")
_SQUARE = PICTURE_SIDE * PICTURE_SIDE * 3  # bytes of a small picture
_LISTED = 1000  # names in a report, at most
# What Pillow and zipfile raise on damaged or hostile bytes.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    RuntimeError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    AttributeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    MemoryError,
)


class Refused(Exception):
    """A file that is not used, and why in plain words."""


class PictureFiles(Protocol):
    """A zip or a folder of pictures. names: the picture files. others: how many other files there are."""

    names: list[str]
    others: int

    def read(self, name: str) -> bytes:
        """The bytes of a file; Refused with the reason when it must not be read."""


def read_pictures(path: Path, catalogue: Catalogue, progress: Progress = silent) -> tuple[Images, list[str]]:
    """The pictures of a catalogue's products from a zip file or a folder: (Images, notices).

    A file belongs to a product when the catalogue's image column names it, or when it is called like the product's id
    (with or without ending, in any letter case), or like the id and a number ("17_1.jpg"). The first one that can be
    read is used. Only PNG, JPEG and WebP are decoded, each within limits of bytes and pixels; what cannot be read is
    named. Images.meta: files, others (files that are no pictures), further (second pictures), broken
    ([name, reason], ...), unused (names of pictures that belong to no product), without (products without one);
    lists name at most 1,000 and n_broken, n_unused count all.
    InputError when it is no zip or folder, holds no picture, or no picture belongs to a product.

    >>> import pandas as pd
    >>> from PIL import Image
    >>> mugs = Catalogue(pd.DataFrame({"sku": ["12", "13"]}, dtype="str"), {"sku": "id"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (20, 20)).save(Path(folder) / "12.png")
    ...     pictures, notices = read_pictures(Path(folder), mugs)
    >>> pictures.ids.tolist(), notices
    (['12'], ['1 of 2 products have a picture.'])
    """
    with _open(path) as source:
        if not source.names:
            raise InputError(
                "The zip or folder holds no PNG, JPEG or WebP picture.",
                "Put the picture files into one zip or folder, each named like its product's id.",
            )
        found = assign(source.names, catalogue)
        wanted = sum(bool(f) for f in found)
        if not wanted:
            raise InputError(
                f"None of the {plural(len(source.names), 'picture')} belongs to a product: their names are like "
                f"{listed(source.names, 2)}, the products' ids like {listed([str(i) for i in catalogue.ids], 2)}.",
                "Name the files like the products' ids, or mark the column with the file names as image.",
            )
        images, broken = _collect(source, catalogue, found, wanted, progress)
        names, others = source.names, source.others
    if not len(images):
        raise InputError(f"None of the pictures could be read: {_reasons(broken)}.", "Save them as PNG or JPEG again.")
    taken = {n for f in found for n in f}
    unused = [name for n, name in enumerate(names) if n not in taken]
    chosen = len({f[0] for f in found if f})
    meta: dict[str, Any] = {
        "files": len(names),
        "others": others,
        "further": len(taken) - chosen,
        "n_broken": len(broken),
        "broken": broken[:_LISTED],
        "n_unused": len(unused),
        "unused": unused[:_LISTED],
        "without": len(catalogue) - len(images),
    }
    images = Images(images.ids, images.pixels, images.jpegs, images.starts, meta)
    return images, notices(meta, len(images))


def notices(meta: dict[str, Any], with_picture: int) -> list[str]:
    """What a person should know about how pictures were read, from Images.meta."""
    products = with_picture + meta["without"]
    found = [f"{with_picture:,} of {plural(products, 'product')} have a picture."]
    if meta["n_unused"]:
        found.append(
            f"Left out: {plural(meta['n_unused'], 'picture')} of no product (such as {listed(meta['unused'][:2])}); "
            "no id and no cell of an image column has such a name."
        )
    if meta["n_broken"]:
        found.append(
            f"Left out: {plural(meta['n_broken'], 'picture')} that cannot be read: {_reasons(meta['broken'])}."
        )
    if meta["further"]:
        found.append(f"Left out: {plural(meta['further'], 'more picture')} of products that already have one.")
    if meta["others"]:
        found.append(f"Left out: {plural(meta['others'], 'file')} of other kinds than PNG, JPEG and WebP.")
    return found


def _reasons(broken: list[tuple[str, str]]) -> str:
    return ", ".join(f"“{name[-60:]}” ({why})" for name, why in broken[:3]) + (" …" if len(broken) > 3 else "")


def _collect(
    source: PictureFiles, catalogue: Catalogue, found: list[list[int]], wanted: int, progress: Progress
) -> tuple[Images, list[tuple[str, str]]]:
    """Decode the best readable file of each product. Pixels wait in unnamed temporary files, not in memory."""
    ids: list[str] = []
    broken: dict[str, str] = {}
    done: dict[str, int] = {}
    starts, read_bytes = [0], 0
    with tempfile.TemporaryFile() as pixels, tempfile.TemporaryFile() as jpegs:
        for row in (r for r, f in enumerate(found) if f):
            progress(len(ids) + len(broken), wanted + len(broken), note="Reading pictures")
            for name in (source.names[n] for n in found[row]):
                if name in broken:
                    continue
                try:
                    if (at := done.get(name)) is not None:  # it is the picture of another product, too
                        square, jpeg = (
                            _part(pixels, at * _SQUARE, (at + 1) * _SQUARE),
                            _part(jpegs, starts[at], starts[at + 1]),
                        )
                    else:
                        content = source.read(name)
                        read_bytes += len(content)
                        found_square, jpeg = shrink_picture(decode(content))
                        square, done[name] = found_square.tobytes(), len(ids)
                except Refused as e:
                    broken[name] = str(e)
                    continue
                pixels.write(square)
                starts.append(starts[-1] + jpegs.write(jpeg))
                ids.append(str(catalogue.ids[row]))
                break
            if read_bytes > MAX_ALL:
                raise InputError(f"The pictures unpack to more than {MAX_ALL >> 30} GB.", "Make them smaller.")
        pixels.flush()
        jpegs.flush()
        if not ids:
            return Images.of([], []), list(broken.items())
        # A mapped file stays readable after it is closed.
        squares = np.memmap(pixels, np.uint8, "r", shape=(len(ids), PICTURE_SIDE, PICTURE_SIDE, 3))
        shown = np.memmap(jpegs, np.uint8, "r", shape=(starts[-1],))
    images = Images(np.array(ids, dtype=object), squares, shown, np.array(starts, np.int64))
    return images, list(broken.items())


def _part(file: IO[bytes], start: int, stop: int) -> bytes:
    """Some bytes of a file that is written at its end."""
    file.seek(start)
    found = file.read(stop - start)
    file.seek(0, os.SEEK_END)
    return found


def decode(content: bytes) -> Any:
    """A PIL image, upright, small enough to be worked on. Refused with the reason when it cannot or must not be."""
    import io

    from PIL import Image, ImageOps

    from embedcore.intake.pictures.reduce import reduced, too_much

    if not _is_picture(content[:16]):
        raise Refused("it is no PNG, JPEG or WebP picture")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit is lower than the one that is warned about
        try:
            image = Image.open(io.BytesIO(content), formats=_KINDS)
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE or too_much(image, content):
                raise Refused(f"it has {width:,} x {height:,} pixels, too many to open")
            if min(width, height) < 2:
                raise Refused("it is a single line of pixels")
            image.draft(
                "RGB", (4 * PICTURE_SIDE, 4 * PICTURE_SIDE)
            )  # JPEG: decoded at a half or less where that is enough
            image.load()
            return ImageOps.exif_transpose(reduced(image))
        except Image.DecompressionBombError:
            raise Refused("it has too many pixels to open") from None
        except _BROKEN:
            raise Refused("it is broken") from None


def _is_picture(head: bytes) -> bool:
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return webp or head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


@contextmanager
def _open(path: Path) -> Iterator[PictureFiles]:
    if path.is_dir():
        yield _Folder(path)
        return
    if not path.is_file():
        raise InputError("The zip or folder with the pictures is not here.", "Choose it again.")
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN:
        raise InputError(
            "This is no zip file with pictures, or it is damaged.", "Pack the pictures as a zip again."
        ) from None
    with archive:
        yield _Zip(archive)


def _sort(names: Iterator[str]) -> tuple[list[str], int]:
    """(names of pictures, how many others)."""
    pictures, others = [], 0
    for name in names:
        parts = name.split("/")
        if any(p.startswith(".") and p not in (".", "..") for p in parts) or "__MACOSX" in parts:
            continue  # what a Mac or a version control adds
        if PurePosixPath(name).suffix.lower() in SUFFIXES:
            pictures.append(name)
        else:
            others += 1
        if len(pictures) + others > MAX_FILES:
            raise InputError(f"There are more than {MAX_FILES:,} files in it.", "Split it.")
    return pictures, others


class _Zip:
    """A zip. Its members are read into memory one by one; a name is only ever compared."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names, self.others = _sort(i.filename.replace("\\", "/") for i in archive.infolist() if not i.is_dir())
        self._members = {i.filename.replace("\\", "/"): i for i in archive.infolist()}

    def read(self, name: str) -> bytes:
        member = self._members[name]
        if ".." in name.split("/") or name.startswith("/"):
            raise Refused("its name leads out of the zip")
        if member.flag_bits & 1:
            raise Refused("it needs a password")
        if member.file_size > MAX_BYTES:
            raise Refused(f"it is larger than {MAX_BYTES >> 20} MB")
        try:
            with self._archive.open(member) as stream:
                head = stream.read(16)
                if not _is_picture(head):
                    raise Refused("it is no PNG, JPEG or WebP picture")
                content = head + stream.read(MAX_BYTES + 1)  # what the header says need not be true
        except _BROKEN:
            raise Refused("it is broken") from None
        if len(content) > MAX_BYTES:
            raise Refused(f"it is larger than {MAX_BYTES >> 20} MB")
        return content


class _Folder:
    """A folder and those in it; links that lead out of it are refused."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self.names, self.others = _sort(self._walk())

    def _walk(self) -> Iterator[str]:
        for folder, inside, files in os.walk(self._root):
            inside.sort()
            for name in sorted(files):
                yield (Path(folder) / name).relative_to(self._root).as_posix()

    def read(self, name: str) -> bytes:
        try:
            path = (self._root / name).resolve()
            if not path.is_relative_to(self._root):
                raise Refused("it is a link that leads out of the folder")
            if not path.is_file():
                raise Refused("it is no file")
            with path.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except OSError:
            raise Refused("it cannot be opened") from None
        if len(content) > MAX_BYTES:
            raise Refused(f"it is larger than {MAX_BYTES >> 20} MB")
        return content
