"""The Data errors page, on a small shop with one error in it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, explore
from embedcore.export import csv
from embedcore.jobs import FindErrors
from embedcore.progress import silent
from embedcore.store import Store
from embedcore.tasks.errors import find_errors
from pages.ui import services
from pages.ui.anomalies import view
from pages.ui.anomalies.texts import CHECK, NO_COLUMNS, QUESTION, VERDICT
from pages.ui.texts import STOPPED
from pages.ui.train import rebuild
from tests.pages import shop
from tests.pages.app import check, open_page, words

EVIL = "lamp ![x](http://example.com/a.png)"


def slip() -> Dataset:
    """Forty lamps and forty bowls; one bowl is said to be of the department of light, and one is called badly."""
    n = 80
    kind = ["lamp"] * 40 + ["bowl"] * 40
    frame = pd.DataFrame(
        {
            "sku": [f"p{i}" for i in range(n)],
            "name": [f"{k} {i}" for i, k in enumerate(kind)],
            "kind": kind,
            "department": ["light"] * 40 + ["table"] * 40,
            "cost": [20.0 + i % 5 for i in range(n)],
        }
    )
    frame.loc[60, "department"], frame.loc[60, "name"] = "light", EVIL
    roles = {"sku": "id", "name": "title", "kind": "category", "department": "category", "cost": "price"}
    return Dataset.build("Lamps and bowls", Catalogue(frame, roles))


def wanted(data: Dataset, run: str | None = None) -> FindErrors:
    """The work that the page begins."""
    return FindErrors(data.hash, explore.anomalies.VERSION, run=run)


def looked(home: Path, data: Dataset, run: str | None = None) -> None:
    """Do what the job does, with its own functions."""
    store, out = Store.open(home), home.parent / "out"
    try:
        spec = {"dataset_folder": str(store.dataset_folder(data.hash)), "exclude": [], "seed": 0}
        if run:
            spec |= {"run": run, "run_method": "autoencoder", "model_folder": str(store.model_folder(run))}
        find_errors(spec, out, silent)
        wanted(data, run).commit(store, out, {})
    finally:
        store.close()


@pytest.fixture
def data(home: Path) -> Dataset:
    data = slip()
    shop.fill(home, data)
    return data


def button(app, start: str):
    return next(b for b in app.button if str(b.key).startswith(start))


def test_nothing_is_looked_for_until_asked(data: Dataset) -> None:
    app = open_page("anomalies", dataset=data.hash[:12])
    check(app, QUESTION, CHECK, "80 products")
    button(app, "unusual:go").click().run()
    check(app, f"Checking {data.name} for data errors")
    (job,) = services.jobs().live()
    assert job.kind == "anomalies"
    assert job.key == wanted(data).key
    services.jobs().cancel(job.id)
    app.run()
    check(app, STOPPED, CHECK)


def test_the_error_comes_first_with_a_sentence_and_its_name_stays_text(home: Path, data: Dataset) -> None:
    looked(home, data)
    app = open_page("anomalies", dataset=data.hash[:12])
    check(app, "80 products have a likely error")
    table = app.dataframe[0].value
    assert table["id"].iloc[0] == "p60"
    assert table["column"].iloc[0] in ("kind", "department")
    assert "department is light" in words(app) or "kind is bowl" in words(app)
    assert "![x](http" not in words(app)
    assert len(table) == 80


def test_filters_leave_what_they_say(home: Path, data: Dataset) -> None:
    looked(home, data)
    app = open_page("anomalies", dataset=data.hash[:12])
    next(s for s in app.selectbox if s.key == "unusual:column").set_value("cost").run()
    check(app, "products have a likely error")
    assert set(app.dataframe[0].value["column"]) <= {"cost"}
    app.toggle[0].set_value(True).run()
    check(app, "No likely errors in this column.")


def test_a_verdict_lasts_and_is_in_the_download(home: Path, data: Dataset) -> None:
    looked(home, data)
    app = open_page("anomalies", dataset=data.hash[:12])
    button(app, "unusual:wrong:60").click().run()
    check(app, view.VERDICTS["wrong"])
    again = open_page("anomalies", dataset=data.hash[:12])
    assert again.dataframe[0].value[VERDICT].iloc[0] == view.VERDICTS["wrong"]
    found = view.read(str(wanted(data).folder(services.store())))
    out = view.export(data, found.frame)
    assert out.set_index("id").loc["p60", "verdict"] == "wrong"
    assert (out["verdict"] == "wrong").sum() == 1
    assert {"id", "title", "score", "column", "value", "expected", "probability", "reason", "verdict"} <= set(out)
    assert len(pd.read_csv(BytesIO(csv(out)))) == 80


def test_a_trained_autoencoder_is_asked_instead_of_a_new_one(home: Path) -> None:
    data = slip()
    run = shop.fill(home, data, "autoencoder", params={"autoencoder": {"steps": 100, "check": False}})["autoencoder"]
    looked(home, data, run)
    app = open_page("anomalies", dataset=data.hash[:12])
    check(app, "products have a likely error")
    assert len(app.dataframe[0].value) == 80, "the result of that model is shown at once"


def test_a_product_is_shown_before_and_after(home: Path) -> None:
    data = slip()
    run = shop.fill(home, data, "autoencoder", params={"autoencoder": {"steps": 200, "check": False}})["autoencoder"]
    app = open_page("train", dataset=data.hash[:12], run=run[:12])
    check(app, "See a product rebuilt")
    table = next(d.value for d in app.dataframe if "rebuilt" in d.value)
    assert table["column"].tolist() == ["name", "kind", "department", "cost"]
    assert table["verdict"].tolist()[:3] == [rebuild.MARKS[m] for m in ("skipped", "right", "right")]


def test_a_dataset_without_columns_says_what_it_needs(home: Path) -> None:
    data = Dataset.build("only baskets", None, shop.lines())
    shop.fill(home, data)
    app = open_page("anomalies", dataset=data.hash[:12])
    check(app, NO_COLUMNS)
