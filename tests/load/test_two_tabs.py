"""A refresh keeps what a page shows; what one tab renames or deletes, another tab says in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.ui.files import texts as files
from pages.ui.texts import WRONG
from tests.browser.see import PAGES
from tests.browser.server import Server, serve
from tests.load.crowd import button, look
from tests.load.tab import Tab, tab
from tests.pages import shop

VIEWS = dict.fromkeys(PAGES, "") | {
    "duplicates": "look=alike&threshold=0.5",
    "map": "colour=kind&item=p01",
    "recommend": "item=p01",
    "data": "",
}
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    keys = shop.fill(tmp_path / "home", shop.dataset(), "planted")
    other = shop.fill(tmp_path / "home", shop.dataset(name="Another shop", twins=2), prepared=False)
    with serve(tmp_path, tmp_path / "home") as server:
        yield server, keys | {"other": other["data"]}
        assert "Traceback" not in server.log, server.log[-3000:]


def said(heard: list[ForwardMsg]) -> str:
    """All that the server sent, as one text; without what differs between two runs of the same page."""
    return "\n".join(str(m.delta.new_element) for m in heard if m.delta.WhichOneof("type") == "new_element")


def titles(text: str) -> set[str]:
    """Words of products that are on the page."""
    return set(re.findall(r"(?:red|blue|green|black|white) (?:shoe|shirt|lamp|bowl)", text))


def query(keys: dict[str, str], name: str) -> str:
    return f"dataset={keys['data'][:12]}&run={keys['planted'][:12]}&{VIEWS[name]}"


def test_a_refresh_of_any_page_shows_the_same_again(filled) -> None:
    server, keys = filled
    for name in PAGES:
        with tab(server.url) as here, tab(server.url) as again:
            look(here, name, query(keys, name))
            first, second = said(look(here, name, query(keys, name))), said(look(again, name, query(keys, name)))
        assert WRONG not in first + second, name
        assert titles(first) == titles(second), name
        if name in ("map", "duplicates", "recommend"):
            assert titles(first), name


def test_what_one_tab_deletes_the_others_say_in_a_sentence(filled) -> None:
    """Every page is open in a tab while another tab removes the dataset; then each tab looks again, all at once."""
    server, keys = filled
    tabs: list[tuple[str, Tab]] = []
    streams = []
    try:
        for name in PAGES:
            streams.append(tab(server.url))
            tabs.append((name, streams[-1].__enter__()))
            look(tabs[-1][1], name, query(keys, name))
        with tab(server.url) as other:
            remove(other, keys["data"])
        with ThreadPoolExecutor(len(tabs)) as pool:
            texts = list(pool.map(lambda t: said(look(t[1], t[0], query(keys, t[0]))), tabs))
    finally:
        for stream in streams:
            stream.__exit__(None, None, None)
    for (name, _), text in zip(tabs, texts, strict=True):
        assert WRONG not in text, name
        assert "A small shop" not in text, name


def remove(here: Tab, data: str) -> None:
    """Remove a dataset on the Data page, as a person does: say that it is meant, then press."""
    where = f"dataset={data[:12]}"
    sure = next(
        m.delta.new_element.checkbox.id
        for m in look(here, "data", where)
        if m.delta.new_element.WhichOneof("type") == "checkbox" and m.delta.new_element.checkbox.label == files.SURE
    )
    pressed = button(look(here, "data", where, ticked=sure), files.REMOVE)
    look(here, "data", where, pressed, ticked=sure)
