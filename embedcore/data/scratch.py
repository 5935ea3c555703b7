"""Arrays that are too large for memory, kept in unnamed temporary files."""

from __future__ import annotations

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
        # A plain array: a slice of a memmap is a memmap, which costs microseconds each time.
        return np.asarray(np.memmap(file, dtype, "w+", shape=(n,)))
