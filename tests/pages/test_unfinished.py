"""What a killed server left is on Overview, Data and Train of the next one, in a session that knows nothing of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from embedcore.jobs import ReadFile, Train
from embedcore.store import JobRow, Store
from pages.ui import services
from pages.ui.texts import FORGET, INTERRUPTED, RUN_AGAIN
from tests.pages import shop
from tests.pages.app import open_page, words


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
