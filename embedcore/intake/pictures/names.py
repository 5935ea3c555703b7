"""Which picture file belongs to which product: by the catalogue's image column, by the id, and by "id_1", "id_2"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd

from embedcore.data import Catalogue

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_SEVERAL = re.compile(r"[|;,]")
_NUMBERED = re.compile(r"[-_ .]?\(?\d{1,3}\)?$")


@dataclass
class FileNames:
    """Names of files (relative, with "/"), found by whole path, by last part, or by last part without its ending.
    Upper and lower case are the same, and so are the two ways to write an accent."""

    names: Sequence[str]
    by_path: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_stem: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        order = sorted(range(len(self.names)), key=lambda n: (self.names[n].count("/"), self.names[n]))
        for n in order:
            path = alike(self.names[n])
            last = path.rsplit("/", 1)[-1]
            for table, key in ((self.by_path, path), (self.by_name, last), (self.by_stem, stem(last))):
                table.setdefault(key, []).append(n)

    def of_cell(self, cell: str) -> list[int]:
        """The files that a cell of an image column names: a path, an address or a name, or several of them."""
        for part in dict.fromkeys([cell, *_SEVERAL.split(cell)]):
            path = alike(_path(part))
            last = path.rsplit("/", 1)[-1]
            if not last:
                continue
            found = self.by_path.get(path) or self.by_name.get(last) or self.by_stem.get(stem(last)) or []
            if found:
                return sorted(found, key=lambda n: not alike(self.names[n]).endswith(path))
        return []

    def of_id(self, id: str) -> list[int]:
        """The files named like a product; the one with exactly its letters first."""
        key = alike(id.strip())
        found = self.by_stem.get(key) or self.by_name.get(key) or []
        return sorted(found, key=lambda n: PurePosixPath(self.names[n]).stem != id)


def alike(name: str) -> str:
    """A name in the form in which names are compared."""
    return unicodedata.normalize("NFC", name).casefold()


def stem(last: str) -> str:
    """The last part of a path without the ending of a picture ("a.b" keeps its dot)."""
    return next((last[: -len(s)] for s in SUFFIXES if last.endswith(s)), last)


def _path(cell: str) -> str:
    text = cell.strip()
    if "://" in text:
        try:
            text = unquote(urlsplit(text).path)
        except ValueError:
            return ""
    return text.replace("\\", "/").removeprefix("./").lstrip("/")


def assign(names: Sequence[str], catalogue: Catalogue) -> list[list[int]]:
    """For every product of the catalogue the files that may be its picture (positions in `names`), best first.

    A file may be the picture of several products when the image column says so."""
    files, out = FileNames(names), []
    columns = [catalogue.frame[c] for c in catalogue.columns("image")]
    cells = list(zip(*(_texts(c) for c in columns), strict=True)) if columns else [()] * len(catalogue)
    for id, named in zip(catalogue.ids, cells, strict=True):
        found = next((f for cell in named if cell and (f := files.of_cell(cell))), [])
        out.append(found or files.of_id(str(id)))
    taken = {n for found in out for n in found}
    numbered: dict[str, list[int]] = {}
    for key, at in files.by_stem.items():
        bare = _NUMBERED.sub("", key)
        if bare and bare != key:
            numbered.setdefault(bare, []).extend(n for n in at if n not in taken)
    for row, id in enumerate(catalogue.ids):
        out[row] = out[row] or sorted(numbered.get(alike(str(id).strip()), []), key=lambda n: _natural(names[n]))
    return out


def _natural(name: str) -> tuple[int, str]:
    """ "a_2" before "a_10"."""
    return len(name), name


def _texts(cells: pd.Series) -> np.ndarray:
    return np.asarray(cells.astype(object).where(cells.notna(), "").astype(str).to_numpy(dtype=object))
