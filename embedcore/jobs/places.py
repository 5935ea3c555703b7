"""Where a person's files are, named by a short place that is the same in every data folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath

from embedcore.errors import InputError, MissingError

_BLOCK = 1 << 20


def data_folder(home: Path) -> Path:
    """The folder whose files can be picked in place of an upload: EMBEDCORE_DATA, or `files` in the data folder.

    >>> from pathlib import Path
    >>> data_folder(Path("/data")).name if "EMBEDCORE_DATA" not in os.environ else "files"
    'files'
    """
    return Path(os.environ.get("EMBEDCORE_DATA") or home / "files").absolute()


def find_place(home: Path, place: str) -> Path:
    """The path of "spool/..." (an upload) or "folder/..." (a file of `data_folder`). InputError for anything else.

    >>> from pathlib import Path
    >>> find_place(Path("/data"), "spool/1f/products.csv").as_posix()
    '/data/spool/1f/products.csv'
    """
    root, _, rest = place.partition("/")
    roots = {"spool": home / "spool", "folder": data_folder(home)}
    inside = PurePosixPath(rest)
    if root not in roots or inside.is_absolute() or ".." in inside.parts:
        raise InputError("This file is in no folder that the app reads from.", "Upload it.")
    return roots[root] / inside


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes. MissingError when it is gone.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku")
    ...     file_digest(Path(folder) / "a.csv")[:8]
    'bc7b047a'
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        raise MissingError("The file is no longer here.", "Upload it again.") from None
    return digest.hexdigest()
