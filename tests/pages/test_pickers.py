"""The pickers in the sidebar: what is chosen stays chosen."""

from __future__ import annotations

from pathlib import Path

from tests.pages import shop
from tests.pages.app import check, open_page


def test_of_two_datasets_with_one_name_the_chosen_one_is_shown(home: Path) -> None:
    first = shop.fill(home, shop.dataset(), "planted")["data"]
    second = shop.fill(home, shop.dataset(twins=2), "planted")["data"]
    for wanted, twins in ((first, 3), (second, 2)):
        app = open_page("map")
        app.selectbox(key="pick:dataset").set_value(wanted[:12]).run()
        check(app, f"{20 + twins} products in 4 groups")
        assert app.query_params["dataset"] in (wanted[:12], [wanted[:12]])


def test_the_label_of_a_run_does_not_change_with_time(home: Path) -> None:
    shop.fill(home, shop.dataset(), "planted")
    label = open_page("map").selectbox(key="pick:run").options[0]
    assert "ago" not in label
    assert "just now" not in label
