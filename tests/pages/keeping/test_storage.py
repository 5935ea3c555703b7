"""The Storage page: what lies where, how to be rid of it, how long it is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from embedcore.errors import InputError
from embedcore.store import DatasetUsage, JobRow, Settings, Store, Stored, Usage
from pages.ui import services
from pages.ui.storage import look, texts
from tests.pages import shop
from tests.pages.app import check, in_url, open_page, visible

WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def press(app, key: str):
    return app.button(key=key).click().run()


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    return shop.fill(home, shop.dataset(name="Shop *one* ![x](http://x.example/a.png)"), "planted")


def test_a_dataset_is_listed_with_what_it_takes_and_goes_for_good(keys) -> None:
    app = open_page("storage", dataset=keys["data"][:12])
    check(app, texts.DATASETS, "Shop *one* ![x]", "23 products", "1 embedding", "MB used", "free on the disk")
    assert "It cannot be undone." in visible(app)
    press(app, f"remove:{keys['data'][:16]}")
    check(app, "is removed.", "freed.", texts.NO_DATASET)
    assert services.store().datasets() == []
    assert services.store().runs() == []
    assert in_url(app, "dataset") is None


def test_removing_says_which_copies_may_still_hold_it_and_forgets_the_jobs_about_it(keys, home: Path) -> None:
    (home / "embedcore.duckdb.before-7.bak").write_bytes(b"x")
    spec = {"dataset": keys["data"]}
    before = Store.open(home)
    before.save_job(JobRow("j", "match", f"{keys['data']}:1", "Finding Shop", spec, "done", WHEN, WHEN))
    before.close()
    assert [job.title for job in services.jobs().recent()] == ["Finding Shop"]
    app = open_page("storage", dataset=keys["data"][:12])
    press(app, f"remove:{keys['data'][:16]}")
    check(app, "is removed.", "1 older copy of the database", "may still hold some of it")
    assert services.jobs().recent() == []
    assert services.store().job_rows() == []


def test_uploads_copies_and_set_aside_folders_are_deleted_one_by_one(home: Path) -> None:
    big = b"x" * 1_000_000
    for name in ("spool/a", "raw/table/table.parquet", "lost/datasets/1f3c/catalogue.parquet", "cache/texts"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(big)
    for name in ("7", "8"):
        (home / f"embedcore.duckdb.before-{name}.bak").write_bytes(big)
    app = open_page("storage")
    check(app, "Uploaded files", "Set-aside dataset 1f3c", "Copy of the database", "Kept until you delete it")
    press(app, "delete:spool:")
    check(app, texts.deleted("1.0 MB"))
    press(app, "delete:backups:embedcore.duckdb.before-7.bak")
    assert not (home / "embedcore.duckdb.before-7.bak").exists()
    assert (home / "embedcore.duckdb.before-8.bak").exists()
    press(app, "delete:lost:datasets/1f3c")
    assert not (home / "lost" / "datasets" / "1f3c").exists()
    assert (home / "raw" / "table").exists()
    assert not list((home / "spool").iterdir())


def test_how_long_files_are_kept_is_saved_and_counts_at_once(home: Path) -> None:
    app = open_page("storage")
    (home / "cache").mkdir()
    (home / "cache" / "texts").write_bytes(b"x" * 2_000_000)
    for label, value in ((texts.UPLOAD_DAYS, 3), (texts.TABLE_DAYS, 14), (texts.LIMIT, 0.001)):
        next(n for n in app.number_input if n.label == label).set_value(value)
    next(b for b in app.button if b.label == texts.SAVE).click().run()
    check(app, f"{texts.SAVED} 2.0 MB freed.", "Kept for 3 days.")
    assert services.store().settings() == Settings(3.0, 14.0, 30.0, 1_000_000)


def test_settings_that_make_no_sense_are_refused(home: Path) -> None:
    app = open_page("storage")
    field = next(n for n in app.number_input if n.label == texts.LOG_DAYS)
    assert (field.min, field.max) == (1.0, 3650.0)
    with pytest.raises(InputError):
        services.store().set_settings(Settings(log_days=-1))


def test_an_empty_data_folder_is_a_calm_page(home: Path) -> None:
    app = open_page("storage")
    check(app, texts.NO_DATASET, "the data folder, “home”")
    assert str(home) not in visible(app)


def test_the_bar_and_the_lines_hold_all_that_is_used() -> None:
    thing = Stored("a", 100, 1, WHEN)
    areas = ("database", "raw", "spool", "cache", "logs", "jobs", "lost", "backups")
    usage = Usage((DatasetUsage("h", "Shop", 70, 20, 10, 1),), dict.fromkeys(areas, (thing,)), 1000)
    assert sum(look.parts(usage).values()) == usage.bytes
    assert sum(line.bytes for line in look.lines(usage, Settings())) == usage.bytes - 100
