"""Files and settings from the command line -> what was understood, for every command that takes files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.commands.console import read
from embedcore.errors import InputError, UnsureError

if TYPE_CHECKING:
    from embedcore.intake import Decision, Recipe, Table, Understanding

USES = ("catalogue", "baskets")
# Keys that may be given though nothing of their kind is said of a file; the others occur in its decisions.
_READER = ("encoding", "delimiter", "quotes", "header", "rows", "fill", "turn")
_PURCHASES = (
    *("returns", "cancelled", "taken_back", "zero", "events", "ratings", "services"),
    *("counts", "products", "ids", "swap"),
)
_COLUMNS = ("numbers", "date", "currency", "units", "ranges", "missing", "spelling", "tags", "markup")
_OF_CATALOGUE = ("id", "title")
_PARTS = ("shape", "item", "basket", "customer", "time", "quantity", "price", "status", "event", "rating")
_SHAPE = (*_OF_CATALOGUE, *_PARTS)
_SWAPPED = "The files were given in each other’s place and were swapped; --set swap=no reads them as they were given."
Settings = dict[str, str]
_NAMED = 3  # other choices that are named below a sentence


@dataclass(frozen=True)
class Files:
    """Tables that were read, and what was understood of them. reading, settings: by use, what was said about the rows,
    and about columns or purchases. options: by use, see read_table. notes: what a recipe has to say."""

    paths: Mapping[str, Path]
    tables: Mapping[str, Table]
    found: Understanding
    reading: Mapping[str, Settings] = field(default_factory=dict)
    settings: Mapping[str, Settings] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def decisions(self) -> Iterator[tuple[str, Decision]]:
        """(use, decision), those about the catalogue first."""
        for use in USES:
            for decision in getattr(self.found, use):
                yield use, decision

    def key(self, use: str, decision: Decision) -> str:
        """How --set names it: with the file where both files have one of that name."""
        twice = sum(d.key == decision.key for _, d in self.decisions()) > 1
        return f"{use}.{decision.key}" if twice else decision.key

    def lines(self) -> list[str]:
        """What was understood, and below each sentence what else --set can choose."""
        return [line for use, d in self.decisions() for line in (d.sentence, *_others(self.key(use, d), d))]

    def ask(self) -> None:
        """UnsureError with every question that the files leave open, and how to answer it."""
        asked = [(self.key(use, d), d) for use, d in self.unsure()]
        if asked:
            questions = "\n".join(line for key, d in asked for line in (d.sentence, *_sets(key, d.choices)))
            raise UnsureError(questions, "Nothing was written. --accept-guesses takes what is likelier.")

    def chosen(self, use: str) -> tuple[Settings, Settings]:
        """(reading, settings) for the recipe of a file: what was said to both without a prefix is kept where it
        belongs."""
        other = (*_PURCHASES, *_PARTS) if use == "catalogue" else _OF_CATALOGUE
        known = {use: {d.key for d in table.report.decisions} for use, table in self.tables.items()}
        elsewhere = set().union(*(keys for u, keys in known.items() if u != use)) - known[use]
        return (
            {k: v for k, v in self.reading[use].items() if k not in elsewhere},
            {k: v for k, v in self.settings[use].items() if k not in other},
        )

    def unsure(self) -> list[tuple[str, Decision]]:
        """(use, decision) of what the files do not say."""
        return [(use, d) for use, d in self.decisions() if d.unsure]


def understand_files(
    paths: Mapping[str, Path],
    *,
    near: Path | None = None,
    roles: Mapping[str, str] | None = None,
    given: Sequence[str] = (),
    recipe: Recipe | None = None,
) -> Files:
    """Read a catalogue and baskets, by the words of USES, and understand them.

    near: see console.read. roles: column of the catalogue -> role. given: KEY=VALUE, as in --set. InputError when a key
    or a value is not known. Files that are in each other's place are swapped, unless somebody says how they are."""
    files = _understood(paths, near, roles, given, recipe)
    if any(d.key == "swap" for _, d in files.decisions()) and not any("swap=" in text for text in given):
        files = _understood(paths, near, roles, [*given, "swap=yes"], recipe)
        files = replace(files, notes=(*files.notes, _SWAPPED))
    return files


def _understood(
    paths: Mapping[str, Path],
    near: Path | None,
    roles: Mapping[str, str] | None,
    given: Sequence[str],
    recipe: Recipe | None,
) -> Files:
    said = [_Said.of(text) for text in given]
    paths = _swapped(paths, said)
    reading: dict[str, Settings] = {}
    options: dict[str, dict[str, Any]] = {}
    tables: dict[str, Table] = {}
    settings: dict[str, Settings] = {use: {} for use in paths}
    for use, path in paths.items():
        part = getattr(recipe, use) if recipe is not None else None
        plain = dict(s.plain for s in said if s.plain is not None and use in s.uses)
        options[use] = {k: plain.pop(k) for k in ("sheet",) if k in plain}
        reading[use] = {k: v for k, v in plain.items() if k not in (*_PURCHASES, *_SHAPE)}
        settings[use] = {k: v for k, v in plain.items() if k not in reading[use]}
        if part is not None:
            options[use], reading[use] = {**part.options, **options[use]}, {**part.reading, **reading[use]}
        large = near if use == "baskets" else None
        tables[use] = read(path, large, use=use, settings=reading[use], **options[use])
    for column, role in (roles or {}).items():
        if "catalogue" not in tables or column not in tables["catalogue"].frame.columns:
            name = paths["catalogue"].name if "catalogue" in paths else "The catalogue"
            raise InputError(f"{name} has no column “{column}”.", "Check --role.")
        settings["catalogue"][f"role:{column}"] = role
    files = Files(paths, tables, _understand(tables, settings if recipe is None else {}), reading, settings, options)
    if recipe is not None:
        files = _with_recipe(files, recipe)
        files = replace(files, found=_understand(tables, settings))
    of_columns = [s for s in said if s.plain is None]
    for first in (True, False):  # what a column is decides what can be asked about it
        for one in [s for s in of_columns if s.text.startswith("role:") == first]:
            for use, (key, value) in _split(one, files).items():
                settings[use][key] = value
        if of_columns:
            files = replace(files, found=_understand(tables, settings))
    _check(said, files)
    return files


@dataclass(frozen=True)
class _Said:
    """One KEY=VALUE, and the files that it applies to."""

    text: str
    uses: tuple[str, ...]

    @classmethod
    def of(cls, given: str) -> _Said:
        if "=" not in given:
            raise InputError(f"“--set {given}” lacks a “=”.", "Write --set KEY=VALUE.")
        first, dot, rest = given.partition(".")
        return cls(rest, (first,)) if first in USES and dot else cls(given, USES)

    @property
    def plain(self) -> tuple[str, str] | None:
        """(key, value) when the key names no column."""
        key, _, value = self.text.partition("=")
        return None if ":" in key else (key, value)


def _understand(tables: Mapping[str, Table], settings: Mapping[str, Settings]) -> Understanding:
    from embedcore.intake import understand

    return understand(
        tables.get("catalogue"),
        tables.get("baskets"),
        catalogue_settings=settings.get("catalogue", {}),
        basket_settings=settings.get("baskets", {}),
    )


def _swapped(paths: Mapping[str, Path], said: list[_Said]) -> Mapping[str, Path]:
    """The files in each other's place, when somebody says that they are."""
    wanted = [s for s in said if s.text in ("swap=yes", "swap=swap")]
    if not wanted:
        return paths
    for one in wanted:
        said.remove(one)
    other = {"catalogue": "baskets", "baskets": "catalogue"}
    return {use: paths[other[use]] for use in USES if other[use] in paths}


def _with_recipe(files: Files, recipe: Recipe) -> Files:
    """What the recipe says goes below what was given."""
    notes = []
    for use, table in files.tables.items():
        part = getattr(recipe, use)
        if part is None:
            notes.append(f"The recipe says nothing about {files.paths[use].name}.")
            continue
        known = [d.key for d in table.report.decisions]
        more, about = part.adapt(table.report.columns, files.found, getattr(files.found, use), known)
        files.settings[use].update({k: v for k, v in more.items() if k not in files.settings[use]})
        notes += about
    return replace(files, notes=tuple(notes))


def _split(said: _Said, files: Files) -> dict[str, tuple[str, str]]:
    """Use -> (key, value) for the files that know the key, split at the last “=” that makes one, since names of columns
    may hold it. InputError when no file knows it."""
    pieces = said.text.split("=")
    splits = [("=".join(pieces[:n]), "=".join(pieces[n:])) for n in range(len(pieces) - 1, 0, -1)]
    found: dict[str, tuple[str, str]] = {}
    for use in [u for u in said.uses if u in files.tables]:
        known = {d.key: dict(d.choices) for d in getattr(files.found, use)}
        columns = set(map(str, files.tables[use].frame.columns))
        named = [s for s in splits if s[0] in known and (not known[s[0]] or s[1] in known[s[0]])]
        named += [s for s in splits if s[0] not in known and _of_column(s[0], columns)]
        if named:
            found[use] = named[0]
    if not found:
        raise _unknown(said, files)
    return found


def _of_column(key: str, columns: set[str]) -> bool:
    kind, _, column = key.partition(":")
    return column in columns and kind in (*_COLUMNS, "role")


def _check(said: Sequence[_Said], files: Files) -> None:
    """InputError when a key or value without a column is not known to any of its files."""
    for one in said:
        if one.plain is None:
            continue
        key, value = one.plain
        choices = [dict(d.choices) for use, d in files.decisions() if use in one.uses and d.key == key]
        free = key in (*_READER, *_SHAPE, "sheet")  # the reader and the shape check these themselves
        if choices and not free and not any(value in c or not c for c in choices):
            raise _unknown(one, files)
        if not choices and not free and key not in _PURCHASES:
            raise _unknown(one, files)


def _unknown(said: _Said, files: Files) -> InputError:
    choices = {d.key: [value for value, _ in d.choices] for use, d in files.decisions() if use in said.uses}
    key = next((k for k in choices if choices[k] and said.text.startswith(f"{k}=")), None)
    if key is not None:
        value = said.text.removeprefix(f"{key}=")
        return InputError(f"“{value}” is no choice for “{key}”.", f"Known: {', '.join(choices[key])}.")
    others = [k for k in ("role:COLUMN", *_SHAPE, *_READER) if k not in choices]
    known = ", ".join([*(k for k in choices if choices[k]), *others])
    return InputError(f"“--set {said.text}” names nothing that can be chosen.", f"Known: {known}.")


def _others(key: str, d: Decision) -> list[str]:
    """The choices that are not in force, as --set takes them."""
    others = [(value, words) for value, words in d.choices if value != d.chosen]
    more = [f"    and {len(others) - _NAMED} more"] if len(others) > _NAMED else []
    return [*(f"  {line}" for line in _sets(key, others[:_NAMED])), *more]


def _sets(key: str, choices: Sequence[tuple[str, str]]) -> list[str]:
    written = [shlex.quote(f"{key}={value}") for value, _ in choices]
    wide = max(map(len, written), default=0)
    return [f"  --set {text:<{wide}}  {words}" for text, (_, words) in zip(written, choices, strict=True)]
