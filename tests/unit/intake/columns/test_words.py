"""Cells of text: what is missing, how a value is spelt, which cells hold sets, and what is only markup."""

from __future__ import annotations

import json
import random

import pandas as pd
import pytest

from embedcore.data import Catalogue
from embedcore.errors import InputError
from embedcore.intake import add_baskets, column_decisions, guess_roles, guess_shape, make_catalogue
from embedcore.intake.columns.markup import plain_text
from embedcore.intake.columns.spelling import same
from embedcore.intake.columns.tags import looks_like_tags
from embedcore.intake.decisions import Decision, Settings

ROWS = 60
GENRES = ("Action", "Comedy", "Drama", "Horror", "Romance", "Sci-Fi")


def table(**columns: list[str]) -> pd.DataFrame:
    """Products with ids and titles, and more columns whose values take turns."""
    frame = {"sku": [f"P{n:03}" for n in range(ROWS)], "name": [f"Mug {n}" for n in range(ROWS)]}
    return pd.DataFrame(
        {**frame, **{c: [values[n % len(values)] for n in range(ROWS)] for c, values in columns.items()}}, dtype="str"
    )


def read(frame: pd.DataFrame, settings: Settings | None = None) -> tuple[Catalogue, dict[str, Decision]]:
    roles = {g.column: g.role for g in guess_roles(frame)}
    found = column_decisions(frame, roles, settings or {})
    catalogue, _ = make_catalogue(frame, roles, generate_ids="id" not in roles.values(), settings=settings or {})
    return catalogue, {d.key: d for d in found}


def values(catalogue: Catalogue, column: str) -> set[str]:
    return set(catalogue.frame[column].dropna())


# What is missing


@pytest.mark.parametrize(
    ("column", "cells", "mark"),
    [
        ("sales_region", ["EMEA", "APAC", "NA"], "NA"),
        ("trim", ["None", "Lace", "Braid"], "None"),
        ("country", ["DE", "FR", "NA", "AT", "IT"], "NA"),
        ("pattern", ["Striped", "None", "Dotted", "Checked"], "None"),
        ("polarity", ["+", "-", "±"], "-"),
    ],
)
def test_a_mark_that_is_one_of_the_values_of_a_column_without_gaps_is_a_value(
    column: str, cells: list[str], mark: str
) -> None:
    frame = table(**{column: cells})
    catalogue, said = read(frame)
    assert values(catalogue, column) == set(cells)
    decision = said[f"missing:{column}"]
    assert decision.chosen == "value"
    assert decision.rows == (frame[column] == mark).sum()
    other, _ = read(frame, {f"missing:{column}": "missing"})
    assert values(other, column) == set(cells) - {mark}


def test_a_mark_in_a_column_with_gaps_or_beside_prices_is_missing_and_said() -> None:
    frame = table(
        region=["EMEA", "APAC", "NA", ""],
        size=["S", "M", "L", "NA"],
        colour=["Red", "None", "Blue"],
        trim=["Lace", "None", "Braid"],
        price=["1.50", "None", "2.50"],
    )
    catalogue, said = read(frame)
    assert values(catalogue, "region") == {"EMEA", "APAC"}
    assert values(catalogue, "colour") == {"Red", "Blue"}
    assert values(catalogue, "trim") == {"Lace", "Braid"}
    assert values(catalogue, "size") == {"S", "M", "L"}
    assert said["missing:region"].sentence == "“region”: 15 cells with “NA” count as missing."
    assert read(frame, {"missing:region": "value"})[0].frame["region"].isna().sum() == 15


def test_marks_of_databases_spreadsheets_and_people_are_missing_everywhere() -> None:
    frame = table(
        brand=["Casa", r"\N", "Luma"],
        colour=["red", "#N/D", "blue", "s/d"],
        material=["(null)", "oak", "steel", "k.A."],
        made=["б/н", "Berlin", "Rome", "#DIV/0!"],
        price=["1.5", r"\N", "2.5"],
    )
    catalogue, said = read(frame)
    assert values(catalogue, "brand") == {"Casa", "Luma"}
    assert values(catalogue, "colour") == {"red", "blue"}
    assert values(catalogue, "material") == {"oak", "steel"}
    assert values(catalogue, "made") == {"Berlin", "Rome"}
    assert catalogue.frame["price"].isna().sum() == 20
    assert said["missing"].rows == 20 + 30 + 30 + 30 + 20
    assert "20 in “brand”" in said["missing"].sentence


def test_words_for_unknown_are_missing_in_columns_of_brands_and_categories_only() -> None:
    frame = table(brand=["Nike", "Unknown", "N/A.", "unbranded"], farbe=["rot", "keine Angabe", "blau"])
    frame["name"] = [f"Unknown pleasures {n}" for n in range(ROWS)]
    catalogue, said = read(frame)
    assert values(catalogue, "brand") == {"Nike"}
    assert values(catalogue, "farbe") == {"rot", "blau"}
    assert catalogue.frame["name"].notna().all()
    assert said["missing:brand"].rows == 45
    assert said["missing:farbe"].rows == 20


def test_a_first_day_of_a_calendar_that_repeats_is_no_date() -> None:
    frame = table(
        added=["2024-03-05", "1900-01-01", "0000-00-00", "2023-11-20"],
        born=["1900-01-01", "1901-05-06", "1899-12-24", "1910-07-08"],
    )
    catalogue, said = read(frame)
    assert catalogue.frame["added"].isna().sum() == 30
    assert said["missing:added"].rows == 30
    assert catalogue.frame["born"].notna().all()


def test_a_product_called_na_stays_one_in_the_catalogue_and_in_baskets() -> None:
    frame = pd.DataFrame({"code": ["NA", "DE", "FR", "AT"], "name": ["Namibia", "Germany", "France", "Austria"]})
    catalogue, _ = read(frame.astype("str"))
    assert catalogue.ids.tolist() == ["NA", "DE", "FR", "AT"]
    lines = pd.DataFrame({"order_id": ["1", "1", "2", "2"], "code": ["NA", "DE", "NA", "FR"]}, dtype="str")
    shop, notices = add_baskets("maps", catalogue, lines, guess_shape(lines, set(catalogue.ids)))
    assert shop.counts.tolist() == [2, 1, 1, 0], notices


def test_ids_meet_however_their_accents_are_composed() -> None:
    frame = pd.DataFrame({"code": ["cafe\u0301-1", "the\u0301-2"], "name": ["Coffee", "Tea"]}, dtype="str")
    catalogue, _ = read(frame)
    lines = pd.DataFrame({"order_id": ["1", "1", "2"], "code": ["café-1", "thé-2", "cafe\u0301-1"]}, dtype="str")
    shop, _ = add_baskets("bar", catalogue, lines, guess_shape(lines, set(catalogue.ids)))
    assert shop.counts.tolist() == [2, 1]


def test_a_setting_that_is_no_choice_is_named() -> None:
    with pytest.raises(InputError, match="“maybe” is no choice"):
        read(table(region=["EMEA", "APAC", "NA"]), {"missing:region": "maybe"})


# How a value is spelt


def test_one_brand_in_many_spellings_is_one_value_and_said() -> None:
    brands = ["Nike", "NIKE", "nike ", " Nike", "Citroën", "Citroe\u0308n", "L’Oréal", "L'Oréal", "L\u00a0Oréal"]
    frame = table(brand=brands, colour=["grey", "Grey", "GREY", "blue"])
    catalogue, said = read(frame)
    assert values(catalogue, "brand") == {"Nike", "Citroën", "L’Oréal"}
    assert len(values(catalogue, "colour")) == 2
    assert said["spelling:brand"].sentence.startswith("“brand”: 6 spellings of 2 values were joined, such as Nike")
    kept, _ = read(frame, {"spelling:brand": "keep"})
    assert {"Nike", "NIKE", "nike"} <= values(kept, "brand")


def test_the_commonest_spelling_stands_for_all() -> None:
    frame = table(brand=["COCA COLA", "Coca-Cola", "Coca-Cola®", "Coca-Cola", "Dr.\u00a0Oetker", "Dr. Oetker."])
    assert values(read(frame)[0], "brand") == {"Coca-Cola", "Dr. Oetker"}


def test_codes_sizes_and_names_keep_their_capitals() -> None:
    frame = table(size=["a1", "A1", "m", "M"], unit=["5 mg", "5 Mg"])
    frame["name"] = ["the WHO", "The Who"] * (ROWS // 2)
    catalogue, said = read(frame)
    assert values(catalogue, "size") == {"a1", "A1", "m", "M"}
    assert values(catalogue, "unit") == {"5 mg", "5 Mg"}
    assert not [key for key in said if key.startswith("spelling")]
    assert same("Rosé") != same("Rose")
    assert same("Citroën", brand=True) == same("CITROEN", brand=True)


# Sets


def sets(joint: str, of: tuple[str, ...] = GENRES) -> list[str]:
    some = random.Random(0)
    return [joint.join(some.sample(of, some.randint(1, 3))) for _ in range(ROWS)]


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        (sets("|"), "bar"),
        (sets(", ", ("red", "cotton", "summer", "gift", "wool")), "comma"),
        (sets("; "), "semicolon"),
        (sets(" / "), "slash"),
        (sets("、", ("赤い", "青い", "綿", "夏用")), "comma"),
        ([json.dumps([*cell.split("|")]) for cell in sets("|")], "list"),
        ([str(cell.split("|")) for cell in sets("|")], "list"),
        (sets(" · "), "dot"),
        (sets(",", ("S", "M", "L", "XL")), "comma"),
        ([json.dumps([{"id": 1, "name": g} for g in cell.split("|")]) for cell in sets("|")], "list"),
        ([f"colour={c};size={s}" for c in ("red", "blue") for s in "SML"] * 10, "semicolon"),
        (["#" + cell for cell in sets(" #", ("red", "gift", "new"))], "hash"),
    ],
)
def test_values_that_come_back_in_other_company_are_a_set(cells: list[str], how: str) -> None:
    assert looks_like_tags(pd.Series(cells)) == how


@pytest.mark.parametrize(
    "cells",
    [
        ["Salt, pepper", "Mugs", "Knives, forks", "Bowls"],
        ["Home > Kitchen > Mugs", "Home > Kitchen > Bowls", "Home > Bath > Towels"],
        ["Home|Kitchen|Mugs", "Home|Kitchen|Bowls", "Home|Bath|Towels", "Toys|Games|Cards", "Toys|Games|Dice"],
        ["Austin, TX", "Dallas, TX", "Boston, MA", "Salem, MA", "Houston, TX"],
        ["King, Stephen", "Smith, Anna", "Smith, John", "Doe, John"],
        ["1,5", "2,5", "3,5", "12,9"],
        ["S/M", "M/L", "L/XL", "S", "M"],
        ["Soft, warm and durable, with long sleeves", "Warm and light, with a hood", "A light, blue shirt"],
        ["&lt;p&gt;Soft&lt;/p&gt;", "&lt;p&gt;Warm&lt;/p&gt;", "&lt;p&gt;Dry&lt;/p&gt;", "&lt;p&gt;New&lt;/p&gt;"],
    ],
)
def test_categories_paths_places_and_sentences_are_no_sets(cells: list[str]) -> None:
    assert looks_like_tags(pd.Series(cells * 10)) is None


def test_a_set_is_split_and_its_spellings_are_joined() -> None:
    frame = table(genres=["Action|Comedy", "comedy|Drama", "Action|Drama", "Comedy", "Drama|Horror|Action", "Horror"])
    catalogue, said = read(frame)
    assert catalogue.roles["genres"] == "tags"
    assert catalogue.frame["genres"][1] == "Comedy|Drama"
    assert said["tags:genres"].chosen == "bar"
    assert said["tags:genres"].rows == 40
    whole, _ = read(frame, {"tags:genres": "one", "spelling:genres": "keep"})
    assert whole.frame["genres"][0] == "Action¦Comedy"


# Markup


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('<p class="MsoNormal" style="margin:0cm"><span>&nbsp;Made with steel.</span></p>', "Made with steel."),
        ("<ul><li>Boils water</li><li>Steel spout</li></ul>", "Boils water. Steel spout"),
        ("<p>made of<br/>steel</p><style>p{color:red}</style><!-- x -->", "made of steel"),
        ("&lt;p&gt;Soft &amp;amp; warm&lt;/p&gt;", "Soft & warm"),
        ("<![CDATA[<b>Big</b> mug]]>", "Big mug"),
        ("Tom &amp; Jerry&#39;s H<sub>2</sub>O", "Tom & Jerry's H2O"),
        ("Soft.\\nWarm", "Soft. Warm"),
        ("[b]New[/b] [url=http://a.b]shop[/url]", "New shop"),
        ("[vc_row][vc_column width='1/2']Soft mug[/vc_column][/vc_row]", "Soft mug"),
        ("**New** [shop](https://a.b/c)", "New shop"),
        ("a < b, c > d, I <3 it & AT&T", "a < b, c > d, I <3 it & AT&T"),
        ("I ♥ <brand>, [L] and 5 <b> 6", "I ♥ <brand>, [L] and 5 <b> 6"),
        ("C:\\new\\names", "C:\\new\\names"),
    ],
)
def test_markup_is_read_as_the_text_that_a_person_sees(text: str, plain: str) -> None:
    assert plain_text(text, sentences=True) == plain


def test_descriptions_of_two_editors_are_those_without_markup() -> None:
    points = [f"Holds {n} cups" for n in range(ROWS)]
    ours = [f'<div data-x="1"><ul><li>{p}</li><li>Deep and sturdy.</li></ul></div>' for p in points]
    word = [
        f'<p class="MsoNormal"><span style="font-size:10pt">{p}.</span></p>\n<p><span>&nbsp;Deep and sturdy.</span></p>'
        for p in points
    ]
    frame = table(brand=["Dolce &amp; Gabbana", "H&amp;M", "H&M"])
    frame["description"] = [ours[n] if n % 2 else word[n] for n in range(ROWS)]
    catalogue, said = read(frame)
    assert catalogue.frame["description"].tolist() == [f"{p}. Deep and sturdy." for p in points]
    assert values(catalogue, "brand") == {"Dolce & Gabbana", "H&M"}
    assert said["markup:description"].sentence == "“description”: markup was removed from 60 cells."
    kept, _ = read(frame, {"markup:description": "keep"})
    assert kept.frame["description"][1].startswith("<div")


def test_a_clean_catalogue_is_told_nothing() -> None:
    frame = table(brand=["Nike", "Puma"], colour=["red", "", "blue"], price=["1.50", "2.50"])
    frame["description"] = [f"A mug for tea & coffee, number {n}." for n in range(ROWS)]
    assert read(frame)[1] == {}
