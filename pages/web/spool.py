"""A file on its way to the disk: hashed while it is written, there whole or not at all.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as name, Incoming(Path(name), "../my shop.csv") as file:
...     file.write(b"sku")
...     token = file.keep()
...     [path.name for path in Path(name).glob(f"{token}*/*")]
['my shop.csv']
"""

from __future__ import annotations

import errno
import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from embedcore.data import folders

TOKEN = 16  # hex digits of the digest that name the file in a URL
FREE_SPACE = "Free some space and upload it again."
MAKE_WRITABLE = "Ask whoever runs this server to make it writable, then upload it again."
_LONGEST = 150  # bytes of a name: file systems take 255


class Incoming:
    """Use it with `with`: what was not kept by then is gone."""

    def __init__(self, folder: Path, name: str, size: int = 0) -> None:
        self.folder, self.name = folder, file_name(name)
        self._digest = hashlib.sha256(label(name).encode())
        with _sentences(folder):
            folder.mkdir(parents=True, exist_ok=True)
            folders.check_room(folder, size, "the file", FREE_SPACE)
            handle = tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", suffix=".tmp", delete=False)  # noqa: SIM115  closed by __exit__
        self._file: Any = handle
        self._path = Path(handle.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what could not be written is not wanted any more
            self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """The next bytes. EmbedError when the disk takes no more."""
        self._digest.update(data)
        with _sentences(self.folder):
            self._file.write(data)

    def keep(self) -> str:
        """All bytes are there; the token that finds the file."""
        target = self.folder / self._digest.hexdigest()
        with _sentences(self.folder):
            self._file.close()
            target.mkdir(exist_ok=True)
            self._path.replace(target / self.name)
        return target.name[:TOKEN]


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """A full or locked disk as a sentence that says what helps."""
    try:
        with folders.disk_sentences(folder, FREE_SPACE):
            yield
    except Exception as e:
        cause = e.__cause__
        if isinstance(cause, OSError) and cause.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise type(e)(str(e.args[0]), MAKE_WRITABLE) from cause
        raise


def label(name: str) -> str:
    """What a file is called, fit to be shown: without folders and control characters.

    >>> label("C:\\\\data\\\\shop.csv"), label("../../etc/passwd"), label("a\\x00b\\u202e.csv"), label("")
    ('shop.csv', 'passwd', 'ab.csv', 'file')
    """
    last = re.split(r"[/\\\\]", name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return (shown if len(shown) <= 200 else f"{shown[:180]}…{shown[-15:]}") or "file"


def file_name(name: str) -> str:
    """The same as a name that every file system takes, with its ending.

    >>> file_name("shop?.csv"), file_name(".."), file_name("\N{GREEK SMALL LETTER ALPHA}" * 300 + ".csv")[-6:]
    ('shop_.csv', '__', 'αα.csv')
    """
    plain = re.sub(r"[^\w.\- ()]", "_", label(name))
    if not plain.strip("."):
        return "_" * len(plain)
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = plain, "", ""
    while len(f"{stem}{dot}{ending}".encode()) > _LONGEST:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}"
