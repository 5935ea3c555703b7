"""Recipes: what of last month's reading holds for another file, and what is said about the rest."""

from __future__ import annotations

import pytest

from embedcore.errors import InputError
from embedcore.intake import BasketShape, Decision, FileRecipe, Recipe, Understanding, file_recipe, read_recipe

SWITCH = (("out", "leave out"), ("in", "keep"))
COLUMNS = ("sku", "name", "price")
ROLES = {"sku": "id", "name": "title", "price": "price"}


def recipe(**more: object) -> FileRecipe:
    return file_recipe("a.csv", COLUMNS, (), roles=ROLES, **more)  # type: ignore[arg-type]


def test_a_recipe_comes_back_from_its_text_as_it_was() -> None:
    shape = {"shape": "long", "item": "sku", "basket": None, "products": ()}
    decisions = [Decision("cancelled", "", "out", SWITCH), Decision("fill", "", "yes", (("yes", "a"), ("no", "b")))]
    kept = Recipe(
        recipe(settings={"numbers:price": "decimals"}, reading={"delimiter": ";"}, options={"sheet": "May"}),
        file_recipe("b.csv", ["sku"], decisions, settings={"cancelled": "in"}, shape=shape),
    )
    assert read_recipe(kept.text()) == kept
    assert kept.baskets is not None
    assert kept.baskets.understood == {"fill": "yes"}
    assert kept.baskets.settings == {"cancelled": "in"}


def test_the_same_layout_needs_no_word() -> None:
    assert recipe().adapt(COLUMNS, Understanding(ROLES, False), (), ()) == ({}, [])


def test_a_column_with_another_name_in_the_same_place_keeps_its_choices() -> None:
    now = {"sku": "id", "name": "title", "Preis": "price"}
    asked = [Decision("numbers:Preis", "", "thousands", (("thousands", "a"), ("decimals", "b")), unsure=True)]
    settings, said = recipe(settings={"numbers:price": "decimals"}).adapt([*now], Understanding(now, False), asked, ())
    assert settings == {"numbers:Preis": "decimals"}
    assert said == ["“price” of the recipe is called “Preis” now, and is read in the same way."]


def test_columns_that_are_gone_or_new_are_named() -> None:
    now = {"sku": "id", "name": "title", "shade": "category", "size": "category"}
    _, said = recipe().adapt([*now], Understanding(now, False), (), ())
    assert said == [
        "The column “price” of the recipe is gone.",
        "The columns “shade”, “size” are new and were read as they look.",
    ]


def test_a_choice_that_finds_no_question_is_said_and_not_applied() -> None:
    kept = recipe(settings={"cancelled": "in"}, reading={"fill": "no"})
    settings, said = kept.adapt(COLUMNS, Understanding(ROLES, False), (), ())
    assert settings == {}
    assert said == [
        "The recipe chose “no” for “fill”, but this file has no such question.",
        "The recipe chose “in” for “cancelled”, but this file has no such question.",
    ]


def test_a_reading_that_is_another_one_this_month_is_said() -> None:
    both = (("decimals", "1.5 is one and a half"), ("thousands", "1.5 is fifteen hundred"))
    before = file_recipe("a.csv", COLUMNS, [Decision("numbers:price", "", "decimals", both)], roles=ROLES)
    now = [Decision("numbers:price", "", "thousands", both)]
    settings, said = before.adapt(COLUMNS, Understanding(ROLES, False), now, ())
    assert settings == {}
    assert said == ["“numbers:price” was “1.5 is one and a half” and is “1.5 is fifteen hundred” in this file."]


def test_the_basket_of_the_recipe_is_taken_where_it_is_and_missed_where_it_is_not() -> None:
    columns = ("order", "sku", "day")
    shape = {"shape": "long", "item": "sku", "basket": "order", "time": "day"}
    before = file_recipe("b.csv", columns, (), shape=shape)
    other = BasketShape("long", basket="day", item="sku")
    settings, said = before.adapt(columns, Understanding({}, False, other), (), ())
    assert settings == {"basket": "order", "time": "day"}
    assert said == []
    gone = BasketShape("long", basket="day", item="sku")
    _, said = before.adapt(("sku", "day"), Understanding({}, False, gone), (), ())
    assert "The basket of the recipe was in “order”, which is gone; “day” was taken." in said


@pytest.mark.parametrize(
    "text",
    [
        '{"format": 1, "catalogue": {"columns": ["a"], "roles": {"a": "boss"}}}',
        '{"format": 1, "catalogue": {"columns": ["a"], "options": {"path": "/etc/passwd"}}}',
        '{"format": 1, "baskets": {"columns": ["a"], "shape": {"item": ["a"]}}}',
        '{"format": "1", "catalogue": {"columns": []}}',
        '{"format": 1, "catalogue": {"columns": ["a"], "settings": {"x": 1}}}',
    ],
)
def test_a_recipe_that_was_changed_by_hand_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no recipe"):
        read_recipe(text)


def test_a_recipe_of_a_newer_version_says_so() -> None:
    with pytest.raises(InputError, match="newer version"):
        read_recipe('{"format": 99, "catalogue": {"columns": []}}')
