"""Texts from files that try to call home: in every column, on every page, with every method trained, nothing is asked
of another host, no script of theirs runs, and they stand there as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from embedcore import Catalogue, Dataset
from embedcore.methods import REGISTRY, get
from pages.ui.texts import WRONG
from tests.browser.conftest import running
from tests.browser.see import PAGES, body, go, settled
from tests.browser.server import Server
from tests.methods import planted
from tests.pages import shop

CALLS = (
    "![x](http://beacon.example/{n}.png)",
    "<img src=http://beacon.example/{n} onerror=window.beaten=1>",
    "<svg onload=window.beaten=1><image href='http://beacon.example/{n}'/></svg>",
    "[![x](http://beacon.example/{n})](http://beacon.example/)",
    "<script>window.beaten=1;fetch('http://beacon.example/{n}')</script>",
    "<style>@import url(http://beacon.example/{n});*{{background:url(//beacon.example/{n})}}</style>",
    "<iframe src=http://beacon.example/{n}></iframe>",
    r"$\href{{javascript:window.beaten=1}}{{x}}$ $\includegraphics{{http://beacon.example/{n}.png}}$",
    "http://beacon.example/{n}.png",
    "data:text/html,<script>window.beaten=1</script>",
    ":material/home: :red[x] :streamlit: <http://beacon.example/{n}>",
    "[a]: http://beacon.example/{n}.png\n![a]",
    "<audio src=//beacon.example/{n} autoplay></audio><link rel=stylesheet href=//beacon.example/{n}>",
    'x" onmouseover="window.beaten=1',
    "{{{{constructor.constructor('window.beaten=1')()}}}}",
)
ALL = (  # pages with what is more of them to see
    *PAGES,
    "duplicates?look=alike&threshold=0.5",
    "duplicates?look=alike&threshold=0.5&show=all",
    "duplicates?show=teach",
    "duplicates?show=out",
    "recommend?relation=instead",
    "recommend?by=customer&customer={customer}",
    "recommend?by=basket",
    "map?colour={column}",
    "map?item={item}",
)
SHORT = {"epochs": 1, "finetune_epochs": 1, "dimensions": 8}
pytestmark = pytest.mark.timeout(900)


def call(n: object) -> str:
    """One of the payloads, different for each n."""
    return CALLS[hash(str(n)) % len(CALLS) if not isinstance(n, int) else n % len(CALLS)].format(n=n)


def hostile() -> Dataset:
    """The planted shop with payloads as ids, cells, names of columns, baskets, customers and dataset."""
    plain = planted.catalogue(f"p{n}" for n in range(60))
    ids = {f"p{n}": f"p{n} {call(n)}" for n in range(60)}
    frame = pd.DataFrame(
        {
            "id": plain.frame["id"].map(ids),
            f"title {call(0)}": [f"{t} {call(n + 1)}" for n, t in enumerate(plain.frame["title"])],
            f"room {call(1)}": [f"{r} {call(len(r))}" for r in plain.frame["room"]],
            f"brand {call(7)}": [f"{m} {call(len(m) + 2)}" for m in plain.frame["material"]],
            f"about {call(4)}": [f"{t} {call(n + 5)} {call(n + 8)}" for n, t in enumerate(plain.frame["title"])],
            f"price {call(2)}": plain.frame["price"],
            f"weight {call(10)}": plain.frame["weight"],
        }
    )
    kinds = ("id", "title", "category", "brand", "description", "price", "number")
    roles = dict(zip(frame.columns, kinds, strict=True))
    lines = planted.lines(planted.baskets(n=300))
    lines = lines.assign(
        basket=[f"{b} {call(len(b))}" for b in lines["basket"]],
        customer=[f"{c} {call(int(c[1:]))}" for c in lines["customer"]],
        item=lines["item"].map(ids),
    )
    pictures = planted.pictures(f"p{n}" for n in range(60))
    named = replace(pictures, ids=np.array([ids[str(i)] for i in pictures.ids], dtype=object))
    return Dataset.build(f"shop {call(0)}", Catalogue(frame, roles), lines, {"note": call(0)}, named)


def values(name: str) -> dict[str, object]:
    """Parameters under which a method is trained in a moment."""
    known = {f.name for f in fields(get(name).Params)}
    return {k: v for k, v in SHORT.items() if k in known}


@pytest.fixture(scope="module")
def beset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Dataset, dict[str, str]]]:
    folder, data = tmp_path_factory.mktemp("beacons"), hostile()
    methods = [name for name in REGISTRY if "runs" not in get(name).needs]
    keys = shop.fill(folder / "home", data, *methods, params={name: values(name) for name in methods})
    with running(folder) as server:
        yield server, data, keys


def test_texts_that_call_home_reach_nobody_on_any_page_with_any_method(
    beset: tuple[Server, Dataset, dict[str, str]], page: Page
) -> None:
    server, data, keys = beset
    page.add_init_script("window.beaten = 0")
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    where = {"customer": "c1", "item": str(data.items[0]), "column": data.columns("category")[0]}
    others = [name for name in keys if name not in ("data", "product2vec")]
    looks, shown = [(look, "product2vec") for look in ALL] + [("map", name) for name in others], set()
    for look, method in looks:
        name, _, more = look.partition("?")
        view = more.format(**{k: quote(v) for k, v in where.items()})
        go(page, server.url, f"{name}?dataset={keys['data'][:12]}&run={keys[method][:12]}&{view}")
        for opener in page.locator("[data-testid=stExpander] summary").all()[:4]:
            opener.click()
        settled(page)
        assert WRONG not in body(page), (look, method)
        assert not page.evaluate("window.beaten"), (look, method)
        assert page.locator("[src*=beacon], a[href*=beacon], [href*=beacon], image[href*=beacon]").count() == 0, look
        if "beacon" in body(page):
            shown.add(name)
    assert len(shown) >= 3, f"the texts stand there, as texts: {shown}"
