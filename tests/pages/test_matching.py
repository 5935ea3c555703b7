"""Duplicates, the same product: groups with reasons, verdicts that count, teaching, and a clean catalogue."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.match import VERSION, Matches
from embedcore.store import Store
from pages.ui import services
from pages.ui.duplicates import catalogue, groups, texts
from tests.pages import shop
from tests.pages.app import check, open_page, words


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    """A shop in which three products are listed twice."""
    return shop.fill(home, shop.dataset())


def button(app, start: str):
    return next(b for b in app.button if str(b.key).startswith(start))


def buttons(app, start: str) -> list[str]:
    return [str(b.key) for b in app.button if str(b.key).startswith(start)]


def stored(home: Path, data: str) -> dict[tuple[str, str], str]:
    store = services.store() if services.home() == home else Store.open(home)
    found = store.verdicts(data)
    return {(a, b): v for a, b, v in zip(found["id_a"], found["id_b"], found["verdict"], strict=True)}


def test_groups_come_with_a_reason_and_a_row_to_keep(keys) -> None:
    app = open_page("duplicates")
    check(app, texts.LISTED_MORE, "red shoe", "same brand", texts.ROW_TO_KEEP)
    assert [m.label for m in app.metric] == [texts.PAIRS, texts.VARIANTS, texts.RIGHT, texts.FOUND]
    assert app.metric[2].value.endswith("%")
    assert app.metric[3].value.endswith("%")


def test_three_bands_and_only_the_same_are_merged(keys, home: Path) -> None:
    app = open_page("duplicates", show="variants")
    check(app, texts.VARIANTS_OF, "colour: red / blue", texts.VARIANTS_HELP)
    data = services.dataset(keys["data"])
    found = Matches.load(services.store().artifact("match", f"{VERSION}|", keys["data"]) or Path("/"))
    assert {"same", "variant", "different"} == set(found.kind)
    assert [int(m.value.replace(",", "")) for m in app.metric[:2]] == [
        int((found.kind == k).sum()) for k in ("same", "variant")
    ]
    check(app, f"{(found.kind == 'different').sum()} {texts.OTHERS}")
    table = catalogue.pair_table(data, found)
    together = {i for g in found.groups() for i in data.items[g]}
    variants = table[table["kind"] == "variant"]
    assert variants["axis"].str.contains(" / ").all()
    assert not any(
        found.group[data.index[a]] == found.group[data.index[b]] for a, b in variants[["id_a", "id_b"]].values
    )
    assert together
    button(app, "same:").click().run()
    check(app, texts.DONE["same"])
    assert list(stored(home, keys["data"]).values()) == ["same"]


def test_a_verdict_counts_at_once_and_is_kept(keys, home: Path) -> None:
    app = open_page("duplicates", order="sure")
    first = button(app, "different:")
    pair = first.key.removeprefix("different:")
    first.click().run()
    check(app, texts.DONE["different"])
    assert f"different:{pair}" not in buttons(app, "different:"), "the two are apart now"
    assert "different" in stored(home, keys["data"]).values()
    later = open_page("duplicates", show="different")
    check(later, texts.TAKE_BACK)
    assert buttons(later, "back:")
    button(later, "back:").click().run()
    assert not stored(home, keys["data"])


def test_skipping_puts_a_group_at_the_end(keys) -> None:
    app = open_page("duplicates")
    order = buttons(app, "skip:")
    assert len(order) > 1
    button(app, "skip:").click().run()
    check(app, texts.SKIP)
    assert buttons(app, "skip:")[0] == order[1]


def electronics() -> shop.Dataset:
    """40 devices with model numbers; every fourth is listed by a second shop in other words."""
    kinds = ("LCD Television", "Digital Camera", "Laser Printer", "Cordless Phone", "Car Speaker")
    makers = ("Sony", "Canon", "Panasonic", "Pioneer")
    rows = []
    for n in range(40):
        kind, maker, model = kinds[n % 5], makers[n % 4], f"{'KXDL'[n % 4]}{'VTR'[n % 3]}-{731 + 57 * n}"
        rows.append((f"a{n}", f"{maker} {kind} {model} black with remote control", maker, 100.0 + 13 * n))
        if n % 4 == 0:
            other = f"{maker.upper()} {model.replace('-', '')} {kind.lower()} black"
            rows.append((f"b{n}", other, maker, 101.0 + 13 * n))
    roles = {"id": "id", "title": "title", "brand": "brand", "price": "price"}
    return shop.Dataset.build("Electronics", shop.Catalogue(pd.DataFrame(rows, columns=list(roles)), roles), None)


def test_everything_above_a_line_is_accepted_at_once_and_undone_at_once(home: Path) -> None:
    keys = shop.fill(home, electronics())
    app = open_page("duplicates")
    app.selectbox(key="match:line").set_value(0.8).run()
    button(app, "match:bulk").click().run()
    check(app, texts.DONE["same"])
    accepted = stored(home, keys["data"])
    assert len(accepted) >= 8
    assert set(accepted.values()) == {"same"}
    assert all(a[1:] == b[1:] for a, b in accepted), "a device and its second listing"
    button(app, "undo").click().run()
    assert not stored(home, keys["data"])


def test_another_row_can_be_kept(keys, home: Path) -> None:
    app = open_page("duplicates")
    keep = button(app, "keep:")
    id = services.dataset(keys["data"]).items[int(keep.key.split(":")[-1])]
    keep.click().run()
    check(app, texts.ROW_TO_KEEP)
    assert id in groups.keeps(keys["data"]).values()
    found = Matches.load(services.store().artifact("match", f"{VERSION}|", keys["data"]) or Path("/"))
    data = services.dataset(keys["data"])
    assert int(data.index[id]) in catalogue.choices(data, found, groups.keeps(keys["data"])).values()


def test_it_asks_learns_and_forgets(keys) -> None:
    app = open_page("duplicates", show="teach")
    check(app, texts.QUESTION)
    button(app, "same:").click().run()
    button(app, "different:").click().run()
    assert any("2 of" in p.proto.text for p in app.get("progress"))
    button(app, "teach:learn").click().run()
    check(app, f"{texts.LEARNED} **2** verdicts")
    again = open_page("duplicates", show="teach")
    assert f"{texts.LEARNED} **2** verdicts" in words(again), "every tab knows the lesson"
    button(again, "teach:forget").click().run()
    assert texts.LEARNED not in words(again)


def test_the_clean_catalogue_is_a_job_away(keys) -> None:
    app = open_page("duplicates", show="out")
    check(app, texts.MERGED)
    assert len(app.get("download_button")) == 8
    button(app, "match:load").click().run()
    job = services.jobs().wait(app.session_state["match:merging"], 60)
    assert job.state == "done", job.message
    clean = services.dataset(str(job.result["dataset"]))
    assert clean.n_catalogue < services.dataset(keys["data"]).n_catalogue
    assert clean.baskets is not None
    app.run()
    check(app, texts.LOADED)


def test_verdicts_come_along_to_a_new_version_of_the_catalogue(keys, home: Path) -> None:
    app = open_page("duplicates")
    button(app, "same:").click().run()
    before = stored(home, keys["data"])
    frame = shop.catalogue()
    more = pd.concat([frame.frame, frame.frame.tail(1).assign(sku="brand new", name="a new thing")], ignore_index=True)
    newer = shop.Dataset.build("A newer list", shop.Catalogue(more, frame.roles), None)
    newer.save(home / "incoming")
    services.store().add_dataset(home / "incoming", "test")
    open_page("duplicates", dataset=newer.hash[:12])
    assert stored(home, newer.hash) == before
    other = shop.Dataset.build(
        "Another shop", shop.Catalogue(frame.frame.assign(name="x " + frame.frame["kind"]), frame.roles), None
    )
    other.save(home / "incoming")
    services.store().add_dataset(home / "incoming", "test")
    open_page("duplicates", dataset=other.hash[:12])
    assert not stored(home, other.hash), "the same ids for other things"


def test_a_dataset_without_texts_says_what_to_do(home: Path) -> None:
    shop.fill(home, shop.Dataset.build("baskets only", None, shop.lines()))
    app = open_page("duplicates")
    check(app, "no titles or descriptions")


def test_finding_is_one_click_when_nothing_was_computed(home: Path) -> None:
    shop.fill(home, shop.dataset(), prepared=False)
    app = open_page("duplicates")
    check(app, f"{texts.FIND} among 23 products")
    button(app, "match:start").click().run()
    job = services.jobs().wait(app.session_state["jobs:seen"].popitem()[1], 120)
    assert job.state == "done", (job.message, job.hint)
    app.run()
    check(app, texts.LISTED_MORE)
