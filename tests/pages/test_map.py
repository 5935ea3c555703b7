"""The Map page on a small shop, and its pure parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from embedcore.errors import InputError
from embedcore.explore import Clusters, Projection
from embedcore.jobs import Jobs
from embedcore.store import Store
from pages.ui import asking, services
from pages.ui.charts import OTHER, PALETTE
from pages.ui.map import chart as charts
from pages.ui.map import frame, paint, texts, view
from pages.ui.map.chart import Look
from pages.ui.map.frame import View
from pages.ui.texts import LOADING, NO_MATCH, RETRAIN_TEXT, TEXT_ONLY
from tests.pages import shop
from tests.pages.app import check, open_page, words


@pytest.fixture(autouse=True)
def _no_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading a language model in the background would only slow these tests."""
    monkeypatch.setattr(Jobs, "warm_up", lambda *a: None)


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    """A dataset with a run that stands for the text encoder, and the better map of it."""
    filled = shop.fill(home, shop.dataset(), "planted")
    store = Store.open(home)
    try:
        xy = np.random.default_rng(1).uniform(-9, 9, (23, 2)).astype(np.float32)
        store.save_projection(filled["planted"], Projection("umap", xy, {}))
    finally:
        store.close()
    return filled


ALL = "23 products in 4 groups"


def show(keys: dict[str, str], run: str = "planted", **query: str) -> AppTest:
    return open_page("map", dataset=keys["data"][:12], run=keys[run][:12], **query)


def chart(app: AppTest) -> str:
    """The specification of the map."""
    return str(app.get("vega_lite_chart")[0].proto.spec)


def value(app: AppTest, name: str) -> str | None:
    found = app.query_params.get(name)
    return found[0] if isinstance(found, list) else found


def near(app: AppTest, start: str = "map:near:") -> list[str]:
    return [b.key for b in app.button if b.key.startswith(start)]


# ---------------------------------------------------------------- the page


def test_the_map_opens_with_every_product_in_groups_and_says_what_to_do(keys) -> None:
    app = show(keys)
    check(app, ALL, texts.GUIDE)
    assert '"renderer": "canvas"' in chart(app)
    assert app.get("vega_lite_chart")[0].proto.alt.startswith(f"{texts.CHART} 23 products, coloured by group")


def test_a_link_reopens_product_colour_and_layout(keys) -> None:
    app = show(keys, item="p03", colour="kind", layout="pca")
    check(app, "**black shoe**")
    assert app.selectbox(key="map:colour").value == "kind"
    assert '"title": "kind"' in chart(app)
    assert app.segmented_control(key="map:layout").value == "pca"


def test_a_product_has_its_neighbours_with_scores_and_reasons_and_one_can_walk_on(keys) -> None:
    app = show(keys, item="p00")
    check(app, texts.NEAREST, "same kind")
    assert len(near(app)) == 10
    twin = app.button(key=near(app)[0])
    assert twin.label == "red shoe NEW"
    twin.click().run()
    check(app, "**red shoe NEW**")
    assert value(app, "item") == "p00x"
    app.button(key="map:close").click().run()
    assert value(app, "item") is None
    assert ALL in words(app)


def test_a_product_of_a_link_that_is_gone_is_said(keys) -> None:
    app = show(keys, item="nothing")
    check(app, texts.GONE)


def test_a_product_without_vector_is_explained(home: Path) -> None:
    lines = shop.lines()
    lines.loc[len(lines)] = {"basket": "b0", "item": "only in baskets"}
    filled = shop.fill(home, shop.Dataset.build("shop", shop.catalogue(), lines), "planted")
    app = show(filled, item="only in baskets")
    check(app, texts.NO_PLACE)


def test_a_box_of_a_link_lists_all_products_in_it(keys) -> None:
    app = show(keys, mouse="box", box="-20,20,-20,20")
    check(app, f"23 products {texts.IN_BOX}", texts.DOWNLOAD_BOX)
    table = next(d.value for d in app.dataframe if "in baskets" in d.value)
    assert len(table) == 23
    assert set(table["group"]) == {"1", "2", "3", "4"}
    xy = services.projection(keys["planted"], "umap").xy
    inside = int(((xy[:, 0] >= 0) & (xy[:, 1] >= 0)).sum())
    assert f"{inside} products {texts.IN_BOX}" in words(show(keys, mouse="box", box="0,20,0,20"))
    assert texts.BOX_EMPTY in words(show(keys, mouse="box", box="30,31,30,31"))
    assert texts.BOX_GUIDE in words(show(keys, mouse="box", box="rubbish"))


def test_more_products_than_fit_are_sampled_and_that_is_said(keys, monkeypatch) -> None:
    monkeypatch.setattr(charts, "LIMIT", 12)
    app = show(keys)
    check(app, f"12 of 23 products shown. {texts.ALL_GROUPS}")
    assert f"23 products {texts.IN_BOX}" in words(show(keys, mouse="box", box="-20,20,-20,20"))


def test_search_by_name_lists_and_selects(keys) -> None:
    app = show(keys)
    app.text_input(key="map:q").set_value("white lamp").run()
    check(app, texts.FOUND)
    assert near(app, "map:hit:")
    assert value(app, "q") == "white lamp"
    app.button(key=near(app, "map:hit:")[0]).click().run()
    assert value(app, "item") == "p24"
    assert "**white lamp**" in words(app)
    app.button(key="map:close").click().run()
    assert near(app, "map:hit:")
    assert value(app, "item") is None
    app.button(key="map:clear").click().run()
    assert not near(app, "map:hit:")
    assert value(app, "q") is None


def test_search_without_answer_says_so(keys) -> None:
    assert NO_MATCH in words(show(keys, q="zzzzqqqq"))


def test_search_by_meaning_drops_a_marker_among_what_is_meant(home: Path, monkeypatch) -> None:
    filled = shop.fill(home, shop.dataset(), "planted", "svd", params={"svd": {"n_components": 4}})
    queries: list[str] = []

    def encoded(model: str, text: str, fitted: str | None = None) -> list[float]:
        queries.append(text)
        return [0, 0, 1.0, 0] + [0.0] * 8  # "a lamp" to the planted run, which stands for the text encoder

    monkeypatch.setattr(asking, "encoded", encoded)
    for run in ("planted", "svd"):
        app = show(filled, run, q="for the evening")
        check(app, texts.FOUND)
        hits = [b.label for b in app.button if b.key.startswith("map:hit:")]
        assert len(hits) >= 5
        assert all("lamp" in h for h in hits[:5]), (run, hits)
        assert "a similar meaning" in words(app)
    assert texts.CLOSE_BY in words(app)
    assert set(queries) == {"for the evening"}


def test_words_answer_while_the_encoder_is_still_loading(keys) -> None:
    app = show(keys, q="white lamp")
    check(app, LOADING)
    assert near(app, "map:hit:")


def test_why_meaning_is_not_searched_is_said(keys, monkeypatch) -> None:
    def encoded(*query: object) -> list[float]:
        raise InputError("The language model is gone.", "Train it again.")

    monkeypatch.setattr(asking, "encoded", encoded)
    app = show(keys, q="white lamp")
    check(app, TEXT_ONLY)
    assert near(app, "map:hit:")
    monkeypatch.setattr(asking, "encoded", lambda *query: [1.0, 0.0])
    check(show(keys, q="white lamp"), RETRAIN_TEXT)


def test_search_offers_the_text_encoder_when_it_is_not_trained(home: Path) -> None:
    filled = shop.fill(home, shop.dataset(), "svd", params={"svd": {"n_components": 4}})
    app = show(filled, "svd", q="white lamp")
    check(app, texts.NEED_TEXT)
    assert near(app, "map:hit:")
    assert [b.label for b in app.button if b.key == "map:train-text"] == [texts.TRAIN_TEXT]


def test_without_the_better_map_the_quick_view_is_shown_and_the_other_offered(home: Path) -> None:
    filled = shop.fill(home, shop.dataset(), "planted")
    app = show(filled, layout="umap")
    check(app, texts.QUICK, "Draw UMAP")
    assert app.segmented_control(key="map:layout").value == "pca"
    services.store().save_projection(filled["planted"], Projection("umap", np.zeros((23, 2), np.float32), {}))
    app = show(filled)
    check(app, ALL)
    assert texts.QUICK not in words(app)
    assert app.segmented_control(key="map:layout").value == "umap"


def test_other_groups_are_made_shown_and_kept(keys) -> None:
    app = show(keys)
    app.radio(key="map:way").set_value("kmeans").run()
    app.number_input(key="map:k").set_value(3).run()
    app.button(key="map:find").click().run()
    jobs = services.jobs()
    for job in jobs.live():
        assert jobs.wait(job.id, 120).state == "done"
    app.run()
    check(app, "3 groups of 23 products")
    assert value(app, "groups") == "kmeans-3"


def test_a_new_name_of_a_group_is_on_the_map_at_once(keys) -> None:
    show(keys)
    services.store().rename_cluster(keys["planted"], "kmeans", 0, "Everything for feet")
    services.clusters.clear()
    assert "Everything for feet" in chart(show(keys))


def test_without_groups_and_baskets_the_map_is_still_drawn(home: Path) -> None:
    filled = shop.fill(home, shop.dataset(baskets=False), "planted")
    for colour in ("kind", "cost", "maker"):
        check(show(filled, colour=colour), "23 products")


# ---------------------------------------------------------------- the pure parts


def test_every_click_is_an_event_also_a_second_one_on_the_same_point() -> None:
    assert view.clicked([], [7]) == 7
    assert view.clicked([7], [7, 3]) == 3
    assert view.clicked([7, 3], [3]) == 7
    assert view.clicked([7], [7]) is None


def test_a_view_survives_the_link_and_rubbish_is_no_view() -> None:
    place = View(-1.5, 2, 0, 3.25)
    assert View.parse(place.text()) == place
    for text in (None, "", "1,2,3", "a,b,c,d", "1,0,0,1", "nan,1,0,1"):
        assert View.parse(text) is None
    assert View.selected({"x": [2, -1.5], "y": [0, 3.25]}) == place
    assert View.selected({}) is None
    assert View.selected(None) is None


def test_nineteen_biggest_values_have_a_colour_and_the_rest_share_one() -> None:
    values = pd.Series([f"v{n:02d}" for n in range(30) for _ in range(40 - n)] + [None])
    found = paint.by_names("thing", values)
    assert found.names[:2] == ("v00", "v01")
    assert found.names[19:] == ("11 others", "no value")
    assert found.colours[:19] == PALETTE[:19]
    assert found.colours[19] == OTHER
    assert found.names[found.group[0]] == "v00"
    assert found.group[-1] == 20
    assert (np.bincount(found.group)[19]) == sum(40 - n for n in range(19, 30))
    twenty = paint.by_names("thing", pd.Series([f"v{n}" for n in range(20)]))
    assert len(twenty.names) == 20
    assert OTHER not in twenty.colours


def test_names_that_are_cut_alike_stay_apart() -> None:
    found = paint.by_names(
        "thing", pd.Series([f"a very long name that is cut at some point, number {n}" for n in "12"])
    )
    assert len(set(found.names)) == 2


def test_numbers_fall_into_steps_of_equal_size_from_small_to_large() -> None:
    values = pd.Series(np.r_[np.random.default_rng(0).exponential(20, 700), np.nan])
    found = paint.by_number("price", values, money=True)
    assert found.names[-1] == "no value"
    assert len(found.names) == 8
    assert np.bincount(found.group)[:7].tolist() == [100] * 7
    means = [values[found.group == g].mean() for g in range(7)]
    assert means == sorted(means)
    assert len(paint.by_number("price", pd.Series([5.0, 5.0])).names) == 1
    assert paint.by_number("price", pd.Series([np.nan])).names[-1] == "no value"
    dates = pd.Series(pd.date_range("2024-01-01", periods=70))
    assert paint.by_number("since", dates).names[0].startswith("2024-01-01 to")


def test_small_groups_are_named_in_the_legend_as_such() -> None:
    labels = np.r_[np.repeat(np.arange(45), np.arange(45, 0, -1)), -1].astype(np.int32)
    found = paint.by_cluster(Clusters("kmeans", labels, tuple(f"g{n}" for n in range(45)), 0.0))
    assert found.names[39:] == ("6 smaller groups", "in no group")
    assert len(set(found.colours)) == 41
    forty = paint.by_cluster(Clusters("kmeans", labels[labels < 40], tuple(f"g{n}" for n in range(40)), 0.0))
    assert OTHER not in forty.colours
    assert len(set(PALETTE)) == 40


def test_labels_are_at_their_groups_and_never_over_each_other() -> None:
    rng = np.random.default_rng(0)
    centres = rng.uniform(-9, 9, (30, 2))
    codes = np.repeat(np.arange(30), 50)
    xy = centres[codes] + rng.normal(scale=0.2, size=(1500, 2))
    found = frame.labels(xy, codes, tuple(f"group number {n}" for n in range(30)))
    assert 5 < len(found) <= 30
    for name, x, y in zip(found["name"], found["x"], found["y"]):
        assert np.hypot(*(centres[int(name.split()[-1])] - (x, y))) < 3
    two = frame.labels(xy, codes, tuple(f"group number {n} · and more" for n in range(30)))
    assert two["name"][0] == "group number 0\nand more"
    high = 22 * 18 / 620
    for a in found.itertuples():
        beside = [b for b in found.itertuples() if b.Index != a.Index and abs(b.y - a.y) < high / 2]
        assert all(abs(b.x - a.x) > 2 for b in beside)


def test_a_group_in_two_parts_is_named_on_the_denser_one() -> None:
    rng = np.random.default_rng(0)
    xy = np.r_[rng.normal((-8, 0), 0.3, (80, 2)), rng.normal((8, 0), 0.3, (40, 2))]
    found = frame.labels(xy, np.zeros(120, int), ("both",))
    assert found["x"][0] < -6


def test_the_chart_has_one_gesture_and_equal_units_on_both_axes() -> None:
    def spec(mode: str, n: int = 30_000, box: View | None = None) -> dict:
        return charts.spec(
            Look("group", ("a",), ("#000000",), n, View(-10, 10, -5, 5), mode, box, (("b", 'bought "so"'),))
        )

    for mode in ("pick", "box", "pan"):
        names = [p["name"] for p in spec(mode)["params"]]
        assert sorted(names) == sorted(["legend", mode])
    drawn = next(p for p in spec("box", box=View(0, 1, 2, 3))["params"] if p["name"] == "box")
    assert drawn["value"] == {"x": [0, 1], "y": [2, 3]}
    first = spec("pick")["layer"][0]["encoding"]
    units = [first[c]["scale"]["domain"][0]["expr"].split("-max")[1].split("*")[0] for c in "xy"]
    assert units[0] == units[1]
    assert first["x"]["axis"] is None
    assert first["y"]["axis"] is None


def test_drawn_products_carry_only_what_the_card_shows() -> None:
    xy = np.random.default_rng(0).normal(size=(5, 2))
    found = paint.by_names("kind", pd.Series(list("aabbc")))
    titles = np.array(["x" * 100, "b", "c", "d", "e"], dtype=object)
    table = frame.points(np.array([0, 2, 4]), xy, found, titles, {"b": np.array(list("12345"), dtype=object)})
    assert list(table.columns) == ["row", "x", "y", "title", "colour", "b"]
    assert sorted(table["row"]) == [0, 2, 4]
    assert table["title"].str.len().max() == 70
    row = table.set_index("row").loc[4]
    assert (row["b"], row["colour"]) == ("5", "c")
    assert abs(row["x"] - xy[4, 0]) < 1e-3


def test_what_is_pointed_out_has_lines_from_the_selected_product() -> None:
    xy = np.arange(8.0).reshape(4, 2)
    titles = np.array(list("abcd"), dtype=object)
    found = frame.marks(xy, titles, 0, np.array([1, 2]), np.empty(0, int), None)
    assert found["kind"].tolist() == ["near", "near", "selected"]
    assert found["x0"].tolist()[:2] == [0, 0]
    assert found["x0"].isna().tolist() == [False, False, True]
    query = frame.marks(xy, titles, None, np.empty(0, int), np.array([3]), (1.0, 2.0, "warm"))
    assert query["kind"].tolist() == ["hit", "query"]
    assert query["title"].tolist()[1] == "warm"
