"""Room for arrays that are too large for memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

LARGE = 64 << 20  # bytes from which an array lies in a file


def space(n: int, dtype: Any, near: Path | None = None) -> np.ndarray:
    """(n,) to be written: in memory when it is small, else in a file that has no name and goes with the array, even
    when the process is killed. near: a folder on the disk to use; without it, or when it cannot be written, the
    system's folder for such files."""
    size = n * np.dtype(dtype).itemsize
    if size < LARGE:
        return np.empty(n, dtype)
    try:
        file = tempfile.TemporaryFile(dir=near)  # noqa: SIM115
    except OSError:
        file = tempfile.TemporaryFile()  # noqa: SIM115
    with file:
        # A plain array: every slice of a memmap is one too, which costs microseconds each.
        return np.asarray(np.memmap(file, dtype, "w+", shape=(n,)))
