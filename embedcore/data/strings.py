"""Millions of texts in a file, without a Python object for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1 << 16  # texts that become objects at a time


class Strings:
    """Read-only texts in a mapped Arrow file: `s[3]` is a str; `s[1:9]` and `s[positions or mask]` are object arrays of
    str, as is `np.asarray(s)`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Strings.write(Path(folder) / "ids.arrow", [["a", "b"], ["c"]])
    ...     s = Strings.open(Path(folder) / "ids.arrow")
    >>> len(s), s[2], s.find("b"), s[:2].tolist()
    (3, 'c', 1, ['a', 'b'])
    """

    def __init__(self, found: pa.ChunkedArray) -> None:
        self._found = found
        self._ends = np.cumsum([len(part) for part in found.chunks], dtype=np.int64)

    @classmethod
    def open(cls, path: Path) -> Strings:
        """Map what `write` wrote, or any uncompressed Arrow file (IPC) whose first column is text."""
        import pyarrow as pa

        return cls(pa.ipc.open_file(pa.memory_map(str(path))).read_all().column(0))

    @staticmethod
    def write(path: Path, texts: Iterable[Any]) -> None:
        """Write texts that come in parts, each an array of str or a pyarrow array of text."""
        import pyarrow as pa

        schema = pa.schema([("id", pa.string())])
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as out:
            for part in texts:
                out.write_batch(pa.record_batch([pa.array(part, pa.string())], schema=schema))

    def head(self, n: int) -> Strings:
        """The first n, still in the file."""
        return Strings(self._found[:n])

    def parts(self) -> Iterator[np.ndarray]:
        """All texts in order, as object arrays of about 65,000 each."""
        for start in range(0, len(self), _BATCH):
            yield self[start : start + _BATCH]

    def find(self, text: str) -> int:
        """The position of a text, -1 when it is not there."""
        import pyarrow.compute as pc

        return int(pc.index(self._found, text).as_py())

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, which: int | np.integer) -> str: ...
    @overload
    def __getitem__(self, which: slice | np.ndarray) -> np.ndarray: ...
    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, (int, np.integer)):
            return self._found[int(which)].as_py()
        if isinstance(which, slice):
            return self._found[which].to_numpy()
        at = np.flatnonzero(which) if which.dtype == bool else np.where(which < 0, which + len(self), which)
        if at.size and not 0 <= at.min() <= at.max() < len(self):
            raise IndexError(f"There are {len(self)} texts; positions {at.min()} to {at.max()} were asked for.")
        # Part by part: Arrow's own take would first copy all parts into one.
        out, part = np.empty(len(at), object), np.searchsorted(self._ends, at, side="right")
        for n in np.unique(part):
            here = np.flatnonzero(part == n)
            chunk = self._found.chunk(int(n))
            out[here] = chunk.take(_positions(at[here] - (self._ends[n] - len(chunk)))).to_numpy(zero_copy_only=False)
        return out

    def __iter__(self) -> Iterator[str]:
        for part in self.parts():
            yield from part

    def __array__(self, dtype: Any = None, *, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self._found.to_numpy(), dtype or object)


Texts = np.ndarray | Strings


def parts(texts: Texts) -> Iterator[np.ndarray]:
    """All texts in order, as arrays of about 65,000 each."""
    if isinstance(texts, Strings):
        yield from texts.parts()
        return
    for start in range(0, len(texts), _BATCH):
        yield texts[start : start + _BATCH]


def _positions(at: np.ndarray) -> pa.Array:
    import pyarrow as pa

    return pa.array(at.astype(np.int64))
