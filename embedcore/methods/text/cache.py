"""Vectors of texts that were encoded before, on the disk: a catalogue that comes again costs only what is new in it."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from embedcore.data import folders

LIMIT = 1_000_000_000  # bytes of all models together; what was not used for longest goes first
_MANY = 64  # files of one model; then they become one


class TextCache:
    """One model's vectors in files that are written once and never changed.

    A file appears whole (written aside, synced, renamed) or not at all, so a reader never meets half of one, and two
    writers only ever add files of their own; the same text twice does no harm. A file that cannot be read is a text
    that was never encoded. A full disk costs the cache, not the training.
    """

    def __init__(self, folder: Path, model: str, dimension: int, limit: int = LIMIT) -> None:
        """folder: of all models. model: a name that says which model and engine made a vector, safe as a file name."""
        self._all, self._folder = folder, folder / model
        self._dimension, self._limit = dimension, limit

    def get(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(known (n,) bool, vectors (n, d) float32 with zeros where not known, cut (n,) bool: the model read only the
        beginning of the text)."""
        known = np.zeros(len(texts), bool)
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        cut = np.zeros(len(texts), bool)
        wanted: dict[bytes, list[int]] = {}
        for n, text in enumerate(texts):
            wanted.setdefault(_key(text), []).append(n)
        for path in self._files():
            found = self._read(path)
            if found is None:
                continue
            used = False
            for row, key in enumerate(found[0]):
                for n in wanted.pop(key.tobytes(), ()):
                    known[n], vectors[n], cut[n], used = True, found[1][row], bool(found[2][row]), True
            if used:
                with suppress(OSError):
                    os.utime(path)
        return known, vectors, cut

    def put(self, texts: Sequence[str], vectors: np.ndarray, cut: np.ndarray) -> None:
        """Keep these. vectors: (n, d) float32. cut: (n,) bool."""
        if len(texts):
            keys = np.frombuffer(b"".join(map(_key, texts)), np.uint8).reshape(-1, 16)
            with suppress(OSError):
                self._write(keys, vectors, cut)
                self._tidy()

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.safetensors")) if self._folder.is_dir() else []

    def _read(self, path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            found = load_file(str(path))
            keys, vectors, cut = found["keys"], found["vectors"], found["cut"]
        except FileNotFoundError:
            return None  # another process has just put it together with others
        except (SafetensorError, KeyError, OSError):
            with suppress(OSError):
                path.unlink()
            return None
        shapes = (len(keys), 16), (len(keys), self._dimension), (len(keys),)
        return (keys, vectors, cut) if (keys.shape, vectors.shape, cut.shape) == shapes else None

    def _write(self, keys: np.ndarray, vectors: np.ndarray, cut: np.ndarray) -> Path:
        from safetensors.numpy import save

        self._folder.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        aside, path = self._folder / f"{name}.tmp", self._folder / f"{name}.safetensors"
        tables = {"keys": keys, "vectors": np.asarray(vectors, np.float32), "cut": np.asarray(cut, np.uint8)}
        try:
            with aside.open("wb") as f:
                f.write(save({k: np.ascontiguousarray(v) for k, v in tables.items()}))
                f.flush()
                os.fsync(f.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return path

    def _tidy(self) -> None:
        """Many small files become one; then the oldest go until all models fit into the limit."""
        folders.sweep(self._folder, older_than=3600)  # what a killed writer left
        files = self._files()
        if len(files) > _MANY:
            read = [(p, found) for p in files if (found := self._read(p)) is not None]
            keys = np.concatenate([f[0] for _, f in read])
            _, first = np.unique(keys, axis=0, return_index=True)
            vectors, cut = (np.concatenate([f[n] for _, f in read])[first] for n in (1, 2))
            self._write(keys[first], vectors, cut)
            for path, _ in read:
                path.unlink(missing_ok=True)
        sizes = []
        for path in self._all.glob("*/*.safetensors"):
            with suppress(OSError):
                facts = path.stat()
                sizes.append((facts.st_mtime, facts.st_size, path))
        over = sum(size for _, size, _ in sizes) - self._limit
        for _, size, path in sorted(sizes):
            if over <= 0:
                break
            path.unlink(missing_ok=True)
            over -= size


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
