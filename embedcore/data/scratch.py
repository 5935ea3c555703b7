"""Arrays that are too large for memory, kept in unnamed temporary files."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

LARGE = 64 << 20  # bytes from which an array lies in a file


def scratch_array(n: int, dtype: Any, near: Path | None = None) -> np.ndarray:
    """An (n,) array to be filled: in memory when it is smaller than LARGE, else in a temporary file without a name.
    The file is gone with the array, even when the process is killed.

    near: a folder on the disk to use; without it, or when it cannot be written, the system's temporary folder.

    >>> scratch_array(3, "float32").shape
    (3,)
    """
    size = n * np.dtype(dtype).itemsize
    if size < LARGE:
        return np.empty(n, dtype)
    try:
        file = tempfile.TemporaryFile(dir=near)  # noqa: SIM115
    except OSError:
        file = tempfile.TemporaryFile()  # noqa: SIM115
    with file:
        _reserve(file.fileno(), size)
        # A plain array: a slice of a memmap is a memmap, which costs microseconds each time.
        return np.asarray(np.memmap(file, dtype, "w+", shape=(n,)))


def _reserve(file: int, size: int) -> None:
    """Take the space on the disk now: a mapped file that finds the disk full later ends the process without a word."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(file, 0, size)
        except OSError as e:
            if e.errno not in (errno.EINVAL, errno.EOPNOTSUPP):  # some file systems cannot
                raise


def give_back() -> None:
    """Return to the system what Arrow keeps of memory that it no longer uses: after a million rows, 100 MB and more.

    >>> give_back()
    """
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
