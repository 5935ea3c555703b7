"""What a killed server left is on Overview, Data and Train of the next one, in a session that knows nothing of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from embedcore.jobs import ReadFile, Train
from embedcore.store import JobRow, Store
from pages.ui import services, sources
from pages.ui.files import texts
from pages.ui.texts import FORGET, INTERRUPTED, MENDED, RUN_AGAIN, SEEN, UPLOAD
from tests.pages import shop
from tests.pages.app import open_page, visible, words


def test_a_training_and_a_reading_that_were_cut_short_are_told_where_they_were_begun(home: Path) -> None:
    data = shop.fill(home, shop.dataset(), prepared=False)["data"]
    store = Store.open(home)
    digest = "ab" * 32
    path = home / "spool" / digest / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("sku,title\n1,Shoe\n2,Hat\n")
    read = ReadFile(f"spool/{digest}/a.csv", digest, "a.csv", of="a.csv")
    train = Train(data, "pca", {"dimension": 2}, 0, "k", of="“PCA” on A small shop")
    for work in (read, train):
        now = datetime.now(UTC)
        store.save_job(JobRow(work.kind, work.kind, work.key, work.title, work.spec(), "running", now))
    store.close()
    told = {name: words(open_page(name)) for name in ("overview", "data", "train", "recommend")}
    assert [text.count(INTERRUPTED) for text in told.values()] == [2, 1, 1, 0]
    assert "Read a" in told["data"]
    assert "Training" in told["train"]
    page = open_page("train")
    next(b for b in page.button if b.label == FORGET).click().run()
    assert INTERRUPTED not in words(page)
    assert words(open_page("overview")).count(INTERRUPTED) == 1
    page = open_page("data", catalogue=digest[:16])
    assert INTERRUPTED not in words(page), "the page reads it now, by itself"
    for job in services.jobs().live():
        assert services.jobs().wait(job.id, 240).state == "done"
    assert RUN_AGAIN not in [b.label for b in open_page("overview").button]


def test_what_was_repaired_at_the_start_is_told_once_until_somebody_has_read_it(home: Path) -> None:
    shop.fill(home, shop.dataset(), prepared=False)
    (home / "embedcore.duckdb").unlink()
    page = open_page("overview")
    assert not page.warning, "nobody has to act"
    assert f"**{MENDED}** 1 dataset and 1 embedding" in words(page) or f"**{MENDED}** 1 dataset that" in words(page)
    assert "that the database did not know" in words(page)
    next(b for b in page.button if b.label == SEEN).click().run()
    assert MENDED not in words(page)
    assert MENDED not in words(open_page("overview")), "read by one is read"
    assert "taken in again" in words(open_page("diagnostics"))


def test_a_dataset_without_its_files_can_be_opened_again_from_the_overview(home: Path) -> None:
    data = shop.fill(home, shop.dataset(), prepared=False)["data"]
    (home / "datasets" / data / "items.parquet").unlink()
    page = open_page("overview")
    assert "Files of this dataset are missing" in page.error[0].value
    assert {"Open Fashion shop", UPLOAD} <= {b.label for b in page.button}


def test_an_older_address_does_not_take_a_file_away(home: Path) -> None:
    (home / "files").mkdir(parents=True)
    (home / "files" / "shop.csv").write_text("sku,title\n1,Shoe\n2,Hat\n")
    page = open_page("data", catalogue="folder:shop.csv")
    del page.query_params["catalogue"]  # as the box of a second file sends it, which was drawn before
    page.run()
    assert "shop.csv" in visible(page)
    assert page.query_params["catalogue"] in ("folder:shop.csv", ["folder:shop.csv"])
    page.switch_page("pages/overview.py").run()
    page.switch_page("pages/data.py").run()
    assert "shop.csv" in visible(page), "a look at another page takes nothing away"
    next(b for b in page.button if b.label == sources.CHANGE).click().run()
    assert "shop.csv" not in visible(page)
    assert texts.PRODUCTS_ABOUT in words(page)
