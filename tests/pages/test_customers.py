"""Customers: what the page says without customers, and what it shows with them. And new products on the Train page."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from embedcore.data import Dataset
from embedcore.jobs import EmbedNew, FindSegments, Train
from embedcore.methods import get, run_key
from pages.ui.customers.texts import EACH, LIKE_THEM, NO_CUSTOMERS, NO_MATCH, START
from pages.ui.texts import ADD_DATA
from pages.ui.train.texts import ADD_PRODUCTS
from tests.fashion import finished
from tests.methods import planted
from tests.pages.app import check, open_page


@pytest.fixture
def shop(_own_home: None) -> dict[str, str]:
    """A small shop with customers, its customer vectors, product2vec, and the segments."""
    from pages.ui import services

    store, jobs = services.store(), services.jobs()
    ids = [f"p{n}" for n in range(64)]
    data = Dataset.build("shop <b>bold</b>", planted.catalogue(ids), planted.lines(planted.baskets()))
    data.save(store.home / "spool" / "made")
    info = store.add_dataset(store.home / "spool" / "made", "test")
    keys = {}
    for name in ("customer2vec", "product2vec"):
        method = get(name)
        params = method.Params()
        key = run_key(info.hash, method, params, 0)
        finished(jobs, jobs.submit(Train(info.hash, name, json.loads(params.canonical()), 0, key)))
        keys[name] = key
    for job in jobs.live():
        jobs.cancel(job.id)
    finished(jobs, jobs.submit(FindSegments(info.hash, keys["customer2vec"])))
    finished(jobs, jobs.submit(EmbedNew(info.hash, keys["product2vec"])))
    return {"dataset": info.hash, **keys}


def test_the_page_shows_segments_a_customer_and_what_did_not_get_a_vector(shop: dict[str, str]) -> None:
    from embedcore.explore import Newcomers, Segments
    from pages.ui import services

    app = open_page("customers", dataset=shop["dataset"][:12])
    check(app, "80 customers", EACH)

    one = open_page("customers", dataset=shop["dataset"][:12], view="one", customer="c17")
    check(one, "Customer c17", LIKE_THEM)
    near = next(d.value for d in one.dataframe if "similarity" in d.value.columns)
    assert {planted.group(i) for i in near["name"]} == {1}
    one.text_input(key="customer:typed").set_value("nobody").run()
    check(one, NO_MATCH)

    folder = FindSegments(shop["dataset"], shop["customer2vec"]).folder(services.store())
    assert folder is not None
    found = Segments.load(folder)
    assert sum(s.customers for s in found.segments) == 80
    for s in found.segments:  # a customer keeps to a group of products: so do the segments
        rooms = {t.text for t in s.categories if t.lift > 2}
        assert rooms
        assert sum(bool(rooms & set(r)) for r in planted.ROOMS) == 1

    folder = EmbedNew(shop["dataset"], shop["product2vec"]).folder(services.store())
    assert folder is not None
    new = Newcomers.load(folder)
    assert list(new.table["id"]) == ["p60", "p61", "p62", "p63"]
    assert new.table["vector"].all()
    assert list(new.export().columns[:2]) == ["id", "d0"]
    assert len(new.export()) == 4
    titles = {planted.title(n): n % planted.GROUPS for n in range(64)}
    assert [titles[t] for t in new.table["near1"]] == [0, 1, 2, 3]

    train = open_page("train", dataset=shop["dataset"][:12], run=shop["product2vec"][:12])
    check(train, ADD_PRODUCTS)


def test_baskets_without_customers_lead_to_the_data_page() -> None:
    from pages.ui import services

    store = services.store()
    lines = pd.DataFrame({"basket": ["1", "1"], "item": ["a", "b"]})
    Dataset.build("plain", None, lines).save(store.home / "spool" / "made")
    hash = store.add_dataset(store.home / "spool" / "made", "test").hash
    app = open_page("customers", dataset=hash[:12])
    check(app, NO_CUSTOMERS, ADD_DATA)


def test_customers_without_vectors_are_offered_a_training() -> None:
    from pages.ui import services

    store = services.store()
    Dataset.build("shop", None, planted.lines(planted.baskets())).save(store.home / "spool" / "made")
    hash = store.add_dataset(store.home / "spool" / "made", "test").hash
    app = open_page("customers", dataset=hash[:12])
    check(app, START)
