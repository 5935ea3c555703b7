"""How the files of one import were read, kept as JSON to be applied to next month's export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from embedcore.data import ROLES
from embedcore.errors import InputError
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.decisions import NOTHING, Decision, Settings
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.understand import PARTS, SHAPES, Understanding

_FORMAT = 1
_LARGEST = 5_000_000  # characters of a recipe; one of 5,000 columns has 600,000
_OPTIONS: Mapping[str, type] = {"delimiter": str, "encoding": str, "sheet": str, "header_line": int, "ragged": bool}
_ALWAYS = ("encoding", "delimiter", "quotes", "header", "sheet")  # hold for every file, whatever is said of it
_USES = ("catalogue", "baskets")


@dataclass(frozen=True)
class FileRecipe:
    """How one file was read. file: its name. columns: in the order of the file. reading, settings: what a person chose
    about its rows, and about its columns or purchases, by the key of the decision. understood: the other choices in
    force. options: see read_table. roles: column -> role. shape: the fields of a BasketShape.

    >>> FileRecipe("a.csv", ("sku", "name"), roles={"sku": "id", "name": "title"}).settings
    {}
    """

    file: str
    columns: tuple[str, ...]
    reading: Settings = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)
    understood: Settings = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    shape: Mapping[str, Any] = field(default_factory=dict)

    def adapt(
        self, columns: Sequence[str], understood: Understanding, decisions: Iterable[Decision], reading: Iterable[str]
    ) -> tuple[dict[str, str], list[str]]:
        """(settings, sentences): what of this recipe holds for another file, and what is different in it.

        columns: of the other file. understood: of it, without settings. decisions: all about it. reading: their keys
        that the reader knew.

        >>> from embedcore.intake.columns.roles import guess_roles
        >>> old = FileRecipe("a.csv", ("sku", "tone"), roles={"sku": "id", "tone": "category"})
        >>> old.adapt(("sku", "size"), Understanding({"sku": "id", "size": "text"}, False), (), ())
        ({}, ['The column “tone” of the recipe is gone.', 'The column “size” is new and was read as it looks.'])
        """
        parts = {part: str(self.shape[part]) for part in PARTS if self.shape.get(part)}
        shape = understood.shape
        guessed = {getattr(shape, part): part for part in PARTS} if shape is not None else {}
        was = {**self.roles, **{column: part for part, column in parts.items()}}
        renamed = _renamed(self.columns, columns, was, {**understood.roles, **guessed})
        said = _layout(self.columns, columns, renamed)
        known = {d.key: d for d in decisions}
        settings: dict[str, str] = {}
        for more, about in (
            self._roles(understood.roles, renamed),
            self._shape(parts, shape, columns, renamed),
            self._chosen(known, renamed, reading),
        ):
            settings |= more
            said += about
        return settings, said

    def _roles(self, now: Mapping[str, str], renamed: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        here = {renamed.get(column, column): role for column, role in self.roles.items()}
        other = {f"role:{column}": role for column, role in here.items() if now.get(column, role) != role}
        return other, [f"{plural(len(other), 'column')} got the role that the recipe gives."] if other else []

    def _shape(
        self, parts: Mapping[str, str], shape: BasketShape | None, columns: Sequence[str], renamed: Mapping[str, str]
    ) -> tuple[dict[str, str], list[str]]:
        if shape is None or not self.shape:
            return {}, []
        found = {part: "" for part in PARTS if self.settings.get(part) == ""}
        said = []
        kind = str(self.shape.get("shape"))
        if kind in SHAPES and kind != shape.shape:
            found["shape"] = kind
            said.append("The baskets look as if they were written in another way than those of the recipe.")
        for part, column in parts.items():
            here, instead = renamed.get(column, column), getattr(shape, part)
            if here not in columns:
                taken = f"; “{instead}” was taken." if instead else "."
                said.append(f"The {part} of the recipe was in “{column}”, which is gone{taken}")
            elif instead != here:
                found[part] = here
        return found, said

    def _chosen(
        self, known: Mapping[str, Decision], renamed: Mapping[str, str], reading: Iterable[str]
    ) -> tuple[dict[str, str], list[str]]:
        settings: dict[str, str] = {}
        lost = {key: value for key, value in self.reading.items() if key not in (*reading, *_ALWAYS)}
        for key, chosen in self.settings.items():
            here = _here(key, renamed)
            value = renamed.get(chosen, chosen) if here in ("id", "title") else chosen
            if here.startswith("role:") or here in ("shape", *PARTS):
                continue  # roles and shape hold these
            found = known.get(here)
            if found is None or (found.choices and value not in dict(found.choices)):
                lost[key] = value
            else:
                settings[here] = value
        said = [f"The recipe chose “{v}” for “{k}”, but this file has no such question." for k, v in lost.items()]
        for key, value in self.understood.items():
            found = known.get(_here(key, renamed))
            if found is not None and found.chosen != value and value in (words := dict(found.choices)):
                said.append(f"“{found.key}” was “{words[value]}” and is “{words[found.chosen]}” in this file.")
        return settings, said


@dataclass(frozen=True)
class Recipe:
    """How the files of an import were read.

    >>> recipe = Recipe(catalogue=FileRecipe("a.csv", ("sku",), roles={"sku": "id"}))
    >>> read_recipe(recipe.text()) == recipe
    True
    """

    catalogue: FileRecipe | None = None
    baskets: FileRecipe | None = None

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"format": _FORMAT, **self.plain()}, ensure_ascii=False, indent=1)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Recipe:
        """What `plain` gave."""
        wrong = InputError("This is no recipe.", "Choose a file that was saved as a recipe.")
        return cls(**{use: _file(found[use], wrong) for use in _USES if found.get(use) is not None})

    def plain(self) -> dict[str, Any]:
        """As a value that JSON can hold."""
        return {use: asdict(found) for use in _USES if (found := getattr(self, use)) is not None}


def read_recipe(text: str, name: str = "This file") -> Recipe:
    """The recipe in a text; InputError when it holds none. name: of its file, for the sentence.

    >>> read_recipe("[1]", "“a.json”")
    Traceback (most recent call last):
    embedcore.errors.InputError: “a.json” is no recipe. Choose a file that was saved as a recipe.
    """
    wrong = InputError(f"{name} is no recipe.", "Choose a file that was saved as a recipe.")
    try:
        found = json.loads(text) if len(text) <= _LARGEST else None
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise wrong
    if found["format"] > _FORMAT:
        raise InputError(f"{name} is a recipe of a newer version of embedcore.", "Update embedcore.")
    parts = {use: _file(found[use], wrong) for use in _USES if found.get(use) is not None}
    if not parts:
        raise wrong
    return Recipe(**parts)


def file_recipe(  # noqa: PLR0913  all that was decided about a file
    file: str,
    columns: Iterable[str],
    decisions: Iterable[Decision],
    *,
    reading: Settings = NOTHING,
    settings: Settings = NOTHING,
    options: Mapping[str, Any] | None = None,
    roles: Mapping[str, str] | None = None,
    shape: Mapping[str, Any] | None = None,
) -> FileRecipe:
    """The recipe of a file that was just imported. decisions: all about it; the others as in FileRecipe.

    >>> both = (("in", "keep"), ("out", "leave out"))
    >>> found = file_recipe("a.csv", ["sku"], [Decision("cancelled", "", "out", both)], settings={"fill": "no"})
    >>> found.settings, found.understood
    ({'fill': 'no'}, {'cancelled': 'out'})
    """
    chosen = {**reading, **settings}
    understood = {d.key: d.chosen for d in decisions if d.choices and d.key not in chosen}
    known = {k: v for k, v in (options or {}).items() if v is not None and k in _OPTIONS}
    plain = {k: list(v) if isinstance(v, tuple) else v for k, v in (shape or {}).items() if v not in (None, (), [])}
    return FileRecipe(file, tuple(columns), dict(reading), dict(settings), understood, known, dict(roles or {}), plain)


def how_read(recipe: Recipe, catalogue: Iterable[Decision] = (), baskets: Iterable[Decision] = ()) -> dict[str, Any]:
    """What a dataset keeps of its import, for Dataset.meta: "decisions" about each file, and "recipe".

    >>> how_read(Recipe(), baskets=[Decision("fill", "Filled down in 4 columns.")])["decisions"]["baskets"][0]["key"]
    'fill'
    """
    about = {"catalogue": [asdict(d) for d in catalogue], "baskets": [asdict(d) for d in baskets]}
    return {"decisions": {use: found for use, found in about.items() if found}, "recipe": recipe.plain()}


def _file(found: Any, wrong: InputError) -> FileRecipe:
    if not isinstance(found, dict):
        raise wrong
    columns = found.get("columns")
    if not isinstance(columns, list | tuple) or not all(isinstance(c, str) for c in columns):
        raise wrong
    texts = {name: _texts(found.get(name, {}), wrong) for name in ("reading", "settings", "understood", "roles")}
    options, shape = found.get("options", {}), found.get("shape", {})
    if not isinstance(options, dict) or not isinstance(shape, dict) or set(texts["roles"].values()) - set(ROLES):
        raise wrong
    if any(not isinstance(v, _OPTIONS.get(k, ())) for k, v in options.items()):
        raise wrong
    if any(shape.get(part) is not None and not isinstance(shape[part], str) for part in PARTS):
        raise wrong
    return FileRecipe(str(found.get("file", "")), tuple(columns), options=options, shape=shape, **texts)


def _texts(found: Any, wrong: InputError) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise wrong
    return found


def _renamed(old: Sequence[str], new: Sequence[str], was: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Old name -> new name of the columns that stand in the same place and mean the same."""
    pairs = zip(old, new, strict=False) if len(old) == len(new) else ()
    return {
        before: after
        for before, after in pairs
        if before not in new and after not in old and was.get(before) is not None and was.get(before) == now.get(after)
    }


def _layout(old: Sequence[str], new: Sequence[str], renamed: Mapping[str, str]) -> list[str]:
    gone = [c for c in old if c not in new and c not in renamed]
    added = [c for c in new if c not in old and c not in renamed.values()]
    said = [f"“{a}” of the recipe is called “{b}” now, and is read in the same way." for a, b in renamed.items()]
    if gone:
        several = "columns" if len(gone) > 1 else "column"
        said.append(f"The {several} {listed(gone)} of the recipe {'are' if len(gone) > 1 else 'is'} gone.")
    if added:
        several, are, they = ("columns", "are", "they look") if len(added) > 1 else ("column", "is", "it looks")
        was = "were" if len(added) > 1 else "was"
        said.append(f"The {several} {listed(added)} {are} new and {was} read as {they}.")
    return said


def _here(key: str, renamed: Mapping[str, str]) -> str:
    """The key of a decision in a file whose columns may have other names."""
    kind, colon, column = key.partition(":")
    return f"{kind}{colon}{renamed.get(column, column)}"
