"""Dataset: a catalogue, baskets, or both; checked, hashed and frozen."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from embedcore.data.baskets import Baskets, open_baskets
from embedcore.data.images import Images
from embedcore.data.scratch import give_back
from embedcore.errors import InputError, MissingError

# What a catalogue column can be. Several columns may share a role except id and title. tags: several values in a cell,
# joined by TAG_SEPARATOR. parent: the product of which a row is a variant, or a code that begins with it; nothing is
# learned from it.
ROLES = (
    *("id", "title", "description", "category", "tags", "brand", "price", "number", "date", "image", "text"),
    *("parent", "ignore"),
)
_NUMERIC = ("price", "number")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One row per product.

    frame: the columns that are not ignored, typed by role: price/number float64, date datetime64,
    everything else str with missing as NA. roles: column -> role, in the frame's order; exactly one "id",
    whose values are unique and not missing. InputError when that does not hold.

    >>> frame = pd.DataFrame({"sku": ["a", "b"], "name": ["Mug", "Cup"]}, dtype="str")
    >>> catalogue = Catalogue(frame, {"sku": "id", "name": "title"})
    >>> catalogue.id_column, catalogue.columns("title"), len(catalogue)
    ('sku', ['name'], 2)
    """

    frame: pd.DataFrame
    roles: Mapping[str, str]

    def __post_init__(self) -> None:
        bad = [r for r in self.roles.values() if r not in ROLES]
        if bad:
            raise InputError(f"“{bad[0]}” is not a role of a column.", f"Roles: {', '.join(ROLES)}.")
        ids = [c for c, r in self.roles.items() if r == "id"]
        if len(ids) != 1:
            raise InputError(
                f"A catalogue needs exactly one id column, this one has {len(ids)}.",
                "Mark one column as the id, or let ids be generated.",
            )
        if list(self.frame.columns) != list(self.roles):
            raise InputError("The columns of the table and their roles do not match.")
        if self.frame[ids[0]].isna().any() or self.frame[ids[0]].duplicated().any():
            raise InputError(f"The id column “{ids[0]}” has empty or repeated values.")

    @classmethod
    def known(cls, frame: pd.DataFrame, roles: Mapping[str, str]) -> Catalogue:
        """One that was checked before it was saved: to look for repeated ids again takes 90 MB at a million rows."""
        made = object.__new__(cls)
        object.__setattr__(made, "frame", frame)
        object.__setattr__(made, "roles", roles)
        return made

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def id_column(self) -> str:
        """The column with role "id"."""
        return next(c for c, r in self.roles.items() if r == "id")

    @cached_property
    def ids(self) -> np.ndarray:
        """(n,) object array of str."""
        return np.asarray(self.frame[self.id_column].astype(str).to_numpy(dtype=object))

    def columns(self, *roles: str) -> list[str]:
        """Columns that have one of these roles, in the frame's order."""
        return [c for c, r in self.roles.items() if r in roles]


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a person uploaded, ready for any method.

    items: (n,) object str: first the catalogue's products in its order, then products that only baskets know
    (sorted). Every index of a product in this package is a position in `items`.
    meta: where it came from and the notices of its import (JSON-able); not part of the hash. images: pictures of some
    of the items, in their order, or None. known_hash: the hash when it was computed before; dataclasses.replace does
    not carry it over, since the content may change.

    >>> frame = pd.DataFrame({"sku": ["a", "b"], "name": ["Mug", "Cup"]}, dtype="str")
    >>> lines = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["a", "b", "c"]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"sku": "id", "name": "title"}), lines)
    >>> shop.items.tolist(), shop.counts.tolist(), shop.titles.tolist()
    (['a', 'b', 'c'], [1, 1, 1], ['Mug', 'Cup', 'c'])
    """

    name: str
    catalogue: Catalogue | None
    baskets: Baskets | None
    items: np.ndarray
    meta: Mapping[str, Any] = field(default_factory=dict)
    images: Images | None = None
    known_hash: InitVar[str | None] = None

    def __post_init__(self, known_hash: str | None) -> None:
        if known_hash is not None:
            object.__setattr__(self, "hash", known_hash)  # takes the place of the property that computes it

    @classmethod
    def build(
        cls,
        name: str,
        catalogue: Catalogue | None,
        lines: pd.DataFrame | None = None,
        meta: Mapping[str, Any] | None = None,
        images: Images | None = None,
    ) -> Dataset:
        """Join a catalogue and basket lines, and the pictures of products that are among them.

        lines: one row per line with str columns `basket` and `item`, and optionally `customer` (str),
        `time` (datetime), `quantity`, `price` (float). Lines of one basket need not be adjacent. The same
        item twice in a basket becomes one line with the summed quantity. InputError when both are missing.
        """
        if catalogue is None and (lines is None or not len(lines)):
            raise InputError("There is nothing to import.", "Give a catalogue, baskets, or both.")
        known = catalogue.ids if catalogue is not None else np.empty(0, object)
        if lines is None or not len(lines):
            return cls(name, catalogue, None, known, dict(meta or {}), pictures_of(images, known))
        items, code = join_items(known, lines["item"].astype(str).to_numpy(dtype=object))
        return cls(
            name, catalogue, Baskets.from_lines(lines, code), items, dict(meta or {}), pictures_of(images, items)
        )

    def __len__(self) -> int:
        return len(self.items)

    @property
    def n_catalogue(self) -> int:
        """How many items the catalogue knows; items from here on are known from baskets only."""
        return len(self.catalogue) if self.catalogue is not None else 0

    @cached_property
    def index(self) -> dict[str, int]:
        """Item id -> position in `items`."""
        return {str(i): n for n, i in enumerate(self.items)}

    def position(self, id: str) -> int:
        """The position of a product in `items`; MissingError when the id is unknown."""
        try:
            return self.index[id]
        except KeyError:
            raise MissingError(f"There is no product “{id}” in this dataset.") from None

    def positions(self, ids: np.ndarray) -> np.ndarray:
        """(n,) int64 positions in `items`; every id must be known."""
        return np.fromiter((self.index[str(i)] for i in ids), np.int64, len(ids))

    def columns(self, *roles: str) -> list[str]:
        """Catalogue columns that have one of these roles ([] without a catalogue)."""
        return self.catalogue.columns(*roles) if self.catalogue is not None else []

    def column(self, name: str) -> pd.Series:
        """A catalogue column over all `items` (missing for those that only baskets know)."""
        if self.catalogue is None or name not in self.catalogue.roles:
            raise MissingError(f"There is no column “{name}” in this dataset.")
        return self.catalogue.frame[name].reset_index(drop=True).reindex(range(len(self.items)))

    @cached_property
    def titles(self) -> np.ndarray:
        """(n,) object str: how to call each item on screen: its title; without a title column its finest
        category and the id; without either, the id."""
        return self.titles_of(np.arange(len(self.items)))

    def titles_of(self, at: np.ndarray) -> np.ndarray:
        """The titles of some items, by their positions, without a text in memory for each of the others."""
        out = np.array([str(i) for i in self.items[at]], dtype=object)
        if self.catalogue is None:
            return out
        known = np.flatnonzero(at < len(self.catalogue))
        titles, cats = self.catalogue.columns("title"), self.catalogue.columns("category")
        column = titles[0] if titles else None
        if not titles and cats:
            column = max(cats, key=lambda c: self.catalogue.frame[c].nunique())  # type: ignore[union-attr]
        if column is None:
            return out
        names = self.catalogue.frame[column].iloc[at[known]]
        there = names.notna().to_numpy()
        texts = names.astype(object).to_numpy()[there]
        known = known[there]
        out[known] = texts if titles else [f"{k} · {i}" for k, i in zip(texts, out[known], strict=True)]
        return out

    def jpeg(self, item: int) -> bytes | None:
        """The picture of an item, small, for the screen; None when it has none."""
        return self.images.jpeg(str(self.items[item])) if self.images is not None else None

    @cached_property
    def counts(self) -> np.ndarray:
        """(n,) int64: in how many baskets each item is (zeros without baskets)."""
        return self.baskets.counts(len(self)) if self.baskets is not None else np.zeros(len(self), np.int64)

    @cached_property
    def hash(self) -> str:
        """sha256 (hex) of the content: the same products, kinds of columns, baskets and pictures give the same hash,
        whatever the file format, name or order of the lines inside a basket."""
        h = hashlib.sha256()
        if self.catalogue is not None:
            for column, role in self.catalogue.roles.items():
                h.update(f"\x1d{column}\x1f{role}\x1d".encode())
                h.update(_column_bytes(self.catalogue.frame[column], role))
        b = self.baskets
        if b is not None:
            h.update("\x1f".join(map(str, self.items)).encode())
            for piece in b.content():
                h.update(piece)
        if self.images is not None:
            h.update(f"\x1dimages\x1f{self.images.hash}".encode())
        return h.hexdigest()

    def described(self, name: str | None = None, meta: Mapping[str, Any] | None = None) -> Dataset:
        """The same content under another name or with other notes. Its hash stays and is not computed again."""
        name, meta = self.name if name is None else name, self.meta if meta is None else meta
        return replace(self, name=name, meta=meta, known_hash=self.hash)

    def save(self, folder: Path) -> None:
        """Write the dataset as parquet + JSON (its baskets as mapped arrays, and its pictures) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        facts: dict[str, Any] = {"name": self.name, "hash": self.hash, "meta": dict(self.meta), "roles": None}
        if self.catalogue is not None:
            facts["roles"] = list(self.catalogue.roles.items())
            self.catalogue.frame.to_parquet(folder / "catalogue.parquet", index=False)
        pd.DataFrame({"item": self.items.astype(str)}).to_parquet(folder / "items.parquet", index=False)
        if self.baskets is not None:
            self.baskets.save(folder / "baskets")
        if self.images is not None:
            self.images.save(folder / "images")
        (folder / "dataset.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Dataset:
        """Read what `save` wrote; MissingError when it is not there, or not whole."""
        try:
            return cls._load(folder)
        except (OSError, ValueError, KeyError) as e:  # pyarrow's errors are among these; theirs have no errno
            if getattr(e, "errno", None) not in (None, errno.ENOENT):
                raise
            raise MissingError(
                "Files of this dataset are missing from the data folder, or damaged.",
                "Import the same file or open the sample again: what was made from it is kept.",
            ) from e

    @classmethod
    def _load(cls, folder: Path) -> Dataset:
        facts = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        catalogue = None
        if facts["roles"] is not None:
            catalogue = Catalogue.known(pd.read_parquet(folder / "catalogue.parquet"), dict(facts["roles"]))
        items = _strings(pd.read_parquet(folder / "items.parquet")["item"])
        give_back()
        if catalogue is not None:
            catalogue.__dict__["ids"] = items[: len(catalogue)]  # the same texts once in memory
        images = Images.load(folder / "images") if (folder / "images").is_dir() else None
        return cls(facts["name"], catalogue, open_baskets(folder), items, facts["meta"], images, facts["hash"])


def join_items(known: np.ndarray, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(items of a dataset, (n,) int32 positions of `names` in them). The items are the ids of the catalogue, then the
    names that it lacks, sorted. known, names: (k,) and (n,) object arrays of str.

    >>> items, positions = join_items(np.array(["b"], object), np.array(["c", "a", "b"], object))
    >>> items.tolist(), positions.tolist()
    (['b', 'a', 'c'], [2, 1, 0])
    """
    position = {i: n for n, i in enumerate(known)}
    extra = sorted(set(names) - position.keys())
    position.update({i: len(known) + n for n, i in enumerate(extra)})
    items = np.concatenate([known, np.array(extra, dtype=object)])
    return items, np.fromiter((position[i] for i in names), np.int32, len(names))


def pictures_of(images: Images | None, items: np.ndarray) -> Images | None:
    """The pictures of these items, in their order; None when there are none.

    >>> shown = Images.of(["mug"], [np.zeros((9, 9), np.uint8)])
    >>> len(pictures_of(shown, np.array(["cup", "mug"], object))), pictures_of(shown, np.array(["cup"], object))
    (1, None)
    """
    known = images.only(items) if images is not None else None
    return known if known is not None and len(known) else None


def _strings(s: pd.Series) -> np.ndarray:
    return np.asarray(s.astype(str).to_numpy(dtype=object))


def _column_bytes(s: pd.Series, role: str) -> bytes:
    if role in _NUMERIC:
        return s.to_numpy(np.float64).tobytes()
    if role == "date":
        return s.to_numpy("datetime64[s]").tobytes()
    text = s.astype(object).where(s.notna(), "\x00")
    return "\x1f".join(map(str, text)).encode("utf-8", "surrogatepass")
