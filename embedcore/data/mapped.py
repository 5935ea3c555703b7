"""Arrays in one file that is mapped when read: opening takes milliseconds, memory only what is touched.

The file is a safetensors file, so any tool that knows the format reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from embedcore.errors import EmbedError

_FACTS = "facts"  # the one key in the file's own metadata
_TYPES = {
    "F64": "f8",
    "F32": "f4",
    "F16": "f2",
    "I64": "i8",
    "I32": "i4",
    "I16": "i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any] | None = None) -> None:
    """Write named arrays and a few JSON-able facts.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.safetensors"
    >>> write_arrays(path, {"scores": np.float32([0.5, 1.0])}, {"exact": True})
    >>> map_arrays(path)[1]
    {'exact': True}
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    try:
        save_file(plain, str(path), {_FACTS: json.dumps(dict(facts or {}), ensure_ascii=False)})
    except SafetensorError as e:  # its own name for a full or locked disk
        raise OSError(str(e)) from e


def map_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """(the arrays, the facts) of `write_arrays`, or the arrays of any safetensors file. FileNotFoundError when it
    is not there.

    The arrays may be written to; that changes this process's memory, never the file. They stay whole when the file is
    replaced or deleted meanwhile.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.safetensors"
    >>> write_arrays(path, {"scores": np.float32([0.5, 1.0])}, {"exact": True})
    >>> arrays, facts = map_arrays(path)
    >>> arrays["scores"].tolist(), facts
    ([0.5, 1.0], {'exact': True})
    """
    with path.open("rb") as file:
        head, start = _header(file)
        # A plain array, not a memmap: every slice of a memmap is one too, which costs microseconds each. Copy on write
        # rather than read-only: compiled code would be compiled again for arrays that cannot be written.
        content = np.asarray(np.memmap(file, np.uint8, "c"))[start:]
    facts = json.loads(head.pop("__metadata__", {}).get(_FACTS, "{}"))
    arrays = {}
    for name, entry in head.items():
        a, b = entry["data_offsets"]
        arrays[name] = content[a:b].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
    return arrays, facts


def _header(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """(where each array is, the position of the first byte after it)."""
    length, size = int.from_bytes(file.read(8), "little"), os.fstat(file.fileno()).st_size
    try:
        return json.loads(file.read(min(length, size))), 8 + length
    except ValueError as e:
        raise EmbedError(f"The file {Path(file.name).name} is damaged.", "Compute it again.") from e
