"""Recipes on the Data page: how last month's export was read, applied to this month's; and kept after an import."""

from __future__ import annotations

import streamlit as st

from embedcore import Dataset, EmbedError
from embedcore.intake import FileRecipe, Recipe, Table, read_recipe
from pages.ui import downloads, services, sources
from pages.ui.files import texts, understood
from pages.ui.sources import ChosenFile
from pages.ui.text import plain

_LARGEST = 10_000_000  # bytes of a recipe


def pick() -> tuple[str, Recipe] | None:
    """(digest, recipe) that is to be applied; None while there is none."""
    with st.popover(texts.APPLY_RECIPE, icon=":material/receipt_long:", type="tertiary"):
        source = sources.pick("recipe", texts.RECIPE_FILE, texts.RECIPE_ABOUT, suffixes=("json",), offered=list)
        if source is None:
            return None
        try:
            found = _read(source)
        except EmbedError as e:
            wrong = e
        else:
            st.caption(texts.APPLIED)
            return source.digest, found
    st.error(plain(str(wrong)), icon=":material/error:")
    return None


def prepare(kind: str, source: ChosenFile, recipe: tuple[str, Recipe] | None) -> None:
    """Before a file is read: what a recipe says about reading it."""
    if recipe is None or sources.chosen(kind, source.digest).recipe == recipe[0]:
        return
    part: FileRecipe | None = getattr(recipe[1], kind)
    if part is None:
        sources.keep(kind, source.digest, recipe=recipe[0], said=(texts.NOT_IN_RECIPE,))
        return
    reading, options = dict(part.reading), dict(part.options)
    sources.keep(kind, source.digest, recipe=recipe[0], reading=reading, options=options, settings={}, said=None)


def adapt(
    kind: str, source: ChosenFile, table: Table, keys: tuple[str | None, str | None], recipe: tuple[str, Recipe] | None
) -> None:
    """After it was read: what of a recipe holds for this file, and what is different in it. keys: of both tables."""
    if recipe is None or sources.chosen(kind, source.digest).said is not None:
        return
    part: FileRecipe | None = getattr(recipe[1], kind)
    if part is None:
        return
    base = understood.of(*keys)
    known = [d.key for d in table.report.decisions]
    settings, said = part.adapt(table.report.columns, base, getattr(base, kind), known)
    sources.keep(kind, source.digest, settings=settings, said=tuple(said))


def loaded(dataset: Dataset) -> None:
    """How the files of a loaded dataset were read, and the recipe to keep."""
    about, recipe = dataset.meta.get("decisions") or {}, dataset.meta.get("recipe") or {}
    if not about and not recipe:
        return
    with st.expander(texts.HOW_IT_WAS_READ, icon=":material/fact_check:"):
        for use, head in (("catalogue", texts.OF_PRODUCTS), ("baskets", texts.OF_BASKETS)):
            if use not in recipe:
                continue
            st.markdown(f"**{head}** · {plain(recipe[use]['file'])}" if recipe[use]["file"] else f"**{head}**")
            what = texts.of_roles(recipe[use]["roles"]) if use == "catalogue" else recipe[use]["shape"].get("why", "")
            st.markdown(f":small[:material/check: {plain(what)}]")
            mine = {**recipe[use].get("settings", {}), **recipe[use].get("reading", {})}
            for d in about.get(use, ()):
                words = dict(map(tuple, d["choices"])).get(d["chosen"], "") if d["key"] in mine else ""
                chosen = f" **{texts.YOUR_CHOICE}: {plain(words)}.**" if words else ""
                st.markdown(f":small[:material/check: {plain(d['sentence'])}{chosen}]")
        if recipe:
            downloads.text(texts.SAVE_RECIPE, Recipe.of(recipe).text(), f"{dataset.name} recipe", ".json")


@services.data(max_entries=4)
def _parsed(text: str, name: str) -> Recipe:
    return read_recipe(text, name)


def _read(source: ChosenFile) -> Recipe:
    name = f"“{source.filename}”"
    if source.path.stat().st_size > _LARGEST:
        return read_recipe("", name)
    return read_recipe(source.path.read_bytes().decode("utf-8-sig", "replace"), name)
